package ctlclient

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	"github.com/phonebank/phonebank/wire/ctl"
)

// ParsePlace reads how phones know a server: a host name, an IPv4 address, or
// both as NAME/ADDRESS. Names are not looked up: a list is made of what stands on
// the command line, wherever that is typed.
func ParsePlace(text string) (name string, address netip.Addr, err error) {
	name, literal, both := strings.Cut(text, "/")
	if !both {
		literal = name
	}
	if address, err = netip.ParseAddr(literal); err != nil && both {
		return "", netip.Addr{}, fmt.Errorf("%q: what follows the slash is an IPv4 address", text)
	}
	address = address.Unmap()
	switch {
	case both && !address.Is4():
		return "", netip.Addr{}, fmt.Errorf("%q: IPADDRESS holds IPv4 only", text)
	case !address.Is4():
		address = netip.Addr{} // IPv6 is told as a name
	}
	if name == "" || len(name) > 253 || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", netip.Addr{}, fmt.Errorf("%q is neither a host name nor an address", text)
	}
	return name, address, nil
}

// ParseRemoval reads [ROLE=]SERIAL, the serial number as AA:BB:CC or in plain
// hex, with or without leading zeros.
func ParseRemoval(text string) (Removal, error) {
	var removal Removal
	serial := text
	if i := strings.LastIndexByte(text, '='); i >= 0 {
		role, err := ctl.ParseRole(text[:i])
		if err != nil {
			return removal, err
		}
		removal.Role, serial = &role, text[i+1:]
	}
	digits := ""
	for _, group := range strings.Split(strings.TrimPrefix(strings.ToLower(serial), "0x"), ":") {
		if len(group)%2 == 1 {
			group = "0" + group
		}
		digits += group
	}
	b, err := hex.DecodeString(digits)
	if err != nil || len(b) == 0 {
		return removal, fmt.Errorf("%q is no serial number: write it as AA:BB:CC or AABBCC", serial)
	}
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	removal.Serial = b
	return removal, nil
}
