package sccp

// The reasons of an UnregisterReq.
const (
	UnregisterUnknown   = 0
	UnregisterPowerSave = 1
)

// UnregisterReq ends a registration in good order. The reason is sent only
// where it is not UnregisterUnknown. Some servers close without an answer.
type UnregisterReq struct {
	Reason uint32

	Shape
}

// ID is IDUnregisterReq.
func (UnregisterReq) ID() ID { return IDUnregisterReq }

func (m UnregisterReq) layout(b *body) Message {
	if b.extra(m.Reason != UnregisterUnknown, &m.Shape) {
		b.u32(&m.Reason, "reason")
	}
	b.end(&m.Shape)
	return m
}

// The status of an UnregisterAck.
const (
	UnregisterOK    = 0
	UnregisterError = 1
	UnregisterNAK   = 2 // a call is up: the phone stays registered
)

// UnregisterAck answers an UnregisterReq.
type UnregisterAck struct {
	Status uint32

	Shape
}

// ID is IDUnregisterAck.
func (UnregisterAck) ID() ID { return IDUnregisterAck }

func (m UnregisterAck) layout(b *body) Message {
	b.u32(&m.Status, "status")
	b.end(&m.Shape)
	return m
}

// ResetType says how much of a phone starts again (SCCP, section 5.6).
type ResetType uint32

// The types of a Reset.
const (
	ResetReset       ResetType = 1 // hard: the phone reboots
	ResetRestart     ResetType = 2 // the phone fetches its configuration and registers again
	ResetApplyConfig ResetType = 3 // the same, only if something relevant changed
)

// String is the type's name in the specification, "RESTART".
func (t ResetType) String() string {
	switch t {
	case ResetReset:
		return "RESET"
	case ResetRestart:
		return "RESTART"
	case ResetApplyConfig:
		return "APPLY_CONFIG"
	}
	return number("ResetType", uint32(t))
}

// Reset asks the phone to start again.
type Reset struct {
	Type ResetType

	Shape
}

// ID is IDReset.
func (Reset) ID() ID { return IDReset }

func (m Reset) layout(b *body) Message {
	b.u32((*uint32)(&m.Type), "resetType")
	b.end(&m.Shape)
	return m
}
