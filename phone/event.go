package phone

import (
	"time"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/sccp"
)

// Record is something that happened to a phone, and when.
type Record struct {
	Phone Name
	At    time.Time
	Clock time.Duration // how far the phone's own clock is off, as Env.Clock
	Event Event
}

// Shown is the time that the phone shows beside a message or a console line.
func (r Record) Shown() time.Time { return r.At.Add(r.Clock) }

// Event is one of the types below. Events are the only way a phone speaks:
// console logs, status messages, counters and reports are made from them.
type Event interface{ event() }

// PoweredOn is the first event of a boot.
type PoweredOn struct{ Boot int } // Boot counts from 1

// StepStarted says that a step of the boot begins.
type StepStarted struct{ Step Step }

// StepEnded says how a step ended. Waited is the time spent on limits of this
// machine (see Limits), Took the time that the core and the phone took; the
// two never overlap.
type StepEnded struct {
	Step         Step
	Waited, Took time.Duration
	Skipped      bool   // nothing was asked of the phone in this step
	Note         string // what came of it, for people: "accepted, 2 SAST records"
	Err          error  // nil, or an *Error
}

// ListJudged says what the phone thought of a trust list that it fetched.
type ListJudged struct {
	Kind    ctl.Kind
	Verdict Verdict
}

// TrustListReplaced says that a new list took the place of the held one.
type TrustListReplaced struct {
	Kind ctl.Kind
	Size int // bytes
}

// StatusMessage is a line of Settings > Status > Status Messages, in the
// words of a real phone, without its time stamp.
type StatusMessage struct{ Text string }

// ConsoleLine is a line of the phone's console log: "SECD: tlRequestFile: …".
type ConsoleLine struct {
	Severity string // NOT, WRN, ERR, INF or DBG
	Text     string
}

// TVSAsked says that the phone asked one trust verification service, or its own
// memory of an answer. The next server is asked when this one has an Err.
type TVSAsked struct {
	Server string
	Cached bool
	Took   time.Duration
	Valid  bool
	Err    error
}

// TVSAnswered says what came of a question to TVS, whoever was asked.
type TVSAnswered struct {
	Valid  bool
	Cached bool          // from memory
	Took   time.Duration // all servers together
	Err    error         // nobody answered
}

// CertificateIssued says that the phone stored a new LSC.
type CertificateIssued struct {
	KeySpec string // "rsa-2048"
	Size    int    // bytes of DER
}

// CertificateDeleted says that the phone removed its LSC on CAPF's order.
type CertificateDeleted struct{}

// Registered says that a registration is complete: TimeDateRes has arrived.
type Registered struct {
	Node    string        // host and port of the CallManager
	Secure  bool          // over TLS
	Cipher  string        // name of the TLS cipher suite, empty on clear TCP
	Version string        // "TLS 1.0"
	Ack     time.Duration // RegisterReq to RegisterAck
	Took    time.Duration // connect to TimeDateRes
	Boot    time.Duration // power on to TimeDateRes; 0 unless this ends a boot
	Why     Why           // what led to this registration
	SRST    bool          // with an SRST router: no CallManager took the phone
}

// Why is the reason for a registration.
type Why string

// The reasons for a registration.
const (
	AfterBoot     Why = "boot"
	AfterFailover Why = "failover"
	AfterFailback Why = "failback"
	AfterRestart  Why = "restart"
)

// KeepAliveSent says that a keepalive went out on the primary link.
type KeepAliveSent struct{}

// KeepAliveAcked says that one was answered.
type KeepAliveAcked struct{ RTT time.Duration }

// KeepAliveMissed says that one was not answered before the next was due.
type KeepAliveMissed struct{ InARow int }

// ResetReceived says that the CallManager asked for a reset.
type ResetReceived struct{ Type sccp.ResetType }

// Unregistered says that the phone is no longer registered. Err is nil when
// the phone itself took its leave.
type Unregistered struct {
	Node string
	Err  error
}

// GaveUp is the last event of a phone that ran out of patience.
type GaveUp struct{ Err error }

func (PoweredOn) event()          {}
func (StepStarted) event()        {}
func (StepEnded) event()          {}
func (ListJudged) event()         {}
func (TrustListReplaced) event()  {}
func (StatusMessage) event()      {}
func (ConsoleLine) event()        {}
func (TVSAsked) event()           {}
func (TVSAnswered) event()        {}
func (TraceStep) event()          {}
func (CertificateIssued) event()  {}
func (CertificateDeleted) event() {}
func (Registered) event()         {}
func (KeepAliveSent) event()      {}
func (KeepAliveAcked) event()     {}
func (KeepAliveMissed) event()    {}
func (ResetReceived) event()      {}
func (Unregistered) event()       {}
func (GaveUp) event()             {}
