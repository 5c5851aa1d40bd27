package record

import (
	"encoding/json"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

// Line is one line of events.jsonl: what happened to a phone, and when. Fields
// that an event does not have are absent.
type Line struct {
	T     float64    `json:"t_ms"` // since the schedule began
	Phone phone.Name `json:"phone"`
	Event string     `json:"event"` // the name of the phone package's type in snake case: step_ended

	// Of the first powered_on of a phone: who it is, when the schedule wanted it
	// to start and when it did.
	Model   string   `json:"model,omitempty"`
	Address string   `json:"address,omitempty"`
	Group   string   `json:"group,omitempty"`
	Due     *float64 `json:"due_ms,omitempty"`
	Started *float64 `json:"started_ms,omitempty"`

	Boot     int         `json:"boot,omitempty"`
	Step     phone.Step  `json:"step,omitempty"`
	Skipped  bool        `json:"skipped,omitempty"`
	Took     float64     `json:"took_ms,omitempty"`
	Waited   float64     `json:"waited_ms,omitempty"`
	Note     string      `json:"note,omitempty"`
	Cause    phone.Cause `json:"cause,omitempty"`
	Error    string      `json:"error,omitempty"`
	List     string      `json:"list,omitempty"`
	Verdict  string      `json:"verdict,omitempty"`
	Reason   string      `json:"reason,omitempty"`
	Size     int         `json:"size,omitempty"`
	Severity string      `json:"severity,omitempty"`
	Text     string      `json:"text,omitempty"`
	Server   string      `json:"server,omitempty"`
	Valid    bool        `json:"valid,omitempty"`
	Cached   bool        `json:"cached,omitempty"`
	KeySpec  string      `json:"key,omitempty"`
	Node     string      `json:"node,omitempty"`
	TLS      string      `json:"tls,omitempty"`
	Cipher   string      `json:"cipher,omitempty"`
	Ack      float64     `json:"ack_ms,omitempty"`
	BootTook float64     `json:"boot_ms,omitempty"`
	Why      phone.Why   `json:"why,omitempty"`
	SRST     bool        `json:"srst,omitempty"`
	RTT      float64     `json:"rtt_ms,omitempty"`
	InARow   int         `json:"in_a_row,omitempty"`
	Reset    string      `json:"reset,omitempty"`
}

// appendLine adds an event to b as a line of JSON; who is the phone, nil when
// that is not known.
func appendLine(b []byte, began time.Time, r phone.Record, who *tally.Row) []byte {
	l := lineOf(r.Event)
	l.T, l.Phone = ms(r.At.Sub(began)), r.Phone
	if who != nil && l.begins() {
		due, started := ms(who.DueAt), ms(who.StartedAt)
		l.Model, l.Address, l.Group, l.Due, l.Started = who.Model, who.Address, who.Group, &due, &started
	}
	// Strings and numbers always encode.
	text, _ := json.Marshal(l)
	return append(append(b, text...), '\n')
}

// begins says that this is the first line of a phone.
func (l Line) begins() bool { return l.Event == "powered_on" && l.Boot == 1 }

func lineOf(event phone.Event) Line {
	switch e := event.(type) {
	case phone.PoweredOn:
		return Line{Event: "powered_on", Boot: e.Boot}
	case phone.StepStarted:
		return Line{Event: "step_started", Step: e.Step}
	case phone.StepEnded:
		l := Line{Event: "step_ended", Step: e.Step, Skipped: e.Skipped, Took: ms(e.Took), Waited: ms(e.Waited), Note: e.Note}
		return l.failed(e.Err)
	case phone.ListJudged:
		return Line{Event: "list_judged", List: e.Kind.String(), Verdict: e.Verdict.Outcome.String(), Cause: e.Verdict.Cause, Reason: e.Verdict.Reason}
	case phone.TrustListReplaced:
		return Line{Event: "trust_list_replaced", List: e.Kind.String(), Size: e.Size}
	case phone.StatusMessage:
		return Line{Event: "status_message", Text: e.Text}
	case phone.ConsoleLine:
		return Line{Event: "console_line", Severity: e.Severity, Text: e.Text}
	case phone.TVSAsked:
		l := Line{Event: "tvs_asked", Server: e.Server, Cached: e.Cached, Took: ms(e.Took), Valid: e.Valid}
		return l.failed(e.Err)
	case phone.TVSAnswered:
		l := Line{Event: "tvs_answered", Cached: e.Cached, Took: ms(e.Took), Valid: e.Valid}
		return l.failed(e.Err)
	case phone.CertificateIssued:
		return Line{Event: "certificate_issued", KeySpec: e.KeySpec, Size: e.Size}
	case phone.CertificateDeleted:
		return Line{Event: "certificate_deleted"}
	case phone.Registered:
		return Line{
			Event: "registered", Node: e.Node, TLS: e.Version, Cipher: e.Cipher, Ack: ms(e.Ack), Took: ms(e.Took), BootTook: ms(e.Boot), Why: e.Why, SRST: e.SRST,
		}
	case phone.KeepAliveSent:
		return Line{Event: "keepalive_sent"}
	case phone.KeepAliveAcked:
		return Line{Event: "keepalive_acked", RTT: ms(e.RTT)}
	case phone.KeepAliveMissed:
		return Line{Event: "keepalive_missed", InARow: e.InARow}
	case phone.ResetReceived:
		return Line{Event: "reset_received", Reset: e.Type.String()}
	case phone.Unregistered:
		l := Line{Event: "unregistered", Node: e.Node}
		return l.failed(e.Err)
	case phone.GaveUp:
		l := Line{Event: "gave_up"}
		return l.failed(e.Err)
	}
	return Line{Event: "other"}
}

func (l Line) failed(err error) Line {
	if err != nil {
		l.Cause, l.Error = phone.CauseOf(err), err.Error()
	}
	return l
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// troubled says that something went wrong, which makes a phone worth keeping.
func troubled(event phone.Event) bool {
	switch e := event.(type) {
	case phone.StepEnded:
		return e.Err != nil
	case phone.Unregistered:
		return e.Err != nil
	case phone.GaveUp, phone.KeepAliveMissed:
		return true
	}
	return false
}
