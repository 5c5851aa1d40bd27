package phone

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// udpPeer answers each datagram as told; nil means silence.
func udpPeer(t *testing.T, answer func(n int, request []byte) [][]byte) (address string, received *atomic.Int32) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	received = new(atomic.Int32)
	done := make(chan struct{})
	t.Cleanup(func() { conn.Close(); <-done })
	go func() {
		defer close(done)
		buf := make([]byte, 2048)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			for _, out := range answer(int(received.Add(1)), buf[:n]) {
				conn.WriteTo(out, from)
			}
		}
	}()
	return conn.LocalAddr().String(), received
}

func dataBlock(block int, payload []byte) []byte {
	out := binary.BigEndian.AppendUint16([]byte{0, 3}, uint16(block))
	return append(out, payload...)
}

func tftpErrorPacket(code int, text string) []byte {
	out := binary.BigEndian.AppendUint16([]byte{0, 5}, uint16(code))
	return append(append(out, text...), 0)
}

func testTFTP(servers ...string) *TFTP {
	timers := usualTimers
	timers.TFTPTry, timers.TFTPTries, timers.MaxFile = 20*time.Millisecond, 3, 5000
	return &TFTP{Servers: servers, Timers: &timers}
}

func TestFetchAnswers(t *testing.T) {
	defer goleak.VerifyNone(t)
	full := bytes.Repeat([]byte("x"), 512)
	for _, c := range []struct {
		situation string
		answer    func(n int, request []byte) [][]byte
		want      string
		cause     Cause
		text      string
	}{
		{"a short file", func(int, []byte) [][]byte { return [][]byte{dataBlock(1, []byte("list"))} }, "list", "", ""},
		{"a file of exactly one block", func(n int, _ []byte) [][]byte {
			if n == 1 {
				return [][]byte{dataBlock(1, full)}
			}
			return [][]byte{dataBlock(2, nil)}
		}, string(full), "", ""},
		{"a lost answer", func(n int, _ []byte) [][]byte {
			if n == 1 {
				return nil
			}
			return [][]byte{dataBlock(1, []byte("list"))}
		}, "list", "", ""},
		{"not found", func(int, []byte) [][]byte { return [][]byte{tftpErrorPacket(1, "File not found")} }, "", CauseMissing, "file not found"},
		{"access violation", func(int, []byte) [][]byte { return [][]byte{tftpErrorPacket(2, "Access violation")} }, "", CauseRejected, "access violation"},
		{"another error", func(int, []byte) [][]byte { return [][]byte{tftpErrorPacket(0, "disk\xffon fire")} }, "", CauseRejected, "TFTP error 0: disk?on fire"},
		{"rubbish", func(int, []byte) [][]byte { return [][]byte{{0, 99, 1, 2}} }, "", CauseMalformed, "unknown opcode: 99"},
		{"a peer that stalls", func(int, []byte) [][]byte { return nil }, "", CauseTimeout, "TFTP timeout: no answer"},
		{"a peer that stalls in the middle", func(n int, _ []byte) [][]byte {
			if n == 1 {
				return [][]byte{dataBlock(1, full)}
			}
			return nil
		}, "", CauseTimeout, "TFTP timeout"},
		{"a peer that repeats itself without end", func(n int, _ []byte) [][]byte {
			return [][]byte{dataBlock(1, full), dataBlock(1, full), dataBlock(1, full)}
		}, "", CauseTimeout, "TFTP timeout"},
		{"a flood", func(n int, _ []byte) [][]byte { return [][]byte{dataBlock(n, full)} }, "", CauseRejected, "longer than 5000 bytes"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			address, _ := udpPeer(t, c.answer)
			file, err := testTFTP(address).Fetch(t.Context(), "CTLSEP0011215A1AE3.tlv")
			if string(file) != c.want || CauseOf(err) != c.cause {
				t.Fatalf("got %d bytes and %v (%s), want %q", len(file), err, CauseOf(err), c.cause)
			}
			if err != nil && (!strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), "CTLSEP0011215A1AE3.tlv from "+address)) {
				t.Errorf("error %q does not say %q, the file and the server", err, c.text)
			}
		})
	}
}

func TestFetchAsksAsOftenAsTheModelAndThenTheNextServer(t *testing.T) {
	silent, asked := udpPeer(t, func(int, []byte) [][]byte { return nil })
	answering, _ := udpPeer(t, func(int, []byte) [][]byte { return [][]byte{dataBlock(1, []byte("list"))} })
	file, err := testTFTP(silent, answering).Fetch(t.Context(), "ITLFile.tlv")
	if string(file) != "list" || err != nil || asked.Load() != 3 {
		t.Errorf("got %q, %v; the silent server was asked %d times, want 3", file, err, asked.Load())
	}
}

func TestFetchTakesNotFoundForAnAnswer(t *testing.T) {
	first, _ := udpPeer(t, func(int, []byte) [][]byte { return [][]byte{tftpErrorPacket(1, "no")} })
	second, asked := udpPeer(t, func(int, []byte) [][]byte { return [][]byte{dataBlock(1, []byte("list"))} })
	if _, err := testTFTP(first, second).Fetch(t.Context(), "ITLFile.tlv"); !errors.Is(err, ErrNotFound) || asked.Load() != 0 {
		t.Errorf("got %v, and the second server was asked %d times", err, asked.Load())
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address, _ := udpPeer(t, func(n int, _ []byte) [][]byte {
		if n == 3 {
			cancel()
		}
		return [][]byte{dataBlock(n, bytes.Repeat([]byte("x"), 512))}
	})
	if _, err := testTFTP(address).Fetch(ctx, "ITLFile.tlv"); CauseOf(err) != CauseCanceled {
		t.Errorf("got %v (%s)", err, CauseOf(err))
	}
}

// TestFetchFromTFTPDHPA fetches from a server that is not ours: Debian's
// tftpd-hpa.
func TestFetchFromTFTPDHPA(t *testing.T) {
	const daemon = "/usr/sbin/in.tftpd"
	if _, err := exec.LookPath(daemon); err != nil {
		t.Skip("needs Debian's tftpd-hpa")
	}
	dir := t.TempDir()
	for _, size := range []int{0, 1, 511, 512, 513, 5120, 70_000} {
		writeFile(t, filepath.Join(dir, strconv.Itoa(size)), bytes.Repeat([]byte{'x'}, size))
	}
	address := freeUDP(t)
	server := exec.CommandContext(t.Context(), daemon, "--foreground", "--user", "root", "--secure", "--address", address, dir)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Process.Kill(); server.Wait() })

	for _, blockSize := range []int{512, 1024, 8} {
		timers := usualTimers
		timers.BlockSize = blockSize
		client := &TFTP{Servers: []string{address}, Timers: &timers}
		for _, size := range []int{0, 1, 511, 512, 513, 5120, 70_000} {
			file, err := client.Fetch(t.Context(), strconv.Itoa(size))
			if err != nil || !bytes.Equal(file, bytes.Repeat([]byte{'x'}, size)) {
				t.Errorf("file of %d bytes in blocks of %d: got %d, %v", size, blockSize, len(file), err)
			}
		}
		if _, err := client.Fetch(t.Context(), listFile); !errors.Is(err, ErrNotFound) {
			t.Errorf("a file that is not there: %v", err)
		}
	}
}
