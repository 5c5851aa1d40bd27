package phone

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/phonebank/phonebank/wire/sccp"
)

// registration is the phone's side of an SCCP registration (SCCP, section 5.1)
// as a plain state machine: a message in, messages out; no connection, clock
// or goroutine. It asks in bursts, as phones do, and servers answer in order; but
// they differ in what they answer, so every state but the first and the last goes
// on by itself when the model's Optional time has passed in silence ("quiet").
//
//	state     | event                          | send                                            | next
//	----------+--------------------------------+-------------------------------------------------+-----------
//	asking    | RegisterAck                    | -                                               | acked
//	asking    | RegisterReject                 | -                                               | rejected
//	acked     | CapabilitiesReq, or quiet      | CapabilitiesRes, ButtonTemplateReq,             | templates
//	          |                                | SoftKeyTemplateReq, SoftKeySetReq, ConfigStatReq|
//	templates | ButtonTemplateRes, or quiet    | a StatReq for every button it lists,            | dating
//	          |                                | RegisterAvailableLines, TimeDateReq             |
//	dating    | TimeDateRes                    | -                                               | registered
//	any later | CapabilitiesReq                | CapabilitiesRes                                 | same
//	any       | anything else                  | -                                               | same
type registration struct {
	state   registrationState
	model   *Model
	version uint8 // negotiated; 0 until RegisterAck
	ack     sccp.RegisterAck
	refusal string // text of RegisterReject
}

type registrationState int

const (
	asking registrationState = iota
	acked
	templates
	dating
	registered
	rejected
)

// begin returns what a phone says first: why it was away, and who it is.
func (r *registration) begin(id Identity, self netip.Addr, last outage, stamp string) []sccp.Message {
	r.model = id.Model
	req := sccp.RegisterReq{
		DeviceName: string(id.Name), Instance: id.Model.Instance, StationIP: self, DeviceType: id.Model.DeviceType,
		MaxStreams: id.Model.MaxStreams, ProtocolVersion: id.Model.Protocol, Features: id.Model.Features,
	}
	if id.Model.Protocol >= 17 { // older phones send the shorter form
		req.MAC = binaryMAC(id.Name)
		req.MaxLines, req.FirmwareLoadName, req.ConfigVersionStamp = id.Model.MaxLines, id.Model.Load, stamp
	}
	return []sccp.Message{last.alarm(id), req}
}

// binaryMAC is the MAC address as a 7941 sends it: six bytes and six zeros.
func binaryMAC(name Name) (mac [12]byte) {
	var wide [8]byte
	binary.BigEndian.PutUint64(wide[:], name.MAC())
	copy(mac[:], wide[2:])
	return mac
}

// handle takes the next message from the CallManager.
func (r *registration) handle(m sccp.Message) []sccp.Message {
	switch m := m.(type) {
	case sccp.RegisterAck:
		if r.state == asking {
			r.ack, r.state = m, acked
			r.version = sccp.Negotiate(r.model.Protocol, m.MaxProtocolVersion)
		}
	case sccp.RegisterReject:
		if r.state == asking {
			r.refusal, r.state = m.Text, rejected
		}
	case sccp.CapabilitiesReq:
		switch r.state {
		case asking, rejected:
		case acked:
			return r.askTemplates()
		default:
			return []sccp.Message{capabilities()}
		}
	case sccp.ButtonTemplateRes:
		if r.state == templates {
			return r.askButtons(m.Buttons)
		}
	case sccp.TimeDateRes:
		if r.state == dating {
			r.state = registered
		}
	}
	return nil
}

// quiet says that nothing more came in time. It returns what to send next, and
// false when the state cannot go on without an answer.
func (r *registration) quiet() ([]sccp.Message, bool) {
	switch r.state {
	case acked:
		return r.askTemplates(), true
	case templates:
		return r.askButtons(nil), true
	}
	return nil, false
}

// patience is how long the present state waits.
func (r *registration) patience() time.Duration {
	if r.state == asking || r.state == dating {
		return r.model.Timers.Answer
	}
	return r.model.Timers.Optional
}

// missing names the answer that the present state waits for.
func (r *registration) missing() string {
	if r.state == asking {
		return "RegisterAck"
	}
	return "TimeDateRes"
}

func (r *registration) over() bool { return r.state == registered || r.state == rejected }

func (r *registration) askTemplates() []sccp.Message {
	r.state = templates
	return []sccp.Message{
		capabilities(), sccp.ButtonTemplateReq{}, sccp.SoftKeyTemplateReq{}, sccp.SoftKeySetReq{}, sccp.ConfigStatReq{},
	}
}

// askButtons asks for what the template lists and nothing else: a server may
// end the session over a line that it never announced (SCCP, section 5.2). The
// date comes last, and its answer behind those of the lines.
func (r *registration) askButtons(listed []sccp.Button) []sccp.Message {
	r.state = dating
	var ask []sccp.Message
	lines := uint32(0)
	for _, b := range listed {
		n := uint32(b.Instance)
		switch b.Type {
		case sccp.ButtonLine:
			lines++
			ask = append(ask, sccp.LineStatReq{Line: n}, sccp.ForwardStatReq{Line: n})
		case sccp.ButtonSpeedDial:
			ask = append(ask, sccp.SpeedDialStatReq{Number: n})
		case sccp.ButtonFeature, sccp.ButtonBLFSpeedDial:
			ask = append(ask, sccp.FeatureStatReq{Index: n})
		case sccp.ButtonServiceURL:
			ask = append(ask, sccp.ServiceURLStatReq{Index: n})
		}
	}
	return append(ask, sccp.RegisterAvailableLines{MaxNumOfAvailLines: lines}, sccp.TimeDateReq{})
}

// capabilities is the codec list of a 79xx phone, as captured (SCCP, section
// 3.12): codec and milliseconds a packet.
func capabilities() sccp.Message {
	return sccp.CapabilitiesRes{Capabilities: []sccp.Capability{
		{Codec: 25, MaxFramesPerPacket: 120},
		{Codec: 4, MaxFramesPerPacket: 40},
		{Codec: 2, MaxFramesPerPacket: 40},
		{Codec: 15, MaxFramesPerPacket: 60},
		{Codec: 16, MaxFramesPerPacket: 60},
		{Codec: 11, MaxFramesPerPacket: 60},
		{Codec: 12, MaxFramesPerPacket: 60},
		{Codec: 257, MaxFramesPerPacket: 4},
	}}
}
