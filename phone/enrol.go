package phone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// enrol is the CAPF step of a boot: at most one session that reaches an end.
// A session whose communication fails is tried again, a server that cannot be
// reached gives way to the next of the list (CAPF, section 9).
func (b *boot) enrol(ctx context.Context, watch *stopwatch) (result, error) {
	b.enroled = true
	mode := b.config.CAPFAuthMode
	switch {
	case mode == cnf.CAPFNone:
		return b.leaveOut("no operation is pending"), nil
	case mode == cnf.CAPFString && b.id.AuthString == "":
		return b.leaveOut("waits for the user to type the authentication string"), nil
	}
	servers := b.capfServers()
	if len(servers) == 0 {
		return result{}, failf(CauseMissing, "neither the configuration nor a trust list names a CAPF server")
	}
	timers := b.id.Model.Timers
	for try := 1; ; try++ {
		e, err := b.enrolAnywhere(ctx, watch, servers)
		var later *retryLater
		switch {
		case err == nil:
			return b.keep(e), nil
		case try >= timers.CAPFTries || ctx.Err() != nil:
			return result{}, err
		case errors.As(err, &later):
			err = sleep(ctx, min(later.wait, longestRetryLater))
		case CauseOf(err) == CauseTimeout || CauseOf(err) == CauseRefused:
			err = sleep(ctx, timers.CAPFRetry)
		default:
			return result{}, err
		}
		if err != nil {
			return result{}, err
		}
	}
}

// leaveOut skips the step, and notes why for what may fail later because of it.
func (b *boot) leaveOut(why string) result {
	b.leftOut = why
	return result{skipped: true, note: why}
}

// longestRetryLater bounds the wait that a server may ask for.
const longestRetryLater = 10 * time.Minute

// capfServers are those of the configuration, else the CAPF records of the
// trust lists on the usual port.
func (b *boot) capfServers() []cnf.Server {
	if len(b.config.CAPF) > 0 {
		return b.config.CAPF
	}
	var servers []cnf.Server
	for _, list := range []*ctl.List{b.flash.CTL, b.flash.ITL} {
		if list == nil {
			continue
		}
		for record := range list.With(ctl.RoleCAPF) {
			if record.DNSName != "" {
				servers = append(servers, cnf.Server{Host: record.DNSName, Port: capf.Port})
			}
		}
	}
	return servers
}

func (b *boot) enrolAnywhere(ctx context.Context, watch *stopwatch, servers []cnf.Server) (*enrolment, error) {
	var err error
	for _, server := range servers {
		var conn net.Conn
		if conn, err = b.connect(ctx, watch, server.Host, server.Port, nil, ctl.RoleCAPF); err != nil {
			continue
		}
		var e *enrolment
		e, err = b.enrolOver(ctx, watch, conn)
		conn.Close()
		return e, err
	}
	return nil, err
}

// enrolOver drives an enrolment over a connection. Beside key generation the
// session may take the model's CAPF time in all.
func (b *boot) enrolOver(ctx context.Context, watch *stopwatch, conn net.Conn) (*enrolment, error) {
	unblock := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer unblock()
	e, err := b.newEnrolment()
	if err != nil {
		return nil, err
	}
	left := b.id.Model.Timers.CAPF
	for !e.over() {
		began := time.Now()
		message, err := readBy(ctx, conn, began.Add(left))
		if err == nil {
			err = e.handle(message, func(m capf.Message) error { return capf.WriteMessage(conn, m) })
		}
		switch {
		case err != nil && (e.lsc != nil || e.deleted): // done; only the farewell is missing
			return e, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, failf(CauseTimeout, "the CAPF session with %s did not end within %v, %s",
				conn.RemoteAddr(), b.id.Model.Timers.CAPF, e.state)
		case err != nil:
			return nil, because(err, "CAPF session with %s, %s", conn.RemoteAddr(), e.state)
		}
		left -= time.Since(began)
		if e.asked != nil {
			if err := b.answerKeyRequest(ctx, watch, conn, e); err != nil {
				return nil, err
			}
		}
	}
	return e, e.verdict()
}

// readBy reads the next message. The deadline also counts for the answer. A
// context that ended before it was set must not go unnoticed.
func readBy(ctx context.Context, conn net.Conn, deadline time.Time) (capf.Message, error) {
	conn.SetDeadline(deadline)
	if err := ctx.Err(); err != nil {
		return capf.Message{}, err
	}
	return capf.ReadMessage(conn)
}

// answerKeyRequest makes the key that CAPF asked for, which may take longer
// than a session. The server hears at once that the phone is at it.
func (b *boot) answerKeyRequest(ctx context.Context, watch *stopwatch, conn net.Conn, e *enrolment) error {
	send := func(m capf.Message) error {
		conn.SetDeadline(time.Now().Add(b.id.Model.Timers.CAPF))
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := capf.WriteMessage(conn, m); err != nil {
			return because(err, "CAPF session with %s", conn.RemoteAddr())
		}
		return nil
	}
	if err := send(capf.InProgress(e.session)); err != nil {
		return err
	}
	switch err := b.makeKey(ctx, watch, e); {
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return &failure{cause: CauseLocal, text: fmt.Sprintf("making a key %s", e.asked), err: err}
	}
	answer, err := e.keyMade()
	if err != nil {
		return &failure{cause: CauseLocal, text: "encoding the public key", err: err}
	}
	return send(answer)
}

// keep writes what came of an enrolment to flash.
func (b *boot) keep(e *enrolment) result {
	switch {
	case e.lsc != nil:
		b.flash.LSC = e.lsc
		b.stored = true
		b.say(CertificateIssued{KeySpec: e.spec.String(), Size: len(e.lsc.Certificate)})
		return result{note: "LSC installed, " + e.spec.String()}
	case e.deleted:
		b.flash.LSC = nil
		b.say(CertificateDeleted{})
		return result{note: "LSC deleted"}
	case e.shown:
		return result{note: "the certificate was shown"}
	}
	return result{note: "CAPF has nothing to do"}
}
