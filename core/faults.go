package core

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/sccp"
	"github.com/phonebank/phonebank/wire/tvs"
)

// faultKind is one row of the table of faults.
type faultKind struct {
	name string
	// make returns the misbehaviour that stands in front of next for the
	// requests that a spec is about; nil: the fault is a matter of time alone.
	make func(c *Core, s FaultSpec, next Handler) Handler
	on   []string // the places where it can be, beside "" and node-<n>; nil: all
}

// faultKinds is all that a core can do wrong: one function and one row each.
func faultKinds() []faultKind {
	return []faultKind{
		{name: "slow", make: slow},                                         // every answer takes Delay longer
		{name: "refuse", make: refuse},                                     // connections are closed before TLS; TFTP is silent
		{name: "hangup", make: hangUp},                                     // the connection ends instead of the first answer; a file breaks off
		{name: "garble", make: garble},                                     // two bytes of every answer are turned over
		{name: "silent", make: silent},                                     // questions get no answer
		{name: "reject", make: reject},                                     // questions are answered with a refusal, of Text where there is one
		{name: "resign", make: resign, on: []string{"ctl", "itl", "tftp"}}, // a list signed by a key that nobody knows
		{name: "wrong-session", make: wrongSession, on: []string{"tvs"}},   // TVS answers another session
		{name: "ttl-0", make: ttlZero, on: []string{"tvs"}},                // TVS vouches, but only for now
		{name: "stop", on: []string{}},                                     // the node is switched off (schedule)
	}
}

// FaultNames are the names that FaultSpec.Fault may have.
func FaultNames() []string {
	var names []string
	for _, k := range faultKinds() {
		names = append(names, k.name)
	}
	return names
}

// FaultPlaces are what FaultSpec.On may be, beside node-<n> and nothing.
func FaultPlaces() []string {
	return []string{string(ServiceTFTP), string(ServiceCAPF), string(ServiceTVS), string(ServiceCallManager), "ctl", "itl", "config"}
}

// slow is late with every answer, but not with the connection itself: who has
// nothing to say loses no time.
func slow(_ *Core, s FaultSpec, next Handler) Handler {
	return func(ctx context.Context, r Request) (Reply, error) {
		reply, err := next(ctx, r)
		if _, ok := r.Message.(Opened); !ok && (len(reply.Messages) > 0 || reply.HangUp) {
			reply.Delay += orDefault(s.Delay, time.Second)
		}
		return reply, err
	}
}

// refuse is a service that nobody listens to.
func refuse(*Core, FaultSpec, Handler) Handler {
	return func(context.Context, Request) (Reply, error) {
		return Reply{HangUp: true, Silent: true}, nil
	}
}

// hangUp takes the connection and then ends it.
func hangUp(_ *Core, _ FaultSpec, next Handler) Handler {
	return func(ctx context.Context, r Request) (Reply, error) {
		reply, err := next(ctx, r)
		switch r.Message.(type) {
		case Opened:
		case FileRequest:
			reply.HangUp = true
		default:
			reply.Messages, reply.HangUp = nil, true
		}
		return reply, err
	}
}

// garble damages what is sent: the third byte is part of a length, a session
// or a command in every protocol here, the one in the middle of what it carries.
func garble(_ *Core, _ FaultSpec, next Handler) Handler {
	return func(ctx context.Context, r Request) (Reply, error) {
		reply, err := next(ctx, r)
		reply.Mangle = func(wire []byte) []byte {
			wire = bytes.Clone(wire)
			for _, at := range []int{2, len(wire) / 2} {
				if at < len(wire) {
					wire[at] ^= 0xFF
				}
			}
			return wire
		}
		return reply, err
	}
}

// silent hears and says nothing.
func silent(_ *Core, _ FaultSpec, next Handler) Handler {
	return func(ctx context.Context, r Request) (Reply, error) {
		if _, ok := r.Message.(Opened); ok {
			reply, err := next(ctx, r)
			reply.Messages = nil
			return reply, err
		}
		return Reply{Silent: true}, nil
	}
}

// reject refuses in each protocol's own words.
func reject(_ *Core, s FaultSpec, next Handler) Handler {
	return func(ctx context.Context, r Request) (Reply, error) {
		switch m := r.Message.(type) {
		case FileRequest:
			return Reply{}, ErrNotFound
		case capf.Message:
			return Reply{Messages: []any{capf.EndSession(m.Session, capf.ReasonRefused)}, HangUp: true}, nil
		case tvs.Message:
			switch m.Command {
			case tvs.CertVerificationReq:
				return Reply{Messages: []any{tvs.VerifyResponse(m.Session, tvs.Invalid, nil, 0)}}, nil
			case tvs.QueryCertReq:
				return Reply{Messages: []any{tvs.QueryResponse(m.Session, tvs.Invalid, nil, nil, 0)}}, nil
			}
		case sccp.RegisterReq:
			text := orDefault(s.Text, "Error Unknown")
			return Reply{Messages: []any{sccp.RegisterReject{Text: text}}, HangUp: true}, nil
		case sccp.RegisterTokenReq:
			return Reply{Messages: []any{sccp.RegisterTokenReject{WaitTime: 60}}}, nil
		}
		return next(ctx, r)
	}
}

// wrongSession answers a question that nobody asked.
func wrongSession(_ *Core, _ FaultSpec, next Handler) Handler {
	return changeTVS(next, func(answer *tvs.Message) { answer.Session++ })
}

// ttlZero lets no phone keep an answer.
func ttlZero(_ *Core, _ FaultSpec, next Handler) Handler {
	return changeTVS(next, func(answer *tvs.Message) {
		answer.Elements = slices.Clone(answer.Elements)
		for i, e := range answer.Elements {
			if e.Tag == tvs.TagTTL {
				answer.Elements[i].Value = make([]byte, len(e.Value))
			}
		}
	})
}

// changeTVS changes what TVS answers.
func changeTVS(next Handler, change func(answer *tvs.Message)) Handler {
	return func(ctx context.Context, r Request) (Reply, error) {
		reply, err := next(ctx, r)
		reply.Messages = slices.Clone(reply.Messages)
		for i, m := range reply.Messages {
			if answer, ok := m.(tvs.Message); ok {
				change(&answer)
				reply.Messages[i] = answer
			}
		}
		return reply, err
	}
}

// resign offers a list that an unknown token has signed: the ITL where the
// fault is on itl, else the CTL.
func resign(c *Core, s FaultSpec, next Handler) Handler {
	disk := c.disk.read()
	o := disk.listOptions()
	o.Signer = SignerUnknown
	kind, name, build := fileCTL, "CTLFile.tlv", disk.authority.CTL
	if s.On == "itl" {
		kind, name, build = fileITL, "ITLFile.tlv", func(o ListOptions) ([]byte, error) { return disk.authority.unknownITL(1, o) }
	}
	list, err := build(o)
	return func(ctx context.Context, r Request) (Reply, error) {
		if m, ok := r.Message.(FileRequest); ok && parseFileName(m.Name).kind == kind {
			return Reply{Messages: []any{File{Name: name, Bytes: list}}}, err
		}
		return next(ctx, r)
	}
}

// Check refuses a fault that cannot be.
func (s FaultSpec) Check() error {
	kinds := faultKinds()
	i := slices.IndexFunc(kinds, func(k faultKind) bool { return k.name == s.Fault })
	if i < 0 {
		return fmt.Errorf("core: unknown fault %q: want %s", s.Fault, strings.Join(FaultNames(), ", "))
	}
	_, isNode := nodeNumber(s.On)
	places := kinds[i].on
	if places == nil {
		places = FaultPlaces()
	}
	switch {
	case s.On != "" && !isNode && !slices.Contains(places, s.On):
		return fmt.Errorf("core: fault %s on %q: want %s", s.Fault, s.On, strings.Join(append(slices.Clone(places), "node-<n>"), ", "))
	case s.Share < 0 || s.Share > 100:
		return fmt.Errorf("core: fault %s: share %g%%: want 0 to 100", s.Fault, s.Share)
	case s.Share != 0 && s.Fault == "stop":
		return fmt.Errorf("core: fault stop has no share: a node is on or off")
	case s.Delay < 0 || s.At < 0 || s.For < 0:
		return fmt.Errorf("core: fault %s: a time is negative", s.Fault)
	case len(s.Text) > 32:
		return fmt.Errorf("core: fault %s: text of %d bytes: a phone shows 32", s.Fault, len(s.Text))
	}
	return nil
}

// nodeNumber is the k of "node-k".
func nodeNumber(on string) (int, bool) {
	digits, ok := strings.CutPrefix(on, "node-")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n >= 1
}
