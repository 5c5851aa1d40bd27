package scenario

import (
	"context"
	"crypto"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
)

// keyPool hands out keys in turn. Making an RSA key costs a phone 50 ms of
// CPU and this machine the same for every phone; a pool pays it once. Phones
// that share a key still have certificates of their own.
type keyPool struct {
	size  int
	maker phone.Keys

	mu    sync.Mutex
	kinds map[capf.KeySpec]*ring
}

type ring struct {
	keys []crypto.Signer
	next int
}

func newKeyPool(size int) *keyPool {
	return &keyPool{size: size, maker: phone.FreshKeys{}, kinds: make(map[capf.KeySpec]*ring)}
}

// NewKey implements phone.Keys. A kind of key that fill has not made is made
// when it is asked for, until there are enough of it.
func (p *keyPool) NewKey(ctx context.Context, spec capf.KeySpec) (crypto.Signer, error) {
	if key := p.take(spec); key != nil {
		return key, nil
	}
	key, err := p.maker.NewKey(ctx, spec)
	if err != nil {
		return nil, err
	}
	p.add(spec, key)
	return key, nil
}

// take is the next key of a full ring, nil while keys are to be made.
func (p *keyPool) take(spec capf.KeySpec) crypto.Signer {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.kinds[spec]
	if r == nil || len(r.keys) < p.size {
		return nil
	}
	r.next = (r.next + 1) % len(r.keys)
	return r.keys[r.next]
}

func (p *keyPool) add(spec capf.KeySpec, key crypto.Signer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kinds[spec] == nil {
		p.kinds[spec] = &ring{}
	}
	if r := p.kinds[spec]; len(r.keys) < p.size {
		r.keys = append(r.keys, key)
	}
}

// fill makes all keys of a kind, on all processors, and says after each how
// many there are.
func (p *keyPool) fill(ctx context.Context, spec capf.KeySpec, made func()) error {
	return parallel(ctx, p.size, func(int) error {
		key, err := p.maker.NewKey(ctx, spec)
		if err != nil {
			return err
		}
		p.add(spec, key)
		made()
		return nil
	})
}

// parallel does work 0 to n-1 on all processors until one fails or ctx ends.
func parallel(ctx context.Context, n int, work func(int) error) error {
	group, working := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		group.Go(func() error {
			if working.Err() != nil {
				return ctx.Err() // nil when it is another one's failure that ends the work
			}
			return work(i)
		})
	}
	return group.Wait()
}
