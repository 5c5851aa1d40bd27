package sccp

// LampMode is how a lamp shines.
type LampMode uint32

// The modes of a lamp.
const (
	LampOff   LampMode = 1
	LampOn    LampMode = 2
	LampWink  LampMode = 3
	LampFlash LampMode = 4
	LampBlink LampMode = 5
)

// SetLamp sets the lamp of a button; that of ButtonVoiceMail tells of messages
// waiting.
type SetLamp struct {
	Stimulus         ButtonType
	StimulusInstance uint32
	Mode             LampMode

	Shape
}

// ID is IDSetLamp.
func (SetLamp) ID() ID { return IDSetLamp }

func (m SetLamp) layout(b *body) Message {
	b.u32((*uint32)(&m.Stimulus), "stimulus")
	b.u32(&m.StimulusInstance, "stimulusInstance")
	b.u32((*uint32)(&m.Mode), "lampMode")
	b.end(&m.Shape)
	return m
}

// RingMode is what kind of call rings.
type RingMode uint32

// The modes of the ringer.
const (
	RingOff        RingMode = 1
	RingInside     RingMode = 2
	RingOutside    RingMode = 3
	RingFeature    RingMode = 4
	RingFlashOnly  RingMode = 5
	RingPrecedence RingMode = 6
)

// RingDuration is how long the ringer rings.
type RingDuration uint32

// The durations of ringing.
const (
	RingNormal RingDuration = 1
	RingSingle RingDuration = 2
)

// SetRinger rings, or stops ringing. CallManagers before 4.1 send the mode
// alone.
type SetRinger struct {
	Mode          RingMode
	Duration      RingDuration
	LineInstance  uint32 // 0 is the phone as a whole
	CallReference uint32

	Shape
}

// ID is IDSetRinger.
func (SetRinger) ID() ID { return IDSetRinger }

func (m SetRinger) layout(b *body) Message {
	b.u32((*uint32)(&m.Mode), "ringMode")
	b.optional()
	b.u32((*uint32)(&m.Duration), "ringDuration")
	b.u32(&m.LineInstance, "lineInstance")
	b.u32(&m.CallReference, "callReference")
	b.end(&m.Shape)
	return m
}
