package phone

import (
	"fmt"
	"strings"
)

// Name is a device name as CUCM knows it: "SEP" and the twelve upper-case hex
// digits of the phone's MAC address.
type Name string

// ParseName accepts a device name or a bare MAC address, in either case and
// with or without separators, and returns the canonical name.
func ParseName(s string) (Name, error) {
	digits := strings.ToUpper(strings.NewReplacer(":", "", "-", "", ".", "").Replace(strings.TrimSpace(s)))
	digits = strings.TrimPrefix(digits, "SEP")
	if len(digits) != 12 || strings.Trim(digits, "0123456789ABCDEF") != "" {
		return "", fmt.Errorf("%q is no device name: want SEP and 12 hex digits, such as SEP0011215A1AE3", s)
	}
	return Name("SEP" + digits), nil
}

// NameFromMAC returns the name of the phone with the given MAC address, the
// low 48 bits of mac.
func NameFromMAC(mac uint64) Name {
	return Name(fmt.Sprintf("SEP%012X", mac&0xFFFF_FFFF_FFFF))
}

// MAC returns the phone's MAC address as a number, 0 for a name of another
// form.
func (n Name) MAC() uint64 {
	var mac uint64
	if _, err := fmt.Sscanf(string(n), "SEP%012X", &mac); err != nil {
		return 0
	}
	return mac
}
