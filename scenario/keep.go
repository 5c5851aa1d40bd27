package scenario

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/state"
)

// keepEvery is how often what has changed in the phones' flash goes to disk: a
// crash loses no more.
const keepEvery = time.Second

// keepBatch is how many phones a transaction writes.
const keepBatch = 2000

// keeper writes the flash of the phones to disk while they run. What waits for
// the next batch is a few pointers a phone.
type keeper struct {
	store  *state.Store
	frozen bool // what is kept stays as it is

	mu      sync.Mutex
	waiting map[int]state.Phone // by phone
	err     error               // the first
	quit    chan struct{}
	work    sync.WaitGroup
}

// openState opens the directory of the phones' flash.
func (r *run) openState() error {
	if r.options.StateDir == "" {
		return nil
	}
	store, err := state.Open(r.options.StateDir)
	switch {
	case errors.Is(err, state.ErrInUse):
		return &PreflightError{err.Error(), "wait for it to end, or name another directory"}
	case errors.Is(err, state.ErrFormat):
		return &PreflightError{err.Error(), "use the version that kept it, or name another directory: the phones in it begin anew"}
	case err != nil:
		return &PreflightError{err.Error(), "name a directory that you may write to"}
	}
	r.keeper = &keeper{store: store, frozen: r.options.Frozen, waiting: make(map[int]state.Phone), quit: make(chan struct{})}
	r.keeper.work.Go(r.keeper.run)
	return nil
}

func (k *keeper) run() {
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-k.quit:
			return
		case <-ticker.C:
			k.flush()
		}
	}
}

// flush writes what waits.
func (k *keeper) flush() {
	k.mu.Lock()
	waiting := k.waiting
	k.waiting = make(map[int]state.Phone)
	k.mu.Unlock()
	var batch []state.Phone
	save := func() {
		if err := k.store.Save(batch...); err != nil {
			k.mu.Lock()
			k.err = errors.Join(k.err, err)
			k.mu.Unlock()
		}
		batch = batch[:0]
	}
	for _, p := range waiting {
		if batch = append(batch, p); len(batch) == keepBatch {
			save()
		}
	}
	if len(batch) > 0 {
		save()
	}
}

// close writes the rest and lets the directory go.
func (k *keeper) close() error {
	close(k.quit)
	k.work.Wait()
	if k.err == nil { // a disk that is full once is not asked again
		k.flush()
	}
	if err := errors.Join(k.err, k.store.Close()); err != nil {
		return fmt.Errorf("the phones' flash was not kept: %w", err)
	}
	return nil
}

// watching is watch that also keeps what phone n has in flash, of which before
// is on disk. The phone is there once its first event is.
func (k *keeper) watching(n int, id *phone.Identity, p **phone.Phone, before *state.Phone, watch func(phone.Record)) func(phone.Record) {
	if k.frozen {
		return watch
	}
	kept := state.Phone{}
	if before != nil {
		kept = *before
	}
	now := state.Phone{Name: id.Name, Model: id.Model.Name, MIC: kept.MIC}
	mint := id.MIC
	id.MIC = func() (mic *phone.Credential, err error) {
		if now.MIC == nil {
			now.MIC, err = mint()
		}
		return now.MIC, err
	}
	return func(r phone.Record) {
		if flashMayChange(r.Event) {
			if now.Flash = (*p).Flash(); now != kept {
				kept = now
				k.mu.Lock()
				k.waiting[n] = now
				k.mu.Unlock()
			}
		}
		watch(r)
	}
}

// flashMayChange says that the phone itself is at work, and may have written to
// its flash.
func flashMayChange(e phone.Event) bool {
	switch e.(type) {
	case phone.PoweredOn, phone.StepEnded, phone.TrustListReplaced, phone.CertificateIssued, phone.CertificateDeleted:
		return true
	}
	return false
}

// recall reads what phones of earlier runs hold.
func (r *run) recall() error {
	if r.keeper == nil {
		return nil
	}
	f := r.fleet
	f.lists = r.keeper.store.Lists()
	f.kept = make([]*state.Phone, f.count())
	number := make(map[phone.Name]int, f.count())
	for n, name := range f.names() {
		number[name] = n
	}
	known := 0
	err := r.keeper.store.LoadAll(f.namesAlone(), func(p state.Phone) error {
		f.kept[number[p.Name]] = &p
		known++
		return nil
	})
	if err != nil {
		return fmt.Errorf("%w; phonebank state erase --forget forgets the phone", err)
	}
	if known > 0 {
		r.note(fmt.Sprintf("%s of %s phones boot with what %s keeps of them; trust: and lsc: are for the others",
			thousands(known), thousands(f.count()), r.options.StateDir))
	}
	return nil
}

// names are the phones' names by their numbers.
func (f *fleet) names() iter.Seq2[int, phone.Name] {
	return func(yield func(int, phone.Name) bool) {
		for n := range f.order {
			g, place := f.of(n)
			if !yield(n, g.name(place)) {
				return
			}
		}
	}
}

func (f *fleet) namesAlone() iter.Seq[phone.Name] {
	return func(yield func(phone.Name) bool) {
		for _, name := range f.names() {
			if !yield(name) {
				return
			}
		}
	}
}

// keptAs returns what is kept of phone n, nil for nothing.
func (f *fleet) keptAs(n int) *state.Phone {
	if f.kept == nil {
		return nil
	}
	return f.kept[n]
}

// keptLSC is the DER of the LSC that phone n has from an earlier run, when the
// simulated cluster issued it.
func (f *fleet) keptLSC(n int) []byte {
	p := f.keptAs(n)
	if p == nil || p.Flash.LSC == nil || f.capf == nil {
		return nil
	}
	cert, err := x509.ParseCertificate(p.Flash.LSC.Certificate)
	if err != nil || !bytes.Equal(cert.RawIssuer, f.capf.RawSubject) {
		return nil
	}
	return cert.Raw
}

// authority is the PKI of the simulated cluster: the state directory's, if
// there is one.
func (r *run) authority() (*core.Authority, error) {
	switch {
	case r.options.World.Authority != nil:
		return r.options.World.Authority, nil
	case r.keeper != nil:
		return r.keeper.store.Authority(r.with.Core.Nodes)
	}
	return core.NewAuthority(core.AuthorityOptions{
		Nodes: r.with.Core.Nodes, Tokens: tokens, Lifetime: r.with.Core.Lifetimes.Services, Recovery: r.with.Core.Lifetimes.Recovery,
	})
}

// keepCluster keeps where the cluster is and, once it is closed, what an
// administrator has made of its certificates.
func (r *run) keepCluster() error {
	if r.keeper == nil || r.keeper.frozen || r.place == nil || len(r.place.nodes) == 0 {
		return nil
	}
	err := r.keeper.store.KeepAddress(r.place.nodes[0])
	if r.place.left != nil && r.options.World.Authority == nil {
		err = errors.Join(err, r.keeper.store.KeepAuthority(r.place.left))
	}
	return err
}
