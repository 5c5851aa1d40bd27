package core

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// tftpServer reads requests from one socket and answers each from a socket of
// its own, which it then keeps for the next: at the rate of a boot storm,
// opening and closing sockets costs more than sending a configuration does.
type tftpServer struct {
	node   *node
	conn   datagrams
	ctx    context.Context // ends when the server stops
	cancel context.CancelFunc
	work   sync.WaitGroup
	slots  chan struct{} // one taken by each transfer under way

	mu      sync.Mutex
	stopped bool
	idle    []*tftpSocket
	open    map[*tftpSocket]struct{} // idle ones included
}

// idleSockets is how many sockets are kept for later transfers.
const idleSockets = 32

// maxRequest is the longest request that is read: names and options are short.
const maxRequest = 1024

// serve reads requests until the server stops.
func (t *tftpServer) serve() {
	b := make([]byte, maxRequest)
	for {
		n, remote, err := t.conn.ReadFromUDPAddrPort(b)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			if !sleep(t.ctx, 5*time.Millisecond) {
				return
			}
		case n >= 2 && binary.BigEndian.Uint16(b) == tftpWrite:
			// Also where nothing is sent: no transfer begins, so the error needs no port of its own.
			_, _ = t.conn.WriteToUDPAddrPort(appendError(nil, tftpAccess, "Access violation"), remote)
		default:
			if r, ok := parseReadRequest(b[:n]); ok {
				t.accept(r, remote)
			}
		}
	}
}

// accept begins a transfer, as far as the limit allows. A phone that is not
// answered asks again in a second.
func (t *tftpServer) accept(r readRequest, remote netip.AddrPort) {
	select {
	case t.slots <- struct{}{}:
	default:
		t.node.core.counters.tftpDropped.Add(1)
		return
	}
	t.node.core.counters.tftpActive.Add(1)
	t.work.Go(func() {
		defer func() {
			t.node.core.counters.tftpActive.Add(-1)
			<-t.slots
		}()
		t.transfer(r, remote)
	})
}

// transfer answers one read request.
func (t *tftpServer) transfer(r readRequest, remote netip.AddrPort) {
	c := t.node.core
	ask := c.ask(r.name, remote)
	reply, file, err := t.node.fetch(t.ctx, ask)
	if errors.Is(err, errUnanswered) || t.ctx.Err() != nil {
		return
	}
	s, opening := t.take()
	if opening != nil { // out of descriptors, most of all
		c.counters.tftpDropped.Add(1)
		c.trace.fileFailed(ask, opening)
		return
	}
	defer t.giveBack(s)
	switch {
	case errors.Is(err, ErrNotFound):
		_ = s.refuse(tftpNotFound, string(errFileNotFound), remote)
		return
	case err != nil:
		_ = s.refuse(tftpUndefined, err.Error(), remote)
		return
	}
	content := r.content(file.Bytes)
	if reply.HangUp {
		content = content[:len(content)/2]
	}
	if err := s.send(content, r, remote, reply.HangUp); err != nil {
		c.counters.tftpFailed.Add(1)
		c.trace.fileFailed(ask, err)
		return
	}
	c.sent(ask, file)
}

// take returns a socket that no transfer uses.
func (t *tftpServer) take() (*tftpSocket, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if last := len(t.idle) - 1; last >= 0 {
		s := t.idle[last]
		t.idle = t.idle[:last]
		return s, nil
	}
	host, _, err := net.SplitHostPort(t.conn.LocalAddr().String())
	if err != nil {
		return nil, err
	}
	conn, err := openDatagrams(t.ctx, t.node.core.config.Network, net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, err
	}
	s := &tftpSocket{conn: conn, try: t.node.core.config.Limits.TFTPTry}
	if t.stopped {
		conn.Close()
		return s, nil
	}
	t.open[s] = struct{}{}
	return s, nil
}

// giveBack keeps a socket for the next transfer, or closes it.
func (t *tftpServer) giveBack(s *tftpSocket) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stopped && len(t.idle) < idleSockets {
		t.idle = append(t.idle, s)
		return
	}
	s.conn.Close()
	delete(t.open, s)
}
