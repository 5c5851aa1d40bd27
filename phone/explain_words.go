package phone

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// maxNames bounds an enumeration in a sentence.
const maxNames = 6

// named is a signer as a header names it: "CN=Token A (serial 0A:DC)".
func named(s signed.Signer) string { return withSerial(s.Name, s.Serial) }

// describe is a record in the same form.
func describe(r *ctl.Record) string {
	name := r.Subject
	if name == "" {
		name = r.DNSName
	}
	return withSerial(name, r.Serial)
}

func withSerial(name string, serial []byte) string {
	if name = printable(name); name == "" {
		name = "a certificate without a name"
	}
	if len(serial) == 0 {
		return name + " (no serial)"
	}
	return fmt.Sprintf("%s (serial %s)", name, signed.SerialText(serial[:min(len(serial), 32)]))
}

// numbered is "SAST record 1".
func numbered(r *ctl.Record) string { return fmt.Sprintf("%s record %d", r.Role.Short(), r.Number) }

// place is "SAST record 1 of the held CTL".
func place(v voucher) string {
	if v.list == "" {
		return numbered(v.record) + " of the list itself"
	}
	return fmt.Sprintf("%s of the held %s", numbered(v.record), v.list)
}

// unnamed says that no held list names somebody in one of the roles, and whom
// they name instead: "whom the held CTL does not name as CAPF: it has CN=A
// (serial 01)".
func (h Held) unnamed(roles ...ctl.Role) string {
	wanted := roleNames("or", roles)
	has := func(list *ctl.List) string {
		var names []string
		for r := range list.With(roles...) {
			if valid(r) {
				names = append(names, describe(r))
			}
		}
		return "has " + enumerate("and", names)
	}
	switch {
	case h.CTL != nil && h.ITL != nil:
		return fmt.Sprintf("whom neither held list names as %s: the CTL %s, the ITL %s", wanted, has(h.CTL), has(h.ITL))
	case h.CTL != nil:
		return fmt.Sprintf("whom the held CTL does not name as %s: it %s", wanted, has(h.CTL))
	case h.ITL != nil:
		return fmt.Sprintf("whom the held ITL does not name as %s: it %s", wanted, has(h.ITL))
	}
	return "but the phone holds no list that could name anybody as " + wanted
}

// enumerate is "none", "a", "a and b", "a, b and c".
func enumerate(conjunction string, names []string) string {
	names = slices.Compact(names)
	if more := len(names) - maxNames; more > 0 {
		names = append(slices.Clone(names[:maxNames]), fmt.Sprintf("%d more", more))
	}
	switch last := len(names) - 1; last {
	case -1:
		return "none"
	case 0:
		return names[0]
	default:
		return strings.Join(names[:last], ", ") + " " + conjunction + " " + names[last]
	}
}

func roleNames(conjunction string, roles []ctl.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.Short()
	}
	return enumerate(conjunction, names)
}

// printable makes a text from the wire fit for a terminal and for one line.
func printable(text string) string {
	const longest = 160
	clean := strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, strings.TrimSpace(text))
	if runes := []rune(clean); len(runes) > longest {
		clean = string(runes[:longest]) + "…"
	}
	return clean
}
