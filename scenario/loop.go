package scenario

import (
	"sync"

	"github.com/phonebank/phonebank/phone"
)

// loop bounds how many phones boot at once, where the load is a closed one; nil
// bounds nothing.
type loop chan struct{}

func newLoop(booting int) loop {
	if booting == 0 {
		return nil
	}
	return make(loop, booting)
}

// enter waits for a place among the phones that boot. It is false when nobody
// more is to start.
func (l loop) enter(nobody, ended <-chan struct{}) bool {
	if l == nil {
		return true
	}
	select {
	case l <- struct{}{}:
		return true
	case <-nobody:
	case <-ended:
	}
	return false
}

// leaving gives the place of a phone back when it has registered or given up,
// or is switched off.
func (l loop) leaving(watch func(phone.Record)) (also func(phone.Record), off func()) {
	if l == nil {
		return watch, func() {}
	}
	off = sync.OnceFunc(func() { <-l })
	return func(r phone.Record) {
		watch(r)
		switch r.Event.(type) {
		case phone.Registered, phone.GaveUp:
			off()
		}
	}, off
}
