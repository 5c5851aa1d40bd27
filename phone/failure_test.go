package phone

import (
	"fmt"
	"net"
	"testing"
)

// TestCauseOfNames classifies what the resolver says of a server's name.
func TestCauseOfNames(t *testing.T) {
	for _, c := range []struct {
		situation string
		err       *net.DNSError
		want      Cause
	}{
		{"no such host", &net.DNSError{Err: "no such host", Name: "cucm", IsNotFound: true}, CauseMissing},
		{"the name server is silent", &net.DNSError{Err: "i/o timeout", Name: "cucm", IsTimeout: true, IsTemporary: true}, CauseTimeout},
		{"the name server is broken", &net.DNSError{Err: "server misbehaving", Name: "cucm", IsTemporary: true}, CauseRefused},
	} {
		for _, err := range []error{c.err, &net.OpError{Op: "dial", Net: "tcp", Err: c.err}, fmt.Errorf("connect: %w", c.err)} {
			if got := CauseOf(err); got != c.want {
				t.Errorf("%s: %v is %s, want %s", c.situation, err, got, c.want)
			}
		}
	}
}
