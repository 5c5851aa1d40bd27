package scenario

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// remoteRate is how many phones a second may start at a core that is not the
// simulator, unless limits.rate says more: whoever means to storm a cluster says so.
const remoteRate = 50

// rateLimit is how many phones may start within a second; 0: any number.
func (s *Scenario) rateLimit() float64 {
	if s.Limits.Rate == 0 && s.Core.Where.Kind == Remote {
		return remoteRate
	}
	return float64(s.Limits.Rate)
}

// fastest is how many times as fast as planned the load may become; 0: any.
func (s *Scenario) fastest() float64 {
	return s.rateLimit() / max(s.Load.Peak(s.Count()), 1e-9)
}

// gentle refuses rates that were hardly meant for somebody's cluster.
func (c *checker) gentle() {
	peak, limit := c.with.Load.Peak(c.with.Count()), c.with.rateLimit()
	if limit == 0 || peak <= limit {
		return
	}
	if c.with.Limits.Rate > 0 {
		c.fault("load", "load: up to %.4g phones a second, and limits.rate is %v", peak, c.with.Limits.Rate)
		return
	}
	c.fault("load", "load: up to %.4g phones a second, and a core that is not the simulator is spared more than %d unless limits.rate says so", peak, remoteRate)
}

// targets says where a run may send to: loopback and private addresses, and
// what the user has named. A run is load; a typo in an address must not make
// it somebody else's problem.
type targets struct {
	named []netip.Prefix
}

// allow takes addresses, networks (192.0.2.0/24) and host names, which it
// resolves.
func allow(ctx context.Context, names []string) (targets, error) {
	var t targets
	for _, name := range names {
		if network, err := netip.ParsePrefix(name); err == nil {
			t.named = append(t.named, network.Masked())
			continue
		}
		addresses, err := resolve(ctx, name)
		if err != nil {
			return t, &PreflightError{fmt.Sprintf("--allow %s: %v", name, err), "name an address, a network such as 192.0.2.0/24, or a host that resolves"}
		}
		for _, a := range addresses {
			t.named = append(t.named, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return t, nil
}

func resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a.Unmap()}, nil
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	for i := range addresses {
		addresses[i] = addresses[i].Unmap()
	}
	return addresses, err
}

// may says whether an address may be sent to.
func (t targets) may(a netip.Addr) bool {
	if a = a.Unmap(); a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() {
		return true
	}
	for _, network := range t.named {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// check refuses TFTP servers, host:port each, that may not be sent to. A name
// that does not resolve is left to whoever connects.
func (t targets) check(ctx context.Context, servers []string) error {
	for _, server := range servers {
		host, _, err := net.SplitHostPort(server)
		if err != nil {
			host = server
		}
		addresses, err := resolve(ctx, host)
		if err != nil {
			continue
		}
		for _, a := range addresses {
			if !t.may(a) {
				return &PreflightError{forbidden(host, a), fmt.Sprintf("if it is yours to load, say --allow %s", host)}
			}
		}
	}
	return nil
}

func forbidden(host string, a netip.Addr) string {
	if host != a.String() {
		host = fmt.Sprintf("%s (%s)", host, a)
	}
	return host + " is neither a loopback nor a private address"
}

// dial connects from a phone's own address, and only to where the run may send:
// the configuration of a cluster may name any CallManager.
func (t targets) dial(local netip.Addr) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		dialer := net.Dialer{KeepAlive: -1, Control: func(_, resolved string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(resolved)
			if err == nil && !t.may(to.Addr()) {
				host, _, _ := net.SplitHostPort(address)
				return fmt.Errorf("%s; if it is yours to load, say --allow %s", forbidden(host, to.Addr()), host)
			}
			return err
		}}
		if local.IsValid() {
			dialer.LocalAddr = &net.TCPAddr{IP: local.AsSlice()}
		}
		return dialer.DialContext(ctx, network, address)
	}
}
