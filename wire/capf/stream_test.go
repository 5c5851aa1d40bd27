package capf_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/phonebank/phonebank/wire/capf"
)

func TestSplitFindsTheFirstMessage(t *testing.T) {
	for _, c := range []struct {
		title, hex string
		n          int
		fault      bool
	}{
		{"nothing yet", "", 0, false},
		{"header without its length", "55 01 00000001 00", 0, false},
		{"empty payload", "55 0b 00000001 0000", 8, false},
		{"payload to come", "55 0f 00000001 0004 010001", 0, false},
		{"one and a half", "55 0f 00000001 0004 01000101 55 0b 0000", 12, false},
		{"another protocol", "16", 0, true},
		{"endless", "55 01 00000001 ffff", 0, true},
		{"one byte too long", "55 01 00000001 4001", 0, true},
		{"as long as allowed", "55 01 00000001 4000", 0, false},
	} {
		t.Run(c.title, func(t *testing.T) {
			n, err := capf.Split(unhex(t, c.hex))
			var fault *capf.FormatError
			if n != c.n || errors.As(err, &fault) != c.fault {
				t.Errorf("got %d, %v", n, err)
			}
		})
	}
}

func TestMessagesThroughAStream(t *testing.T) {
	var wire bytes.Buffer
	sent := examples(t)
	for _, e := range sent {
		if err := capf.WriteMessage(&wire, e.m); err != nil {
			t.Fatal(err)
		}
	}
	r := iotest.OneByteReader(&wire)
	for _, e := range sent {
		m, err := capf.ReadMessage(r)
		if err != nil {
			t.Fatalf("%s: %v", e.title, err)
		}
		if b, _ := m.Append(nil); !bytes.Equal(b, unhex(t, e.hex)) {
			t.Errorf("%s: got %x", e.title, b)
		}
	}
	if _, err := capf.ReadMessage(r); err != io.EOF {
		t.Errorf("at the end: %v, want EOF itself", err)
	}
}

func TestOverlongMessageIsRefusedAtItsHeader(t *testing.T) {
	tail := strings.NewReader("unread")
	r := io.MultiReader(bytes.NewReader(unhex(t, "55 01 00000001 4001")), tail)
	_, err := capf.ReadMessage(r)
	var fault *capf.FormatError
	if !errors.As(err, &fault) || tail.Len() != len("unread") {
		t.Errorf("got %v with %d of the payload's bytes unread", err, tail.Len())
	}
}

type countingWriter int

func (w *countingWriter) Write(b []byte) (int, error) {
	*w++
	return len(b), nil
}

func TestOneMessageIsOneWrite(t *testing.T) {
	var writes countingWriter
	if err := capf.WriteMessage(&writes, capf.StoreRequest(1, capf.LSC, leaf956())); err != nil || writes != 1 {
		t.Errorf("%d writes, %v", writes, err)
	}
}

func TestLargestMessage(t *testing.T) {
	m := capf.Message{Command: capf.AuthRes, Elements: []capf.Element{{Tag: 2, Value: make([]byte, capf.MaxPayload-3)}}}
	b, err := m.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := capf.Parse(b); err != nil {
		t.Errorf("as large as allowed: %v", err)
	}
	m = m.With(capf.ReasonElement(1))
	if _, err := m.Append(nil); err == nil {
		t.Error("larger than allowed: written")
	}
	if err := capf.WriteMessage(io.Discard, m); err == nil {
		t.Error("larger than allowed: sent")
	}
}
