package bench

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
)

// world is what both sides of every benchmark share: a cluster's PKI, a pool of
// keys, and an LSC for each phone. Phone i has key i of the pool, in turn.
type world struct {
	authority *core.Authority
	pool      []crypto.Signer
	lscs      [][]byte // DER
}

// size says how large a world is, and for how long it is looked at.
type size struct {
	bits   int // of all RSA keys
	pool   int // keys
	phones int // in a round of registrations
	fresh  int // phones in a round of boots with fresh keys
	files  int // transfers in a round
	idle   int // phones that stay, at least; no more than the descriptor limit allows
	beats  int // keepalives of each phone that are waited for
	pace   int // seconds between two keepalives of a phone
	rounds int
}

// full is the size of the benchmarks, small that of the smoke test.
var (
	full  = size{bits: 2048, pool: 256, phones: 1500, fresh: 100, files: 4000, idle: 10_000, beats: 10, pace: 5, rounds: rounds}
	small = size{bits: 1024, pool: 2, phones: 4, fresh: 2, files: 4, idle: 4, beats: 1, pace: 1, rounds: 2}
)

// short is full, or with -short a fifth of it.
func short(s size) size {
	if testing.Short() {
		s.pool, s.phones, s.fresh, s.files, s.idle, s.beats = s.pool/4, s.phones/5, s.fresh/5, s.files/5, s.idle/5, 3
	}
	return s
}

// worlds are those made so far, by the size of their keys: the benchmarks of
// one run share them, because keys and certificates take seconds to make.
var worlds struct {
	sync.Mutex
	of map[int]*world
}

// newWorld returns a world of n phones.
func newWorld(t testing.TB, s size, n int) *world {
	t.Helper()
	worlds.Lock()
	defer worlds.Unlock()
	w := worlds.of[s.bits]
	if w == nil {
		a, err := core.NewAuthority(core.AuthorityOptions{Bits: s.bits})
		if err != nil {
			t.Fatal(err)
		}
		w = &world{authority: a, pool: make([]crypto.Signer, s.pool)}
		if err := eachOf(s.pool, func(i int) (err error) {
			w.pool[i], err = rsa.GenerateKey(rand.Reader, s.bits)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if worlds.of == nil {
			worlds.of = map[int]*world{}
		}
		worlds.of[s.bits] = w
	}
	if err := w.issue(n); err != nil {
		t.Fatal(err)
	}
	return &world{authority: w.authority, pool: w.pool, lscs: w.lscs[:n]}
}

// issue makes LSCs until there are n.
func (w *world) issue(n int) error {
	have := len(w.lscs)
	w.lscs = append(w.lscs, make([][]byte, max(0, n-have))...)
	return eachOf(n-have, func(i int) (err error) {
		w.lscs[have+i], err = w.authority.LSC(name(have+i), w.key(have+i).Public())
		return err
	})
}

func (w *world) key(i int) crypto.Signer { return w.pool[i%len(w.pool)] }

// credential is the LSC of phone i, in memory of its own.
func (w *world) credential(i int) *phone.Credential {
	return &phone.Credential{Certificate: bytes.Clone(w.lscs[i]), Key: w.key(i)}
}

// name is the device name of phone i.
func name(i int) string { return fmt.Sprintf("SEP%012X", 0x0011215A0000+i) }

// sources is how many source addresses phones and floors use: with one,
// connects get slow long before they fail near 16,000.
const sources = 20

func source(i int) netip.Addr { return netip.AddrFrom4([4]byte{127, 251, 0, byte(1 + i%sources)}) }

// devices is the database of a core that knows the first n phones.
func (w *world) devices(n int, withLSC bool) []core.Device {
	list := make([]core.Device, n)
	for i := range list {
		list[i].Name = name(i)
		if withLSC {
			list[i].LSC = w.lscs[i]
		}
	}
	return list
}

// startCore starts a core that ends with the test.
func startCore(t testing.TB, w *world, c core.Config) *core.Core {
	t.Helper()
	c.Authority = w.authority
	running, err := core.Start(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { running.Close() })
	return running
}

// poolKeys are the keys of a world as CAPF's phones take them, in turn.
type poolKeys struct {
	world *world
	taken atomic.Int64
}

// NewKey implements phone.Keys.
func (p *poolKeys) NewKey(context.Context, capf.KeySpec) (crypto.Signer, error) {
	return p.world.key(int(p.taken.Add(1))), nil
}

func model(t testing.TB, digits string) *phone.Model {
	t.Helper()
	m, err := phone.FindModel(digits)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// save writes a world for a child.
func (w *world) save(dir string) error {
	if err := w.authority.Save(dir); err != nil {
		return err
	}
	var keys, lscs []byte
	for _, key := range w.pool {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return err
		}
		keys = append(keys, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
	}
	for _, der := range w.lscs {
		lscs = append(lscs, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "pool"), keys, 0o600),
		os.WriteFile(filepath.Join(dir, "lscs"), lscs, 0o600))
}

// loadWorld reads what save wrote.
func loadWorld(dir string) (*world, error) {
	a, err := core.LoadAuthority(dir)
	if err != nil {
		return nil, err
	}
	w := &world{authority: a}
	err = errors.Join(
		eachBlock(filepath.Join(dir, "lscs"), func(der []byte) error {
			w.lscs = append(w.lscs, der)
			return nil
		}),
		eachBlock(filepath.Join(dir, "pool"), func(der []byte) error {
			key, err := x509.ParsePKCS8PrivateKey(der)
			if err == nil {
				w.pool = append(w.pool, key.(crypto.Signer))
			}
			return err
		}))
	return w, err
}

func eachBlock(path string, use func(der []byte) error) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if err := use(block.Bytes); err != nil {
			return err
		}
	}
	return nil
}
