package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// Tap is where one phone is listened to. All methods may be called on nil: such
// a phone is not captured.
type Tap struct {
	file *File
	id   phone.Identity
	mac  net.HardwareAddr

	mu      sync.Mutex
	fate    fate
	refused bool   // failed, and there was no place
	waiting []item // while held
	size    int    // bytes waiting, later bytes written
	number  int    // of the interface in the file
	local   netip.Addr
	port    uint16 // made up, of connections that never were
}

// longestHeld bounds what is kept of one phone that may still fail; a boot is a
// tenth of it.
const longestHeld = 1 << 20

// Tap returns the tap of phone n, nil for one that nobody will ask for.
func (f *File) Tap(n int, id phone.Identity) *Tap {
	if f == nil {
		return nil
	}
	t := &Tap{file: f, id: id, fate: f.choice.fate(n, id.Name), local: id.Address.Unmap(), port: 49151}
	var mac [8]byte
	binary.BigEndian.PutUint64(mac[:], id.Name.MAC())
	t.mac = mac[2:]
	switch t.fate {
	case ignored:
		return nil
	case chosen:
		t.number = f.begin(id)
	}
	return t
}

// Hear takes the phone's events: one that fails is chosen, one that registers
// without a failed step is of no interest.
func (t *Tap) Hear(r phone.Record) {
	if t == nil {
		return
	}
	switch e := r.Event.(type) {
	case phone.StepEnded:
		if e.Err != nil && phone.CauseOf(e.Err) != phone.CauseCanceled {
			t.choose(false)
		}
	case phone.GaveUp:
		t.choose(true)
	case phone.Registered:
		t.forget()
	}
}

// choose has the phone written from its first packet on, if there is a place.
func (t *Tap) choose(gaveUp bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fate == spilled {
		t.fate = ignored
		t.file.cut()
	}
	if t.fate != held {
		return
	}
	if !t.file.admit(gaveUp) {
		if t.refused = true; gaveUp {
			t.drop()
		}
		return
	}
	t.fate = chosen
	t.number = t.file.begin(t.id)
	waiting := t.waiting
	t.file.hold(-t.size)
	t.waiting, t.size = nil, 0
	for _, i := range waiting {
		t.write(i)
	}
}

// forget drops what is held of a phone that needs no capture.
func (t *Tap) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch t.fate {
	case held:
		t.drop()
	case spilled:
		t.fate = ignored
	}
}

func (t *Tap) drop() {
	if t.refused {
		t.file.missed()
	}
	t.file.hold(-t.size)
	t.fate, t.waiting, t.size = ignored, nil, 0
}

// spill drops what is held, and notes it. A phone that has failed already has
// its place refused.
func (t *Tap) spill() {
	refused := t.refused
	if t.drop(); !refused {
		t.fate = spilled
	}
}

// record takes what the phone says or hears. The bytes are the tap's.
func (t *Tap) record(i item) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch t.fate {
	case chosen:
		t.write(i)
	case held:
		if t.size+len(i.bytes) > longestHeld || !t.file.hold(len(i.bytes)) {
			t.spill()
			return
		}
		t.waiting = append(t.waiting, i)
		t.size += len(i.bytes)
	}
}

func (t *Tap) write(i item) {
	if t.fate != chosen {
		return
	}
	t.size += len(i.bytes)
	if int64(t.size) > t.file.limits.phone || !t.file.put(t.number, i) {
		t.fate = ignored
		t.file.cut()
	}
}

// KeyLog is where the phone's TLS writes its secrets: the capture, and also,
// which may be nil.
func (t *Tap) KeyLog(also io.Writer) io.Writer {
	switch {
	case t == nil:
		return also
	case also == nil:
		return secrets{t}
	}
	return io.MultiWriter(secrets{t}, also)
}

type secrets struct{ tap *Tap }

func (s secrets) Write(line []byte) (int, error) {
	s.tap.record(item{at: time.Now(), secret: true, bytes: bytes.Clone(line)})
	return len(line), nil
}
