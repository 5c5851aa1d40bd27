package sccp

// ServiceURLStatReq asks for one service button.
type ServiceURLStatReq struct {
	Index uint32 // the button's instance

	Shape
}

// ID is IDServiceURLStatReq.
func (ServiceURLStatReq) ID() ID { return IDServiceURLStatReq }

func (m ServiceURLStatReq) layout(b *body) Message {
	b.u32(&m.Index, "serviceURLIndex")
	b.end(&m.Shape)
	return m
}

// ServiceURLStatRes describes a service button.
type ServiceURLStatRes struct {
	Index       uint32 // of the request
	URL         string // 256 bytes
	DisplayName string // 40 bytes

	Shape
}

// ID is IDServiceURLStatRes.
func (ServiceURLStatRes) ID() ID { return IDServiceURLStatRes }

func (m ServiceURLStatRes) layout(b *body) Message {
	b.u32(&m.Index, "serviceURLIndex")
	b.text(&m.URL, 256, "serviceURL")
	b.text(&m.DisplayName, 40, "serviceURLDisplayName")
	b.end(&m.Shape)
	return m
}

// ServiceURLStatV2Res is the dynamic form of ServiceURLStatRes, which some
// servers use from version 7 on.
type ServiceURLStatV2Res struct {
	Index       uint32 // of the request
	URL         string
	DisplayName string

	Shape
}

// ID is IDServiceURLStatV2Res.
func (ServiceURLStatV2Res) ID() ID { return IDServiceURLStatV2Res }

func (m ServiceURLStatV2Res) layout(b *body) Message {
	b.u32(&m.Index, "serviceURLIndex")
	b.packed(&m.URL, "serviceURL")
	b.packed(&m.DisplayName, "serviceURLDisplayName")
	b.end(&m.Shape)
	return m
}
