package story

import (
	"time"

	"github.com/phonebank/phonebank/phone"
)

// Report is a boot as "boot --json" writes it. Times are in milliseconds.
type Report struct {
	Phone      phone.Name  `json:"phone"`
	Model      string      `json:"model"`
	Core       string      `json:"core"` // embedded, or the TFTP servers
	Registered bool        `json:"registered"`
	Step       phone.Step  `json:"step"`   // where the boot ended when it failed
	Cause      phone.Cause `json:"cause"`  // why it failed
	Reason     string      `json:"reason"` // one sentence
	Fix        string      `json:"fix"`    // one hint
	BootMS     float64     `json:"boot_ms"`

	Steps        []Step        `json:"steps"` // in the order taken; a step may occur twice
	Lists        []List        `json:"lists"` // what the phone thought of the lists it was offered
	Registration *Registration `json:"registration"`
	LSC          string        `json:"lsc"` // issued in this boot: rsa-2048; empty for none

	Explain []Explained       `json:"explain"`         // why the phone refused what it was shown
	Trace   []phone.TraceStep `json:"trace,omitempty"` // every step of its decisions, where that was asked for

	StatusMessages []string `json:"status_messages"`
	Console        []string `json:"console"`
}

// Step is one step of the boot.
type Step struct {
	Step     phone.Step  `json:"step"`
	Outcome  string      `json:"outcome"` // ok, failed, skipped or not reached
	Note     string      `json:"note"`
	Cause    phone.Cause `json:"cause"`
	Reason   string      `json:"reason"`
	Fix      string      `json:"fix"`
	TookMS   float64     `json:"took_ms"`
	WaitedMS float64     `json:"waited_ms"`
}

// Explained is a step that failed because the phone did not believe what it was
// shown.
type Explained struct {
	Step phone.Step `json:"step"`
	phone.Explanation
}

// The outcomes of a step.
const (
	OK         = "ok"
	Failed     = "failed"
	Skipped    = "skipped"
	NotReached = "not reached"
)

// List is a verdict on a trust list.
type List struct {
	Kind string `json:"kind"` // CTL or ITL
	phone.Summary
}

// Registration is the connection that the phone registered over.
type Registration struct {
	Node   string  `json:"node"` // host:port
	Secure bool    `json:"secure"`
	TLS    string  `json:"tls"`
	Cipher string  `json:"cipher"`
	AckMS  float64 `json:"ack_ms"` // RegisterReq to RegisterAck
	TookMS float64 `json:"took_ms"`
	SRST   bool    `json:"srst,omitempty"` // with a router, and no CallManager
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
