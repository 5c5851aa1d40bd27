package bench

import (
	"context"
	"crypto"
	"sync/atomic"
	"testing"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
)

// BenchmarkG3FullBootRate is the rate of whole boots from an empty flash (both
// lists and the configuration by TFTP, an LSC from CAPF with a key from a pool,
// the configuration again, registration; both ends in this process) over that
// of a bare mutual-TLS loop. A 7940 fetches one list, because it knows no ITL;
// the others fetch two.
func BenchmarkG3FullBootRate(b *testing.B) {
	for _, digits := range booting {
		b.Run(digits, func(b *testing.B) { fullBootRate(b, short(full), digits) })
	}
}

// booting are the models that boot as a whole: models, and one that fetches less.
var booting = append([]string{"7940"}, models...)

func fullBootRate(t testing.TB, s size, digits string) {
	w, m := newWorld(t, s, s.phones), model(t, digits)
	keys := &poolKeys{world: w}
	floor := startBareTLS(t, w, m)
	result := alternate(s.rounds,
		func() float64 { return fullBoots(t, w, s, m, s.phones/2, keys) },
		func() float64 { return floor.rate(t, s.phones) })
	report(t, result.ratio, "ratio")
	report(t, result.ours, "boots/s")
	report(t, result.floor, "bare-handshakes/s")
}

// BenchmarkG3BareBootRate says what of G3 is the phone's and the core's own
// doing. "ratio" is the rate of whole boots over that of bare boots, "ceiling"
// that of bare boots over that of the bare mutual-TLS loop: G3 of a program that
// does nothing but what a boot cannot do without.
func BenchmarkG3BareBootRate(b *testing.B) {
	for _, digits := range booting {
		b.Run(digits, func(b *testing.B) { bareBootRate(b, short(full), digits) })
	}
}

func bareBootRate(t testing.TB, s size, digits string) {
	w, m := newWorld(t, s, s.phones), model(t, digits)
	keys := &poolKeys{world: w}
	files, err := fill(context.Background(), startCore(t, w, bootingCore(w, s, 1)), 1)
	if err != nil {
		t.Fatal(err)
	}
	bare := startBareBoot(t, w, m, files)
	boots := func() float64 { return bare.rate(t, s.phones/2) }
	ours := alternate(s.rounds, func() float64 { return fullBoots(t, w, s, m, s.phones/2, keys) }, boots)
	ceiling := alternate(s.rounds, boots, func() float64 { return bare.registration.rate(t, s.phones) })
	report(t, ours.ratio, "ratio")
	report(t, ours.ours, "boots/s")
	report(t, ours.floor, "bare-boots/s")
	report(t, ceiling.ratio, "ceiling")
}

// BenchmarkG4FullBootRateFreshKeys is the rate of whole boots of phones that
// make their RSA-2048 keys over the rate at which this machine could make these
// very keys and do nothing else. What a key costs is measured where it is made,
// because it varies too much from one to the next; how much CPU time a second
// gives, cores or less, is measured on a bare loop that makes others.
func BenchmarkG4FullBootRateFreshKeys(b *testing.B) { freshBootRate(b, short(full)) }

func freshBootRate(t testing.TB, s size) {
	if !measurable {
		t.Skip("this system does not tell the CPU time of a thread")
	}
	w, m := newWorld(t, s, s.fresh), model(t, models[0])
	// One side is boots times the cost of their keys, the other what the bare
	// loop had of the same: both are the cores kept busy with keys.
	var boots, cost []float64
	result := alternate(s.rounds,
		func() float64 {
			keys := new(timedKeys)
			rate := fullBoots(t, w, s, m, s.fresh, keys)
			boots, cost = append(boots, rate), append(cost, keys.mean()*1000)
			return rate * keys.mean()
		},
		func() float64 {
			keys := new(timedKeys)
			return crowd(t, s.fresh, func(int) error {
				_, err := keys.NewKey(context.Background(), capf.KeySpec{Bits: s.bits})
				return err
			}) * keys.mean()
		})
	report(t, result.ratio, "ratio")
	report(t, median(boots), "boots/s")
	report(t, median(cost), "ms-cpu/key")
	report(t, result.floor, "cores")
}

// fullBoots starts a core and boots n phones against it from nothing.
func fullBoots(t testing.TB, w *world, s size, m *phone.Model, n int, keys phone.Keys) float64 {
	t.Helper()
	c := startCore(t, w, bootingCore(w, s, n))
	defer c.Close()
	wheel := phone.NewWheel(wheelTick)
	defer wheel.Close()
	env := phone.Env{Keys: keys, Timers: wheel, Lists: new(phone.Lists)}
	return storm(t, n, func(i int) *phone.Phone {
		own := env
		own.Files = tftpFor(i, c.TFTPAddr(), m)
		return phone.New(identity(i, m), phone.Flash{}, own)
	})
}

// bootingCore is a core that has n phones enrol.
func bootingCore(w *world, s size, n int) core.Config {
	return core.Config{
		Security: cnf.Encrypted, Devices: w.devices(n, false), BuildFiles: true,
		CAPF: core.CAPFPolicy{Auth: cnf.CAPFNullString, Key: capf.KeySpec{Bits: s.bits}, Operation: core.OperationInstall},
	}
}

// timedKeys makes fresh keys and counts the CPU time of that.
type timedKeys struct{ made, took atomic.Int64 }

// mean is what a key has cost, in seconds.
func (k *timedKeys) mean() float64 {
	return time.Duration(k.took.Load()).Seconds() / float64(k.made.Load())
}

// NewKey implements phone.Keys.
func (k *timedKeys) NewKey(ctx context.Context, spec capf.KeySpec) (key crypto.Signer, err error) {
	k.took.Add(int64(threadTime(func() { key, err = phone.FreshKeys{}.NewKey(ctx, spec) })))
	k.made.Add(1)
	return key, err
}
