package sccp

// SpeedDialStatReq asks for one speed-dial button.
type SpeedDialStatReq struct {
	Number uint32 // 1-based

	Shape
}

// ID is IDSpeedDialStatReq.
func (SpeedDialStatReq) ID() ID { return IDSpeedDialStatReq }

func (m SpeedDialStatReq) layout(b *body) Message {
	b.u32(&m.Number, "speedDialNumber")
	b.end(&m.Shape)
	return m
}

// SpeedDialStatRes describes a speed-dial button.
type SpeedDialStatRes struct {
	Number      uint32 // of the request
	DirNumber   string // 24 bytes
	DisplayName string // 40 bytes

	Shape
}

// ID is IDSpeedDialStatRes.
func (SpeedDialStatRes) ID() ID { return IDSpeedDialStatRes }

func (m SpeedDialStatRes) layout(b *body) Message {
	b.u32(&m.Number, "speedDialNumber")
	b.text(&m.DirNumber, 24, "speedDialDirNumber")
	b.text(&m.DisplayName, 40, "speedDialDisplayName")
	b.end(&m.Shape)
	return m
}

// SpeedDialStatV2Res is the dynamic form of SpeedDialStatRes.
type SpeedDialStatV2Res struct {
	Number      uint32 // of the request
	DirNumber   string
	DisplayName string

	Shape
}

// ID is IDSpeedDialStatV2Res.
func (SpeedDialStatV2Res) ID() ID { return IDSpeedDialStatV2Res }

func (m SpeedDialStatV2Res) layout(b *body) Message {
	b.u32(&m.Number, "speedDialNumber")
	b.packed(&m.DirNumber, "speedDialDirNumber")
	b.packed(&m.DisplayName, "speedDialDisplayName")
	b.end(&m.Shape)
	return m
}
