package phone_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/phonebank/phonebank/phone"
)

func TestWhatTheMachineLacks(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, taken := net.Listen("tcp", l.Addr().String())
	foreign := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)}}
	_, notOurs := foreign.DialContext(t.Context(), "tcp", l.Addr().String())
	for _, c := range []struct {
		situation string
		err       error
		want      phone.Lack
	}{
		{"a port that is taken", taken, phone.LackPorts},
		{"no port left at the source address, or not our address", notOurs, phone.LackPorts},
		{"inside a phone's error", &phone.Error{Step: phone.StepRegister, Err: fmt.Errorf("dial: %w", taken)}, phone.LackPorts},
		{"a file that is not there", os.ErrNotExist, ""},
		{"another error", errors.New("no"), ""},
		{"none", nil, ""},
	} {
		if got := phone.LackOf(c.err); got != c.want {
			t.Errorf("%s: %v lacks %q, want %q", c.situation, c.err, got, c.want)
		}
	}
}
