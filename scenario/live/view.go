package live

import (
	"fmt"
	"strings"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// PhoneView is all that is known of a phone: what its own web server would show,
// and what a phone never shows.
type PhoneView struct {
	PhoneRow
	Load          string       `json:"app_load_id"`
	Boots         int          `json:"boots"`
	LSC           string       `json:"lsc"`
	Registration  Registration `json:"registration"`
	KeepAlive     KeepAlive    `json:"keepalive"`
	Steps         []StepView   `json:"steps"` // the last attempt of each that was tried
	Failure       *Failure     `json:"failure,omitempty"`
	StatusMessage []LineView   `json:"status_messages"` // newest first, as on a phone
	Console       []LineView   `json:"console"`         // oldest first
	Lists         []ListView   `json:"lists"`           // CTL and ITL
}

// Registration is the last one.
type Registration struct {
	Node       string    `json:"node,omitempty"`
	TLS        string    `json:"tls,omitempty"`
	Cipher     string    `json:"cipher,omitempty"`
	Why        phone.Why `json:"why,omitempty"`
	TookMS     float64   `json:"took_ms"`
	RegisterMS float64   `json:"register_ack_ms"`
	BootMS     float64   `json:"boot_ms"` // 0 unless it ended a boot
}

// KeepAlive is the phone's keepalives.
type KeepAlive struct {
	Sent  int     `json:"sent"`
	Lost  int     `json:"lost"` // unanswered when the next was due
	RTTMS float64 `json:"rtt_ms"`
}

// StepView is the last attempt of a step.
type StepView struct {
	Step     phone.Step `json:"step"`
	OK       bool       `json:"ok"`
	TookMS   float64    `json:"took_ms"`
	WaitedMS float64    `json:"waited_ms"`
	Note     string     `json:"note,omitempty"`
}

// Failure is the last step that failed, why, and what to do about it.
type Failure struct {
	Step   phone.Step  `json:"step"`
	Cause  phone.Cause `json:"cause"`
	Error  string      `json:"error"`
	Reason string      `json:"reason"`
	Fix    string      `json:"fix"`
	Hands  bool        `json:"hands_on_phone"`
}

// LineView is a status message or a console line.
type LineView struct {
	Number int       `json:"number"` // since the phone was first switched on
	At     time.Time `json:"at"`
	Text   string    `json:"text"`
}

// ListView is a trust list that the phone holds.
type ListView struct {
	List    string       `json:"list"` // CTL or ITL
	Held    bool         `json:"held"`
	Size    int          `json:"size,omitempty"` // bytes
	MD5     string       `json:"md5,omitempty"`
	SHA1    string       `json:"sha1,omitempty"`
	Signer  string       `json:"signer,omitempty"`
	Serial  string       `json:"signer_serial,omitempty"`
	Digest  string       `json:"digest,omitempty"`
	Made    time.Time    `json:"made,omitzero"`
	Records []RecordView `json:"records,omitempty"`
	Refused string       `json:"refused,omitempty"` // why the phone refused the last one that it was offered
}

// RecordView is a record of a trust list.
type RecordView struct {
	Number  int       `json:"number"`
	Role    string    `json:"role"`
	Name    string    `json:"name,omitempty"` // host name or address
	Subject string    `json:"subject"`
	Issuer  string    `json:"issuer"`
	Serial  string    `json:"serial"`
	SHA1    string    `json:"sha1,omitempty"` // of the certificate
	Until   time.Time `json:"valid_until,omitzero"`
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// view is the phone as it stands.
func (s *sighting) view() PhoneView {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := PhoneView{
		PhoneRow: s.row(s.cause()), Load: s.model.Load, Boots: s.boots, LSC: s.lsc.of(s.name),
		Registration: Registration{
			Node: s.link.Node, TLS: s.link.Version, Cipher: s.link.Cipher, Why: s.link.Why,
			TookMS: ms(s.link.Took), RegisterMS: ms(s.link.Ack), BootMS: ms(s.link.Boot),
		},
		KeepAlive: KeepAlive{Sent: s.sent, Lost: s.missed, RTTMS: ms(s.rtt)},
		Steps:     []StepView{}, StatusMessage: []LineView{}, Console: []LineView{}, Failure: s.explain(),
	}
	if v.LSC == "" {
		v.LSC = "Not Installed"
	}
	for i, seen := range s.steps {
		if seen.tried {
			v.Steps = append(v.Steps, StepView{steps[i], seen.ok, ms(seen.took), ms(seen.waited), seen.note.of(s.name)})
		}
	}
	for n, l := range s.messages.all() {
		v.StatusMessage = append([]LineView{{n, l.time(), l.text.of(s.name)}}, v.StatusMessage...)
	}
	for n, l := range s.console.all() {
		v.Console = append(v.Console, LineView{n, l.time(), l.text.of(s.name)})
	}
	for i, kind := range []ctl.Kind{ctl.CTL, ctl.ITL} {
		if kind == ctl.ITL && !s.model.SecurityByDefault {
			continue // the model knows none
		}
		list := listView(kind, s.lists[i])
		list.Refused = s.refused[i].of(s.name)
		v.Lists = append(v.Lists, list)
	}
	return v
}

func (s *sighting) explain() *Failure {
	if s.failure == nil {
		return nil
	}
	f := &Failure{Step: s.failure.Step, Cause: s.failure.Cause, Error: s.failure.Err.Error()}
	if why, ok := phone.Explain(s.failure); ok {
		f.Reason, f.Fix, f.Hands = why.Reason, why.Fix, why.Hands
	} else {
		f.Reason, f.Fix = tally.Hint(f.Step, f.Cause, s.failure)
	}
	return f
}

func listView(kind ctl.Kind, l *ctl.List) ListView {
	v := ListView{List: kind.String(), Held: l != nil}
	if l == nil {
		return v
	}
	v.Size, v.Made, v.Digest = l.Size(), l.Timestamp, l.Envelope.Digest.String()
	v.MD5, v.SHA1 = fmt.Sprintf("%x", l.MD5()), fmt.Sprintf("%x", l.SHA1())
	v.Signer, v.Serial = fit(l.Signer.Name), l.Signer.SerialString()
	for i := range l.Records {
		r := &l.Records[i]
		rv := RecordView{
			Number: r.Number, Role: r.Role.String(), Name: fit(r.DNSName), Subject: fit(r.Subject), Issuer: fit(r.Issuer), Serial: signed.SerialText(r.Serial),
		}
		if cert, err := r.X509(); err == nil {
			rv.SHA1, rv.Until = fmt.Sprintf("%x", r.SHA1()), cert.NotAfter
		}
		v.Records = append(v.Records, rv)
	}
	return v
}

// fit makes text of a file fit for a page: what is no text is replaced.
func fit(s string) string { return strings.ToValidUTF8(s, "�") }
