package sccp_test

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/wire/sccp"
)

// Wireshark knows Skinny from another source than we do: it must find in every
// message the name we mean and the values we put in, and nothing amiss.
func TestWiresharkReadsWhatWeSend(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed: nothing holds these messages against Wireshark's dissector")
	}
	type packet struct {
		number  int
		version uint8
		sccp.Message
	}
	var sent []packet
	c := newCapture()
	for _, version := range []uint8{11, 17, 20, 22} {
		c.connect()
		for _, m := range samples(version) {
			m = forWireshark(m, version)
			c.send(sccp.Append(nil, m, version))
			sent = append(sent, packet{c.packets, version, m})
		}
	}
	file := filepath.Join(t.TempDir(), "skinny.pcap")
	if err := os.WriteFile(file, c.file, 0o600); err != nil {
		t.Fatal(err)
	}
	columns := tsharkLines(t, tshark, file, "-T", "fields", "-E", "separator=|",
		"-e", "frame.number", "-e", "_ws.col.Info", "-e", "_ws.malformed", "-e", "_ws.expert.message")
	details := strings.Split("\n"+strings.Join(tsharkLines(t, tshark, file, "-V"), "\n"), "\nFrame ")[1:]
	if len(columns) != len(sent) || len(details) != len(sent) {
		t.Fatalf("%d messages sent, %d and %d seen", len(sent), len(columns), len(details))
	}
	for i, p := range sent {
		if want := fmt.Sprintf("%d|%s ||", p.number, p.ID()); columns[i] != want {
			t.Errorf("version %d: Wireshark sees %q, not %q", p.version, columns[i], want)
		}
		_, body, _ := strings.Cut(details[i], "Skinny Client Control Protocol")
		for _, value := range values(reflect.ValueOf(p.Message)) {
			if !shows(body, value) && !slices.Contains(blind[p.ID()], fmt.Sprint(value)) {
				t.Errorf("version %d: Wireshark does not find %v in %s:%s", p.version, value, p.ID(), body)
			}
		}
	}
}

// shows reports whether a value stands in what Wireshark prints, numbers in
// either base.
func shows(body string, value any) bool {
	if n, ok := value.(uint64); ok {
		return strings.Contains(body, fmt.Sprintf(": %d", n)) || strings.Contains(body, fmt.Sprintf("(0x%08x)", n)) ||
			strings.Contains(body, fmt.Sprintf("(0x%02x)", n))
	}
	return strings.Contains(body, fmt.Sprint(value))
}

// forWireshark makes up for what Wireshark 4.0 does not know of the arrays of
// UpdateCapabilities: it walks some of them only as far as their count goes, so
// they are filled; and in the third revision, from header version 17 on, it
// reads the addressing mode of a video codec twice, so that there are none.
func forWireshark(m sccp.Message, version uint8) sccp.Message {
	u, ok := m.(sccp.UpdateCapabilities)
	if !ok {
		return m
	}
	u.PictureFormats = fill(u.PictureFormats, 6)
	u.ServiceResources = fill(u.ServiceResources, 4)
	for i := range u.ServiceResources {
		u.ServiceResources[i].Layouts = fill(u.ServiceResources[i].Layouts, 5)
	}
	u.Audio = fill(u.Audio, 18)
	if u.Revision == 3 && version >= 17 {
		u.Video, u.Data = nil, nil
		return u
	}
	u.Video = fill(u.Video, 10)
	for i := range u.Video {
		u.Video[i].Levels = fill(u.Video[0].Levels, 4)
	}
	u.Data = fill(u.Data, 5)
	return u
}

func fill[T any](s []T, n int) []T {
	for i := 0; len(s) < n; i++ {
		s = append(s, s[i])
	}
	return s
}

// blind are the values that Wireshark 4.0 does not show.
var blind = map[sccp.ID][]string{
	sccp.IDRegisterReq:          {"1432042857-4f1a5c2e-6f5a-4b1c-8a53-1b1e6c0c0c0c"}, // newer than it
	sccp.IDRegisterTokenReq:     {"192.0.2.20", "2001:db8::20"},                      // turned round; taken for an extended address
	sccp.IDSPCPRegisterTokenReq: {"192.0.2.20"},                                      // turned round
	sccp.IDSelectSoftKeys:       {"4294967295"},                                      // shown bit by bit
	sccp.IDLineStatV2Res:        {"15"},                                              // shown bit by bit
	sccp.IDServiceURLStatV2Res:  {"http://192.0.2.9/menu.xml", "Menu"},               // not taken apart
}

// tsharkLines is what tshark prints about the packets with a payload.
func tsharkLines(t *testing.T, tshark, file string, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tshark, append([]string{"-r", file, "-Y", "tcp.len > 0"}, args...)...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir()) // nobody's preferences
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// values are the texts, the addresses and the larger numbers of a message.
func values(v reflect.Value) []any {
	if ip, ok := v.Interface().(netip.Addr); ok {
		if ip.IsValid() {
			return []any{ip}
		}
		return nil
	}
	var list []any
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			list = append(list, values(v.Field(i))...)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			list = append(list, values(v.Index(i))...)
		}
	case reflect.String:
		if s := v.String(); s != "" && s[0] != 0x80 {
			list = append(list, s)
		}
	case reflect.Uint32:
		if n := v.Uint(); n >= 10 {
			list = append(list, n)
		}
	}
	return list
}
