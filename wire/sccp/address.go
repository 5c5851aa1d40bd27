package sccp

import "net/netip"

// AddressType says what an Address holds.
type AddressType uint32

// The types of an Address.
const (
	AddressIPv4    AddressType = 0 // in the first 4 bytes, the others zero
	AddressIPv6    AddressType = 1
	AddressBoth    AddressType = 2
	AddressInvalid AddressType = 3
)

// Address is an extended address: 20 bytes from version 17 on, the 4 bytes of
// an IPv4 address before (SCCP, conventions before section 1).
type Address struct {
	Type  AddressType
	Bytes [16]byte // network order
}

// AddressOf is the Address of ip; its zero value for an invalid one.
func AddressOf(ip netip.Addr) Address {
	var a Address
	switch ip = ip.Unmap(); {
	case ip.Is4():
		b := ip.As4()
		copy(a.Bytes[:], b[:])
	case ip.Is6():
		a.Type, a.Bytes = AddressIPv6, ip.As16()
	}
	return a
}

// IP is the address as an IPv4 or IPv6 address, invalid for 0.0.0.0 and for
// types that hold neither.
func (a Address) IP() netip.Addr {
	switch {
	case a.Bytes == [16]byte{}:
		return netip.Addr{}
	case a.Type == AddressIPv4:
		return netip.AddrFrom4([4]byte(a.Bytes[:4]))
	case a.Type == AddressIPv6:
		return netip.AddrFrom16(a.Bytes)
	}
	return netip.Addr{}
}

// layout is an extended address, or the IPv4 part alone.
func (a *Address) layout(b *body, extended bool, field string) {
	if extended {
		b.u32((*uint32)(&a.Type), field)
		b.raw(a.Bytes[:], field)
		return
	}
	ip := a.Bytes
	if b.in == nil && a.Type != AddressIPv4 {
		ip = [16]byte{}
	}
	b.raw(ip[:4], field)
	if b.in != nil {
		a.Bytes = ip
	}
}
