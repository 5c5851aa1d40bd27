package sccp

// ConfigStatReq asks for a summary of the phone's configuration. Not every
// server answers.
type ConfigStatReq struct{ Shape }

// ID is IDConfigStatReq.
func (ConfigStatReq) ID() ID { return IDConfigStatReq }

func (m ConfigStatReq) layout(b *body) Message {
	b.end(&m.Shape)
	return m
}

// ConfigStatRes sums up the phone's configuration.
type ConfigStatRes struct {
	DeviceName         string // 16 bytes
	UserID             uint32
	Instance           uint32
	UserName           string // 40 bytes
	ServerName         string // 40 bytes
	NumberOfLines      uint32
	NumberOfSpeedDials uint32

	Shape
}

// ID is IDConfigStatRes.
func (ConfigStatRes) ID() ID { return IDConfigStatRes }

func (m ConfigStatRes) layout(b *body) Message {
	b.text(&m.DeviceName, 16, "deviceName")
	b.u32(&m.UserID, "userId")
	b.u32(&m.Instance, "instance")
	b.text(&m.UserName, 40, "userName")
	b.text(&m.ServerName, 40, "serverName")
	b.u32(&m.NumberOfLines, "numberOfLines")
	b.u32(&m.NumberOfSpeedDials, "numberOfSpeedDials")
	b.end(&m.Shape)
	return m
}

// ConfigStatV2Res is the dynamic form of ConfigStatRes.
type ConfigStatV2Res struct {
	DeviceName         string
	UserID             uint32
	Instance           uint32
	NumberOfLines      uint32
	NumberOfSpeedDials uint32
	UserName           string
	ServerName         string

	Shape
}

// ID is IDConfigStatV2Res.
func (ConfigStatV2Res) ID() ID { return IDConfigStatV2Res }

func (m ConfigStatV2Res) layout(b *body) Message {
	b.packed(&m.DeviceName, "deviceName")
	b.u32(&m.UserID, "userId")
	b.u32(&m.Instance, "instance")
	b.u32(&m.NumberOfLines, "numberOfLines")
	b.u32(&m.NumberOfSpeedDials, "numberOfSpeedDials")
	b.packed(&m.UserName, "userName")
	b.packed(&m.ServerName, "serverName")
	b.end(&m.Shape)
	return m
}

// VersionReq asks which load the phone should run.
type VersionReq struct{ Shape }

// ID is IDVersionReq.
func (VersionReq) ID() ID { return IDVersionReq }

func (m VersionReq) layout(b *body) Message {
	b.end(&m.Shape)
	return m
}

// VersionRes names the load the phone should run; empty: keep the present one.
type VersionRes struct {
	Version string // "P00308010200", 16 bytes

	Shape
}

// ID is IDVersionRes.
func (VersionRes) ID() ID { return IDVersionRes }

func (m VersionRes) layout(b *body) Message {
	b.text(&m.Version, 16, "version")
	b.end(&m.Shape)
	return m
}
