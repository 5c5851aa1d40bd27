package core_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/pin/tftp/v3"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/wire/cnf"
)

// get fetches a file by TFTP with somebody else's client.
func get(c *core.Core, name string) ([]byte, error) {
	client, err := tftp.NewClient(c.TFTPAddr())
	if err != nil {
		return nil, err
	}
	client.SetTimeout(200 * time.Millisecond)
	client.SetRetries(1)
	client.SetBackoff(func(int) time.Duration { return 0 })
	client.RequestTSize(true)
	transfer, err := client.Receive(name, "octet")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = transfer.WriteTo(&b)
	if size, ok := transfer.(tftp.IncomingTransfer).Size(); err == nil && ok && size != int64(b.Len()) {
		err = fmt.Errorf("announced %d bytes, sent %d", size, b.Len())
	}
	return b.Bytes(), err
}

// until waits for something that the system decides when to do.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for t.Context().Err() == nil {
		if is() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal(what)
}

func TestTFTPServesFiles(t *testing.T) {
	trace := new(notebook)
	c := coretest.Start(t, core.Config{Authority: bubbleAuthority(), Security: cnf.Encrypted, Devices: []core.Device{{Name: device}}, Trace: trace})
	for _, name := range []string{"CTL" + device + ".tlv", "ITL" + device + ".tlv", device + ".cnf.xml", device + ".cnf.xml.sgn", "XMLDefault.cnf.xml"} {
		want, err := c.File(t.Context(), name, netip.AddrPort{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := get(c, name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(got), len(want), err)
		}
	}
	if _, err := get(c, "SCCP45.loads"); err == nil || !strings.HasPrefix(err.Error(), "code: 1, message: File not found") {
		t.Errorf("a file that is not there: %v", err)
	}
	until(t, "transfers are not counted", func() bool { s := c.Stats().TFTP; return s.Sent == 10 && s.NotFound == 1 && s.Active == 0 })
	for _, line := range []string{"TFTPEngine::isReadRequest[0x", "~127.0.0.1~", "[CTL" + device + ".tlv] opcode(1), Mode[octet]", "Transferred[CTLFile.tlv]", "Not transferred[SCCP45.loads] File not found"} {
		if !strings.Contains(trace.String(), line) {
			t.Errorf("no %q in\n%s", line, trace)
		}
	}
}

// TestTFTPStops goes away with node 1 and comes back with it.
func TestTFTPStops(t *testing.T) {
	c := coretest.Start(t, core.Config{Authority: bubbleAuthority()})
	if err := c.StopNode(1); err != nil {
		t.Fatal(err)
	}
	if _, err := get(c, "ITLFile.tlv"); err == nil {
		t.Error("a stopped node serves files")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.File(ctx, "ITLFile.tlv", netip.AddrPort{}); err == nil {
		t.Error("a stopped node serves files from memory")
	}
	if err := c.StartNode(1); err != nil {
		t.Fatal(err)
	}
	if _, err := get(c, "ITLFile.tlv"); err != nil {
		t.Error(err)
	}
}

// TestTFTPStopsInTime has two peers that a fault keeps waiting, one of them with
// options, and one that acknowledges nothing. None keeps the node up for an
// hour, nor for more than one try, and the end of it is told to nobody.
func TestTFTPStopsInTime(t *testing.T) {
	c := coretest.Start(t, core.Config{
		Authority: bubbleAuthority(), Limits: core.Limits{TFTPTry: 300 * time.Millisecond},
		Faults: []core.FaultSpec{{Fault: "slow", On: "itl", Delay: time.Hour}}, Devices: []core.Device{{Name: device}},
	})
	late := request(t, c, "ITLFile.tlv\x00octet")
	request(t, c, "ITLFile.tlv\x00octet\x00blksize\x001024")
	stalled := request(t, c, device+".cnf.xml\x00octet")
	until(t, "the requests did not arrive", func() bool { return c.Stats().TFTP.Active == 3 })
	if err := c.StopNode(1); err != nil {
		t.Fatal(err)
	}
	if s := c.Stats().TFTP; s.Active != 0 || s.Sent != 0 || s.Failed != 3 {
		t.Errorf("%+v", s)
	}
	b := make([]byte, 600)
	stalled.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	for {
		n, _, err := stalled.ReadFrom(b)
		if err != nil {
			break
		}
		if n < 4 || b[1] != 3 {
			t.Errorf("%q after the first block", b[:n])
		}
	}
	late.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, _, err := late.ReadFrom(b); err == nil {
		t.Errorf("a server that is switched off says %q", b[:n])
	}
}

// TestTFTPWithCurl fetches with a client that is not ours, and with options.
func TestTFTPWithCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	c := coretest.Start(t, core.Config{Authority: bubbleAuthority()})
	want, err := c.File(t.Context(), "ITLFile.tlv", netip.AddrPort{})
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range []string{"8", "512", "1400"} {
		got, err := exec.CommandContext(t.Context(), curl, "--silent", "--show-error", "--max-time", "20", "--tftp-blksize", block, "tftp://"+c.TFTPAddr()+"/ITLFile.tlv").Output()
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("blocks of %s: %d bytes of %d, %v", block, len(got), len(want), err)
		}
	}
	err = exec.CommandContext(t.Context(), curl, "--silent", "--max-time", "20", "tftp://"+c.TFTPAddr()+"/SCCP45.loads").Run()
	if gone := new(exec.ExitError); !errors.As(err, &gone) || gone.ExitCode() != 68 { // "TFTP File Not Found"
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestTFTPTakesNothing refuses to be written to.
func TestTFTPTakesNothing(t *testing.T) {
	c := coretest.Start(t, core.Config{Authority: bubbleAuthority()})
	client, err := tftp.NewClient(c.TFTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Send("ITLFile.tlv", "octet"); err == nil || !strings.Contains(err.Error(), "does not support write requests") {
		t.Errorf("a write request: %v", err)
	}
}

// TestTFTPFaults says nothing where it should, and breaks off where it should.
func TestTFTPFaults(t *testing.T) {
	for _, tt := range []struct{ fault, want string }{
		{"silent", "i/o timeout"}, {"refuse", "i/o timeout"}, {"hangup", "i/o timeout"}, {"reject", "code: 1, message: File not found"},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			c := coretest.Start(t, core.Config{Authority: bubbleAuthority(), Faults: []core.FaultSpec{{Fault: tt.fault, On: "tftp"}}})
			b, err := get(c, "ITLFile.tlv")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%d bytes, %v", len(b), err)
			}
			if (len(b) > 0) != (tt.fault == "hangup") {
				t.Errorf("%d bytes came before %v", len(b), err)
			}
		})
	}
}

// request sends a read request, a name, a mode and perhaps options, from a
// socket that acknowledges nothing.
func request(t *testing.T, c *core.Core, fields string) net.PacketConn {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	write(t, c, conn, "\x00\x01"+fields+"\x00")
	return conn
}

func write(t *testing.T, c *core.Core, from net.PacketConn, packet string) {
	t.Helper()
	if _, err := from.WriteTo([]byte(packet), net.UDPAddrFromAddrPort(netip.MustParseAddrPort(c.TFTPAddr()))); err != nil {
		t.Fatal(err)
	}
}

// TestTFTPPeersThatStall ask and never acknowledge. They hold a slot each until
// the server gives up; with all slots taken others are not answered, and when
// the slots are free again they are.
func TestTFTPPeersThatStall(t *testing.T) {
	c := coretest.Start(t, core.Config{Authority: bubbleAuthority(), Limits: core.Limits{Transfers: 3, TFTPTry: 300 * time.Millisecond}})
	for range 3 {
		request(t, c, "ITLFile.tlv\x00octet")
	}
	until(t, "the requests did not arrive", func() bool { return c.Stats().TFTP.Active == 3 })
	if _, err := get(c, "ITLFile.tlv"); err == nil || !strings.Contains(err.Error(), "timeout") {
		t.Errorf("a fourth transfer: %v", err)
	}
	if c.Stats().TFTP.Dropped == 0 {
		t.Error("nothing was dropped")
	}
	until(t, "the slots are never free again", func() bool { return c.Stats().TFTP.Active == 0 })
	if s := c.Stats().TFTP; s.Failed != 3 {
		t.Errorf("%+v", s)
	}
	if _, err := get(c, "ITLFile.tlv"); err != nil {
		t.Error(err)
	}
}

// TestTFTPPeersThatFlood send requests and rubbish as fast as they can; an
// honest phone is served all the same once they pause.
func TestTFTPPeersThatFlood(t *testing.T) {
	c := coretest.Start(t, core.Config{Authority: bubbleAuthority(), Limits: core.Limits{Transfers: 8, TFTPTry: 20 * time.Millisecond}})
	flood := request(t, c, "nothing\x00octet")
	for i := range 500 {
		write(t, c, flood, []string{
			"\x00\x01ITLFile.tlv\x00octet\x00",
			"\x00\x01ITLFile.tlv\x00octet\x00blksize\x001024\x00",
			"\x00\x01" + strings.Repeat("x", 500),
			"\x00\x02CTLFile.tlv\x00octet\x00", // a write request
			strings.Repeat("\xff", 516),
		}[i%5])
	}
	until(t, "nobody is served after a flood", func() bool {
		got, err := get(c, "ITLFile.tlv")
		return err == nil && len(got) > 0
	})
	if c.Stats().TFTP.Dropped == 0 {
		t.Error("nothing was dropped")
	}
}

// TestFilesThatTrickle is a peer that acknowledges once a second: the transfer
// takes its time and holds nothing but its slot.
func TestFilesThatTrickle(t *testing.T) {
	c := coretest.Start(t, core.Config{Authority: bubbleAuthority()})
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	server := net.UDPAddrFromAddrPort(netip.MustParseAddrPort(c.TFTPAddr()))
	conn.WriteTo([]byte("\x00\x01ITLFile.tlv\x00octet\x00"), server)
	b := make([]byte, 600)
	var file bytes.Buffer
	for {
		n, from, err := conn.ReadFrom(b)
		if err != nil || n < 4 {
			t.Fatal(n, err)
		}
		file.Write(b[4:n])
		if file.Len() == 512 { // one late acknowledgement is enough to show it
			if _, err := get(c, "ITLFile.tlv"); err != nil {
				t.Errorf("another peer waits: %v", err)
			}
		}
		conn.WriteTo([]byte{0, 4, b[2], b[3]}, from)
		if n < 516 {
			break
		}
	}
	want, _ := c.File(t.Context(), "ITLFile.tlv", netip.AddrPort{})
	if err := iotest.TestReader(io.Reader(&file), want); err != nil {
		t.Error(err)
	}
}
