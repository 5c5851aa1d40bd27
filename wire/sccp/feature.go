package sccp

// FeatureStatReq asks for one feature button. It may come without its
// capabilities.
type FeatureStatReq struct {
	Index        uint32 // the button's instance
	Capabilities uint32

	Shape
}

// ID is IDFeatureStatReq.
func (FeatureStatReq) ID() ID { return IDFeatureStatReq }

func (m FeatureStatReq) layout(b *body) Message {
	b.u32(&m.Index, "featureIndex")
	b.optional()
	b.u32(&m.Capabilities, "featureCapabilities")
	b.end(&m.Shape)
	return m
}

// FeatureStatRes describes a feature button.
type FeatureStatRes struct {
	Index     uint32 // of the request
	FeatureID ButtonType
	TextLabel string // 40 bytes
	Status    uint32

	Shape
}

// ID is IDFeatureStatRes.
func (FeatureStatRes) ID() ID { return IDFeatureStatRes }

func (m FeatureStatRes) layout(b *body) Message {
	b.u32(&m.Index, "featureIndex")
	b.u32((*uint32)(&m.FeatureID), "featureID")
	b.text(&m.TextLabel, 40, "featureTextLabel")
	b.u32(&m.Status, "featureStatus")
	b.end(&m.Shape)
	return m
}

// FeatureStatV2Res is the dynamic form of FeatureStatRes. The status of a
// multi-blink button is four bytes: rhythm, colour, icon, old value.
type FeatureStatV2Res struct {
	Index     uint32 // of the request
	FeatureID ButtonType
	Status    uint32
	TextLabel string

	Shape
}

// ID is IDFeatureStatV2Res.
func (FeatureStatV2Res) ID() ID { return IDFeatureStatV2Res }

func (m FeatureStatV2Res) layout(b *body) Message {
	b.u32(&m.Index, "featureIndex")
	b.u32((*uint32)(&m.FeatureID), "featureID")
	b.u32(&m.Status, "featureStatus")
	b.packed(&m.TextLabel, "featureTextLabel")
	b.end(&m.Shape)
	return m
}
