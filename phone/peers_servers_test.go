package phone_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/sccp"
)

// TestRegistersWithPublicServers registers each generation of phones with
// servers that behave as public ones were seen to (SCCP, section 5.2), takes
// leave of them, and demands the exact time of both.
func TestRegistersWithPublicServers(t *testing.T) {
	for _, server := range publicServers {
		for _, model := range []string{"7960", "7961", "6921", "7965"} { // versions 11, 17, 20, 22
			t.Run(server.name+", "+model, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := newLab(t, server.manner)
					p := l.phone(t, func(id *phone.Identity, _ *phone.Flash, _ *phone.Env) { id.Model = mustModel(t, model) })
					session, err := p.Boot(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if took := time.Since(l.began); took != server.takes {
						t.Errorf("registered after %v, want %v", took, server.takes)
					}
					if events := all[phone.Registered](&l.said); len(events) != 1 || events[0].Took != server.takes || events[0].Ack != server.acks {
						t.Errorf("registered as %+v, want %v and %v to the RegisterAck", events, server.takes, server.acks)
					}
					cm := l.nodes[0]
					if cm.seen() != 1 || len(cm.hears(sccp.IDTimeDateReq)) != 1 {
						t.Errorf("heard TimeDateReq %d times on %d connections", len(cm.hears(sccp.IDTimeDateReq)), cm.seen())
					}
					want := uint32(mustModel(t, model).Protocol)
					if server.basic || want <= 11 { // such versions are not told in the header
						want = 0
					}
					if got := cm.hears(sccp.IDTimeDateReq)[0].header; got != want {
						t.Errorf("speaks version %d, want %d", got, want)
					}
					leaving := time.Now()
					session.Close()
					if took := time.Since(leaving); took != server.leaves {
						t.Errorf("took leave in %v, want %v", took, server.leaves)
					}
				})
			})
		}
	}
}

// publicServers are the servers of the table in SCCP, section 5.2, and some of
// their habits.
var publicServers = []struct {
	name   string
	manner manner
	acks   time.Duration // RegisterReq to RegisterAck
	takes  time.Duration // connect to TimeDateRes
	leaves time.Duration // UnregisterReq to the end of the connection
	basic  bool          // no version above 11 is agreed upon
}{
	{name: "like chan-sccp", manner: chanSCCP},
	{name: "like chan_skinny", manner: chanSkinny},
	{name: "like mod_skinny", manner: modSkinny, basic: true},
	{name: "like wazo", manner: wazo, basic: true},
	{name: "like CallManager 2", manner: callManager2, basic: true},
	{
		name:   "that answers no line",
		manner: deafTo(answersAll, sccp.IDLineStatReq),
	},
	{
		name:   "that has no button template",
		manner: deafTo(answersAll, sccp.IDButtonTemplateReq), takes: time.Second,
	},
	{
		name:   "that answers nothing but RegisterReq and TimeDateReq",
		manner: onlyTheNecessary, takes: 2 * time.Second, leaves: time.Second, basic: true,
	},
	{
		name: "that takes three seconds for RegisterReq",
		manner: but(answersAll, sccp.IDRegisterReq, func(c *caller, m sccp.Message) {
			time.Sleep(3 * time.Second)
			answersAll(c, m)
		}), acks: 3 * time.Second, takes: 3 * time.Second,
	},
	{
		name: "that resets in answer to UnregisterReq",
		manner: but(answersAll, sccp.IDUnregisterReq, func(c *caller, _ sccp.Message) {
			c.send(sccp.Reset{Type: sccp.ResetRestart})
		}), leaves: time.Second,
	},
	{
		name: "that sends what nobody asked for",
		manner: but(answersAll, sccp.IDButtonTemplateReq, func(c *caller, m sccp.Message) {
			c.send(sccp.ForwardStatRes{Line: 7}, sccp.Unknown{MessageID: sccp.IDClearNotify}, sccp.Unknown{MessageID: 0x7777, Body: []byte{1, 2, 3}})
			answersAll(c, m)
			c.send(sccp.SoftKeyTemplateRes{}, sccp.SetRinger{Mode: sccp.RingOff}, sccp.ClearPromptStatus{})
		}),
	},
}

// chanSCCP kills the session of a phone that asks for buttons before it has
// registered, and discards messages of a header version it does not know.
func chanSCCP(c *caller, m sccp.Message) {
	known := []uint32{0, 3, 5, 8, 9, 10, 11, 15, 16, 17, 18, 19, 20, 21, 22}
	switch {
	case !slices.Contains(known, c.frame.HeaderVersion):
		return
	case !c.registered && m.ID() == sccp.IDButtonTemplateReq:
		hangsUp(c, m)
		return
	}
	answersAll(c, m)
	if m.ID() == sccp.IDUnregisterReq {
		hangsUp(c, m)
	}
}

// chanSkinny lights lamps before it acknowledges, writes an ASCII "0" for its
// version, and leaves some requests and the farewell unanswered.
func chanSkinny(c *caller, m sccp.Message) {
	switch m.ID() {
	case sccp.IDRegisterReq:
		c.send(sccp.SetLamp{Stimulus: sccp.ButtonLine, StimulusInstance: 1, Mode: sccp.LampOff})
		c.send(sccp.RegisterAck{KeepAliveInterval: 120, SecondaryKeepAliveInterval: 120, DateTemplate: "D-M-Y", MaxProtocolVersion: '0'}, sccp.CapabilitiesReq{})
	case sccp.IDConfigStatReq, sccp.IDForwardStatReq:
	case sccp.IDUnregisterReq:
		hangsUp(c, m)
	default:
		answersAll(c, m)
	}
}

// modSkinny closes on anything but a few messages before registration, and
// names no version.
func modSkinny(c *caller, m sccp.Message) {
	switch id := m.ID(); {
	case id == sccp.IDRegisterReq && len(c.frame.Body) >= 36:
		c.registered = true
		c.send(sccp.RegisterAck{KeepAliveInterval: 30, SecondaryKeepAliveInterval: 30, DateTemplate: "D/M/Y"}, sccp.CapabilitiesReq{})
	case !c.registered && id != sccp.IDKeepAliveReq && id != sccp.IDAlarm && id != sccp.IDEnhancedAlarm:
		hangsUp(c, m)
	default:
		answersAll(c, m)
		if id == sccp.IDUnregisterReq {
			hangsUp(c, m)
		}
	}
}

// wazo hears nothing but RegisterReq before registration, kills the session
// over a line that it never announced, and closes without a word.
func wazo(c *caller, m sccp.Message) {
	line, asksLine := m.(sccp.LineStatReq)
	switch id := m.ID(); {
	case id == sccp.IDRegisterReq:
		c.registered = true
		c.send(sccp.RegisterAck{KeepAliveInterval: 10, SecondaryKeepAliveInterval: 10, DateTemplate: "M/D/YA", MaxProtocolVersion: 11, Features: [3]byte{0x20, 0, 0xFE}})
		c.send(sccp.CapabilitiesReq{})
	case !c.registered, id == sccp.IDConfigStatReq:
	case id == sccp.IDUnregisterReq, asksLine && line.Line != 1:
		hangsUp(c, m)
	default:
		answersAll(c, m)
		if asksLine {
			c.send(sccp.ForwardStatRes{Line: line.Line})
		}
	}
}

// callManager2 knows no soft keys and sends short forms.
func callManager2(c *caller, m sccp.Message) {
	switch id := m.ID(); id {
	case sccp.IDSoftKeyTemplateReq, sccp.IDSoftKeySetReq, sccp.IDForwardStatReq:
	case sccp.IDRegisterReq:
		c.cut(sccp.RegisterAck{KeepAliveInterval: 30, DateTemplate: "M/D/YA"}, 12)
		c.send(sccp.CapabilitiesReq{})
	case sccp.IDLineStatReq:
		c.cut(sccp.LineStatRes{Line: 1, DirNumber: "1001"}, 28)
	default:
		answersAll(c, m)
	}
}

func onlyTheNecessary(c *caller, m sccp.Message) {
	switch m.ID() {
	case sccp.IDRegisterReq:
		c.send(sccp.RegisterAck{KeepAliveInterval: 30})
	case sccp.IDTimeDateReq:
		c.send(sccp.TimeDate(time.Now()))
	}
}

// cut sends only the first bytes of a message's body.
func (c *caller) cut(m sccp.Message, size int) {
	frame, err := sccp.ParseFrame(sccp.Append(nil, m, c.version))
	if err == nil {
		frame.Body = frame.Body[:size]
		c.conn.Write(sccp.AppendFrame(nil, frame))
	}
}
