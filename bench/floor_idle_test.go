package bench

import (
	"bufio"
	"crypto/tls"
	"net"

	"github.com/phonebank/phonebank/phone"
)

// TLSPeer is the server's end of bare TLS connections, as a child.
type TLSPeer struct{}

// Start listens and answers with the address.
func (*TLSPeer) Start(dir string, address *string) error {
	w, err := loadWorld(dir)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	*address = l.Addr().String()
	go acceptTLS(l, serverConfig(w))
	return nil
}

// BareIdle is the usual design of an idle secure connection, and the floor of
// a phone's memory: a goroutine that shakes hands and then waits in a
// bufio.Reader.
type BareIdle struct {
	floor  *bareTLS
	phones []*barePhone
}

// barePhone keeps what it needs to connect again.
type barePhone struct {
	conn *tls.Conn
	own  *phone.Credential
}

// Prepare makes everything that is not a connection.
func (r *BareIdle) Prepare(in ClientArgs, _ *Nothing) error {
	w, err := loadWorld(in.Dir)
	if err != nil {
		return err
	}
	m, err := phone.FindModel(in.Model)
	if err != nil {
		return err
	}
	r.floor = &bareTLS{world: w, model: m, address: in.Core.TFTP}
	return nil
}

// Start opens n more connections.
func (r *BareIdle) Start(n int, _ *Nothing) error {
	first := len(r.phones)
	r.phones = append(r.phones, make([]*barePhone, n)...)
	return eachOf(n, func(i int) error {
		up := make(chan error)
		p := &barePhone{own: r.floor.world.credential(first + i)}
		r.phones[first+i] = p
		go func() {
			var err error
			p.conn, err = r.floor.dialWith(first+i, p.own)
			up <- err
			if err == nil {
				p.read()
			}
		}()
		return <-up
	})
}

func (p *barePhone) read() {
	frames := bufio.NewReader(p.conn)
	for {
		var header [12]byte
		if _, err := frames.Read(header[:]); err != nil {
			return
		}
	}
}

// Usage is what the process has used.
func (*BareIdle) Usage(_ Nothing, out *Usage) error { return out.measure() }
