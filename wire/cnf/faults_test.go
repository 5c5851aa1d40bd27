package cnf_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/wire/cnf"
)

func TestFaultsNameTheLineAndTheElement(t *testing.T) {
	for _, c := range []struct{ title, text, want string }{
		{"empty file", "", "offset 0: XML: line 1: no element at all"},
		{"not XML", "404 not found", "offset 13: XML: line 1: no element at all"},
		{"a page of a web server", "\n<html></html>", "offset 7: html: line 2: the root element is neither <device> nor <Default>"},
		{"two roots", "<device/>\n<device/>", "offset 19: device: line 2: a second root element, after <device>"},
		{"cut", "<device>\n<fullConfig>", "offset 21: XML: line 2: unexpected EOF"},
		{"wrong end tag", "<device>\n</devize>", "offset 18: XML: line 2: element <device> closed by </devize>"},
		{"unknown entity", "<device>\n<a>&nbsp;</a></device>", "offset 18: XML: line 2: invalid character entity &nbsp;"},
		{"not UTF-8", "<device>\n<a>\xff</a></device>", "offset 13: XML: line 2: invalid UTF-8"},
		{"unknown encoding", `<?xml version="1.0" encoding="ebcdic"?><device/>`, `offset 39: XML: line 1: xml: opening charset "ebcdic": encoding "ebcdic" is not supported`},
		{"a security mode of its own", "<device>\n<deviceSecurityMode>4</deviceSecurityMode></device>", `offset 51: deviceSecurityMode: line 2: "4" is not a number from 0 to 3`},
		{"no CAPF mode", "<device><capfAuthMode>none</capfAuthMode></device>", `offset 41: capfAuthMode: line 1: "none" is not a number from 0 to 4`},
		{"no boolean", "<device><encrConfig>yes</encrConfig></device>", `offset 36: encrConfig: line 1: "yes" is neither true nor false`},
		{"port zero", "<device><capfList><capf><phonePort>0</phonePort></capf></capfList></device>", `offset 48: phonePort: line 1: "0" is not a number from 1 to 65535`},
		{"port too large", "<device>" + managers("<member><callManager><ports><ethernetPhonePort>65536</ethernetPhonePort></ports></callManager></member>") + "</device>", `offset 119: ethernetPhonePort: line 1: "65536" is not a number from 1 to 65535`},
		{"priority of its own", "<device>" + managers(`<member priority="first"/>`) + "</device>", `offset 73: member: line 1: priority "first" is not a number from 0 to 255`},
		{"a value without end", "<device><deviceProtocol>" + strings.Repeat("x", 2000) + "</deviceProtocol></device>", "offset 2024: deviceProtocol: line 1: more than 1024 bytes"},
		{"bottomless", "<device>" + strings.Repeat("<a>", 32) + strings.Repeat("</a>", 32) + "</device>", "offset 104: a: line 1: more than 32 elements inside each other"},
		{"too many CallManagers", "<device>" + managers(strings.Repeat("<member/>", 17)) + "</device>", "offset 200: member: line 1: more than 16 of them"},
		{"too many CAPF servers", "<device><capfList>" + strings.Repeat("<capf><processNodeName>a</processNodeName></capf>", 17) + "</capfList></device>", "offset 851: capf: line 1: more than 16 of them"},
		{"too many time servers", "<device>" + pool("<dateTimeSetting><ntps>"+strings.Repeat("<ntp><name>a</name></ntp>", 17)+"</ntps></dateTimeSetting>") + "</device>", "offset 468: ntp: line 1: more than 16 of them"},
	} {
		t.Run(c.title, func(t *testing.T) {
			_, err := cnf.Parse([]byte(c.text))
			var fault *cnf.FormatError
			if !errors.As(err, &fault) || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestBoundsOfAFile(t *testing.T) {
	text := "<device>" + strings.Repeat(" ", cnf.MaxSize-len("<device></device>")) + "</device>"
	if _, err := cnf.Parse([]byte(text)); err != nil {
		t.Errorf("as large as allowed: %v", err)
	}
	if _, err := cnf.Parse([]byte(text + "\n")); err == nil || err.Error() != "offset 2097152: file: 2097153 bytes, at most 2097152" {
		t.Errorf("a byte larger: %v", err)
	}
	var loads strings.Builder
	for i := range 513 {
		fmt.Fprintf(&loads, "<loadInformation%d>x</loadInformation%d>\n", i, i)
	}
	if _, err := cnf.Parse([]byte("<Default>" + loads.String() + "</Default>")); err == nil || !strings.Contains(err.Error(), "loadInformation512: line 513: more than 512 models") {
		t.Errorf("513 models: %v", err)
	}
}
