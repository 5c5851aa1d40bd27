package record

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/report"
	"github.com/phonebank/phonebank/scenario/tally"
)

// queue is how many events may wait for the disk: a few seconds of a storm.
const queue = 16 << 10

// Recorder writes a run into its directory. What Meet returns may be called by
// many goroutines, and so may Watch; the other methods by one.
type Recorder struct {
	dir      string
	began    atomic.Int64 // Unix nanoseconds
	dropped  atomic.Int64
	off      bool
	records  chan phone.Record
	filter   *filter
	phones   sync.Map                     // by name, *tally.Row: who they are
	soFar    atomic.Pointer[tally.Events] // what has been flushed
	events   *os.File
	timeline *os.File
	writer   sync.WaitGroup

	writing error // of the writing goroutine
	fault   error // of Second
	closing sync.RWMutex
	closed  bool
}

// New begins to write into dir, which it makes when needed. Files that an
// earlier run left there are taken away: a run that is killed must not be
// mistaken for it.
func New(dir string, keep Keep, phones int) (*Recorder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("results directory: %w", err)
	}
	if err := report.Clear(dir); err != nil {
		return nil, err
	}
	keep = keep.orUsual(phones)
	r := &Recorder{dir: dir, off: keep.every == 0, records: make(chan phone.Record, queue), filter: newFilter(keep)}
	r.Begin(time.Now())
	var err error
	if r.timeline, err = os.Create(filepath.Join(dir, report.TimelineFile)); err != nil {
		return nil, err
	}
	if err := report.TimelineLines(r.timeline, true, nil); err != nil {
		return nil, errors.Join(err, r.timeline.Close())
	}
	if r.off {
		return r, nil
	}
	if r.events, err = os.Create(filepath.Join(dir, report.EventsFile)); err != nil {
		return nil, errors.Join(err, r.timeline.Close())
	}
	r.writer.Go(r.write)
	return r, nil
}

// Begin says when the schedule began; the times of events count from there.
func (r *Recorder) Begin(at time.Time) { r.began.Store(at.UnixNano()) }

// Meet keeps who a phone is for the line that its story begins with, and returns
// what takes its events.
func (r *Recorder) Meet(id phone.Identity, _ phone.Flash, who tally.Row) func(phone.Record) {
	if !r.off {
		r.phones.Store(id.Name, &who)
	}
	return r.Watch
}

// Watch takes an event and never waits.
func (r *Recorder) Watch(record phone.Record) {
	if r.off {
		return
	}
	r.closing.RLock()
	defer r.closing.RUnlock()
	if r.closed {
		return
	}
	select {
	case r.records <- record:
	default:
		r.dropped.Add(1)
	}
}

// write is the goroutine that owns events.jsonl.
func (r *Recorder) write() {
	out := bufio.NewWriterSize(r.events, 64<<10)
	flush := time.NewTicker(time.Second)
	defer flush.Stop()
	var buffer []byte
	put := func(record phone.Record) int {
		var who *tally.Row
		if on, ok := record.Event.(phone.PoweredOn); ok && on.Boot == 1 {
			if known, ok := r.phones.Load(record.Phone); ok {
				who = known.(*tally.Row)
			}
		}
		buffer = appendLine(buffer[:0], time.Unix(0, r.began.Load()), record, who)
		n, err := out.Write(buffer)
		r.keepFault(err)
		return n
	}
	for {
		select {
		case record, open := <-r.records:
			if !open {
				r.keepFault(out.Flush())
				return
			}
			r.filter.take(record, put)
		case <-flush.C:
			r.keepFault(out.Flush())
			r.soFar.Store(r.filter.account())
		}
	}
}

// keepFault keeps the first error: a full disk fails at every line.
func (r *Recorder) keepFault(err error) {
	if r.writing == nil {
		r.writing = err
	}
}

// Second writes what a second has brought: interim is the result so far, with
// the spans of the timeline that have ended since the last time.
func (r *Recorder) Second(interim *tally.Result) {
	if r.fault != nil {
		return
	}
	if r.fault = report.TimelineLines(r.timeline, false, interim.Timeline); r.fault != nil {
		return
	}
	if flushed := r.soFar.Load(); flushed != nil {
		events := *flushed
		events.Dropped = int(r.dropped.Load())
		interim.Events = &events
	}
	interim.Interrupted = true // should this be the last that is heard of the run
	r.fault = report.Whole(filepath.Join(r.dir, report.Snapshot), func(w io.Writer) error { return report.JSON(w, interim) })
}

// Close ends the writing and says what became of the events. The snapshot goes
// when the result is there: see Settle.
func (r *Recorder) Close() (*tally.Events, error) {
	r.closing.Lock()
	r.closed = true
	close(r.records)
	r.closing.Unlock()
	r.writer.Wait()
	faults := []error{r.writing, r.fault, r.timeline.Close()}
	if r.events != nil {
		faults = append(faults, r.events.Close())
	}
	events := r.filter.account()
	events.Dropped = int(r.dropped.Load())
	return events, errors.Join(faults...)
}

// Settle takes the snapshot away: the result has been written.
func (r *Recorder) Settle() error {
	err := os.Remove(filepath.Join(r.dir, report.Snapshot))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
