package record

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/report"
	"github.com/phonebank/phonebank/scenario/tally"
)

// Restore gives the result of a run that was killed its phones one by one, from
// the events of those whose events were kept, where there is no phones.csv yet.
// A note of the result says what that lacks, or why it cannot be had.
func Restore(dir string, r *tally.Result) error {
	there, err := hasPhones(dir)
	if err != nil || there || r.Phones.Started == 0 {
		return err
	}
	path := filepath.Join(dir, report.EventsFile)
	rows, until, err := rowsOf(path)
	const made = report.PhonesFile + " was made from " + report.EventsFile + ", which goes on to %.1f s: "
	switch n := r.Phones.Started; {
	case errors.Is(err, fs.ErrNotExist):
		note(r, "there is no %s: the run was killed, and there is no %s to make it from", report.PhonesFile, report.EventsFile)
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w; mend it, or take it away to do without %s", path, err, report.PhonesFile)
	case len(rows) == 0:
		note(r, "there is no %s: %s tells no phone from its start on", report.PhonesFile, report.EventsFile)
		return nil
	case len(rows) < n:
		note(r, made+"it has the %d of %d phones whose whole story was kept", until.Seconds(), len(rows), n)
	default:
		note(r, made+"it has every phone that had started", until.Seconds())
	}
	if e := r.Events; e != nil && e.Dropped+e.NoRoom > 0 {
		note(r, "%s is not exact: %d events were not written", report.PhonesFile, e.Dropped+e.NoRoom)
	}
	r.Rows = rows
	return nil
}

// hasPhones says whether there is a phones.csv that is no older than the last
// snapshot; an older one was made when somebody looked at the run under way.
func hasPhones(dir string) (bool, error) {
	phones, err := os.Stat(filepath.Join(dir, report.PhonesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	snapshot, err := os.Stat(filepath.Join(dir, report.Snapshot))
	return err != nil || !snapshot.ModTime().After(phones.ModTime()), nil
}

func note(r *tally.Result, format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.Notes, text) {
		r.Notes = append(r.Notes, text)
	}
}

// rowsOf reads the phones that events.jsonl tells from their start on, in
// starting order, and until when it tells.
func rowsOf(path string) (rows []tally.Row, until time.Duration, err error) {
	begun := make(map[phone.Name]bool)
	err = eachLine(path, func(l Line) {
		if until = max(until, span(l.T)); !begun[l.Phone] && l.begins() && l.Started != nil && l.Due != nil {
			begun[l.Phone] = true
			rows = append(rows, tally.Row{
				Name: l.Phone, Model: l.Model, Address: l.Address, Group: l.Group, DueAt: span(*l.Due), StartedAt: span(*l.Started),
			})
		}
	})
	if err != nil {
		return nil, 0, err
	}
	slices.SortStableFunc(rows, func(a, b tally.Row) int { return cmp.Compare(a.StartedAt, b.StartedAt) })
	// What happened to a phone is counted as it was in the run.
	began := time.Unix(0, 0)
	counts := tally.New(len(rows))
	counts.Begin(began)
	known := make(map[phone.Name]func(phone.Record), len(rows))
	for n, row := range rows {
		known[row.Name] = counts.Start(n, began.Add(row.DueAt), began.Add(row.StartedAt), row)
	}
	err = eachLine(path, func(l Line) {
		if hear := known[l.Phone]; hear != nil {
			if event := l.event(); event != nil {
				hear(phone.Record{Phone: l.Phone, At: began.Add(span(l.T)), Event: event})
			}
		}
	})
	return counts.Result(tally.Facts{}).Rows, until, err
}

// longestLine is more than any line has.
const longestLine = 1 << 20

// eachLine reads events.jsonl. Its last line may be cut, where the run was
// killed.
func eachLine(path string, take func(Line)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, longestLine)
	for n := 1; ; n++ {
		text, err := in.ReadSlice('\n')
		switch {
		case err == io.EOF:
			return nil
		case err == bufio.ErrBufferFull:
			return fmt.Errorf("line %d has more than %d bytes", n, longestLine)
		case err != nil:
			return err
		}
		var l Line
		if err := json.Unmarshal(bytes.TrimSpace(text), &l); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		take(l)
	}
}

// event is the way back from a line, as far as phones.csv has something of it;
// else nil.
func (l Line) event() phone.Event {
	switch l.Event {
	case "powered_on":
		return phone.PoweredOn{Boot: l.Boot}
	case "step_ended":
		return phone.StepEnded{Step: l.Step, Skipped: l.Skipped, Took: span(l.Took), Waited: span(l.Waited), Note: l.Note, Err: l.err()}
	case "tvs_answered":
		return phone.TVSAnswered{Valid: l.Valid, Cached: l.Cached, Took: span(l.Took), Err: l.err()}
	case "certificate_issued":
		return phone.CertificateIssued{KeySpec: l.KeySpec, Size: l.Size}
	case "registered":
		return phone.Registered{
			Node: l.Node, Secure: l.TLS != "", Version: l.TLS, Cipher: l.Cipher, Ack: span(l.Ack), Took: span(l.Took), Boot: span(l.BootTook), Why: l.Why, SRST: l.SRST,
		}
	case "keepalive_sent":
		return phone.KeepAliveSent{}
	case "keepalive_acked":
		return phone.KeepAliveAcked{RTT: span(l.RTT)}
	case "keepalive_missed":
		return phone.KeepAliveMissed{InARow: l.InARow}
	case "unregistered":
		return phone.Unregistered{Node: l.Node, Err: l.err()}
	case "gave_up":
		return phone.GaveUp{Err: l.err()}
	}
	return nil
}

// err is the error of a line: a phone's says in its text at which step it was.
func (l Line) err() error {
	if l.Error == "" {
		return nil
	}
	text, of := strings.CutPrefix(l.Error, string(l.Phone)+": ")
	step, why, found := strings.Cut(text, ": ")
	if !of || !found {
		return errors.New(l.Error)
	}
	return &phone.Error{Phone: l.Phone, Step: phone.Step(step), Cause: l.Cause, Err: errors.New(why)}
}

// span is the time of so many milliseconds. What does not fit is none.
func span(ms float64) time.Duration {
	const most = 1e12 // 30 years
	if !(math.Abs(ms) <= most) {
		return 0
	}
	return time.Duration(math.Round(ms*1000)) * time.Microsecond
}
