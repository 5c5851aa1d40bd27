package scenario

import (
	"io"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/capture"
)

// line is what a phone's traffic passes on its way to the network. Its zero
// value is the network itself.
type line struct {
	dial   capture.Dial   // nil: the system's
	listen capture.Listen // likewise, for TFTP
	trace  bool           // the phone tells every step of its decisions
	keyLog io.Writer      // nil: nobody gets the secrets of TLS
}

// line is that of phone n. Somebody on it may want to hear what happens to the
// phone.
func (r *run) line(n int, id phone.Identity) (l line, hear func(phone.Record)) {
	if dial := r.fleet.world.Dial; dial != nil {
		l.dial = dial(id.Address)
	}
	l.keyLog, l.trace = r.options.KeyLog, r.options.Decisions
	tap, way := r.options.Capture.Tap(n, id), r.network.Line(n, id.Name)
	if tap == nil && way == nil {
		return l, nil
	}
	if l.dial == nil {
		l.dial = phone.DialFrom(id.Address)
	}
	// What is captured is what the phone sees, so the tap is between the two.
	l.dial, l.listen, l.keyLog = tap.Dial(way.Dial(l.dial)), tap.Listen(way.Listen(phone.ListenFrom)), tap.KeyLog(l.keyLog)
	return l, tap.Hear
}
