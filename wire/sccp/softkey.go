package sccp

// The sizes of the two soft-key tables (SCCP, section 3.12).
const (
	softKeySlots    = 32
	softKeySetSlots = 16
)

// SoftKey is one key of a template. Above event 18 templates differ: look keys
// up by label, never by a constant (SCCP, section 3.3).
type SoftKey struct {
	Label string // a text, or 0x80 and the code of a phrase (see Expand); 16 bytes
	Event uint32 // what the phone sends when it is pressed
}

func (k *SoftKey) layout(b *body) {
	b.text(&k.Label, 16, "label")
	b.u32(&k.Event, "event")
}

// SoftKeyTemplateReq asks for the soft keys.
type SoftKeyTemplateReq struct{ Shape }

// ID is IDSoftKeyTemplateReq.
func (SoftKeyTemplateReq) ID() ID { return IDSoftKeyTemplateReq }

func (m SoftKeyTemplateReq) layout(b *body) Message {
	b.end(&m.Shape)
	return m
}

// SoftKeyTemplateRes lists the soft keys, 32 at most.
type SoftKeyTemplateRes struct {
	Offset uint32 // of the first key here among all
	Total  uint32 // keys in all
	Keys   []SoftKey

	Shape
}

// ID is IDSoftKeyTemplateRes.
func (SoftKeyTemplateRes) ID() ID { return IDSoftKeyTemplateRes }

func (m SoftKeyTemplateRes) layout(b *body) Message {
	b.u32(&m.Offset, "softKeyOffset")
	n := b.count(len(m.Keys), softKeySlots, "softKeyCount")
	b.u32(&m.Total, "totalSoftKeyCount")
	list(b, &m.Keys, n, softKeySlots, 20, (*SoftKey).layout)
	b.end(&m.Shape)
	return m
}

// The soft-key sets, by their number in SoftKeySetRes and SelectSoftKeys.
const (
	KeysOnHook              = 0 // idle
	KeysConnected           = 1
	KeysOnHold              = 2
	KeysRingIn              = 3
	KeysOffHook             = 4
	KeysConnectedTransfer   = 5
	KeysDigitsFollowing     = 6 // after the first digit
	KeysConnectedConference = 7
	KeysRingOut             = 8
	KeysOffHookFeatures     = 9
	KeysInUseHint           = 10
	KeysOnHookStealable     = 11 // a call held on a shared line
)

// SoftKeySet is what the soft keys are in one state of the phone.
type SoftKeySet struct {
	TemplateIndex [16]uint8  // 1-based positions in the template; 0: none
	InfoIndex     [16]uint16 // numbers of help texts, 300 + event on a CallManager
}

func (s *SoftKeySet) layout(b *body) {
	b.raw(s.TemplateIndex[:], "templateIndex")
	for i := range s.InfoIndex {
		b.u16(&s.InfoIndex[i], "infoIndex")
	}
}

// SoftKeySetReq asks for the soft-key sets.
type SoftKeySetReq struct{ Shape }

// ID is IDSoftKeySetReq.
func (SoftKeySetReq) ID() ID { return IDSoftKeySetReq }

func (m SoftKeySetReq) layout(b *body) Message {
	b.end(&m.Shape)
	return m
}

// SoftKeySetRes lists the soft-key sets, 16 at most, by the numbers of the
// KeysOnHook family. Several servers send 4 bytes more: they are in the Tail.
type SoftKeySetRes struct {
	Offset uint32 // of the first set here among all
	Total  uint32 // sets in all
	Sets   []SoftKeySet

	Shape
}

// ID is IDSoftKeySetRes.
func (SoftKeySetRes) ID() ID { return IDSoftKeySetRes }

func (m SoftKeySetRes) layout(b *body) Message {
	b.u32(&m.Offset, "softKeySetOffset")
	n := b.count(len(m.Sets), softKeySetSlots, "softKeySetCount")
	b.u32(&m.Total, "totalSoftKeySetCount")
	list(b, &m.Sets, n, softKeySetSlots, 48, (*SoftKeySet).layout)
	b.end(&m.Shape)
	return m
}

// AllKeys is the ValidKeyMask that enables every key of a set.
const AllKeys = 0xFFFFFFFF

// SelectSoftKeys chooses the soft-key set to show.
type SelectSoftKeys struct {
	LineInstance    uint32 // 0 when idle
	CallReference   uint32 // 0 when idle
	SoftKeySetIndex uint32
	ValidKeyMask    uint32 // bit n enables the key at position n of the set; to be taken as information

	Shape
}

// ID is IDSelectSoftKeys.
func (SelectSoftKeys) ID() ID { return IDSelectSoftKeys }

func (m SelectSoftKeys) layout(b *body) Message {
	b.u32(&m.LineInstance, "lineInstance")
	b.u32(&m.CallReference, "callReference")
	b.u32(&m.SoftKeySetIndex, "softKeySetIndex")
	b.u32(&m.ValidKeyMask, "validKeyMask")
	b.end(&m.Shape)
	return m
}
