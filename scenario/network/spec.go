package network

import (
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/phonebank/phonebank/phone"
)

// Spec asks for a fault: which, on the way to what, when, and for how many
// phones.
type Spec struct {
	Fault     string        // one of Names
	On        phone.Service // "": every service that the fault can be on the way to
	Delay     time.Duration // of latency: added to every round trip
	Jitter    time.Duration // of latency: more or less than Delay, at most so much
	Loss      float64       // of loss: percent of the datagrams, both ways
	Bandwidth float64       // of bandwidth: bit/s of each phone, each way
	Share     float64       // percent of the phones; 0: all
	At        time.Duration // when it begins, after the first phone may start
	For       time.Duration // how long it lasts; 0: to the end
}

// Services are the services that something can be on the way to.
func Services() []string {
	return []string{string(phone.ServiceTFTP), string(phone.ServiceCAPF), string(phone.ServiceTVS), string(phone.ServiceCallManager)}
}

// Check refuses a fault that cannot be.
func (s Spec) Check() error {
	k, ok := find(s.Fault)
	switch {
	case !ok:
		return fmt.Errorf("unknown fault %q: want %s", s.Fault, strings.Join(Names(), ", "))
	case s.On != "" && !slices.Contains(k.on, s.On):
		var places []string
		for _, service := range k.on {
			places = append(places, string(service))
		}
		return fmt.Errorf("fault %s on %q: want %s", s.Fault, s.On, strings.Join(places, ", "))
	case s.Share < 0 || s.Share > 100:
		return fmt.Errorf("fault %s: share %g%%: want 0 to 100", s.Fault, s.Share)
	case s.Delay < 0 || s.Jitter < 0 || s.At < 0 || s.For < 0:
		return fmt.Errorf("fault %s: a time is negative", s.Fault)
	case s.Jitter > s.Delay:
		return fmt.Errorf("fault %s: jitter %v is more than the delay of %v", s.Fault, s.Jitter, s.Delay)
	}
	for _, has := range []struct {
		what  string
		given bool
		of    string
	}{
		{"delay", s.Delay > 0, "latency"}, {"rate of percent", s.Loss > 0, "loss"}, {"rate of bit/s", s.Bandwidth > 0, "bandwidth"},
	} {
		switch {
		case has.given && s.Fault != has.of:
			return fmt.Errorf("fault %s: a %s is for %s", s.Fault, has.what, has.of)
		case !has.given && s.Fault == has.of:
			return fmt.Errorf("fault %s needs a %s", s.Fault, has.what)
		}
	}
	return nil
}

// concerns says whether the fault is on the way to a service.
func (s Spec) concerns(service phone.Service) bool {
	k, _ := find(s.Fault)
	return slices.Contains(k.on, service) && (s.On == "" || s.On == service)
}

// chooses says whether a phone has its share of the fault: the same phones in
// every run, others for every fault.
func (s Spec) chooses(name phone.Name) bool {
	if s.Share == 0 || s.Share >= 100 {
		return true
	}
	sum := fnv.New64a()
	io.WriteString(sum, s.Fault+"\x00"+string(s.On)+"\x00"+string(name))
	// FNV hardly stirs its last bytes, and names differ in those.
	mixed := sum.Sum64() * 0x9E3779B97F4A7C15
	return float64(mixed>>32%10_000) < s.Share*100
}

// chance parts what is random about the fault from what is about others. When it
// is on plays no part: a phone that is replayed meets it at another time.
func (s Spec) chance() uint64 {
	sum := fnv.New64a()
	fmt.Fprint(sum, "network", s.Fault, s.On, s.Delay, s.Jitter, s.Loss, s.Bandwidth)
	return sum.Sum64()
}

// window is when the fault is on.
func (s Spec) window(began time.Time) (from, to time.Time) {
	from = began.Add(s.At)
	if s.For > 0 {
		to = from.Add(s.For)
	}
	return from, to
}
