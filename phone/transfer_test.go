package phone

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const listFile = "CTLSEP0011215A1AE3.tlv"

// TestTransferEndsInTime holds the phone to the second against servers that do
// not behave: one second a try, four tries, a minute a file.
func TestTransferEndsInTime(t *testing.T) {
	full, oack := bytes.Repeat([]byte("x"), 512), []byte("\x00\x06blksize\x001024\x00")
	always := func(d ...datagram) func(int, []byte, netip.AddrPort) []datagram {
		return func(int, []byte, netip.AddrPort) []datagram { return d }
	}
	silent := always()
	for _, c := range []struct {
		situation string
		answer    func(n int, sent []byte, to netip.AddrPort) []datagram
		pour      func() datagram
		blockSize int
		cause     Cause
		text      string
		took      time.Duration
		sent      string // how often what was sent, by opcode
	}{
		{situation: "stalls", answer: silent, cause: CauseTimeout, text: "no answer", took: 4 * time.Second, sent: "4 read"},
		{
			situation: "stalls after a block", answer: func(n int, _ []byte, _ netip.AddrPort) []datagram {
				if n == 1 {
					return []datagram{{tftpTID, dataBlock(1, full), 0}}
				}
				return nil
			}, cause: CauseTimeout, text: "no answer", took: 4 * time.Second, sent: "1 read 4 ack 1 error",
		},
		{
			situation: "trickles, each block just in time", answer: serves(bytes.Repeat(full, 200), 512, 900*time.Millisecond),
			cause: CauseTimeout, text: "33792 bytes within 1m0s, and no end", took: time.Minute, sent: "1 read 66 ack 1 error",
		},
		{
			situation: "acknowledges options for ever, and none were asked for", answer: always(datagram{tftpTID, oack, 0}),
			cause: CauseMalformed, text: `options that nobody asked for: "blksize\x001024\x00"`, sent: "1 read 1 error",
		},
		{
			situation: "acknowledges options for ever", answer: always(datagram{tftpTID, oack, 0}), blockSize: 1024,
			cause: CauseTimeout, text: "no answer", took: 4 * time.Second, sent: "1 read 4 ack 1 error",
		},
		{
			situation: "floods with the acknowledgment of options", answer: silent, pour: func() datagram { return datagram{tftpTID, oack, 0} }, blockSize: 1024,
			cause: CauseMalformed, text: "129 datagrams, and none of them is block 1", sent: "1 read 1 ack 1 error",
		},
		{
			situation: "floods with a block that the phone has", answer: silent, pour: func() datagram { return datagram{tftpTID, dataBlock(1, full), 0} },
			cause: CauseMalformed, text: "129 datagrams, and none of them is block 2", sent: "1 read 1 ack 1 error",
		},
		{
			situation: "a stranger floods", answer: silent, pour: func() datagram { return datagram{stranger, dataBlock(1, full), 0} },
			cause: CauseMalformed, text: "129 datagrams, and none of them is block 1", sent: "1 read 1 error",
		},
		{
			situation: "repeats each block, a trickle without end", answer: func(n int, _ []byte, _ netip.AddrPort) []datagram {
				return []datagram{{tftpTID, dataBlock(1, full), 100 * time.Millisecond}, {tftpTID, dataBlock(1, full), 200 * time.Millisecond}}
			}, cause: CauseTimeout, text: "no answer", took: 4*time.Second + 100*time.Millisecond, sent: "1 read 4 ack 1 error",
		},
		{
			situation: "never ends the file", answer: func() func(int, []byte, netip.AddrPort) []datagram {
				return func(n int, _ []byte, _ netip.AddrPort) []datagram {
					return []datagram{{tftpTID, dataBlock(n, full), 0}}
				}
			}(), cause: CauseRejected, text: "longer than 550001 bytes", sent: "1 read 1074 ack 1 error",
		},
		{
			situation: "sends a block that is too long", answer: always(datagram{tftpTID, dataBlock(1, append(full, 'x')), 0}),
			cause: CauseMalformed, text: "block 1 is longer than the 512 bytes of a block", sent: "1 read 1 error",
		},
		{situation: "sends half a header", answer: always(datagram{tftpTID, []byte{0, 3, 0}, 0}), cause: CauseMalformed, text: "short datagram: 3 bytes", sent: "1 read 1 error"},
		{situation: "sends nothing in a datagram", answer: always(datagram{tftpTID, nil, 0}), cause: CauseMalformed, text: "short datagram: 0 bytes", sent: "1 read 1 error"},
		{situation: "wants to read itself", answer: always(datagram{tftpTID, []byte("\x00\x01me\x00octet\x00"), 0}), cause: CauseMalformed, text: "unknown opcode: 1", sent: "1 read 1 error"},
		{situation: "says no", answer: always(datagram{tftpTID, tftpErrorPacket(3, "disk full"), 0}), cause: CauseRejected, text: "TFTP error 3: disk full", sent: "1 read"},
		{
			situation: "says no in a megabyte without an end", answer: always(datagram{tftpTID, append([]byte{0, 5, 0, 0}, bytes.Repeat([]byte("no"), 250)...), 0}),
			cause: CauseRejected, text: "TFTP error 0: " + strings.Repeat("no", 128), sent: "1 read",
		},
		{
			situation: "says no in the middle", answer: func(n int, _ []byte, _ netip.AddrPort) []datagram {
				if n == 1 {
					return []datagram{{tftpTID, dataBlock(1, full), 0}}
				}
				return []datagram{{tftpTID, tftpErrorPacket(1, "it has gone"), 0}}
			}, cause: CauseMissing, text: "file not found", sent: "1 read 1 ack",
		},
		{
			situation: "agrees on larger blocks than asked for", answer: always(datagram{tftpTID, []byte("\x00\x06blksize\x002048\x00"), 0}), blockSize: 1024,
			cause: CauseMalformed, text: "nobody asked for", sent: "1 read 1 error",
		},
		{
			situation: "agrees on blocks of nothing", answer: always(datagram{tftpTID, []byte("\x00\x06blksize\x000\x00"), 0}), blockSize: 1024,
			cause: CauseMalformed, text: "nobody asked for", sent: "1 read 1 error",
		},
		{
			situation: "agrees on a size of the file, too", answer: always(datagram{tftpTID, []byte("\x00\x06blksize\x001024\x00tsize\x009\x00"), 0}), blockSize: 1024,
			cause: CauseMalformed, text: "nobody asked for", sent: "1 read 1 error",
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				socket := &memoryUDP{answer: c.answer, pour: c.pour}
				began := time.Now()
				file, err := inMemory(socket, c.blockSize, 0).Fetch(t.Context(), listFile)
				if took := time.Since(began); took != c.took {
					t.Errorf("took %v, want %v", took, c.took)
				}
				if file != nil || CauseOf(err) != c.cause || !strings.Contains(fmt.Sprint(err), c.text) || !strings.HasPrefix(fmt.Sprint(err), listFile+" from 192.0.2.1:69: ") {
					t.Errorf("%d bytes and %v (%s), want %s and %q", len(file), err, CauseOf(err), c.cause, c.text)
				}
				if got := socket.kinds(); got != c.sent {
					t.Errorf("the phone sent %s, want %s", got, c.sent)
				}
			})
		})
	}
}

// kinds counts what was sent in a row.
func (m *memoryUDP) kinds() string {
	names := map[byte]string{opRead: "read", opAck: "ack", opError: "error"}
	var all []string
	for sent := m.sent; len(sent) > 0; {
		opcode, n := sent[0].bytes[1], 0
		for ; n < len(sent) && sent[n].bytes[1] == opcode; n++ {
		}
		all, sent = append(all, fmt.Sprintf("%d %s", n, names[opcode])), sent[n:]
	}
	return strings.Join(all, " ")
}

func inMemory(socket *memoryUDP, blockSize, limit int) *TFTP {
	timers := usualTimers
	if blockSize != 0 {
		timers.BlockSize = blockSize
	}
	if limit != 0 {
		timers.MaxFile = limit
	}
	return &TFTP{Servers: []string{tftpAt.String()}, Timers: &timers, Listen: socket.listen}
}

// TestTransferGetsTheFile gets whole files past everything that a network does
// to datagrams.
func TestTransferGetsTheFile(t *testing.T) {
	file := bytes.Repeat([]byte("0123456789abcde"), 200) // 3,000 bytes: six blocks
	behaves := func() func(int, []byte, netip.AddrPort) []datagram { return serves(file, 512, 0) }
	for _, c := range []struct {
		situation string
		answer    func(n int, sent []byte, to netip.AddrPort) []datagram
		blockSize int
		took      time.Duration
		sent      string
	}{
		{situation: "nothing", answer: behaves(), sent: "1 read 6 ack"},
		{situation: "a network that takes a while", answer: serves(file, 512, 300*time.Millisecond), took: 1800 * time.Millisecond, sent: "1 read 6 ack"},
		{situation: "blocks of another size", answer: serves(file, 1400, 0), blockSize: 1400, sent: "1 read 4 ack"},
		{situation: "a server that knows no options", answer: behaves(), blockSize: 1400, sent: "1 read 6 ack"},
		{
			situation: "every second datagram lost", answer: func() func(int, []byte, netip.AddrPort) []datagram {
				block := 0
				return func(n int, sent []byte, _ netip.AddrPort) []datagram {
					if block = max(block, ackedBy(sent)); n%2 == 1 {
						return nil
					}
					rest := file[block*512:]
					return []datagram{{tftpTID, dataBlock(block+1, rest[:min(512, len(rest))]), 0}}
				}
			}(), took: 6 * time.Second, sent: "2 read 11 ack",
		},
		{
			situation: "every datagram twice", answer: func() func(int, []byte, netip.AddrPort) []datagram {
				server := behaves()
				return func(n int, sent []byte, to netip.AddrPort) []datagram {
					out := server(n, sent, to)
					return slices.Concat(out, out)
				}
			}(), sent: "1 read 6 ack", // no acknowledgment twice: the sorcerer's apprentice
		},
		{
			situation: "a stranger who sends the same block", answer: func() func(int, []byte, netip.AddrPort) []datagram {
				server := behaves()
				return func(n int, sent []byte, to netip.AddrPort) []datagram {
					return slices.Concat([]datagram{{stranger, dataBlock(n, []byte("evil")), 0}}, server(n, sent, to))
				}
			}(), sent: "1 read 6 ack",
		},
		{
			situation: "a second transfer, of the request that came again", answer: func() func(int, []byte, netip.AddrPort) []datagram {
				server := behaves()
				return func(n int, sent []byte, to netip.AddrPort) []datagram {
					out := server(n, sent, to)
					if n == 1 {
						out = append(out, datagram{tftpTID2, dataBlock(1, []byte("evil")), 0})
					}
					return out
				}
			}(), sent: "1 read 1 ack 1 error 5 ack",
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				socket := &memoryUDP{answer: c.answer}
				began := time.Now()
				got, err := inMemory(socket, c.blockSize, 0).Fetch(t.Context(), listFile)
				if err != nil || !bytes.Equal(got, file) {
					t.Errorf("%d bytes and %v", len(got), err)
				}
				if took := time.Since(began); took != c.took {
					t.Errorf("took %v, want %v", took, c.took)
				}
				if got := socket.kinds(); got != c.sent {
					t.Errorf("the phone sent %s, want %s", got, c.sent)
				}
				for _, d := range socket.sent[1:] {
					if want := map[bool]netip.AddrPort{true: tftpTID, false: tftpTID2}[d.bytes[1] == opAck]; d.bytes[1] != opRead && d.from != want {
						t.Errorf("%x went to %s, want %s", d.bytes, d.from, want)
					}
				}
			})
		})
	}
}

// TestTransferCountsBeyondSixteenBits gets a file of more blocks than there are
// block numbers: after 65535 comes 0.
func TestTransferCountsBeyondSixteenBits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := make([]byte, 8*70_000+5)
		for i := range file {
			file[i] = byte(i * i >> 7)
		}
		socket := &memoryUDP{answer: serves(file, 8, 0)}
		got, err := inMemory(socket, 8, 1<<20).Fetch(t.Context(), listFile)
		if err != nil || !bytes.Equal(got, file) {
			t.Errorf("%d bytes and %v, want %d", len(got), err, len(file))
		}
		if got, want := socket.kinds(), "1 read 70002 ack"; got != want {
			t.Errorf("the phone sent %s, want %s", got, want)
		}
	})
}

// TestTransferEndsWithItsContext ends the context while the phone waits for a
// server, and while a server floods it: it is at once over, and the server
// hears of it.
func TestTransferEndsWithItsContext(t *testing.T) {
	for _, c := range []struct {
		situation string
		end       func(context.Context) (context.Context, context.CancelFunc)
		answer    func(int, []byte, netip.AddrPort) []datagram
		cause     Cause
		sent      string
	}{
		{"while the server is silent", nil, func(int, []byte, netip.AddrPort) []datagram { return nil }, CauseCanceled, "3 read"},
		{"while it trickles", nil, serves(make([]byte, 512*100), 512, 200*time.Millisecond), CauseCanceled, "1 read 12 ack 1 error"},
		{
			"its time is over", func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, 2500*time.Millisecond)
			}, func(int, []byte, netip.AddrPort) []datagram { return nil }, CauseTimeout, "3 read",
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.end != nil {
					ctx, cancel = c.end(ctx)
					defer cancel()
				} else {
					time.AfterFunc(2500*time.Millisecond, cancel)
				}
				socket := &memoryUDP{answer: c.answer}
				client := inMemory(socket, 0, 0)
				client.Servers = append(client.Servers, "192.0.2.2:69") // for which there is no time
				began := time.Now()
				if _, err := client.Fetch(ctx, listFile); CauseOf(err) != c.cause || !errors.Is(err, ctx.Err()) {
					t.Errorf("got %v (%s), want %s", err, CauseOf(err), c.cause)
				}
				if took := time.Since(began); took != 2500*time.Millisecond {
					t.Errorf("took %v, want 2.5s", took)
				}
				if got := socket.kinds(); got != c.sent {
					t.Errorf("the phone sent %s, want %s", got, c.sent)
				}
			})
		})
	}
}
