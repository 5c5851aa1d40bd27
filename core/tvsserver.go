package core

import (
	"context"
	"strings"
	"time"

	"github.com/phonebank/phonebank/wire/tvs"
)

// tvsQuestions is how many questions a connection may ask.
const tvsQuestions = 100

// talkTVS serves a connection on TCP 2445: the phone speaks first.
func (n *node) talkTVS(ctx context.Context, l *link) {
	defer l.done()
	c := &n.core.counters
	c.tvsConnections.Add(1)
	handler := n.core.faulty(n.answerTVS)
	first, err := handler(ctx, Request{Service: ServiceTVS, Node: n.number, Message: Opened{l.remote, true}})
	if err != nil || first.HangUp {
		return
	}
	if _, err := l.handshake(ctx, n.tvs.Load().tls); err != nil {
		n.core.trace.handshakeFailed(l.remote, err)
		return
	}
	c.tvsHandshakes.Add(1)
	for range tvsQuestions {
		if hangUp, err := n.answerOnce(ctx, l, handler); err != nil || hangUp {
			return
		}
	}
}

// answerOnce reads a question, which has its time, and answers it.
func (n *node) answerOnce(ctx context.Context, l *link, handler Handler) (hangUp bool, err error) {
	limits := n.core.config.Limits
	if err := l.raw.SetReadDeadline(time.Now().Add(limits.TVSMessage)); err != nil {
		return false, err
	}
	m, err := tvs.ReadMessage(l.conn)
	if err != nil {
		return false, err
	}
	reply, err := handler(ctx, Request{Service: ServiceTVS, Node: n.number, Device: askingDevice(m), Message: m})
	if err != nil {
		return false, err
	}
	var b []byte
	for _, answer := range reply.Messages {
		if answer, ok := answer.(tvs.Message); ok {
			if b, err = answer.Append(b); err != nil {
				return false, err
			}
		}
	}
	if err := l.raw.SetWriteDeadline(time.Now().Add(reply.Delay + limits.Write)); err != nil {
		return false, err
	}
	if err := l.write(ctx, b, reply); err != nil {
		return false, err
	}
	if reply.HangUp {
		l.linger()
	}
	return reply.HangUp, nil
}

// answerTVS is the TVS service's Handler. What is no question is passed over.
func (n *node) answerTVS(_ context.Context, r Request) (Reply, error) {
	m, ok := r.Message.(tvs.Message)
	if !ok {
		return Reply{}, nil
	}
	answer, ok := n.core.disk.read().vouched.answer(m)
	if !ok {
		return Reply{}, nil
	}
	c := &n.core.counters
	c.tvsQuestions.Add(1)
	status, _ := answer.Status()
	if status == tvs.Valid {
		c.tvsTrusted.Add(1)
	}
	n.core.trace.tvsAnswered(r.Device, m.Command, status)
	return Reply{Messages: []any{answer}}, nil
}

// askingDevice is the device in a question: the end of "CP-7965-SEP001122334455".
func askingDevice(m tvs.Message) string {
	text, _ := m.Device()
	return text[strings.LastIndexByte(text, '-')+1:]
}
