package scenario

import (
	"crypto/x509"
	"net/netip"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
)

func fleetOf(t *testing.T, s *Scenario) *fleet {
	t.Helper()
	f, err := newFleet(s.withDefaults(), &authority(t, 1).Manufacturer, World{})
	if err != nil {
		t.Fatal(err)
	}
	f.spread = true
	return f
}

func TestPhoneNDependsOnSeedAndNAlone(t *testing.T) {
	type traits struct {
		name, model, auth string
		address           netip.Addr
	}
	of := func(f *fleet, n int) traits {
		id := f.identity(n)
		return traits{string(id.Name), id.Model.Name, id.AuthString, id.Address}
	}
	text := "seed: 5\nphones: {count: 300, first: SEP0011215AFFFE, model: {7965: 60%, 7940: 10%, 8945: 30%}, auth_string: 12}"
	small := fleetOf(t, parse(t, text))
	for _, n := range []int{299, 0, 7} { // in any order
		if diff := cmp.Diff(of(small, n), of(fleetOf(t, parse(t, text)), n), cmp.AllowUnexported(traits{}), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("phone %d:\n%s", n, diff)
		}
	}
	if got := small.identity(2).Name; got != "SEP0011215B0000" {
		t.Errorf("the third phone is %s; names count up", got)
	}
}

func TestEveryPrefixOfAMixHasItsShares(t *testing.T) {
	shares := []Share{{"7965", 60}, {"7940", 10}, {"8945", 29.5}, {"7960", 0.5}}
	m := Group{Models: shares}.modelMix()
	given := make([]float64, len(shares))
	for n := range 3 * mixLength {
		given[m.of(n)]++
		for i, share := range shares {
			if strays := given[i] - share.Percent/100*float64(n+1); strays > 1.000001 || strays < -1.000001 {
				t.Fatalf("after %d phones there are %v of %s, want %v%%", n+1, given[i], share.Model, share.Percent)
			}
		}
	}
	if given[0] != 1800 || given[1] != 300 || given[2] != 885 || given[3] != 15 {
		t.Errorf("after 3000 phones: %v", given)
	}
}

func TestSourceAddresses(t *testing.T) {
	core := netip.MustParsePrefix("127.0.0.0/8")
	for _, fleet := range []int{1, 100, 10_000, maxPhones} {
		count := make(map[netip.Addr]int)
		for n := range fleet {
			a := source(n, fleet)
			if !core.Contains(a) || a.As4()[1] < 251 || a.As4()[3] == 0 || a.As4()[3] == 255 {
				t.Fatalf("phone %d of %d has %v, outside of what no simulated core claims", n, fleet, a)
			}
			count[a]++
		}
		if want := min(fleet, leastSources); len(count) < want {
			t.Errorf("%d phones share %d addresses, want %d or more", fleet, len(count), want)
		}
		for a, n := range count {
			if n > phonesPerSource {
				t.Errorf("%d of %d phones share %v", n, fleet, a)
			}
		}
	}
}

func TestMICsAreTheManufacturers(t *testing.T) {
	f := fleetOf(t, parse(t, "phones: {count: 3, keys: pool 1}"))
	var mu sync.Mutex
	told := make(map[int]int)
	count := func(done, of int) { // from several goroutines
		mu.Lock()
		defer mu.Unlock()
		told[done] = of
	}
	if err := f.makeKeys(t.Context(), count); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[int]int{1: 4, 2: 4, 3: 4, 4: 4}, told); diff != "" {
		t.Errorf("three keys for MICs and one for the pool:\n%s", diff)
	}
	id := f.identity(1)
	mic, err := id.MIC()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(mic.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	if want := "CP-7965-" + string(id.Name); cert.Subject.CommonName != want {
		t.Errorf("CN %s, want %s", cert.Subject.CommonName, want)
	}
	if err := cert.CheckSignatureFrom(f.maker.Certificate); err != nil {
		t.Error(err)
	}
}

func TestKeysFromAPool(t *testing.T) {
	p256 := capf.KeySpec{Type: capf.EC, Curve: capf.P256}
	p384 := capf.KeySpec{Type: capf.EC, Curve: capf.P384}
	pool := newKeyPool(3)
	if err := pool.fill(t.Context(), p256, func() {}); err != nil {
		t.Fatal(err)
	}
	distinct := func(spec capf.KeySpec, n int) int {
		seen := make(map[any]bool)
		for range n {
			key, err := pool.NewKey(t.Context(), spec)
			if err != nil {
				t.Fatal(err)
			}
			seen[key] = true
		}
		return len(seen)
	}
	if got := distinct(p256, 30); got != 3 {
		t.Errorf("30 phones have %d keys, want the pool's 3", got)
	}
	if got := distinct(p384, 30); got != 3 {
		t.Errorf("30 phones that were asked for another kind have %d keys, want 3", got)
	}
	if _, err := pool.NewKey(t.Context(), capf.KeySpec{Type: capf.RSA, Bits: 16384}); err == nil {
		t.Error("a key of 16384 bits was made")
	}
	if _, ok := fleetOf(t, parse(t, "phones: {count: 1, keys: fresh}")).groups[0].keys.(phone.FreshKeys); !ok {
		t.Error("fresh keys come from a pool")
	}
}

func TestOldPhonesHoldNoITL(t *testing.T) {
	f := fleetOf(t, parse(t, "phones: {count: 2, model: {7940: 50%, 7965: 50%}}"))
	a := authority(t, 1)
	lists, err := simulatedLists([]TrustKind{TrustHeld}, a, listOptions(), f.with.Core.Security, nil)
	if err != nil {
		t.Fatal(err)
	}
	f.groups[0].held = []phone.Flash{lists[TrustHeld]}
	for n := range 2 {
		id := f.identity(n)
		held := f.flash(n, id)
		if held.CTL != lists[TrustHeld].CTL || (held.ITL != nil) != (id.Model.Name == "7965") {
			t.Errorf("a %s holds CTL %v ITL %v", id.Model.Name, held.CTL != nil, held.ITL != nil)
		}
	}
}
