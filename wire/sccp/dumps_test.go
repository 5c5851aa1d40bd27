package sccp_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/wire/sccp"
)

// dump is one frame of a file of worked hex dumps.
type dump struct {
	title   string
	name    string // of the message
	version uint8  // negotiated when the frame was sent
	bytes   []byte
}

// readDumps reads a file of worked hex dumps. The version of a frame follows
// from the RegisterReq and RegisterAck before it; a file without them has the
// version of its header.
func readDumps(t testing.TB, file string) []dump {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var dumps []dump
	repeat := false
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		switch {
		case line == "":
		case strings.Contains(line, "→"):
			dumps = append(dumps, dump{title: file + ": " + line, name: strings.TrimRight(strings.Fields(line)[2], ",")})
		case line == "*":
			repeat = true
		default:
			d := &dumps[len(dumps)-1]
			offset, err := strconv.ParseUint(line[:4], 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			for repeat && len(d.bytes) < int(offset) {
				d.bytes = append(d.bytes, d.bytes[len(d.bytes)-16:]...)
			}
			repeat = false
			row, err := hex.DecodeString(strings.ReplaceAll(line[4:min(len(line), 54)], " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			d.bytes = append(d.bytes, row...)
		}
	}
	var own, negotiated uint8
	for i := range dumps {
		d := &dumps[i]
		if d.version = negotiated; own == 0 {
			d.version = d.bytes[4]
		}
		switch m := parse(t, d.bytes, d.version).(type) {
		case sccp.RegisterReq:
			own = m.ProtocolVersion
		case sccp.RegisterAck:
			negotiated = sccp.Negotiate(own, m.MaxProtocolVersion)
		}
	}
	return dumps
}

func allDumps(t testing.TB) []dump {
	dumps := readDumps(t, "registration-v11.txt")
	dumps = append(dumps, readDumps(t, "registration-v20.txt")...)
	return append(dumps, readDumps(t, "tokens.txt")...)
}

func parse(t testing.TB, b []byte, version uint8) sccp.Message {
	t.Helper()
	f, err := sccp.ParseFrame(b)
	if err != nil {
		t.Fatal(err)
	}
	m, err := sccp.Parse(f, version)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWorkedDumpsComeBackToTheByte(t *testing.T) {
	dumps := allDumps(t)
	if len(dumps) != 30+30+8 {
		t.Fatalf("%d dumps", len(dumps))
	}
	for _, d := range dumps {
		m := parse(t, d.bytes, d.version)
		if m.ID().String() != d.name {
			t.Errorf("%s: parsed as %s", d.title, m.ID())
		}
		if got := sccp.Append([]byte("before"), m, d.version); !bytes.Equal(got[6:], d.bytes) {
			t.Errorf("%s, version %d:\n%s\nwant\n%s", d.title, d.version, hex.Dump(got[6:]), hex.Dump(d.bytes))
		}
	}
}
