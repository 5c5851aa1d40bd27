package phone_test

import (
	"bytes"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// TestAdverseHandshake has CallManagers that stall, trickle and flood during
// the TLS handshake.
func TestAdverseHandshake(t *testing.T) {
	const handshake = device + ": register: TLS handshake with 192.0.2.1:2443: "
	warning := []byte{21, 3, 3, 0, 2, 1, 90} // user_canceled
	helloRequest := []byte{22, 3, 3, 0, 4, 0, 0, 0, 0}
	serverHello := endlessServerHello()
	a := mustAuthority(t)
	ssl3 := append([]byte{22, 3, 0, 0, 42, 2, 0, 0, 38, 3, 0}, make([]byte, 36)...)
	for _, c := range []struct {
		situation string
		serve     func(net.Conn)
		fails     string
		cause     phone.Cause
		takes     time.Duration
	}{
		{"stalls", stalls, handshake + "context deadline exceeded", phone.CauseTimeout, 10 * time.Second},
		{"a byte a second of a ServerHello", trickles(serverHello), handshake + "context deadline exceeded", phone.CauseTimeout, 10 * time.Second},
		{"half a ServerHello", sends(serverHello), handshake + "context deadline exceeded", phone.CauseTimeout, 10 * time.Second},
		{"a flood of warnings", floods(warning), handshake + "tls: too many ignored records", phone.CauseMalformed, 4 * time.Millisecond},
		{"a flood of HelloRequests", floods(helloRequest), handshake + "tls: received unexpected handshake message of type *tls.helloRequestMsg when waiting for *tls.serverHelloMsg", phone.CauseMalformed, 0},
		{"a flood of garbage", floods([]byte("220 mail ESMTP\r\n")), handshake + "tls: first record does not look like a TLS handshake", phone.CauseMalformed, 0},
		{"announces a record of 64 KB", sends([]byte{22, 3, 3, 0xFF, 0xFF}), handshake + "tls: oversized record received with length 65535", phone.CauseMalformed, 0},
		{"announces a message of 16 MB", sends([]byte{22, 3, 3, 0, 4, 2, 0xFF, 0xFF, 0xFF}), handshake + "tls: handshake message of length 16777215 bytes exceeds maximum of 65536 bytes", phone.CauseMalformed, 0},
		{"hangs up", func(net.Conn) { time.Sleep(time.Millisecond) }, handshake + "EOF", phone.CauseRefused, time.Millisecond},
		{"sends an alert", sends([]byte{21, 3, 3, 0, 2, 2, 40}), handshake + "the server sent an alert: remote error: tls: handshake failure", phone.CauseRejected, 0},
		{"sends data before the handshake", sends([]byte{23, 3, 3, 0, 1, 0}), handshake + "tls: first record does not look like a TLS handshake", phone.CauseMalformed, 0},
		{"an alert of three bytes", sends([]byte{21, 3, 3, 0, 3, 2, 40, 0}), handshake + "local error: tls: unexpected message", phone.CauseMalformed, 0},
		{"speaks SSL 3.0", sends(ssl3), handshake + "no common ground: tls: server selected unsupported protocol version 300", phone.CauseRejected, 0},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, secure := secureLab(t, a, cnf.CAPFNone)
				l.listen(t, "192.0.2.1:2443", c.serve)
				p := l.phone(t, secure)
				mustFail(t, c.fails, c.cause, c.takes, func() error {
					_, err := p.Boot(t.Context())
					return err
				})
			})
		})
	}
}

// endlessServerHello is the start of a ServerHello that never ends.
func endlessServerHello() []byte {
	return append([]byte{22, 3, 3, 0x40, 0, 2, 0, 0x3F, 0xFC, 3, 3}, bytes.Repeat([]byte{7}, 60)...)
}

// TestAdverseSecureRegistration has CallManagers that let the phone in, and then
// stall, trickle and flood inside TLS.
func TestAdverseSecureRegistration(t *testing.T) {
	const silent = device + ": register: no RegisterAck from 192.0.2.1:2443 within 10s"
	a := mustAuthority(t)
	accepts := wire(sccp.RegisterAck{KeepAliveInterval: 30, MaxProtocolVersion: 11})
	lamp := wire(sccp.SetLamp{Stimulus: sccp.ButtonLine, StimulusInstance: 1, Mode: sccp.LampOn})
	for _, c := range []struct {
		situation string
		serve     func(net.Conn)
		fails     string
		cause     phone.Cause
		takes     time.Duration
		measured  time.Duration
	}{
		{"stalls", stalls, silent, phone.CauseTimeout, 10 * time.Second, 0},
		{"a byte a second of a RegisterAck", trickles(accepts), silent, phone.CauseTimeout, 10 * time.Second, 0},
		{"a flood of lamps", floods(lamp), silent, phone.CauseTimeout, 10 * time.Second, 9 * time.Second},
		{"a flood of lamps from one that reads nothing", deluges(lamp), silent, phone.CauseTimeout, 10 * time.Second, 0},
		{
			"a flood of garbage", floods([]byte("SIP/2.0 100 Trying\r\n")),
			device + ": register: registration with 192.0.2.1:2443: offset 0: length: 793790803 is not within 4 to 16384", phone.CauseMalformed, 0, 0,
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, secure := secureLab(t, a, cnf.CAPFNone)
				l.listen(t, "192.0.2.1:2443", withTLS(t, a.CallManagers[0], c.serve))
				p := l.phone(t, secure)
				if c.measured > 0 {
					mustHoldLittle(t, c.measured, 1<<20)
				}
				mustFail(t, c.fails, c.cause, c.takes, func() error {
					_, err := p.Boot(t.Context())
					return err
				})
			})
		})
	}
}
