package phone

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// pipe is a connection in memory whose writes never block, so that two TLS
// ends cannot wait for each other and time stands still in a synctest bubble.
func pipe() (client, server net.Conn) {
	a, b := newQueue(), newQueue()
	return &pipeEnd{in: a, out: b}, &pipeEnd{in: b, out: a}
}

// queue is one direction.
type queue struct {
	mu     sync.Mutex
	bytes  []byte
	closed bool
	news   chan struct{} // closed and replaced when something changes
}

func newQueue() *queue { return &queue{news: make(chan struct{})} }

func (q *queue) change(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	f()
	close(q.news)
	q.news = make(chan struct{})
}

// pipeEnd is one end. A deadline counts for the reads that begin after it was
// set.
type pipeEnd struct {
	in, out *queue

	mu       sync.Mutex
	deadline time.Time
}

func (p *pipeEnd) Read(b []byte) (int, error) {
	p.mu.Lock()
	deadline := p.deadline
	p.mu.Unlock()
	var over <-chan time.Time
	if !deadline.IsZero() {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		over = timer.C
	}
	for {
		p.in.mu.Lock()
		n, closed, news := copy(b, p.in.bytes), p.in.closed, p.in.news
		p.in.bytes = p.in.bytes[n:]
		p.in.mu.Unlock()
		switch {
		case n > 0:
			return n, nil
		case closed:
			return 0, io.EOF
		}
		select {
		case <-news:
		case <-over:
			return 0, os.ErrDeadlineExceeded
		}
	}
}

func (p *pipeEnd) Write(b []byte) (n int, err error) {
	p.out.change(func() {
		if p.out.closed {
			err = io.ErrClosedPipe
			return
		}
		p.out.bytes = append(p.out.bytes, b...)
		n = len(b)
	})
	return n, err
}

// Close ends both directions.
func (p *pipeEnd) Close() error {
	p.out.change(func() { p.out.closed = true })
	p.in.change(func() { p.in.closed = true })
	return nil
}

func (p *pipeEnd) SetReadDeadline(t time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deadline = t
	return nil
}

func (p *pipeEnd) SetDeadline(t time.Time) error    { return p.SetReadDeadline(t) }
func (p *pipeEnd) SetWriteDeadline(time.Time) error { return nil }
func (p *pipeEnd) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (p *pipeEnd) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
