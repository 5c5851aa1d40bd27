package sccp

import "time"

// TimeDateReq asks for the time. It is the last request of a registration, and
// for some servers what completes it (SCCP, section 5.1).
type TimeDateReq struct{ Shape }

// ID is IDTimeDateReq.
func (TimeDateReq) ID() ID { return IDTimeDateReq }

func (m TimeDateReq) layout(b *body) Message {
	b.end(&m.Shape)
	return m
}

// TimeDateRes sets the phone's clock, DefineTimeDate elsewhere.
type TimeDateRes struct {
	Year         uint32
	Month        uint32 // 1 to 12
	DayOfWeek    uint32 // 0 is Sunday
	Day          uint32 // 1 to 31
	Hour         uint32
	Minute       uint32
	Second       uint32
	Milliseconds uint32
	SystemTime   uint32 // Unix time in seconds; 0 on CallManager 3.1

	Shape
}

// TimeDate is the TimeDateRes for t, in t's location.
func TimeDate(t time.Time) TimeDateRes {
	return TimeDateRes{
		Year:         uint32(t.Year()),
		Month:        uint32(t.Month()),
		DayOfWeek:    uint32(t.Weekday()),
		Day:          uint32(t.Day()),
		Hour:         uint32(t.Hour()),
		Minute:       uint32(t.Minute()),
		Second:       uint32(t.Second()),
		Milliseconds: uint32(t.Nanosecond() / 1e6),
		SystemTime:   uint32(t.Unix()),
	}
}

// ID is IDTimeDateRes.
func (TimeDateRes) ID() ID { return IDTimeDateRes }

func (m TimeDateRes) layout(b *body) Message {
	b.u32(&m.Year, "year")
	b.u32(&m.Month, "month")
	b.u32(&m.DayOfWeek, "dayOfWeek")
	b.u32(&m.Day, "day")
	b.u32(&m.Hour, "hour")
	b.u32(&m.Minute, "minute")
	b.u32(&m.Second, "second")
	b.u32(&m.Milliseconds, "milliseconds")
	b.u32(&m.SystemTime, "systemTime")
	b.end(&m.Shape)
	return m
}
