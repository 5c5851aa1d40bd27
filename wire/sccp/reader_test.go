package sccp_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/phonebank/phonebank/wire/sccp"
)

// chunks is a stream that arrives step bytes at a time, all at once when step
// is 0, and ends with err, or io.EOF.
type chunks struct {
	bytes []byte
	step  int
	err   error
	room  int // the largest buffer it was asked to fill
}

func (c *chunks) Read(p []byte) (int, error) {
	c.room = max(c.room, len(p))
	if len(c.bytes) == 0 {
		if c.err != nil {
			return 0, c.err
		}
		return 0, io.EOF
	}
	n := len(p)
	if c.step > 0 {
		n = min(n, c.step)
	}
	n = copy(p[:n], c.bytes)
	c.bytes = c.bytes[n:]
	return n, nil
}

func frame(length uint32, body int) []byte {
	b := binary.LittleEndian.AppendUint32(nil, length)
	return append(b, make([]byte, 8+body)...)
}

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		title string
		in    []byte
		n     int
		fault string
	}{
		{"nothing", nil, 0, ""},
		{"part of the length", []byte{4, 0, 0}, 0, ""},
		{"an empty message but for one byte", frame(4, 0)[:11], 0, ""},
		{"an empty message", frame(4, 0), 12, ""},
		{"a body that is not there yet", frame(8, 0), 0, ""},
		{"a body", frame(8, 4), 16, ""},
		{"two messages in one segment", append(frame(8, 4), frame(4, 0)...), 16, ""},
		{"the longest message", frame(sccp.MaxLength, sccp.MaxLength-4), sccp.MaxLength + 8, ""},
		{"the longest message, not all there", frame(sccp.MaxLength, 0), 0, ""},
		{"too short for an id", frame(3, 0), 0, "offset 0: length: 3 is not within 4 to 16384"},
		{"zero", frame(0, 0)[:4], 0, "offset 0: length: 0 is not within 4 to 16384"},
		{"longer than we accept", frame(sccp.MaxLength+1, 0)[:4], 0, "offset 0: length: 16385 is not within 4 to 16384"},
		{"another protocol", []byte("GET / HTTP/1.1\r\n"), 0, "offset 0: length: 542393671 is not within 4 to 16384"},
	} {
		t.Run(tt.title, func(t *testing.T) {
			n, err := sccp.Split(tt.in)
			if got := text(err); n != tt.n || got != tt.fault {
				t.Errorf("got %d, %q; want %d, %q", n, got, tt.n, tt.fault)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestParseFrameWantsExactlyOne(t *testing.T) {
	for _, tt := range []struct {
		title, fault string
		in           []byte
	}{
		{"nothing", "offset 0: frame: ends early", nil},
		{"a cut frame", "offset 15: frame: ends early", frame(8, 3)},
		{"a frame and a byte", "offset 16: frame: 1 bytes follow it", frame(8, 5)},
		{"an under-long length", "offset 0: length: 2 is not within 4 to 16384", frame(2, 0)},
	} {
		t.Run(tt.title, func(t *testing.T) {
			_, err := sccp.ParseFrame(tt.in)
			if text(err) != tt.fault {
				t.Errorf("got %q, want %q", text(err), tt.fault)
			}
		})
	}
}

func TestAppendFrameKeepsToTheLimit(t *testing.T) {
	f := sccp.Frame{ID: 0x0199, Body: make([]byte, sccp.MaxLength)}
	b := sccp.AppendFrame(nil, f)
	if n, err := sccp.Split(b); n != sccp.MaxLength+8 || n != len(b) || err != nil {
		t.Errorf("%d bytes, of which a frame has %d (%v)", len(b), n, err)
	}
}

func TestReaderCutsAStream(t *testing.T) {
	for _, file := range []string{"registration-v11.txt", "registration-v20.txt", "tokens.txt"} {
		dumps := readDumps(t, file)
		var stream []byte
		for _, d := range dumps {
			stream = append(stream, d.bytes...)
		}
		for _, step := range []int{1, 7, 64, 1460, 0} {
			r := sccp.NewReader(&chunks{bytes: stream, step: step})
			for _, d := range dumps {
				f, err := r.Next()
				if err != nil {
					t.Fatalf("%s, %d bytes at a time: %v", d.title, step, err)
				}
				if got := sccp.AppendFrame(nil, f); !bytes.Equal(got, d.bytes) {
					t.Fatalf("%s, %d bytes at a time:\n% x\nwant\n% x", d.title, step, got, d.bytes)
				}
			}
			if f, err := r.Next(); err != io.EOF {
				t.Errorf("after the last frame: %v, %v", f, err)
			}
		}
	}
}

func TestReaderEndsAsTheStreamDoes(t *testing.T) {
	broken := errors.New("connection reset")
	for _, tt := range []struct {
		title string
		src   chunks
		want  string
	}{
		{"between frames", chunks{}, "EOF"},
		{"within a header", chunks{bytes: frame(4, 0)[:5]}, "unexpected EOF"},
		{"within a body", chunks{bytes: frame(100, 20)}, "unexpected EOF"},
		{"an error between frames", chunks{err: broken}, "connection reset"},
		{"an error within a frame", chunks{bytes: frame(100, 20), err: broken}, "connection reset"},
		{"a length too small", chunks{bytes: frame(3, 0)}, "offset 0: length: 3 is not within 4 to 16384"},
		{"a length too large", chunks{bytes: frame(1<<31, 0)}, "offset 0: length: 2147483648 is not within 4 to 16384"},
	} {
		t.Run(tt.title, func(t *testing.T) {
			r := sccp.NewReader(&tt.src)
			for range 2 { // and again
				if _, err := r.Next(); text(err) != tt.want {
					t.Errorf("got %q, want %q", text(err), tt.want)
				}
			}
		})
	}
}

func TestReaderGoesOnAfterATimeout(t *testing.T) {
	whole := frame(100, 96)
	src := &chunks{bytes: whole[:50], err: os.ErrDeadlineExceeded}
	r := sccp.NewReader(src)
	if _, err := r.Next(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("half a frame: %v", err)
	}
	src.bytes = whole[50:]
	if f, err := r.Next(); err != nil || len(f.Body) != 96 {
		t.Errorf("the other half: %d bytes of body, %v", len(f.Body), err)
	}
}

type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

func TestReaderDoesNotSpin(t *testing.T) {
	if _, err := sccp.NewReader(silent{}).Next(); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v", err)
	}
}

// The buffer is as large as the frame that comes in, and small again after it.
func TestReaderDropsItsBuffer(t *testing.T) {
	const small = 56
	large := frame(sccp.MaxLength, sccp.MaxLength-4)
	src := &chunks{bytes: bytes.Clone(large)}
	r := sccp.NewReader(src)
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if src.room > sccp.MaxLength+8-small {
		t.Errorf("asked for %d bytes at once", src.room)
	}
	src.room = 0
	if _, err := r.Next(); err != io.EOF {
		t.Fatal(err)
	}
	if src.room != small {
		t.Errorf("waits with a buffer of %d bytes", src.room)
	}
}

func TestKeepAlivesCostNoMemory(t *testing.T) {
	out := make([]byte, 0, 64)
	stream := bytes.Repeat(frame(4, 0), 10_000)
	r := sccp.NewReader(&chunks{bytes: stream, step: 12})
	if n := testing.AllocsPerRun(1000, func() {
		f, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		m, err := sccp.Parse(f, 22)
		if err != nil {
			t.Fatal(err)
		}
		out = sccp.Append(out[:0], m, 22)
		out = sccp.Append(out, sccp.KeepAliveAck{}, 22)
	}); n != 0 {
		t.Errorf("%v allocations a keepalive", n)
	}
}

func BenchmarkRegistration(b *testing.B) {
	dumps := readDumps(b, "registration-v20.txt")
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		for _, d := range dumps {
			f, _ := sccp.ParseFrame(d.bytes)
			m, err := sccp.Parse(f, d.version)
			if err != nil {
				b.Fatal(err)
			}
			out = sccp.Append(out[:0], m, d.version)
		}
	}
}
