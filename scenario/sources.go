package scenario

import (
	"net/netip"
	"strings"
)

// sourceBase is where the phones' source addresses begin: above the networks
// that a simulated core claims for itself, 127.1.0.0 to 127.250.255.255.
var sourceBase = netip.AddrFrom4([4]byte{127, 251, 0, 1})

// How source addresses are shared out. With a single one, connects become slow
// long before they fail near 16,000, so there are several from the first phone on.
const (
	leastSources    = 8
	phonesPerSource = 1000
)

// sources is how many source addresses a fleet uses.
func sources(phones int) int {
	return max(leastSources, (phones+phonesPerSource-1)/phonesPerSource)
}

// source is the address of phone n: 127.251.x.y, in turn.
func source(n, phones int) netip.Addr {
	i := n % sources(phones)
	return netip.AddrFrom4([4]byte{127, sourceBase.As4()[1], byte(i / 250), byte(1 + i%250)})
}

// loopback says that the core is on this machine, so that its phones can have
// many source addresses.
func (w Where) loopback() bool {
	for _, target := range w.Targets {
		host := target
		if i := strings.LastIndexByte(target, ':'); i >= 0 {
			host = target[:i]
		}
		if a, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !a.IsLoopback()) {
			return false
		}
	}
	return true
}
