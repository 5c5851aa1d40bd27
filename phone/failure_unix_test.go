//go:build !windows

package phone

import (
	"context"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestCauseOfErrno classifies what the system says of a connection.
func TestCauseOfErrno(t *testing.T) {
	for errno, want := range map[syscall.Errno]Cause{
		syscall.ECONNREFUSED: CauseRefused, syscall.ECONNRESET: CauseRefused, syscall.ECONNABORTED: CauseRefused, syscall.EPIPE: CauseRefused,
		syscall.EHOSTUNREACH: CauseRefused, syscall.ENETUNREACH: CauseRefused, syscall.EHOSTDOWN: CauseRefused, syscall.ENETDOWN: CauseRefused,
		syscall.ETIMEDOUT: CauseTimeout, syscall.EMFILE: CauseLocal, syscall.EADDRNOTAVAIL: CauseLocal, syscall.EADDRINUSE: CauseLocal,
		syscall.EISDIR: CauseOther,
	} {
		err := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", errno)}
		if got := CauseOf(err); got != want {
			t.Errorf("%v: %s, want %s", errno, got, want)
		}
	}
}

// unroutable is a socket of a machine that has no way to 192.0.2.0/24.
type unroutable struct{ Datagrams }

func (u unroutable) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if strings.HasPrefix(to.String(), "192.0.2.") {
		return 0, &net.OpError{Op: "write", Net: "udp", Err: os.NewSyscallError("sendto", syscall.ENETUNREACH)}
	}
	return u.Datagrams.WriteToUDPAddrPort(b, to)
}

// TestFetchAsksTheNextServerWhenOneCannotBeReached lists servers without a
// route, and one whose name nobody knows, before one that answers.
func TestFetchAsksTheNextServerWhenOneCannotBeReached(t *testing.T) {
	answering, _ := udpPeer(t, func(int, []byte) [][]byte { return [][]byte{dataBlock(1, []byte("list"))} })
	client := testTFTP("192.0.2.1:69", "192.0.2.2:69", "no..such..name:69", answering)
	client.Listen = func(local netip.AddrPort) (Datagrams, error) {
		conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(local))
		return unroutable{conn}, err
	}
	if file, err := client.Fetch(t.Context(), "ITLFile.tlv"); string(file) != "list" || err != nil {
		t.Errorf("got %q, %v", file, err)
	}
	client.Servers = client.Servers[:3]
	if _, err := client.Fetch(t.Context(), "ITLFile.tlv"); CauseOf(err) != CauseMissing {
		t.Errorf("nobody knows the name of the last one: %v (%s)", err, CauseOf(err))
	}
	client.Servers = client.Servers[:2]
	if _, err := client.Fetch(context.Background(), "ITLFile.tlv"); CauseOf(err) != CauseRefused {
		t.Errorf("no route: %v (%s)", err, CauseOf(err))
	}
}
