package sccp

// ForwardStatReq asks where a line is forwarded to. Not every server answers.
type ForwardStatReq struct {
	Line uint32 // 1-based

	Shape
}

// ID is IDForwardStatReq.
func (ForwardStatReq) ID() ID { return IDForwardStatReq }

func (m ForwardStatReq) layout(b *body) Message {
	b.u32(&m.Line, "lineNumber")
	b.end(&m.Shape)
	return m
}

// Forward is one forwarding of a line.
type Forward struct {
	Active uint32 // 0 or 1
	Number string // 24 bytes, 25 from version 18
}

func (f *Forward) layout(b *body, digits int, active, number string) {
	b.u32(&f.Active, active)
	b.text(&f.Number, digits, number)
}

// ForwardStatRes says where a line is forwarded to: 92 bytes, or 96 from
// version 18 on, whose numbers have 25 bytes.
type ForwardStatRes struct {
	Active              uint32 // not 0 when any forwarding is active
	Line                uint32 // of the request
	All, Busy, NoAnswer Forward

	Shape
}

// ID is IDForwardStatRes.
func (ForwardStatRes) ID() ID { return IDForwardStatRes }

func (m ForwardStatRes) layout(b *body) Message {
	digits := 24
	if b.since(longNumbers, 95, &m.Shape) {
		digits = 25
	}
	b.u32(&m.Active, "activeForward")
	b.u32(&m.Line, "lineNumber")
	m.All.layout(b, digits, "forwardAllActive", "forwardAllDirnum")
	m.Busy.layout(b, digits, "forwardBusyActive", "forwardBusyDirnum")
	m.NoAnswer.layout(b, digits, "forwardNoAnswerActive", "forwardNoAnswerDirnum")
	b.end(&m.Shape)
	return m
}
