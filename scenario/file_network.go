package scenario

import (
	"strings"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/internal/phrase"
	"github.com/phonebank/phonebank/scenario/internal/tree"
	"github.com/phonebank/phonebank/scenario/network"
)

// readNetwork reads what goes wrong on the way: {fault: latency, delay: 80ms}.
func (s *Scenario) readNetwork(n *tree.Node) {
	var spec network.Spec
	var faults, services []choice[string]
	for _, name := range network.Names() {
		faults = append(faults, choice[string]{name, name})
	}
	for _, name := range network.Services() {
		services = append(services, choice[string]{name, name})
	}
	var on string
	before := n.Problems()
	n.Mapping(
		tree.Key{Name: "fault", Read: tree.Into(&spec.Fault, oneOf(faults...))},
		tree.Key{Name: "on", Read: tree.Into(&on, oneOf(services...))},
		tree.Key{Name: "delay", Read: tree.Into(&spec.Delay, phrase.Duration)},
		tree.Key{Name: "jitter", Read: tree.Into(&spec.Jitter, phrase.Duration)},
		tree.Key{Name: "rate", Read: tree.Into(&spec, func(text string) (network.Spec, error) { return networkRate(spec, text) })},
		tree.Key{Name: "share", Read: tree.Into(&spec.Share, shareOfPhones)},
		tree.Key{Name: "at", Read: tree.Into(&spec.At, phrase.Duration)},
		tree.Key{Name: "for", Read: tree.Into(&spec.For, phrase.Duration)},
	)
	if n.Problems() > before {
		return
	}
	spec.On = phone.Service(on)
	if err := spec.Check(); err != nil {
		n.Faultf("%v", err)
		return
	}
	s.Network = append(s.Network, spec)
}

// shareOfPhones reads "10%" of a fault. None at all is no share: a fault without
// one is everybody's.
func shareOfPhones(text string) (float64, error) {
	share, err := phrase.Percent(text)
	if err == nil && share == 0 {
		err = phrase.Faultf(0, "%q is nobody's share: leave the fault out", text)
	}
	return share, err
}

// networkRate reads "5%" of the datagrams, or the bits of a second.
func networkRate(spec network.Spec, text string) (network.Spec, error) {
	if strings.HasSuffix(text, "%") {
		var err error
		spec.Loss, err = phrase.Percent(text)
		return spec, err
	}
	for _, unit := range []struct {
		name string
		bits float64
	}{{"kbit/s", 1e3}, {"Mbit/s", 1e6}, {"bit/s", 1}} {
		if digits, ok := strings.CutSuffix(text, unit.name); ok {
			rate, err := phrase.Number(strings.TrimSpace(digits))
			if err == nil && rate*unit.bits < 1 {
				err = phrase.Faultf(0, "%q lets nothing pass; half-open does that", text)
			}
			spec.Bandwidth = rate * unit.bits
			return spec, err
		}
	}
	return spec, phrase.Faultf(0, "%q is neither a share of datagrams, such as 5%%, nor a bandwidth, such as 64kbit/s", text)
}
