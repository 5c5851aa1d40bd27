package core

import (
	"context"
	"io"
)

// The TFTP library ends every transfer that does not succeed with an ERROR
// packet, and a phone takes any error for an answer. A server that is
// overwhelmed, switched off or plays dead must say nothing. So the reader that
// the library takes the file from panics: the library's own deferred close gives
// the socket back, the panic passes it by, and send catches it.
//
// A peer that asks for options still gets the answer to these, which the library
// sends before it reads anything. No model of ours asks for any.

// gone is what they panic with.
type gone struct{}

// content is a file on its way. It ends without a word when ctx does, or at its
// end where it breaks off.
type content struct {
	ctx       context.Context
	rest      []byte
	breaksOff bool
}

func (c *content) Read(b []byte) (int, error) {
	switch {
	case c.ctx.Err() != nil || len(c.rest) == 0 && c.breaksOff:
		panic(gone{})
	case len(c.rest) == 0:
		return 0, io.EOF
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// vanish gives a transfer up without a word.
func (t *tftpServer) vanish(to io.ReaderFrom) error {
	_ = send(to, &content{ctx: t.ctx, breaksOff: true})
	return nil
}

// send transfers content.
func send(to io.ReaderFrom, from *content) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case gone{}:
			err = errUnanswered
		default:
			panic(p)
		}
	}()
	_, err = to.ReadFrom(from)
	return err
}
