package phone

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/sccp"
)

// link is a connection to one CallManager, registered or not.
type link struct {
	conn    net.Conn
	frames  *sccp.Reader
	version uint8 // negotiated protocol version, 0 before RegisterAck
	node    int   // place of the CallManager in the configuration's list
	address string
	// patience is how long the CallManager may take no data.
	patience time.Duration
}

// connecting is connect or reach.
type connecting func(ctx context.Context, watch *stopwatch, host string, port int, own *Credential, roles ...ctl.Role) (net.Conn, error)

// openLink connects to a CallManager as the device security mode says: mutual
// TLS on the secure port, or clear TCP (signed configuration, section 6).
func (p *Phone) openLink(ctx context.Context, watch *stopwatch, connect connecting, config *cnf.Config, node int) (*link, error) {
	cm := managerAt(config, node)
	port, roles := cm.ClearPort(), []ctl.Role(nil)
	var own *Credential
	if secured(config, node) {
		port, roles = cm.TLSPort(), []ctl.Role{ctl.RoleCCM, ctl.RoleCCMTFTP}
		var err error
		if own, err = p.credential(); err != nil {
			return nil, err
		}
		if own == nil {
			return nil, failf(CauseLocal, "the phone has neither LSC nor MIC, and the %s device security mode asks for one", config.SecurityMode)
		}
	}
	conn, err := connect(ctx, watch, cm.Host, port, own, roles...)
	if err != nil {
		return nil, err
	}
	return &link{
		conn: conn, frames: sccp.NewReader(conn), node: node, address: conn.RemoteAddr().String(),
		patience: p.id.Model.Timers.Answer,
	}, nil
}

// send writes messages that belong together at once: phones pipeline (SCCP,
// section 1.4). A CallManager that takes no data counts as one that does not
// answer.
func (l *link) send(ctx context.Context, messages ...sccp.Message) error {
	return l.sendBy(ctx, time.Now().Add(l.patience), messages...)
}

func (l *link) sendBy(ctx context.Context, deadline time.Time, messages ...sccp.Message) error {
	if err := l.until(ctx, l.conn.SetWriteDeadline, deadline); err != nil {
		return err
	}
	var out []byte
	for _, m := range messages {
		out = sccp.Append(out, m, l.version)
	}
	_, err := l.conn.Write(out)
	return err
}

// next waits for a message until the deadline. Frames that do not parse as
// what they claim to be are an error; unknown ones are not.
func (l *link) next(ctx context.Context, deadline time.Time) (sccp.Message, error) {
	if err := l.until(ctx, l.conn.SetReadDeadline, deadline); err != nil {
		return nil, err
	}
	frame, err := l.frames.Next()
	if err != nil {
		return nil, err
	}
	return sccp.Parse(frame, l.version)
}

// unblock makes reading and writing fail once ctx has ended.
func (l *link) unblock(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { l.conn.SetDeadline(time.Unix(1, 0)) })
}

// until sets a deadline, unless ctx has ended: unblock may have come before,
// and a new deadline undoes what it did.
func (l *link) until(ctx context.Context, set func(time.Time) error, deadline time.Time) error {
	if err := set(deadline); err != nil {
		return err
	}
	return ctx.Err()
}

// register registers over the link: it drives a registration with the
// model's times. Register requests go out at once; ack is how long the
// RegisterAck took.
func (l *link) register(ctx context.Context, r *registration, hello []sccp.Message) (ack time.Duration, err error) {
	defer l.unblock(ctx)()
	began := time.Now()
	if err := l.send(ctx, hello...); err != nil {
		return 0, because(err, "RegisterReq to %s", l.address)
	}
	state, deadline := r.state, began.Add(r.patience())
	for !r.over() {
		message, err := l.next(ctx, deadline)
		var answer []sccp.Message
		switch {
		case ctx.Err() != nil:
			return ack, ctx.Err()
		case errors.Is(err, os.ErrDeadlineExceeded):
			further, ok := r.quiet()
			if !ok {
				return ack, failf(CauseTimeout, "no %s from %s within %v", r.missing(), l.address, r.patience())
			}
			answer = further
		case err != nil:
			return ack, because(err, "registration with %s", l.address)
		default:
			if reset, ok := message.(sccp.Reset); ok {
				return ack, failf(CauseRejected, "%s answered the registration with a Reset (%s)", l.address, reset.Type)
			}
			answer = r.handle(message)
		}
		if r.state != state {
			if state == asking {
				ack = time.Since(began)
			}
			l.version = r.version
			state, deadline = r.state, time.Now().Add(r.patience())
		}
		if len(answer) > 0 {
			if err := l.send(ctx, answer...); err != nil {
				return ack, because(err, "registration with %s", l.address)
			}
		}
	}
	if r.state == rejected {
		return ack, failf(CauseRejected, "%s rejected the registration: %q", l.address, r.refusal)
	}
	return ack, l.until(ctx, l.conn.SetReadDeadline, time.Time{})
}

// localIP is the address that the phone reports as its own.
func (l *link) localIP() netip.Addr {
	if a, err := netip.ParseAddrPort(l.conn.LocalAddr().String()); err == nil {
		return a.Addr().Unmap()
	}
	return netip.Addr{}
}

// cipher names the suite and version of a TLS link, or nothing.
func (l *link) cipher() (suite, version string) {
	secure, ok := l.conn.(interface{ ConnectionState() tls.ConnectionState })
	if !ok {
		return "", ""
	}
	state := secure.ConnectionState()
	return tls.CipherSuiteName(state.CipherSuite), tls.VersionName(state.Version)
}
