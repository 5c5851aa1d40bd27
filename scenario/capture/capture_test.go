package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/phonebank/phonebank/phone"
)

// wide is room enough for everything.
var wide = limits{1 << 20, 1 << 20, 1 << 20, 4}

func identity(t *testing.T, n int) phone.Identity {
	t.Helper()
	model, err := phone.FindModel("7965")
	if err != nil {
		t.Fatal(err)
	}
	return phone.Identity{Name: phone.NameFromMAC(0x0011215A0001 + uint64(n)), Model: model, Address: netip.MustParseAddr("192.0.2.20")}
}

// begin is a capture into a new file.
func begin(t *testing.T, c Choice, l limits) (*File, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.pcapng")
	f, err := create(path, c, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, path
}

// packets reads a capture back: a line for each packet, "name flags>bytes".
func packets(t *testing.T, path string) (lines []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := pcapgo.NewNgReader(file, pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		of, err := r.Interface(info.InterfaceIndex)
		if err != nil {
			t.Fatal(err)
		}
		packet := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.Default)
		if bad := packet.ErrorLayer(); bad != nil {
			t.Fatal(bad.Error())
		}
		text := of.Name + " "
		if tcp, ok := packet.TransportLayer().(*layers.TCP); ok {
			for _, flag := range []struct {
				on   bool
				name string
			}{{tcp.SYN, "S"}, {tcp.FIN, "F"}, {tcp.RST, "R"}, {tcp.ACK, "."}} {
				if flag.on {
					text += flag.name
				}
			}
		}
		text += ">"
		if packet.NetworkLayer().NetworkFlow().Src().String() != "192.0.2.20" {
			text = strings.TrimSuffix(text, ">") + "<"
		}
		lines = append(lines, text+string(packet.TransportLayer().LayerPayload()))
	}
}

// script is a connection whose other end says what it says.
type script struct {
	says []string
	end  error
	net.Conn
}

func (s *script) Read(b []byte) (int, error) {
	if len(s.says) == 0 {
		return 0, s.end
	}
	n := copy(b, s.says[0])
	s.says = s.says[1:]
	return n, nil
}
func (s *script) Write(b []byte) (int, error) { return len(b), nil }
func (s *script) Close() error                { return nil }
func (s *script) LocalAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.20:50000"))
}

func (s *script) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.1:2000"))
}

// talk has a phone say and hear something over a connection.
func talk(t *testing.T, tap *Tap, s *script, says ...string) {
	t.Helper()
	conn, err := tap.Dial(func(context.Context, string, string) (net.Conn, error) { return s, nil })(t.Context(), "tcp", "192.0.2.1:2000")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range says {
		conn.Write([]byte(text))
	}
	for {
		if _, err := conn.Read(make([]byte, 8000)); err != nil {
			break
		}
	}
	conn.Close()
	conn.Close()
}

func TestAConnectionIsPackets(t *testing.T) {
	const open = "SEP0011215A0001 S>|SEP0011215A0001 S.<|SEP0011215A0001 .>|"
	long := strings.Repeat("x", segment+1)
	for _, c := range []struct {
		situation string
		says      []string
		hears     *script
		dials     error
		want      string
	}{
		{"question and answer", []string{"q"}, &script{says: []string{"a"}, end: io.EOF}, nil, open + "N .>q|N .<a|N F.<|N F.>"},
		{"more than a packet carries", []string{long}, &script{end: io.EOF}, nil, open + "N .>" + long[1:] + "|N .>x|N F.<|N F.>"},
		{"the server resets it", nil, &script{end: syscall.ECONNRESET}, nil, open + "N R.<"},
		{"the phone hangs up", nil, &script{end: os.ErrDeadlineExceeded}, nil, open + "N F.>"},
		{"nobody listens", nil, nil, syscall.ECONNREFUSED, "N S>|N R.<"},
		{"nobody answers", nil, nil, context.DeadlineExceeded, "N S>"},
		{"this machine has no descriptor left", nil, nil, syscall.EMFILE, ""},
		{"the phone may not go there", nil, nil, errors.New("192.0.2.1 may not be loaded"), ""},
	} {
		t.Run(c.situation, func(t *testing.T) {
			f, path := begin(t, Choice{First: 1}, wide)
			tap := f.Tap(0, identity(t, 0))
			if c.dials != nil {
				dial := tap.Dial(func(context.Context, string, string) (net.Conn, error) { return nil, c.dials })
				if _, err := dial(t.Context(), "tcp", "192.0.2.1:2000"); !errors.Is(err, c.dials) {
					t.Error(err)
				}
			} else {
				talk(t, tap, c.hears, c.says...)
			}
			want := strings.ReplaceAll(c.want, "N ", "SEP0011215A0001 ")
			if diff := cmp.Diff(want, strings.Join(packets(t, path), "|")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSecretsStandBeforeWhatTheyOpen has a server answer a ClientHello, which is
// how TLS 1.3 comes to the secrets of that very answer.
func TestSecretsStandBeforeWhatTheyOpen(t *testing.T) {
	const hello, answer, secret = "\x16\x03\x01\x00\x05\x01hello", "answer", "SERVER_HANDSHAKE_TRAFFIC_SECRET 00 11"
	for _, c := range []struct {
		situation string
		goesOn    func(net.Conn)
		end       error
	}{
		{"the phone goes on", func(conn net.Conn) { conn.Write([]byte("finished")) }, io.EOF},
		{"the server hangs up", func(conn net.Conn) { conn.Read(make([]byte, 10)) }, io.EOF},
		{"the server resets it", func(conn net.Conn) { conn.Read(make([]byte, 10)) }, syscall.ECONNRESET},
		{"the phone hangs up", func(conn net.Conn) { conn.Close() }, io.EOF},
	} {
		t.Run(c.situation, func(t *testing.T) {
			f, path := begin(t, Choice{First: 1}, wide)
			tap := f.Tap(0, identity(t, 0))
			s := &script{says: []string{answer}, end: c.end}
			conn, err := tap.Dial(func(context.Context, string, string) (net.Conn, error) { return s, nil })(t.Context(), "tcp", "192.0.2.1:2443")
			if err != nil {
				t.Fatal(err)
			}
			conn.Write([]byte(hello))
			conn.Read(make([]byte, 10))
			fmt.Fprintln(tap.KeyLog(nil), secret)
			c.goesOn(conn)
			text, err := os.ReadFile(path)
			said, opened, opens := bytes.Index(text, []byte(hello)), bytes.Index(text, []byte(answer)), bytes.Index(text, []byte(secret))
			if err != nil || said < 0 || opens < said || opened < opens {
				t.Errorf("ClientHello at %d, secret at %d, answer at %d, %v", said, opens, opened, err)
			}
			if got := packets(t, path)[3:]; len(got) != 3 || !strings.HasSuffix(got[0], hello) || !strings.HasSuffix(got[1], answer) {
				t.Errorf("%q", got)
			}
		})
	}
}

// TestAnAnswerWithoutEndIsNotKeptBack floods a phone that has said its
// ClientHello.
func TestAnAnswerWithoutEndIsNotKeptBack(t *testing.T) {
	f, path := begin(t, Choice{First: 1}, wide)
	s := &script{end: io.EOF}
	for range 100 {
		s.says = append(s.says, strings.Repeat("x", segment))
	}
	conn, err := f.Tap(0, identity(t, 0)).Dial(func(context.Context, string, string) (net.Conn, error) { return s, nil })(t.Context(), "tcp", "192.0.2.1:2443")
	if err != nil {
		t.Fatal(err)
	}
	conn.Write([]byte("\x16\x03\x01\x00\x01\x01"))
	for range 100 {
		conn.Read(make([]byte, segment))
	}
	if n := len(packets(t, path)); n != 3+1+100 {
		t.Errorf("%d packets are in the file, want all 104", n)
	}
}

// TestNothingIsSaidAfterTheEnd has a phone write to a connection that is over:
// none of it is sent.
func TestNothingIsSaidAfterTheEnd(t *testing.T) {
	for _, c := range []struct {
		situation string
		end       error
		want      string // after the handshake
	}{
		{"the phone has hung up", os.ErrDeadlineExceeded, "F.>"},
		{"the server has reset it", syscall.ECONNRESET, "R.<"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			f, path := begin(t, Choice{First: 1}, wide)
			conn, err := f.Tap(0, identity(t, 0)).Dial(func(context.Context, string, string) (net.Conn, error) { return &script{end: c.end}, nil })(t.Context(), "tcp", "192.0.2.1:2443")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Read(make([]byte, 10)); errors.Is(err, os.ErrDeadlineExceeded) {
				conn.Close()
			}
			conn.Write([]byte("close notify"))
			if got := packets(t, path)[3:]; len(got) != 1 || got[0] != "SEP0011215A0001 "+c.want {
				t.Errorf("%q, want %q alone", got, c.want)
			}
		})
	}
}

var (
	fails      = phone.StepEnded{Step: phone.StepCTL, Err: errors.New("refused")}
	ends       = phone.StepEnded{Step: phone.StepCTL, Err: context.Canceled}
	registered = phone.Registered{}
	gaveUp     = phone.GaveUp{Err: errors.New("refused")}
)

// TestWhoIsInTheFile lets phones say "a", hears their events, and lets them say
// "b".
func TestWhoIsInTheFile(t *testing.T) {
	for _, c := range []struct {
		situation string
		choice    Choice
		limits    limits
		phones    [][]phone.Event
		want      string // what is in the file of each phone
		summary   Summary
	}{
		{"the first one", Choice{First: 1}, wide, [][]phone.Event{{registered}, {registered}}, "ab -", Summary{Phones: 1, Packets: 2}},
		{"one that fails, from its first packet on", Choice{}, wide, [][]phone.Event{{registered}, {fails}, {gaveUp}}, "- ab ab", Summary{Phones: 2, Packets: 4}},
		{"one whose step fails, and which registers", Choice{}, wide, [][]phone.Event{{fails, registered}}, "ab", Summary{Phones: 1, Packets: 2}},
		{"one that is switched off", Choice{}, wide, [][]phone.Event{{ends}}, "-", Summary{}},
		{"a named one alone", Choice{Names: []phone.Name{"SEP0011215A0002"}}, wide, [][]phone.Event{{gaveUp}, {registered}}, "- ab", Summary{Phones: 1, Packets: 2}},
		{
			"half of the places are for those that give up",
			Choice{},
			wide,
			[][]phone.Event{{fails}, {fails}, {fails, registered}, {fails, gaveUp}, {gaveUp}, {fails, gaveUp}},
			"ab ab - ab ab -",
			Summary{Phones: 4, Packets: 8, Missed: 2},
		},
		{"more than the file may have", Choice{First: 2}, limits{file: 700, phone: 1 << 20, held: 1 << 20, failing: 4}, [][]phone.Event{{}, {}}, "ab a", Summary{Phones: 2, Packets: 3, Cut: 1}},
		{"more than a phone may have", Choice{First: 2}, limits{file: 1 << 20, phone: 60, held: 1 << 20, failing: 4}, [][]phone.Event{{}, {}}, "a a", Summary{Phones: 2, Packets: 2, Cut: 2}},
		{"more than may be held", Choice{}, limits{file: 1 << 20, phone: 1 << 20, held: 60, failing: 4}, [][]phone.Event{{gaveUp}, {gaveUp}, {}, {gaveUp}}, "ab ab - ab", Summary{Phones: 3, Packets: 6}},
		{"more than may be held, of phones that fail", Choice{}, limits{file: 1 << 20, phone: 1 << 20, held: 40, failing: 4}, [][]phone.Event{{registered}, {gaveUp}, {fails, registered}, {fails, gaveUp}}, "- - - -", Summary{Cut: 3}},
	} {
		t.Run(c.situation, func(t *testing.T) {
			f, path := begin(t, c.choice, c.limits)
			from, to := netip.MustParseAddrPort("192.0.2.20:50001"), netip.MustParseAddrPort("192.0.2.1:50002")
			for n, events := range c.phones {
				tap := f.Tap(n, identity(t, n))
				say := func(text string) {
					if tap != nil {
						tap.packet(testTime, from, to, true, new(layers.UDP), []byte(text), "")
					}
				}
				say("a")
				for _, e := range events {
					tap.Hear(phone.Record{Event: e})
				}
				say("b")
			}
			said := make(map[string]string)
			for _, line := range packets(t, path) {
				name, text, _ := strings.Cut(line, " >")
				said[name] += strings.TrimRight(text, "\x00")
			}
			var got []string
			for n := range c.phones {
				text := said[string(identity(t, n).Name)]
				if text == "" {
					text = "-"
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(strings.Fields(c.want), got); diff != "" {
				t.Error(diff)
			}
			if summary, err := f.Close(); err != nil || summary != c.summary {
				t.Errorf("%+v, %v", summary, err)
			}
			if undecided := c.situation == "one that is switched off"; f.held != 0 && !undecided {
				t.Errorf("%d bytes are still held", f.held)
			}
		})
	}
}

// TestAFrameTakesLittleMoreThanItsBytes bounds what making one allocates: frames are
// counted by their bytes while they are held.
func TestAFrameTakesLittleMoreThanItsBytes(t *testing.T) {
	f, _ := begin(t, Choice{First: 1}, wide)
	tap := f.Tap(0, identity(t, 0))
	from, to := netip.MustParseAddrPort("192.0.2.20:50001"), netip.MustParseAddrPort("192.0.2.1:50002")
	payload := make([]byte, 30_000)
	const frames = 200
	held := make([]item, 0, frames)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range frames {
		i, ok := tap.frame(testTime, from, to, true, new(layers.UDP), payload, "")
		if !ok {
			t.Fatal("no frame")
		}
		held = append(held, i)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := (after.HeapAlloc - before.HeapAlloc) / frames; each > 36_000 {
		t.Errorf("%d bytes for each frame of %d", each, len(held[0].bytes))
	}
	runtime.KeepAlive(held)
}

// TestAFileThatWasThereIsItsOwnersAlone captures into one that others could read.
func TestAFileThatWasThereIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.pcapng")
	if err := os.WriteFile(path, []byte("an earlier capture"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Create(path, Usual)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if got := packets(t, path); len(got) != 0 {
		t.Errorf("%q are in the file", got)
	}
}

func TestNobodyIsCaptured(t *testing.T) {
	var f *File
	tap := f.Tap(0, identity(t, 0))
	var log bytes.Buffer
	if tap != nil || tap.Dial(nil) != nil || tap.Listen(nil) != nil || tap.KeyLog(nil) != nil || tap.KeyLog(&log) != &log {
		t.Error("there is a tap where nobody captures")
	}
}

// TestAKeyLogGoesBothWays writes a line to the capture and to whoever else
// wants it.
func TestAKeyLogGoesBothWays(t *testing.T) {
	f, path := begin(t, Choice{First: 1}, wide)
	var also bytes.Buffer
	fmt.Fprintln(f.Tap(0, identity(t, 0)).KeyLog(&also), "CLIENT_RANDOM 00 11")
	text, err := os.ReadFile(path)
	if block := []byte("\x14\x00\x00\x00CLIENT_RANDOM 00 11\n"); err != nil || !bytes.Contains(text, block) || also.String() != "CLIENT_RANDOM 00 11\n" {
		t.Errorf("%q, %q, %v", text, also.String(), err)
	}
}

var testTime = time.Date(2011, 8, 31, 9, 13, 17, 0, time.UTC)
