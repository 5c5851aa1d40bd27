package sccp

import "bytes"

// The sizes of ButtonTemplateRes (SCCP, section 3.12).
const (
	buttonSlots        = 42
	buttonSlotsSideCar = 56 // for phones with side cars
)

// Button is one button of a phone: its type, and which one of that type.
type Button struct {
	Instance uint8 // 1-based
	Type     ButtonType
}

func (k *Button) layout(b *body) {
	b.u8(&k.Instance, "instance")
	kind := uint8(k.Type)
	b.u8(&kind, "type")
	if b.in != nil {
		k.Type = ButtonType(kind)
	}
}

// ButtonTemplateReq asks what the phone's buttons do.
type ButtonTemplateReq struct {
	ButtonCount uint32 // how many the phone has; most phones send nothing, 0

	Shape
}

// ID is IDButtonTemplateReq.
func (ButtonTemplateReq) ID() ID { return IDButtonTemplateReq }

func (m ButtonTemplateReq) layout(b *body) Message {
	if b.extra(m.ButtonCount != 0, &m.Shape) {
		b.u32(&m.ButtonCount, "buttonCount")
	}
	b.end(&m.Shape)
	return m
}

// ButtonTemplateRes says what the phone's buttons do. It is sent with 42 slots,
// or 56 when there are more buttons than that; unused slots are 00 FF.
type ButtonTemplateRes struct {
	Offset  uint32 // of the first button here among all
	Total   uint32 // buttons in all
	Buttons []Button

	Shape
}

// ID is IDButtonTemplateRes.
func (ButtonTemplateRes) ID() ID { return IDButtonTemplateRes }

func (m ButtonTemplateRes) layout(b *body) Message {
	b.u32(&m.Offset, "buttonOffset")
	n := b.count(len(m.Buttons), buttonSlotsSideCar, "buttonCount")
	b.u32(&m.Total, "totalButtonCount")
	n = b.fitting(n, 2)
	list(b, &m.Buttons, n, n, 2, (*Button).layout)
	slots := buttonSlots
	if n > buttonSlots {
		slots = buttonSlotsSideCar
	}
	if b.in != nil {
		b.unused(2 * (slots - n))
	} else {
		b.out = append(b.out, bytes.Repeat([]byte{0, byte(ButtonUndefined)}, slots-n)...)
	}
	b.end(&m.Shape)
	return m
}
