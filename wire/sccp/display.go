package sccp

// DisplayPromptStatus shows a prompt. Its text may hold codes (see Expand).
type DisplayPromptStatus struct {
	TimeOutValue  uint32 // seconds; 0 is for good
	PromptStatus  string // 32 bytes
	LineInstance  uint32 // 0 is the idle screen
	CallReference uint32

	Shape
}

// ID is IDDisplayPromptStatus.
func (DisplayPromptStatus) ID() ID { return IDDisplayPromptStatus }

func (m DisplayPromptStatus) layout(b *body) Message {
	b.u32(&m.TimeOutValue, "timeOutValue")
	b.text(&m.PromptStatus, 32, "promptStatus")
	b.u32(&m.LineInstance, "lineInstance")
	b.u32(&m.CallReference, "callReference")
	b.end(&m.Shape)
	return m
}

// DisplayPromptStatusV2 is the dynamic form of DisplayPromptStatus. Phones show
// 96 bytes of text at most.
type DisplayPromptStatusV2 struct {
	TimeOutValue  uint32 // seconds; 0 is for good
	LineInstance  uint32 // 0 is the idle screen
	CallReference uint32
	PromptStatus  string

	Shape
}

// ID is IDDisplayPromptStatusV2.
func (DisplayPromptStatusV2) ID() ID { return IDDisplayPromptStatusV2 }

func (m DisplayPromptStatusV2) layout(b *body) Message {
	b.u32(&m.TimeOutValue, "timeOutValue")
	b.u32(&m.LineInstance, "lineInstance")
	b.u32(&m.CallReference, "callReference")
	b.packed(&m.PromptStatus, "promptStatus")
	b.end(&m.Shape)
	return m
}

// ClearPromptStatus takes a prompt away.
type ClearPromptStatus struct {
	LineInstance  uint32
	CallReference uint32

	Shape
}

// ID is IDClearPromptStatus.
func (ClearPromptStatus) ID() ID { return IDClearPromptStatus }

func (m ClearPromptStatus) layout(b *body) Message {
	b.u32(&m.LineInstance, "lineInstance")
	b.u32(&m.CallReference, "callReference")
	b.end(&m.Shape)
	return m
}

// DisplayNotify shows a notice.
type DisplayNotify struct {
	TimeOutValue uint32 // seconds
	Notify       string // 32 bytes

	Shape
}

// ID is IDDisplayNotify.
func (DisplayNotify) ID() ID { return IDDisplayNotify }

func (m DisplayNotify) layout(b *body) Message {
	b.u32(&m.TimeOutValue, "timeOutValue")
	b.text(&m.Notify, 32, "notify")
	b.end(&m.Shape)
	return m
}

// DisplayNotifyV2 is the dynamic form of DisplayNotify.
type DisplayNotifyV2 struct {
	TimeOutValue uint32 // seconds
	Notify       string

	Shape
}

// ID is IDDisplayNotifyV2.
func (DisplayNotifyV2) ID() ID { return IDDisplayNotifyV2 }

func (m DisplayNotifyV2) layout(b *body) Message {
	b.u32(&m.TimeOutValue, "timeOutValue")
	b.packed(&m.Notify, "notify")
	b.end(&m.Shape)
	return m
}
