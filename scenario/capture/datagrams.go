package capture

import (
	"net"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket/layers"

	"github.com/phonebank/phonebank/phone"
)

// Listen is how a phone opens a socket for TFTP.
type Listen = func(local netip.AddrPort) (phone.Datagrams, error)

// Listen returns listen, listened to.
func (t *Tap) Listen(listen Listen) Listen {
	if t == nil {
		return listen
	}
	return func(local netip.AddrPort) (phone.Datagrams, error) {
		socket, err := listen(local)
		if err != nil {
			return nil, err
		}
		d := &datagrams{Datagrams: socket, tap: t, local: local}
		if named, ok := socket.(interface{ LocalAddr() net.Addr }); ok {
			if at := addrPort(named.LocalAddr()); at.IsValid() {
				d.local = at
			}
		}
		return d, nil
	}
}

// datagrams is a UDP socket that is listened to. One goroutine uses it.
type datagrams struct {
	phone.Datagrams
	tap   *Tap
	local netip.AddrPort
	begun bool
}

// WriteToUDPAddrPort shows a datagram, whether or not it gets lost.
func (d *datagrams) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if d.local.Addr().IsUnspecified() {
		d.local = netip.AddrPortFrom(wayTo(to), d.local.Port())
	}
	comment := ""
	if !d.begun {
		d.begun, comment = true, string(phone.ServiceTFTP)
		d.tap.at(d.local.Addr())
	}
	d.tap.packet(time.Now(), d.local, plain(to), true, new(layers.UDP), b, comment)
	return d.Datagrams.WriteToUDPAddrPort(b, to)
}

func (d *datagrams) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	n, from, err := d.Datagrams.ReadFromUDPAddrPort(b)
	if err == nil {
		d.tap.packet(time.Now(), plain(from), d.local, false, new(layers.UDP), b[:n], "")
	}
	return n, from, err
}

// wayTo is the address from which this machine sends to another.
func wayTo(to netip.AddrPort) netip.Addr {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to)) // sends nothing
	if err != nil {
		return to.Addr()
	}
	defer conn.Close()
	return addrPort(conn.LocalAddr()).Addr()
}

// plain is an address without IPv6 around it.
func plain(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }
