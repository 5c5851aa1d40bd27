package capture

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/phone"
)

func TestChoices(t *testing.T) {
	for _, c := range []struct {
		situation, text string
		want            Choice
		fails           string
	}{
		{"nothing said", "", Usual, ""},
		{"the first ones", "3", Choice{First: 3}, ""},
		{"failing ones only", "0", Choice{}, ""},
		{"a name", "SEP0011215A0001", Choice{Names: []phone.Name{"SEP0011215A0001"}}, ""},
		{"names as people write them", "0011.215a.0001, SEP0011215A0002", Choice{Names: []phone.Name{"SEP0011215A0001", "SEP0011215A0002"}}, ""},
		{"a MAC address of digits", "001121510001", Choice{Names: []phone.Name{"SEP001121510001"}}, ""},
		{"too many", "1001", Choice{}, "0 to 1000"},
		{"less than none", "-1", Choice{}, "0 to 1000"},
		{"too many names", strings.Repeat("SEP0011215A0001,", 1000) + "SEP0011215A0001", Choice{}, "1001 phones are named"},
		{"no name", "SEP1", Choice{}, "or write a number of phones"},
	} {
		got, err := ParseChoice(c.text)
		if c.fails != "" {
			if err == nil || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%s: %v", c.situation, err)
			}
			continue
		}
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", c.situation, err, diff)
		}
	}
}
