package sccp_test

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/sccp"
)

func TestButtonSlots(t *testing.T) {
	for _, tt := range []struct{ buttons, slots, kept int }{{0, 42, 0}, {42, 42, 42}, {43, 56, 43}, {56, 56, 56}, {57, 56, 56}} {
		m := sccp.ButtonTemplateRes{Buttons: make([]sccp.Button, tt.buttons)}
		b := sccp.Append(nil, m, 20)
		if slots := (len(b) - sccp.HeaderLen - 12) / 2; slots != tt.slots {
			t.Errorf("%d buttons in %d slots, want %d", tt.buttons, slots, tt.slots)
		}
		if got := parse(t, b, 20).(sccp.ButtonTemplateRes); len(got.Buttons) != tt.kept {
			t.Errorf("%d buttons come back as %d", tt.buttons, len(got.Buttons))
		}
		if last := b[len(b)-2:]; tt.buttons < 42 && !bytes.Equal(last, []byte{0, 0xFF}) {
			t.Errorf("an unused slot is % x", last)
		}
	}
}

// A count is a stranger's word: it is believed as far as the array and the body
// reach, and no memory is taken for more.
func TestCountsAreClamped(t *testing.T) {
	const huge = "FFFFFFFF"
	for _, tt := range []struct {
		title string
		id    sccp.ID
		body  []byte
		kept  int
	}{
		{"more codecs than slots", sccp.IDCapabilitiesRes, body(t, huge, 288), 18},
		{"more codecs than bytes", sccp.IDCapabilitiesRes, body(t, huge, 33), 2},
		{"no room for a codec", sccp.IDCapabilitiesRes, body(t, huge, 3), 0},
		{"more buttons than slots", sccp.IDButtonTemplateRes, body(t, 4, huge, 4, 200), 56},
		{"more buttons than bytes", sccp.IDButtonTemplateRes, body(t, 4, huge, 4, 85), 42},
		{"more keys than slots", sccp.IDSoftKeyTemplateRes, body(t, 4, huge, 4, 640), 32},
		{"more sets than slots", sccp.IDSoftKeySetRes, body(t, 4, huge, 4, 768), 16},
		{"more video codecs than bytes", sccp.IDUpdateCapabilities, body(t, 4, huge, 592, 116+115), 1},
	} {
		t.Run(tt.title, func(t *testing.T) {
			m, err := sccp.Parse(sccp.Frame{ID: tt.id, Body: tt.body}, 0)
			if err != nil {
				t.Fatal(err)
			}
			var kept int
			switch m := m.(type) {
			case sccp.CapabilitiesRes:
				kept = len(m.Capabilities)
			case sccp.ButtonTemplateRes:
				kept = len(m.Buttons)
			case sccp.SoftKeyTemplateRes:
				kept = len(m.Keys)
			case sccp.SoftKeySetRes:
				kept = len(m.Sets)
			case sccp.UpdateCapabilities:
				kept = len(m.Video)
			}
			if kept != tt.kept {
				t.Errorf("%d entries, want %d", kept, tt.kept)
			}
		})
	}
}

func TestHugeCountsTakeNoMemory(t *testing.T) {
	b := body(t, "FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF", 132, "FFFFFFFF", 4)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := sccp.Parse(sccp.Frame{ID: sccp.IDUpdateCapabilities, Body: b}, 0); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 8192 {
		t.Errorf("%d bytes for a body of %d", n, len(b))
	}
}

func TestFaultsNameTheirPlace(t *testing.T) {
	for _, tt := range []struct {
		title string
		id    sccp.ID
		body  []byte
		want  string
	}{
		{"a register request with half a version dword", sccp.IDRegisterReq, body(t, 43), "RegisterReq: offset 41: phoneFeatures: needs 3 bytes, 2 left"},
		{"a register request too short to be one", sccp.IDRegisterReq, body(t, 34), "RegisterReq: offset 32: maxStreams: needs 4 bytes, 2 left"},
		{"a reset without a type", sccp.IDReset, nil, "Reset: offset 0: resetType: needs 4 bytes, 0 left"},
		{"a date that stops", sccp.IDTimeDateRes, body(t, 30), "TimeDateRes: offset 28: milliseconds: needs 4 bytes, 2 left"},
		{"a text without end", sccp.IDDisplayNotifyV2, body(t, 4, strings.Repeat("41", 4097)), "DisplayNotifyV2: offset 4: notify: is longer than 4096 bytes"},
		{"an alarm without end", sccp.IDEnhancedAlarm, body(t, strings.Repeat("41", 4097)), "EnhancedAlarm: offset 4096: text: goes on here"},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if m, err := sccp.Parse(sccp.Frame{ID: tt.id, Body: tt.body}, 0); text(err) != tt.want {
				t.Errorf("got %+v, %q; want %q", m, text(err), tt.want)
			}
		})
	}
}

func TestTextsAreCutToTheirFields(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, tt := range []struct {
		title string
		sent  sccp.Message
		want  sccp.Message
	}{
		{"one byte too long", sccp.VersionRes{Version: "0123456789ABCDEFG"}, sccp.VersionRes{Version: "0123456789ABCDEF"}},
		{"a NUL within", sccp.VersionRes{Version: "01\x0023"}, sccp.VersionRes{Version: "01"}},
		{"a NUL within a packed text", sccp.DisplayNotifyV2{Notify: "a\x00b"}, sccp.DisplayNotifyV2{Notify: "a"}},
		{"a packed text beyond measure", sccp.DisplayNotifyV2{Notify: long}, sccp.DisplayNotifyV2{Notify: long[:4096]}},
		{"an alarm beyond measure", sccp.EnhancedAlarm{Text: long}, sccp.EnhancedAlarm{Text: long[:4096]}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, parse(t, sccp.Append(nil, tt.sent, 20), 20), same); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if n := len(sccp.Append(nil, sccp.EnhancedAlarm{Text: "<x/>"}, 0)); n != sccp.HeaderLen+2000 {
		t.Errorf("a short alarm has %d bytes", n)
	}
}

func TestAnUnknownThatIsTooLong(t *testing.T) {
	b := sccp.Append(nil, sccp.Unknown{MessageID: 0x0199, Body: make([]byte, 20000)}, 20)
	if n, err := sccp.Split(b); n != len(b) || n != sccp.MaxLength+8 || err != nil {
		t.Errorf("%d bytes, of which a frame has %d (%v)", len(b), n, err)
	}
}
