package bench

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"testing"

	"github.com/pin/tftp/v3"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
)

// bareBoot is the floor of a whole boot: what is left of it when nobody looks at
// what he gets. It fetches as many bytes as the phone does from the TFTP library
// on its own, has one signature made at the far end of a TLS connection that
// only the server authenticates, and shakes hands once more with certificates on
// both sides.
type bareBoot struct {
	registration *bareTLS
	capf         string
	tftp         string
	names        []string // of the files, in the order of a boot
	sizes        map[string]int
}

// startBareBoot starts the servers' ends; they end with the test.
func startBareBoot(t testing.TB, w *world, m *phone.Model, files shelf) *bareBoot {
	t.Helper()
	config := cnf.Name(name(0)) + ".sgn"
	f := &bareBoot{
		registration: startBareTLS(t, w, m),
		names:        []string{"CTL" + name(0) + ".tlv", "ITL" + name(0) + ".tlv", config, config},
		sizes:        make(map[string]int),
	}
	if !m.SecurityByDefault {
		f.names = append(f.names[:1], f.names[2:]...)
	}
	for _, name := range f.names {
		f.sizes[name] = len(files[name])
	}
	f.tftp = startBareTFTP(t, files)
	f.capf = startBareCAPF(t, w)
	return f
}

// startBareTFTP serves files with the library that the core serves with.
func startBareTFTP(t testing.TB, files shelf) string {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	server := tftp.NewServer(func(name string, to io.ReaderFrom) error {
		_, err := to.ReadFrom(bytes.NewReader(files[name]))
		return err
	}, nil)
	t.Cleanup(server.Shutdown)
	go server.Serve(conn)
	return conn.LocalAddr().String()
}

// startBareCAPF signs something for everybody who connects.
func startBareCAPF(t testing.TB, w *world) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	config, key := serverConfig(w), w.authority.CAPF.Key
	config.ClientAuth, config.VerifyConnection = tls.NoClientCert, nil
	go func() {
		for {
			plain, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer plain.Close()
				digest := sha256.Sum256(nil)
				conn := tls.Server(plain, config)
				if conn.Handshake() != nil {
					return
				}
				if signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256); err == nil {
					conn.Write(signature)
				}
			}()
		}
	}()
	return l.Addr().String()
}

// enrol has the far end sign.
func (f *bareBoot) enrol(from netip.Addr) error {
	dialer := net.Dialer{KeepAlive: -1, LocalAddr: &net.TCPAddr{IP: from.AsSlice()}}
	plain, err := dialer.DialContext(context.Background(), "tcp", f.capf)
	if err != nil {
		return err
	}
	defer plain.Close()
	config := f.registration.clientConfig(&phone.Credential{})
	config.Certificates = nil
	signature := make([]byte, f.registration.world.authority.CAPF.Certificate.PublicKey.(*rsa.PublicKey).Size())
	_, err = io.ReadFull(tls.Client(plain, config), signature)
	return err
}

// boot boots as phone i and stays.
func (f *bareBoot) boot(i int) (*tls.Conn, error) {
	for _, name := range f.names {
		if size, err := fetchBare(f.tftp, source(i), name); err != nil || size != f.sizes[name] {
			return nil, orElse(err, errTFTP)
		}
	}
	if err := f.enrol(source(i)); err != nil {
		return nil, err
	}
	return f.registration.dial(i)
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// rate is how many boots a second n phones make.
func (f *bareBoot) rate(t testing.TB, n int) float64 { return stay(t, n, f.boot) }
