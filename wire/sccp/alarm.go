package sccp

import "bytes"

// Severity of an Alarm (SCCP, section 3.2).
type Severity uint32

// The severities; a registering phone uses SeverityInformational.
const (
	SeverityCritical      Severity = 0
	SeverityWarning       Severity = 1
	SeverityInformational Severity = 2
	SeverityUnknown       Severity = 4
	SeverityMajor         Severity = 7
	SeverityMinor         Severity = 8
	SeverityMarginal      Severity = 10
	SeverityTrace         Severity = 20
)

// String is the severity's name, "informational".
func (s Severity) String() string {
	switch s {
	case SeverityCritical:
		return "critical"
	case SeverityWarning:
		return "warning"
	case SeverityInformational:
		return "informational"
	case SeverityUnknown:
		return "unknown"
	case SeverityMajor:
		return "major"
	case SeverityMinor:
		return "minor"
	case SeverityMarginal:
		return "marginal"
	case SeverityTrace:
		return "trace"
	}
	return number("Severity", uint32(s))
}

// Alarm tells why the phone was away, before RegisterReq, in a text such as
// "25: Name=SEP001122334455 Load=8.1(2.0) Last=Initialized". It is not answered.
type Alarm struct {
	Severity     Severity
	Text         string // 80 bytes
	Parm1, Parm2 uint32 // differ from phone to phone; servers only log them

	Shape
}

// ID is IDAlarm.
func (Alarm) ID() ID { return IDAlarm }

func (m Alarm) layout(b *body) Message {
	b.u32((*uint32)(&m.Severity), "alarmSeverity")
	b.text(&m.Text, 80, "text")
	b.u32(&m.Parm1, "parm1")
	b.u32(&m.Parm2, "parm2")
	b.end(&m.Shape)
	return m
}

// enhancedAlarm is the size in bytes that phones pad an EnhancedAlarm to.
const enhancedAlarm = 2000

// EnhancedAlarm is the alarm of firmware 9 and later: XML with the root
// x-cisco-alarm (SCCP, section 3.2). The text is NUL-padded to 2,000 bytes; how
// far a received one was padded is not kept. It is not answered.
type EnhancedAlarm struct {
	Text string // at most 4,096 bytes
}

// ID is IDEnhancedAlarm.
func (EnhancedAlarm) ID() ID { return IDEnhancedAlarm }

func (m EnhancedAlarm) layout(b *body) Message {
	if b.in == nil {
		text := cut(m.Text, maxText)
		b.out = append(b.out, text...)
		b.zeros(max(enhancedAlarm-len(text), padding(len(text))))
		return m
	}
	text := b.in.Rest()
	if n := bytes.IndexByte(text, 0); n >= 0 {
		text = text[:n]
	}
	if len(text) > maxText {
		b.in.FailAt(maxText, "text", "goes on here")
	}
	m.Text = string(text)
	return m
}
