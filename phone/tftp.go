package phone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"
)

// TFTP fetches files from the TFTP servers that DHCP would have named (option
// 150): in order, the next one when a server does not answer or cannot be
// reached. A server that answers "file not found" has answered.
//
// The receiving side is our own (transfer.go). The library that the core serves
// with has a client, but keeps its socket to itself: nothing can end a transfer
// from outside, a server that answers an acknowledgment with one more OACK keeps
// it busy for ever, and ten thousand phones must survive every server.
type TFTP struct {
	Servers []string   // host:port
	Local   netip.Addr // source address; the zero value leaves the choice to the system
	Timers  *Timers    // of the phone's model

	// Listen opens the socket of a transfer; nil means the system's.
	Listen func(local netip.AddrPort) (Datagrams, error)
}

// Datagrams is a socket as a transfer needs it: a *net.UDPConn, or a network in
// memory.
type Datagrams interface {
	ReadFromUDPAddrPort(b []byte) (n int, from netip.AddrPort, err error)
	WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error)
	SetReadDeadline(t time.Time) error
	Close() error
}

// String is what a console log calls the server.
func (t *TFTP) String() string { return strings.Join(t.Servers, ", ") }

// Fetch implements Files. Its errors wrap ErrNotFound, or carry the cause
// timeout, refused, missing, rejected, malformed, local or canceled.
func (t *TFTP) Fetch(ctx context.Context, name string) ([]byte, error) {
	file, _, err := t.fetch(ctx, name)
	return file, err
}

// fetch also says which server has answered, "" for none.
func (t *TFTP) fetch(ctx context.Context, name string) (file []byte, from string, err error) {
	err = failf(CauseLocal, "no TFTP server is named")
	for _, server := range t.Servers {
		file, err = t.fetchFrom(ctx, server, name)
		switch {
		case ctx.Err() != nil:
			return file, "", err
		case err == nil || !unreached(err):
			return file, server, err
		}
	}
	return nil, "", err
}

// unreached says that a server has given no answer: neither the file nor a no.
func unreached(err error) bool {
	switch CauseOf(err) {
	case CauseTimeout, CauseRefused:
		return true
	case CauseMissing: // the server itself, by its name
		return !errors.Is(err, ErrNotFound)
	}
	return false
}

func (t *TFTP) fetchFrom(ctx context.Context, server, name string) ([]byte, error) {
	at, err := t.resolve(ctx, server)
	if err != nil {
		return nil, because(err, "%s from TFTP server %s", name, server)
	}
	conn, err := t.open(at.Addr())
	if err != nil {
		return nil, because(err, "%s from %s: a socket of this phone", name, server)
	}
	defer conn.Close()
	x := newTransfer(at, name, t.Timers)
	if err := t.receive(ctx, conn, x); err != nil {
		return nil, because(serverError(err), "%s from %s", name, server)
	}
	return x.file, nil
}

// receive drives a transfer: each datagram of ours waits for the next block as
// long as the model does, and is sent as often as the model does.
func (t *TFTP) receive(ctx context.Context, conn Datagrams, x *transfer) error {
	// A deadline that has passed wakes the reader; await looks at ctx after it
	// has set a new one, which would undo that.
	defer context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })()
	buffer := make([]byte, x.room())
	end := time.Now().Add(t.Timers.Transfer)
	for tries := 1; ; tries++ {
		if _, err := conn.WriteToUDPAddrPort(x.out, x.server); err != nil {
			return err
		}
		moved, err := t.await(ctx, conn, x, buffer, end)
		if moved {
			tries = 1 // await has sent another datagram
		}
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			err = ctx.Err()
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case !time.Now().Before(end):
			err = failf(CauseTimeout, "TFTP timeout: %d bytes within %v, and no end", len(x.file), t.Timers.Transfer)
		case tries < t.Timers.TFTPTries:
			continue
		default:
			err = failf(CauseTimeout, "TFTP timeout: no answer")
		}
		if x.started { // or the server would go on sending
			conn.WriteToUDPAddrPort(errorDatagram(tftpUndefined, "the phone has given up"), x.server)
		}
		return err
	}
}

// await answers block after block, until the file is complete or the next does
// not come in time. It says whether there was any.
func (t *TFTP) await(ctx context.Context, conn Datagrams, x *transfer, buffer []byte, end time.Time) (moved bool, err error) {
	for step := true; !x.done; {
		if step {
			deadline := time.Now().Add(t.Timers.TFTPTry)
			if deadline.After(end) {
				deadline = end
			}
			if err := conn.SetReadDeadline(deadline); err != nil {
				return moved, err
			}
			if err := ctx.Err(); err != nil {
				return moved, err
			}
		}
		n, from, err := conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return moved, err
		}
		answer, to, err := x.handle(buffer[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
		if answer != nil { // if it gets lost, it is sent again
			conn.WriteToUDPAddrPort(answer, to)
		}
		if err != nil {
			return moved, err
		}
		step = x.strays == 0
		moved = moved || step
	}
	return moved, nil
}

// resolve finds the address of a server. A name may cost as much time as a
// server that is silent.
func (t *TFTP) resolve(ctx context.Context, server string) (netip.AddrPort, error) {
	if at, err := netip.ParseAddrPort(server); err == nil {
		return netip.AddrPortFrom(at.Addr().Unmap(), at.Port()), nil
	}
	host, service, err := net.SplitHostPort(server)
	if err != nil {
		return netip.AddrPort{}, &failure{cause: CauseLocal, text: "no address", err: err}
	}
	asking, cancel := context.WithTimeout(ctx, t.Timers.TFTPTry*time.Duration(t.Timers.TFTPTries))
	defer cancel()
	port, err := net.DefaultResolver.LookupPort(asking, "udp", service)
	if err != nil {
		return netip.AddrPort{}, &failure{cause: CauseLocal, text: "no address", err: err}
	}
	family := "ip"
	switch local := t.Local.Unmap(); {
	case local.Is4():
		family = "ip4"
	case local.Is6():
		family = "ip6"
	}
	addresses, err := net.DefaultResolver.LookupNetIP(asking, family, host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	best := max(0, slices.IndexFunc(addresses, func(a netip.Addr) bool { return a.Unmap().Is4() }))
	return netip.AddrPortFrom(addresses[best].Unmap(), uint16(port)), nil
}

// open opens a socket of the server's kind of address.
func (t *TFTP) open(server netip.Addr) (Datagrams, error) {
	local := netip.AddrPortFrom(t.Local.Unmap(), 0)
	if !t.Local.IsValid() {
		local = netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
		if server.Is6() {
			local = netip.AddrPortFrom(netip.IPv6Unspecified(), 0)
		}
	}
	if t.Listen != nil {
		return t.Listen(local)
	}
	return ListenFrom(local)
}

// ListenFrom opens a socket of the system, as a TFTP without Listen does.
func ListenFrom(local netip.AddrPort) (Datagrams, error) {
	network := "udp4"
	if local.Addr().Is6() {
		network = "udp6"
	}
	return net.ListenUDP(network, net.UDPAddrFromAddrPort(local))
}

// serverError gives what the server said a cause.
func serverError(err error) error {
	var said *tftpError
	switch {
	case !errors.As(err, &said):
		return err
	case said.code == tftpNotFound:
		return ErrNotFound
	case said.code == tftpAccess:
		return &failure{cause: CauseRejected, text: "TFTP", err: errAccess}
	default:
		return &failure{cause: CauseRejected, text: fmt.Sprintf("TFTP error %d: %s", said.code, said.text)}
	}
}

// statusOfTransfer is the status message of a transfer that failed.
func statusOfTransfer(err error) StatusMessage {
	switch {
	case errors.Is(err, errAccess):
		return StatusMessage{Text: StatusTFTPAccess}
	case errors.Is(err, errTooLong):
		return StatusMessage{Text: StatusConfigTooLong}
	case CauseOf(err) == CauseTimeout:
		return StatusMessage{Text: StatusTFTPTimeout}
	default:
		return StatusMessage{Text: StatusTFTPError}
	}
}
