package core

import "io"

// The TFTP library ends every transfer that does not succeed with an ERROR
// packet, and a phone takes any error for an answer. A server that is
// overwhelmed, or plays dead, must say nothing. So the reader that the library
// takes the file from panics: the library's own deferred close gives the socket
// back, the panic passes it by, and send catches it.

// goneReader is the end of a transfer without a word.
type goneReader struct{}

// gone is what it panics with.
type gone struct{}

func (goneReader) Read([]byte) (int, error) { panic(gone{}) }

// vanish gives a transfer up without a word.
func vanish(to io.ReaderFrom) error {
	_ = send(to, goneReader{})
	return nil
}

// send transfers content.
func send(to io.ReaderFrom, content io.Reader) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case gone{}:
			err = errUnanswered
		default:
			panic(p)
		}
	}()
	_, err = to.ReadFrom(content)
	return err
}
