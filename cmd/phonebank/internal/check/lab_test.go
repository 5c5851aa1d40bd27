package check

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pin/tftp/v3"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

const device = "SEP0011215A1AE3"

// lab is a cluster, possibly broken, and the TFTP servers in front of it.
type lab struct {
	core    *core.Core
	servers []string
	held    phone.Flash
}

// pki is that of all labs, made three days ago. Nobody changes it.
var pki = sync.OnceValues(func() (*core.Authority, error) {
	return core.NewAuthority(core.AuthorityOptions{Nodes: 2, Bits: 1024, Now: func() time.Time { return time.Now().Add(-72 * time.Hour) }})
})

// cluster starts a secure cluster of two nodes.
func cluster(t *testing.T, change func(*core.Config)) *lab {
	t.Helper()
	authority, err := pki()
	if err != nil {
		t.Fatal(err)
	}
	c := core.Config{
		Authority: authority, Nodes: 2, Security: cnf.Encrypted, CAPF: core.CAPFPolicy{Operation: core.OperationInstall},
		Devices: []core.Device{{Name: device}},
	}
	if change != nil {
		change(&c)
	}
	running := coretest.Start(t, c)
	return &lab{core: running, servers: []string{running.TFTPAddr()}}
}

// mic is the factory certificate of the lab's phone.
func (l *lab) mic(t *testing.T) func() (*phone.Credential, error) {
	return func() (*phone.Credential, error) {
		key, err := phone.FreshKeys{}.NewKey(t.Context(), capf.KeySpec{Type: capf.RSA, Bits: 1024})
		if err != nil {
			return nil, err
		}
		der, err := l.core.Authority().Manufacturer.MIC(device, "7965", key)
		return &phone.Credential{Certificate: der, Key: key}, err
	}
}

// files changes files on their way, or makes them, by the beginning of their
// name.
type files map[string]func([]byte) []byte

// front puts a TFTP server in front of the lab's own.
func (l *lab) front(t *testing.T, changed files) string {
	t.Helper()
	behind := &phone.TFTP{Servers: []string{l.core.TFTPAddr()}, Timers: timers(t)}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	server := tftp.NewServer(func(name string, to io.ReaderFrom) error {
		file, err := behind.Fetch(context.Background(), name)
		for prefix, change := range changed {
			if strings.HasPrefix(name, prefix) {
				file, err = change(file), nil
			}
		}
		if err != nil {
			return err // whatever it is: the library says "file not found"
		}
		_, err = to.ReadFrom(bytes.NewReader(file))
		return err
	}, nil)
	go server.Serve(conn)
	t.Cleanup(server.Shutdown)
	return conn.LocalAddr().String()
}

// as serves the same bytes, whatever the cluster has.
func as(b []byte) func([]byte) []byte { return func([]byte) []byte { return b } }

// list builds a list of an authority with the addresses of the lab's nodes.
func (l *lab) list(t *testing.T, kind ctl.Kind, a *core.Authority, o core.ListOptions) []byte {
	t.Helper()
	o.Addresses = l.core.NodeAddrs()
	b, err := a.CTL(o)
	if kind == ctl.ITL {
		b, err = a.ITL(1, o)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func timers(t *testing.T) *phone.Timers {
	t.Helper()
	m, err := phone.FindModel("7965")
	if err != nil {
		t.Fatal(err)
	}
	return &m.Timers
}

// parsed is a list that a phone holds.
func parsed(t *testing.T, b []byte) *ctl.List {
	t.Helper()
	list, err := ctl.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
