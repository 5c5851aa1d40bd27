package capture

import (
	"net"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// segment is the most that a TCP packet carries on Ethernet.
const segment = 1460

// headers is the most that goes before a payload: Ethernet, IPv6, TCP.
const headers = 14 + 40 + 20

// packet records the frame around one layer of TCP or UDP.
func (t *Tap) packet(at time.Time, from, to netip.AddrPort, outward bool, transport gopacket.SerializableLayer, payload []byte, comment string) {
	if i, ok := t.frame(at, from, to, outward, transport, payload, comment); ok {
		t.record(i)
	}
}

// frame makes it; what no network could carry has not been on one.
func (t *Tap) frame(at time.Time, from, to netip.AddrPort, outward bool, transport gopacket.SerializableLayer, payload []byte, comment string) (i item, ok bool) {
	server := to.Addr()
	if !outward {
		server = from.Addr()
	}
	source, destination := t.mac, station(server)
	if !outward {
		source, destination = destination, source
	}
	ethernet := &layers.Ethernet{SrcMAC: source, DstMAC: destination, EthernetType: layers.EthernetTypeIPv4}
	protocol := layers.IPProtocolUDP
	if _, ok := transport.(*layers.TCP); ok {
		protocol = layers.IPProtocolTCP
	}
	var network gopacket.SerializableLayer
	var sums gopacket.NetworkLayer
	if from.Addr().Is4() && to.Addr().Is4() {
		ip := &layers.IPv4{Version: 4, TTL: 64, Flags: layers.IPv4DontFragment, Protocol: protocol, SrcIP: from.Addr().AsSlice(), DstIP: to.Addr().AsSlice()}
		network, sums = ip, ip
	} else {
		a, b := from.Addr().As16(), to.Addr().As16()
		ip := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: protocol, SrcIP: a[:], DstIP: b[:]}
		network, sums, ethernet.EthernetType = ip, ip, layers.EthernetTypeIPv6
	}
	switch layer := transport.(type) {
	case *layers.TCP:
		layer.SrcPort, layer.DstPort, layer.Window = layers.TCPPort(from.Port()), layers.TCPPort(to.Port()), 65535
		_ = layer.SetNetworkLayerForChecksum(sums)
	case *layers.UDP:
		layer.SrcPort, layer.DstPort = layers.UDPPort(from.Port()), layers.UDPPort(to.Port())
		_ = layer.SetNetworkLayerForChecksum(sums)
	}
	frame := gopacket.NewSerializeBufferExpectedSize(headers+len(payload), 0) // it may be held for long: no larger than need be
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	err := gopacket.SerializeLayers(frame, options, ethernet, network, transport, gopacket.Payload(payload))
	return item{at: at, bytes: frame.Bytes(), comment: comment}, err == nil
}

// station is the made-up MAC address of whoever has an IP address: one that is
// administered locally.
func station(a netip.Addr) net.HardwareAddr {
	raw := a.As16()
	return net.HardwareAddr{2, 0, raw[12], raw[13], raw[14], raw[15]}
}
