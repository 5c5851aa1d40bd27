package record

import (
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

// How much is kept: of the file, whose last quarter is for phones that were in
// trouble, and of memory, for phones that may still get into it.
const (
	mostBytes   = 256 << 20
	mostPending = 200_000 // events
	mostOfPhone = 400     // pending events of one phone: a boot has some 60
)

// filter decides event by event what is written. It is used by one goroutine.
type filter struct {
	keep    Keep
	phones  map[phone.Name]*trail
	pending int
	written int // bytes
	room    int // bytes that the file may have

	kept, forgotten, full int // events: written; not kept whole for want of memory; not written for want of room
}

// trail is a phone that was not chosen.
type trail struct {
	troubled bool
	pending  []phone.Record
}

func newFilter(k Keep) *filter {
	return &filter{keep: k, phones: make(map[phone.Name]*trail), room: mostBytes}
}

// account is what has become of the events that came here.
func (f *filter) account() *tally.Events {
	return &tally.Events{Keep: f.keep.String(), Written: f.kept, Bytes: f.written, Forgotten: f.forgotten, NoRoom: f.full}
}

// take calls write for what is to be written: the event, nothing, or all that
// the phone has said until now.
func (f *filter) take(r phone.Record, write func(phone.Record) int) {
	put := func(r phone.Record, room int) {
		if f.written > room {
			f.full++
			return
		}
		f.written += write(r)
		f.kept++
	}
	if f.keep.chosen(r.Phone) {
		room := f.room - f.room/4
		if troubled(r.Event) {
			room = f.room
		}
		put(r, room)
		return
	}
	t := f.phones[r.Phone]
	if t == nil {
		t = new(trail)
		f.phones[r.Phone] = t
	}
	t.troubled = t.troubled || troubled(r.Event)
	if t.troubled {
		for _, before := range t.pending {
			put(before, f.room)
		}
		f.pending -= len(t.pending)
		t.pending = nil
		put(r, f.room)
		return
	}
	if _, ok := r.Event.(phone.Registered); ok {
		// A phone that has registered needs no story; what may befall it later begins here.
		f.pending -= len(t.pending)
		t.pending = nil
	}
	switch r.Event.(type) {
	case phone.KeepAliveSent, phone.KeepAliveAcked:
		return // hours of them say nothing about what comes
	}
	if f.pending >= mostPending || len(t.pending) >= mostOfPhone {
		f.forgotten++
		return
	}
	t.pending = append(t.pending, r)
	f.pending++
}
