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

// holdings says what each held list has in the given roles:
// "the held CTL has CN=A (serial 01) and CN=B (serial 02), the held ITL has none".
func (h Held) holdings(roles ...ctl.Role) string {
	var parts []string
	tell := func(name string, list *ctl.List) {
		if list == nil {
			return
		}
		var names []string
		for r := range list.With(roles...) {
			names = append(names, describe(r))
		}
		parts = append(parts, fmt.Sprintf("the held %s has %s", name, enumerate(names)))
	}
	tell("CTL", h.CTL)
	tell("ITL", h.ITL)
	if len(parts) == 0 {
		return "it holds no list"
	}
	return strings.Join(parts, ", ")
}

// enumerate is "none", "a", "a and b", "a, b and c".
func enumerate(names []string) string {
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
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
}

func roleNames(roles []ctl.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.Short()
	}
	return enumerate(names)
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
