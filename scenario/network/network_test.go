package network

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/phone"
)

// server is a TFTP server in memory with a file of the given size, in blocks of
// 512 bytes; it can be used in a synctest bubble.
type server struct {
	file []byte
	in   chan []byte
	read deadline
}

var tftpAt = netip.MustParseAddrPort("192.0.2.1:69")

func (s *server) listen(netip.AddrPort) (phone.Datagrams, error) {
	s.in = make(chan []byte, 16)
	return s, nil
}

func (s *server) WriteToUDPAddrPort(b []byte, _ netip.AddrPort) (int, error) {
	block := 1
	if b[1] == 4 {
		block = int(b[2])<<8 + int(b[3]) + 1
	}
	if from := (block - 1) * 512; from <= len(s.file) && b[1] != 5 {
		data := s.file[from:min(from+512, len(s.file))]
		s.in <- append([]byte{0, 3, byte(block >> 8), byte(block)}, data...)
	}
	return len(b), nil
}

func (s *server) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	select {
	case d, open := <-s.in:
		if !open {
			return 0, netip.AddrPort{}, net.ErrClosed
		}
		return copy(b, d), tftpAt, nil
	case <-s.read.passed():
		return 0, netip.AddrPort{}, os.ErrDeadlineExceeded
	}
}

func (s *server) SetReadDeadline(t time.Time) error {
	s.read.set(t)
	return nil
}

func (s *server) Close() error {
	close(s.in)
	return nil
}

// TestTFTPOnABadNetwork fetches a file of three blocks.
func TestTFTPOnABadNetwork(t *testing.T) {
	model, err := phone.FindModel("7965")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		situation string
		spec      Spec
		cause     phone.Cause
		takes     time.Duration
	}{
		{"a way of 80 ms", Spec{Fault: "latency", Delay: 80 * time.Millisecond}, "", 240 * time.Millisecond},
		{"longer than a phone waits", Spec{Fault: "latency", Delay: 5 * time.Second}, phone.CauseTimeout, 4 * time.Second},
		{"for another service", Spec{Fault: "latency", Delay: 5 * time.Second, On: phone.ServiceCAPF}, "", 0},
		{"later", Spec{Fault: "latency", Delay: 5 * time.Second, At: time.Minute}, "", 0},
		{"everything is lost", Spec{Fault: "loss", Loss: 100}, phone.CauseTimeout, 4 * time.Second},
		{"everything is lost at first", Spec{Fault: "loss", Loss: 100, For: 1500 * time.Millisecond}, "", 2 * time.Second},
		// 516, 516 and 4+76 bytes at 8,000 bit/s.
		{"a thin line", Spec{Fault: "bandwidth", Bandwidth: 8000}, "", 1112 * time.Millisecond},
		{"one that is too thin", Spec{Fault: "bandwidth", Bandwidth: 800}, phone.CauseTimeout, 4 * time.Second},
	} {
		t.Run(c.situation, func(t *testing.T) {
			if err := c.spec.Check(); err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				s := &server{file: bytes.Repeat([]byte("x"), 1100)}
				line := New([]Spec{c.spec}, 1).Line(0, "SEP0011215A0001")
				client := &phone.TFTP{Servers: []string{tftpAt.String()}, Timers: &model.Timers, Listen: line.Listen(s.listen)}
				began := time.Now()
				file, err := client.Fetch(t.Context(), "CTLFile.tlv")
				if phone.CauseOf(err) != c.cause || err == nil && !bytes.Equal(file, s.file) {
					t.Errorf("%d bytes, %v", len(file), err)
				}
				if took := time.Since(began); took != c.takes {
					t.Errorf("took %v, want %v", took, c.takes)
				}
			})
		})
	}
}

// TestAQuestionOnABadNetwork connects, sends 100 bytes and has them echoed.
func TestAQuestionOnABadNetwork(t *testing.T) {
	for _, c := range []struct {
		situation     string
		spec          Spec
		connect, echo time.Duration
	}{
		{"none", Spec{Fault: "reset", At: time.Hour}, 0, 0},
		{"latency", Spec{Fault: "latency", Delay: 80 * time.Millisecond}, 80 * time.Millisecond, 80 * time.Millisecond},
		{"bandwidth, each way", Spec{Fault: "bandwidth", Bandwidth: 8000}, 0, 200 * time.Millisecond},
		{"over", Spec{Fault: "half-open", For: time.Second}, 0, 0},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := new(coretest.Network)
				listener, err := n.Listen(t.Context(), "tcp", "192.0.2.1:2000")
				if err != nil {
					t.Fatal(err)
				}
				defer listener.Close()
				go func() {
					if conn, err := listener.Accept(); err == nil {
						io.Copy(conn, conn)
						conn.Close()
					}
				}()
				all := New([]Spec{c.spec}, 1)
				if c.situation == "over" {
					time.Sleep(time.Second)
				}
				// A context that is not of a phone is for no service: say which.
				for _, f := range all.Line(0, "SEP0011215A0001").faults {
					conn, err := n.Dial(context.Background(), "tcp", "192.0.2.1:2000")
					if err != nil {
						t.Fatal(err)
					}
					began := time.Now()
					if c.connect > 0 {
						time.Sleep(time.Until(f.arrival(0)))
					}
					if took := time.Since(began); took != c.connect {
						t.Errorf("connected after %v, want %v", took, c.connect)
					}
					conn = f.kind.conn(f, conn)
					began = time.Now()
					fmt.Fprintf(conn, "%100s", "question")
					if _, err := io.ReadFull(conn, make([]byte, 100)); err != nil {
						t.Error(err)
					}
					if took := time.Since(began); took != c.echo {
						t.Errorf("an answer after %v, want %v", took, c.echo)
					}
					conn.SetDeadline(time.Now().Add(3 * time.Second))
					began = time.Now()
					if _, err := conn.Read(make([]byte, 1)); !os.IsTimeout(err) || time.Since(began) != 3*time.Second {
						t.Errorf("%v after %v, want the deadline", err, time.Since(began))
					}
					conn.Close()
				}
			})
		})
	}
}

func TestSharesAreChosenByName(t *testing.T) {
	for _, share := range []float64{5, 20, 50} {
		s, chosen := Spec{Fault: "reset", Share: share}, 0
		for n := range 2000 {
			if s.chooses(phone.NameFromMAC(0x0011215A0001 + uint64(n))) {
				chosen++
			}
		}
		if part := float64(chosen) / 20; part < share*0.8 || part > share*1.2 {
			t.Errorf("%g %% of the phones, want %g %%", part, share)
		}
	}
}
