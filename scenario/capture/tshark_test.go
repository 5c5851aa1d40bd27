package capture_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/capture"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
)

// boot is a whole boot over loopback, captured; the file is not closed.
func boot(t *testing.T, path, model string, version uint16) {
	t.Helper()
	a := coretest.Authority(t, 1)
	const name = "SEP0011215A0001"
	c := coretest.Start(t, core.Config{
		Authority: a, Security: cnf.Encrypted, EncryptedConfig: true,
		CAPF:    core.CAPFPolicy{Auth: cnf.CAPFNullString, Operation: core.OperationInstall, Key: capf.KeySpec{Type: capf.RSA, Bits: 1024}},
		Devices: []core.Device{{Name: name, Model: model}},
	})
	m, err := phone.FindModel(model)
	if err != nil {
		t.Fatal(err)
	}
	speaks := *m
	speaks.TLSMin, speaks.TLSMax = version, version
	id := phone.Identity{Name: name, Model: &speaks}
	id.MIC = func() (*phone.Credential, error) {
		key, err := phone.FreshKeys{}.NewKey(t.Context(), capf.KeySpec{Type: capf.RSA, Bits: 1024})
		if err != nil {
			return nil, err
		}
		der, err := a.Manufacturer.MIC(name, model, key)
		return &phone.Credential{Certificate: der, Key: key}, err
	}
	file, err := capture.Create(path, capture.Choice{First: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	tap := file.Tap(0, id)
	p := phone.New(id, phone.Flash{}, phone.Env{
		Files: &phone.TFTP{Servers: c.TFTPAddrs(), Timers: &m.Timers, Listen: tap.Listen(phone.ListenFrom)},
		Dial:  tap.Dial(phone.DialFrom(id.Address)), KeyLog: tap.KeyLog(nil), Watch: tap.Hear,
	})
	session, err := p.Boot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	session.Close()
}

// tshark prints fields of the packets that a filter lets pass.
func tshark(t *testing.T, file, filter string, fields ...string) (lines []string) {
	t.Helper()
	program, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed: nothing holds captures against Wireshark")
	}
	args := []string{
		"-r", file, "-Y", filter, "-T", "fields", "-E", "separator=|",
		"-d", "udp.port==6969,tftp", "-d", "tcp.port==2443,tls", "-d", "tls.port==2443,skinny", "-d", "tcp.port==3804,tls", "-d", "tls.port==3804,data",
		"-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
	}
	for _, field := range fields {
		args = append(args, "-e", field)
	}
	read := exec.CommandContext(t.Context(), program, args...)
	read.Env = append(os.Environ(), "HOME="+t.TempDir()) // nobody's preferences
	out, err := read.Output()
	if err != nil && !strings.Contains(err.Error(), "exit status 2") { // 2: the file ends in the middle of a packet
		t.Fatalf("tshark: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	return lines
}

// TestWiresharkReadsAWholeBoot has Wireshark, which is not ours, read a capture
// that nobody has closed: TFTP, CAPF and Skinny inside TLS.
func TestWiresharkReadsAWholeBoot(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "boot.pcapng")
			boot(t, path, "8945", version)
			var files, capfSays, said string
			opened := 0
			for _, line := range tshark(t, path, "frame", "frame.number", "frame.interface_name", "tftp.source_file", "tcp.port", "data.data",
				"_ws.col.Info", "tls.app_data", "_ws.malformed", "_ws.expert.severity", "tcp.analysis.flags", "ip.checksum.status", "tcp.checksum.status", "udp.checksum.status") {
				column := strings.Split(line, "|")
				if len(column) != 13 || column[1] != "SEP0011215A0001" {
					t.Fatalf("%q", line)
				}
				info := column[5]
				for _, severity := range strings.Split(column[8], ",") {
					if severity == "6291456" || severity == "8388608" { // a warning, an error
						t.Errorf("Wireshark remarks: %s", line)
					}
				}
				if column[7]+column[9] != "" || slices.Contains(column[10:], "0") {
					t.Errorf("malformed, out of order, or a wrong checksum: %s", line)
				}
				files += column[2] + " "
				switch {
				case strings.Contains(column[3], "3804"):
					capfSays += column[4]
				case strings.Contains(column[3], "2443") && column[6] != "":
					opened++
					said += info + " "
				}
			}
			for _, file := range []string{"CTLSEP0011215A0001.tlv", "ITLSEP0011215A0001.tlv", "SEP0011215A0001.cnf.xml.sgn", "SEP0011215A0001.cnf.xml.enc.sgn"} {
				if !strings.Contains(files, file) {
					t.Errorf("no request of %s: %s", file, files)
				}
			}
			if opened == 0 {
				t.Error("nothing inside TLS with CallManager")
			}
			if version == tls.VersionTLS10 { // Wireshark does not put the records together into which TLS 1.0 cuts messages
				return
			}
			// CAPF has no dissector: its messages are bytes, and begin with 55 and a command.
			if !strings.Contains(capfSays, "5501") || !strings.Contains(capfSays, "5509") {
				t.Errorf("CAPF inside TLS: %s", capfSays)
			}
			for _, message := range []string{"Alarm RegisterReq", "RegisterAck", "TimeDateRes", "UnregisterAck"} {
				if !strings.Contains(said, message) {
					t.Errorf("no %s inside TLS: %s", message, said)
				}
			}
		})
	}
}

// TestWiresharkReadsIPv6 has it read a question and its answer, over TCP and over
// UDP, and a connection that nobody takes.
func TestWiresharkReadsIPv6(t *testing.T) {
	server, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6: ", err)
	}
	go func() {
		conn, err := server.Accept()
		if err == nil {
			io.Copy(conn, conn)
			conn.Close()
		}
		server.Close()
	}()
	path := filepath.Join(t.TempDir(), "x.pcapng")
	file, err := capture.Create(path, capture.Usual)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	model, err := phone.FindModel("8945")
	if err != nil {
		t.Fatal(err)
	}
	tap := file.Tap(0, phone.Identity{Name: "SEP0011215A0001", Model: model})
	// A phone that has not connected to anything yet does not know its address.
	if _, err := tap.Dial(phone.DialFrom(netip.Addr{}))(t.Context(), "tcp", "[::1]:1"); err == nil {
		t.Error("somebody listens on port 1")
	}
	conn, err := tap.Dial(phone.DialFrom(netip.Addr{}))(t.Context(), "tcp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "question")
	io.ReadFull(conn, make([]byte, 8))
	conn.Close()
	socket, err := tap.Listen(phone.ListenFrom)(netip.MustParseAddrPort("[::]:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	if _, err := socket.WriteToUDPAddrPort([]byte("\x00\x01file\x00octet\x00"), netip.MustParseAddrPort("[::1]:6969")); err != nil {
		t.Fatal(err)
	}
	lines := tshark(t, path, "frame", "ipv6.src", "ipv6.dst", "tcp.flags.str", "tcp.len", "tftp.source_file", "_ws.malformed", "tcp.analysis.flags", "tcp.checksum.status", "udp.checksum.status")
	want := []string{
		"::|::1|··········S·|0||||1|",
		"::1|::|·······A·R··|0||||1|",
		"::1|::1|··········S·|0||||1|",
		"::1|::1|·······A··S·|0||||1|",
		"::1|::1|·······A····|0||||1|",
		"::1|::1|·······AP···|8||||1|",
		"::1|::1|·······AP···|8||||1|",
		"::1|::1|·······A···F|0||||1|",
		"::1|::1|||file||||1",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

// TestACaptureThatBreaksOffCanBeRead cuts a capture where a killed process, or a
// full disk, might.
func TestACaptureThatBreaksOffCanBeRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "boot.pcapng")
	boot(t, path, "8945", tls.VersionTLS12)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all := len(tshark(t, path, "frame", "frame.number"))
	for _, cut := range []int{len(whole) / 2, len(whole) - 1} {
		part := filepath.Join(dir, "part.pcapng")
		if err := os.WriteFile(part, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if got := len(tshark(t, part, "frame", "frame.number")); got < all*cut/len(whole)/3 || got >= all {
			t.Errorf("%d of %d bytes: %d of %d packets", cut, len(whole), got, all)
		}
	}
}
