package network

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// belt carries what has arrived to the phone, each parcel at its time. One
// goroutine puts on it, another takes off.
type belt struct {
	parcels chan parcel
	closed  chan struct{}
	once    sync.Once
	read    deadline

	head *parcel // the next one, once it is known
}

type parcel struct {
	at    time.Time
	bytes []byte
	from  netip.AddrPort
	err   error // after it nothing comes
}

// carries is how many parcels may be under way; whoever sends more has to wait.
const carries = 64

func newBelt() *belt {
	return &belt{parcels: make(chan parcel, carries), closed: make(chan struct{})}
}

// put says whether anybody is there to take it.
func (b *belt) put(p parcel) bool {
	select {
	case b.parcels <- p:
		return true
	case <-b.closed:
		return false
	}
}

// next waits for the next parcel and leaves it in head.
func (b *belt) next() (*parcel, error) {
	late := b.read.passed()
	select {
	case <-late:
		return nil, os.ErrDeadlineExceeded
	default:
	}
	if b.head == nil {
		select {
		case p := <-b.parcels:
			b.head = &p
		case <-late:
			return nil, os.ErrDeadlineExceeded
		case <-b.closed:
			return nil, net.ErrClosed
		}
	}
	timer := time.NewTimer(time.Until(b.head.at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return b.head, b.head.err
	case <-late:
		return nil, os.ErrDeadlineExceeded
	case <-b.closed:
		return nil, net.ErrClosed
	}
}

// take copies from the next parcel; what does not fit stays for the next time.
func (b *belt) take(into []byte) (int, error) {
	p, err := b.next()
	if err != nil {
		return 0, err
	}
	n := copy(into, p.bytes)
	if p.bytes = p.bytes[n:]; len(p.bytes) == 0 {
		b.head = nil
	}
	return n, nil
}

func (b *belt) close() { b.once.Do(func() { close(b.closed) }) }

// deadline is a time that may be changed while somebody waits for it.
type deadline struct {
	mu    sync.Mutex
	timer *time.Timer
	done  chan struct{}
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done == nil {
		d.done = make(chan struct{})
	}
	if d.timer != nil && !d.timer.Stop() {
		<-d.done // the timer has run, and closes it
	}
	d.timer = nil
	select {
	case <-d.done:
		d.done = make(chan struct{})
	default:
	}
	if t.IsZero() {
		return
	}
	done := d.done
	if left := time.Until(t); left > 0 {
		d.timer = time.AfterFunc(left, func() { close(done) })
		return
	}
	close(done)
}

// passed is closed once the deadline has passed.
func (d *deadline) passed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done == nil {
		d.done = make(chan struct{})
	}
	return d.done
}
