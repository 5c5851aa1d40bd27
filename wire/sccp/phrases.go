package sccp

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The bytes that begin a code in a displayed text (SCCP, section 1.3).
const (
	phrase       = 0x80 // of the phone's dictionary
	secondPhrase = 0x1E // of its second dictionary, whose codes are not known here
)

// phrases are the codes after 0x80. Up to 0x12 they are those of the soft-key
// events (SCCP, sections 3.3, 3.4 and 3.11).
var phrases = map[byte]string{
	0x01: "Redial", 0x02: "NewCall", 0x03: "Hold", 0x04: "Transfer",
	0x05: "CFwdAll", 0x06: "CFwdBusy", 0x07: "CFwdNoAnswer", 0x08: "BackSpace",
	0x09: "EndCall", 0x0A: "Resume", 0x0B: "Answer", 0x0C: "Info",
	0x0D: "Confrn", 0x0E: "Park", 0x0F: "Join", 0x10: "MeetMe",
	0x11: "PickUp", 0x12: "GPickUp",

	0x13: "Your current options", 0x14: "Off Hook", 0x15: "On Hook", 0x16: "Ring Out",
	0x17: "From", 0x18: "Connected", 0x19: "Busy", 0x1A: "Line In Use",
	0x1B: "Call Waiting", 0x1C: "Call Transfer", 0x1D: "Call Park", 0x1E: "Call Proceed",
	0x1F: "In Use Remote", 0x20: "Enter Number", 0x21: "Call Park At", 0x23: "Temp Fail",
	0x24: "You Have VoiceMail", 0x25: "Forwarded To", 0x2D: "Key Is Not Active",
	0x2E: "Error No License", 0x2F: "Error DBConfig", 0x32: "Error Unknown", 0x33: "Error Mismatch",
	0x34: "Conference", 0x36: "Private", 0x37: "Not Enough Bandwidth", 0x38: "Unknown Number",
	0x3F: "DND", 0x43: "Barge", 0x4D: "DirTrfr", 0x4E: "Select", 0x4F: "ConfList",
	0x50: "iDivert", 0x51: "cBarge", 0x55: "Number Not Configured", 0x56: "Security Error",
	0x57: "Video Bandwidth Unavailable", 0x58: "Video Mode",
}

// Expand is a text as a phone would show it, in English: the two bytes 80 20
// become "Enter Number", and bytes that are not UTF-8 are read as ISO-8859-1.
// A phrase and a text after it are kept apart by a space. A code without a
// known phrase becomes "[80 7F]".
func Expand(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		coded := c == utf8.RuneError && text[i] == phrase || text[i] == secondPhrase
		switch {
		case coded && i+1 < len(text):
			out.WriteString(expandCode(text[i], text[i+1]))
			if size = 2; i+size < len(text) && text[i+size] != ' ' {
				out.WriteByte(' ')
			}
		case c == utf8.RuneError && size == 1:
			out.WriteRune(rune(text[i]))
		default:
			out.WriteRune(c)
		}
		i += size
	}
	return out.String()
}

func expandCode(dictionary, code byte) string {
	if words, ok := phrases[code]; ok && dictionary == phrase {
		return words
	}
	return fmt.Sprintf("[%02X %02X]", dictionary, code)
}
