package phone_test

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// wire is messages as they travel.
func wire(messages ...sccp.Message) []byte {
	var out []byte
	for _, m := range messages {
		out = sccp.Append(out, m, 0)
	}
	return out
}

// TestAdverseRegistration has CallManagers that stall, trickle and flood at
// every point of a registration. Each costs its timeout and no more.
func TestAdverseRegistration(t *testing.T) {
	const (
		hello        = 104 + 136 // Alarm and RegisterReq of a 7965 whose configuration has no stamp
		registration = device + ": register: registration with 192.0.2.1:2000: "
	)
	accepts := wire(sccp.RegisterAck{KeepAliveInterval: 30, MaxProtocolVersion: 11})
	lamp := wire(sccp.SetLamp{Stimulus: sccp.ButtonLine, StimulusInstance: 1, Mode: sccp.LampOn})
	for _, c := range []struct {
		situation string
		serve     func(net.Conn)
		fails     string
		cause     phone.Cause
		takes     time.Duration
		measured  time.Duration // when memory is looked at, 0: never
	}{
		{
			situation: "stalls", serve: stalls,
			fails: device + ": register: no RegisterAck from 192.0.2.1:2000 within 10s", cause: phone.CauseTimeout, takes: 10 * time.Second,
		},
		{
			situation: "a byte a second of a RegisterAck", serve: trickles(accepts),
			fails: device + ": register: no RegisterAck from 192.0.2.1:2000 within 10s", cause: phone.CauseTimeout, takes: 10 * time.Second,
		},
		{
			situation: "a flood of lamps", serve: floods(lamp),
			fails: device + ": register: no RegisterAck from 192.0.2.1:2000 within 10s", cause: phone.CauseTimeout, takes: 10 * time.Second,
			measured: 9 * time.Second,
		},
		{
			situation: "a flood of lamps from one that reads nothing", serve: deluges(lamp),
			fails: device + ": register: no RegisterAck from 192.0.2.1:2000 within 10s", cause: phone.CauseTimeout, takes: 10 * time.Second,
		},
		{
			situation: "a flood of RegisterAcks", serve: floods(accepts),
			fails: device + ": register: no TimeDateRes from 192.0.2.1:2000 within 10s", cause: phone.CauseTimeout, takes: 12 * time.Second,
			measured: 11 * time.Second,
		},
		{
			situation: "a flood of garbage", serve: floods([]byte("SIP/2.0 100 Trying\r\n")),
			fails: registration + "offset 0: length: 793790803 is not within 4 to 16384", cause: phone.CauseMalformed,
		},
		{
			situation: "announces a message of 4 GB", serve: sends([]byte{0xFF, 0xFF, 0xFF, 0xFF}),
			fails: registration + "offset 0: length: 4294967295 is not within 4 to 16384", cause: phone.CauseMalformed,
		},
		{
			situation: "announces one byte too many", serve: sends([]byte{0x01, 0x40, 0, 0}),
			fails: registration + "offset 0: length: 16385 is not within 4 to 16384", cause: phone.CauseMalformed,
		},
		{
			situation: "announces as much as may be, and stalls", serve: sends([]byte{0x00, 0x40, 0, 0}),
			fails: device + ": register: no RegisterAck from 192.0.2.1:2000 within 10s", cause: phone.CauseTimeout, takes: 10 * time.Second,
		},
		{
			situation: "a RegisterAck of four bytes", serve: sends(sccp.AppendFrame(nil, sccp.Frame{ID: sccp.IDRegisterAck, Body: []byte{30, 0, 0, 0}})),
			fails: registration + "RegisterAck: offset 4: dateTemplate: needs 6 bytes, 0 left", cause: phone.CauseMalformed,
		},
		{
			situation: "breaks off in the middle of a message", serve: func(conn net.Conn) {
				conn.Write(accepts[:20])
				time.Sleep(time.Millisecond) // until the phone has said what it has to say
			},
			fails: registration + "unexpected EOF", cause: phone.CauseRefused, takes: time.Millisecond,
		},
		{
			situation: "stalls after RegisterAck", serve: after(hello, accepts, stalls),
			fails: device + ": register: no TimeDateRes from 192.0.2.1:2000 within 10s", cause: phone.CauseTimeout, takes: 12 * time.Second,
		},
		{
			situation: "a byte a second after RegisterAck", serve: after(hello, accepts, trickles(wire(sccp.TimeDateRes{}))),
			fails: device + ": register: no TimeDateRes from 192.0.2.1:2000 within 10s", cause: phone.CauseTimeout, takes: 12 * time.Second,
		},
		{
			situation: "wants the capabilities again and again", serve: after(hello, accepts, floods(wire(sccp.CapabilitiesReq{}))),
			fails: device + ": register: no TimeDateRes from 192.0.2.1:2000 within 10s", cause: phone.CauseTimeout, takes: 11 * time.Second,
			measured: 10 * time.Second,
		},
		{
			situation: "wants them again and again, and reads nothing", serve: after(hello, accepts, deluges(wire(sccp.CapabilitiesReq{}))),
			// Four answers of 304 bytes a millisecond: the 54th burst does not fit into the peer's 64 KiB.
			fails: registration + "i/o timeout", cause: phone.CauseTimeout, takes: 10*time.Second + 53*time.Millisecond,
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				l.listen(t, "192.0.2.1:2000", c.serve)
				l.configure(t, cnf.Config{Full: true, SecurityMode: cnf.NonSecure, CallManagers: []cnf.CallManager{{Host: "192.0.2.1"}}})
				p := l.phone(t, func(id *phone.Identity, _ *phone.Flash, _ *phone.Env) {
					id.Model = sometimes(t, "7965", func(timers *phone.Timers) { timers.Rounds = 1 })
				})
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

// mustFail runs work and compares its error, the cause and the time it took.
func mustFail(t *testing.T, text string, cause phone.Cause, takes time.Duration, work func() error) {
	t.Helper()
	began := time.Now()
	err := work()
	if took := time.Since(began); took != takes {
		t.Errorf("took %v, want %v", took, takes)
	}
	if err == nil || err.Error() != text || phone.CauseOf(err) != cause {
		t.Errorf("failed with\n\t%v (%s), want\n\t%s (%s)", err, phone.CauseOf(err), text, cause)
	}
}
