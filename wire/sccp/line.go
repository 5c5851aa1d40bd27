package sccp

// The bits of DisplayOptions of a line.
const (
	ShowOriginalDialled   = 1
	ShowRedirectedDialled = 2
	ShowCallingNumber     = 4
	ShowCallingName       = 8
	ShowAll               = 15
)

// LineStatReq asks for one line, of those the button template named.
type LineStatReq struct {
	Line uint32 // 1-based

	Shape
}

// ID is IDLineStatReq.
func (LineStatReq) ID() ID { return IDLineStatReq }

func (m LineStatReq) layout(b *body) Message {
	b.u32(&m.Line, "lineNumber")
	b.end(&m.Shape)
	return m
}

// LineStatRes describes a line, up to version 16. Old CallManagers stop after
// the number, the name or the label.
type LineStatRes struct {
	Line                      uint32 // of the request
	DirNumber                 string // 24 bytes
	FullyQualifiedDisplayName string // 40 bytes
	TextLabel                 string // on the button, 40 bytes
	DisplayOptions            uint32 // ShowAll, or the bits of what to show

	Shape
}

// ID is IDLineStatRes.
func (LineStatRes) ID() ID { return IDLineStatRes }

func (m LineStatRes) layout(b *body) Message {
	b.u32(&m.Line, "lineNumber")
	b.text(&m.DirNumber, 24, "lineDirNumber")
	b.optional()
	b.text(&m.FullyQualifiedDisplayName, 40, "lineFullyQualifiedDisplayName")
	b.text(&m.TextLabel, 40, "lineTextLabel")
	b.u32(&m.DisplayOptions, "lineDisplayOptions")
	b.end(&m.Shape)
	return m
}

// LineStatV2Res describes a line from version 17 on.
type LineStatV2Res struct {
	Line                      uint32 // of the request
	DisplayOptions            uint32 // ShowAll, or the bits of what to show
	DirNumber                 string
	FullyQualifiedDisplayName string
	TextLabel                 string // on the button

	Shape
}

// ID is IDLineStatV2Res.
func (LineStatV2Res) ID() ID { return IDLineStatV2Res }

func (m LineStatV2Res) layout(b *body) Message {
	b.u32(&m.Line, "lineNumber")
	b.u32(&m.DisplayOptions, "lineDisplayOptions")
	b.packed(&m.DirNumber, "lineDirNumber")
	b.packed(&m.FullyQualifiedDisplayName, "lineFullyQualifiedDisplayName")
	b.packed(&m.TextLabel, "lineTextLabel")
	b.end(&m.Shape)
	return m
}
