package phone_test

import (
	"context"
	"crypto"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
)

// enrols are messages as they travel.
func enrols(messages ...capf.Message) (out []byte) {
	for _, m := range messages {
		b, err := m.Append(nil)
		if err != nil {
			panic(err)
		}
		out = append(out, b...)
	}
	return out
}

// TestAdverseCAPF has CAPF servers that stall, trickle and flood. A session
// that fails for lack of communication is tried three times in steps of 30 s
// (CAPF, section 9); any other failure is final.
func TestAdverseCAPF(t *testing.T) {
	a := mustAuthority(t)
	const (
		thrice    = 60 * time.Second // the waits between three tries
		session   = device + ": capf: CAPF session with 192.0.2.1:3804, "
		unended   = device + ": capf: the CAPF session with 192.0.2.1:3804 did not end within 1m0s, "
		authRes   = 8 + 4 + 4 + 4 + 19 // AUTH_RES with the null string
		untilOver = 3 * 60 * time.Second
	)
	auth := enrols(capf.AuthRequest(1, 3))
	retry := func(wait time.Duration) []byte { return enrols(capf.AuthRequest(1, 3), capf.RetryLater(1, wait)) }
	for _, c := range []struct {
		situation string
		bare      bool // without TLS
		serve     func(net.Conn)
		tries     int32
		fails     string
		cause     phone.Cause
		takes     time.Duration
		measured  time.Duration
	}{
		{
			situation: "stalls before TLS", bare: true, serve: stalls, tries: 3,
			fails: device + ": capf: TLS handshake with 192.0.2.1:3804: context deadline exceeded", cause: phone.CauseTimeout, takes: 3*10*time.Second + thrice,
		},
		{
			situation: "a byte a second of a ServerHello", bare: true, serve: trickles(endlessServerHello()), tries: 3,
			fails: device + ": capf: TLS handshake with 192.0.2.1:3804: context deadline exceeded", cause: phone.CauseTimeout, takes: 3*10*time.Second + thrice,
		},
		{
			situation: "hangs up before TLS", bare: true, serve: func(net.Conn) { time.Sleep(time.Millisecond) }, tries: 3,
			fails: device + ": capf: TLS handshake with 192.0.2.1:3804: EOF", cause: phone.CauseRefused, takes: thrice + 3*time.Millisecond,
		},
		{
			situation: "garbage instead of TLS", bare: true, serve: floods([]byte("HTTP/1.0 400 Bad Request\r\n")), tries: 1,
			fails: device + ": capf: TLS handshake with 192.0.2.1:3804: tls: first record does not look like a TLS handshake", cause: phone.CauseMalformed,
		},
		{
			situation: "stalls", serve: stalls, tries: 3,
			fails: unended + "waiting for AUTH_REQ", cause: phone.CauseTimeout, takes: untilOver + thrice,
		},
		{
			situation: "stalls after AUTH_REQ", serve: sends(auth), tries: 3,
			fails: unended + "waiting for an operation", cause: phone.CauseTimeout, takes: untilOver + thrice,
		},
		{
			situation: "a byte a second", serve: trickles(enrols(capf.Message{Command: 99, Session: 1})), tries: 3,
			fails: unended + "waiting for AUTH_REQ", cause: phone.CauseTimeout, takes: untilOver + thrice,
		},
		{
			situation: "a flood of commands that nobody knows", serve: after(0, auth, floods(enrols(capf.Message{Command: 99, Session: 1}))), tries: 3,
			fails: unended + "waiting for an operation", cause: phone.CauseTimeout, takes: untilOver + thrice, measured: 50 * time.Second,
		},
		{
			situation: "a flood of AUTH_REQ", serve: floods(auth), tries: 1,
			fails: session + "waiting for an operation: CAPF_MSG_AUTH_REQ while waiting for an operation", cause: phone.CauseMalformed,
		},
		{
			situation: "a flood of garbage", serve: floods([]byte("* OK IMAP4\r\n")), tries: 1,
			fails: session + "waiting for AUTH_REQ: offset 0: magic: 0x2a, not 0x55", cause: phone.CauseMalformed,
		},
		{
			situation: "announces a message of 64 KB", serve: sends([]byte{0x55, 1, 0, 0, 0, 1, 0xFF, 0xFF}), tries: 1,
			fails: session + "waiting for AUTH_REQ: offset 6: length: 65535 bytes of payload, at most 16384", cause: phone.CauseMalformed,
		},
		{
			situation: "announces as much as may be, and stalls", serve: sends([]byte{0x55, 1, 0, 0, 0, 1, 0x40, 0}), tries: 3,
			fails: unended + "waiting for AUTH_REQ", cause: phone.CauseTimeout, takes: untilOver + thrice,
		},
		{
			situation: "hangs up after AUTH_RES", serve: func(conn net.Conn) {
				conn.Write(auth)
				io.CopyN(io.Discard, conn, authRes)
			}, tries: 3,
			fails: session + "waiting for an operation: EOF", cause: phone.CauseRefused, takes: thrice,
		},
		{
			situation: "asks for an RSA key of 16384 bits", serve: sends(enrols(capf.AuthRequest(1, 3), capf.KeyGenRequest(1, capf.KeySpec{Bits: 16384}))), tries: 1,
			fails: device + ": capf: the phone refused: key not supported: rsa-16384", cause: phone.CauseRejected,
		},
		{
			situation: "RETRY_LATER without a delay", serve: sends(enrols(capf.AuthRequest(1, 3), capf.Message{Command: capf.RetryLaterCmd, Session: 1})), tries: 3,
			fails: device + ": capf: CAPF: core asked to retry in 30s", cause: phone.CauseRejected, takes: thrice,
		},
		{
			situation: "RETRY_LATER in 5 s", serve: sends(retry(5 * time.Second)), tries: 3,
			fails: device + ": capf: CAPF: core asked to retry in 5s", cause: phone.CauseRejected, takes: 10 * time.Second,
		},
		{
			situation: "RETRY_LATER in 136 years", serve: sends(enrols(capf.AuthRequest(1, 3), capf.Message{
				Command: capf.RetryLaterCmd, Session: 1, Elements: []capf.Element{{Tag: capf.TagRetryDelay, Value: []byte{0xFF, 0xFF, 0xFF, 0xFF}}},
			})), tries: 3,
			fails: device + ": capf: CAPF: core asked to retry in 1193046h28m15s", cause: phone.CauseRejected, takes: 20 * time.Minute,
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, secure := secureLab(t, a, cnf.CAPFNullString)
				var tries atomic.Int32
				serve := c.serve
				if !c.bare {
					serve = withTLS(t, a.CAPF, c.serve)
				}
				l.listen(t, "192.0.2.1:3804", func(conn net.Conn) {
					tries.Add(1)
					serve(conn)
				})
				if c.measured > 0 {
					mustHoldLittle(t, c.measured, 1<<20)
				}
				p := l.phone(t, secure)
				_, err := p.Boot(t.Context()) // which ends at the CallManager that is not there
				if phone.CauseOf(err) != phone.CauseRefused {
					t.Fatalf("boot: %v", err)
				}
				mustEndCAPF(t, l, c.fails, c.cause, c.takes)
				if tries.Load() != c.tries {
					t.Errorf("tried %d times, want %d", tries.Load(), c.tries)
				}
			})
		})
	}
}

// mustEndCAPF compares the end of the CAPF step.
func mustEndCAPF(t *testing.T, l *lab, text string, cause phone.Cause, takes time.Duration) {
	t.Helper()
	for _, e := range all[phone.StepEnded](&l.said) {
		if e.Step != phone.StepCAPF {
			continue
		}
		if e.Took != takes {
			t.Errorf("took %v, want %v", e.Took, takes)
		}
		if e.Err == nil || e.Err.Error() != text || phone.CauseOf(e.Err) != cause {
			t.Errorf("failed with\n\t%v (%s), want\n\t%s (%s)", e.Err, phone.CauseOf(e.Err), text, cause)
		}
		return
	}
	t.Error("there was no CAPF step")
}

// slowKeys makes keys as slowly as a real phone does, or not at all.
type slowKeys struct {
	pool
	takes time.Duration
	end   func() // called when the key is ready; nil: nothing
	fails error
}

func (k slowKeys) NewKey(ctx context.Context, spec capf.KeySpec) (crypto.Signer, error) {
	time.Sleep(k.takes)
	if k.end != nil {
		k.end()
		synctest.Wait() // for all that this sets off
	}
	if k.fails != nil {
		return nil, k.fails
	}
	return k.pool.NewKey(ctx, spec)
}

// TestKeyGenerationHasTimeOfItsOwn makes a key for longer than a session may
// take beside it, fails to make one, and ends the context meanwhile.
func TestKeyGenerationHasTimeOfItsOwn(t *testing.T) {
	a := mustAuthority(t)
	asks := enrols(capf.AuthRequest(1, 3), capf.KeyGenRequest(1, capf.KeySpec{Type: capf.EC, Curve: capf.P256}))
	const name = device + ": capf: "
	for _, c := range []struct {
		situation string
		keys      slowKeys
		fails     string
		cause     phone.Cause
		takes     time.Duration
	}{
		{"ten minutes", slowKeys{takes: 10 * time.Minute}, name + "CAPF ended the session with reason refused", phone.CauseRejected, 10 * time.Minute},
		{"no key", slowKeys{takes: time.Second, fails: errors.New("no entropy")}, name + "making a key ec-p256: no entropy", phone.CauseLocal, time.Second},
		{"the context ends", slowKeys{takes: time.Second, end: func() {}}, name + "context canceled", phone.CauseCanceled, time.Second},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				l, secure := secureLab(t, a, cnf.CAPFNullString)
				l.listen(t, "192.0.2.1:3804", withTLS(t, a.CAPF, func(conn net.Conn) {
					conn.Write(asks)
					for {
						m, err := capf.ReadMessage(conn)
						if err != nil {
							return
						}
						if m.Command == capf.KeyGenRes {
							conn.Write(enrols(capf.EndSession(1, capf.ReasonRefused)))
						}
					}
				}))
				p := l.phone(t, func(id *phone.Identity, flash *phone.Flash, env *phone.Env) {
					secure(id, flash, env)
					if c.keys.end != nil {
						c.keys.end = cancel
					}
					env.Keys = c.keys
				})
				p.Boot(ctx)
				mustEndCAPF(t, l, c.fails, c.cause, c.takes)
			})
		})
	}
}
