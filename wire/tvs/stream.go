package tvs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/phonebank/phonebank/wire/internal/bin"
)

// readHeader reads as much of a header as there is, checking what it can, and
// returns the payload length in bytes. It stops where the reader ends: a
// header that is cut short is not a fault yet.
func readHeader(r *bin.Reader) (payload int) {
	for at, want := range []byte{Magic, Version} {
		if r.Len() == 0 {
			return 0
		}
		field := [...]string{"magic", "version"}[at]
		if got := r.U8(field); got != want {
			r.FailAt(at, field, fmt.Sprintf("%#02x, not %#02x", got, want))
		}
	}
	if r.Len() < HeaderLen-2 {
		return 0
	}
	r.Skip(6, "command, flags and session")
	payload = int(r.U16("length"))
	if payload > MaxPayload {
		r.FailAt(HeaderLen-2, "length", fmt.Sprintf("%d bytes of payload, at most %d", payload, MaxPayload))
	}
	return payload
}

// Split returns the length in bytes of the first whole message in b, or 0 when
// more bytes are needed. A wrong magic or version and a payload longer than
// MaxPayload are a *FormatError, as soon as they can be seen.
func Split(b []byte) (n int, err error) {
	r := bin.NewReader(binary.BigEndian, b)
	payload := readHeader(r)
	if r.Err() != nil || len(b) < HeaderLen || len(b) < HeaderLen+payload {
		return 0, r.Err()
	}
	return HeaderLen + payload, nil
}

// ReadMessage reads one message and not a byte more. The length is checked
// before anything is allocated. It returns io.EOF when r ends between
// messages, io.ErrUnexpectedEOF when it ends inside one, and a *FormatError
// for a malformed message.
func ReadMessage(r io.Reader) (Message, error) {
	var header [HeaderLen]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return Message{}, err
	}
	h := bin.NewReader(binary.BigEndian, header[:])
	payload := readHeader(h)
	if h.Err() != nil {
		return Message{}, h.Err()
	}
	b := make([]byte, HeaderLen+payload)
	copy(b, header[:])
	if _, err := io.ReadFull(r, b[HeaderLen:]); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return Message{}, err
	}
	return Parse(b)
}

// WriteMessage writes the message with one Write.
func WriteMessage(w io.Writer, m Message) error {
	b, err := m.Append(nil)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}
