package timeline

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/scenario/internal/phrase"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// TestTheDocumentationCanBeSaid reads the list of sentences in doc.go, which the
// README sends its readers to, as a scenario would.
func TestTheDocumentationCanBeSaid(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "sentences.go:\n//\n")
	list, _, _ = strings.Cut(list, "package timeline")
	said := 0
	for line := range strings.Lines(list) {
		for sentence := range strings.SplitSeq(strings.TrimSpace(strings.TrimPrefix(line, "//")), "  ") {
			sentence = strings.TrimSpace(sentence)
			if sentence == "" || strings.HasPrefix(sentence, "or ") || strings.HasPrefix(sentence, "…") {
				continue
			}
			if _, err := ParseAction(sentence); err != nil {
				t.Errorf("%s: %v", sentence, err)
			}
			said++
		}
	}
	if said < len(sentences)*3/4 {
		t.Errorf("%d sentences in the documentation, of %d that can be said", said, len(sentences))
	}
}

func TestSentences(t *testing.T) {
	on := true
	for text, want := range map[string]Action{
		"regenerate CallManager on node-1":         {Order: core.Order{Do: core.DoRegenerate, Certificate: "CallManager", Node: 1}},
		"regenerate TVS on all nodes":              {Order: core.Order{Do: core.DoRegenerate, Certificate: "TVS"}},
		"exchange certificates with cluster-2":     {Phones: Exchange},
		"run CTL client with token-2":              {Order: core.Order{Do: core.DoUpdateCTL, CTL: core.CTLUpdate{Signer: "token-2"}}},
		"run CTL client with token-1 without CAPF": {Order: core.Order{Do: core.DoUpdateCTL, CTL: core.CTLUpdate{Signer: "token-1", Without: []ctl.Role{ctl.RoleCAPF}}}},
		"add a token":                                {Order: core.Order{Do: core.DoAddToken}},
		"set cluster mixed with token-1":             {Order: core.Order{Do: core.DoMixedMode, CTL: core.CTLUpdate{Signer: "token-1"}}},
		"set cluster non-secure with token-1":        {Order: core.Order{Do: core.DoNonSecureMode, CTL: core.CTLUpdate{Signer: "token-1"}}},
		"utils ctl update CTLFile":                   {Order: core.Order{Do: core.DoUpdateCTL, CTL: core.CTLUpdate{Signer: "ccm"}}},
		"utils ctl set-cluster mixed-mode":           {Order: core.Order{Do: core.DoMixedMode, CTL: core.CTLUpdate{Signer: "ccm"}}},
		"utils ctl set-cluster non-secure-mode":      {Order: core.Order{Do: core.DoNonSecureMode, CTL: core.CTLUpdate{Signer: "ccm"}}},
		"utils ctl reset localkey":                   {Order: core.Order{Do: core.DoUpdateCTL, CTL: core.CTLUpdate{Signer: "recovery"}}},
		"utils itl reset localkey on node-2":         {Order: core.Order{Do: core.DoResetITLKey, Node: 2}},
		"restart TFTP on node-1":                     {Order: core.Order{Do: core.DoRestart, Service: core.ServiceTFTP, Node: 1}},
		"stop node-1":                                {Order: core.Order{Do: core.DoStopNode, Node: 1}},
		"start node-1":                               {Order: core.Order{Do: core.DoStartNode, Node: 1}},
		"prepare for rollback":                       {Order: core.Order{Do: core.DoPrepareRollback}},
		"undo rollback":                              {Order: core.Order{Do: core.DoUndoRollback}},
		"advance clock by 5y":                        {Order: core.Order{Do: core.DoAdvanceClock, By: 5 * 365 * 24 * time.Hour}},
		"reset phones":                               {Order: core.Order{Do: core.DoReset}},
		"restart 10% of group lobby":                 {Order: core.Order{Do: core.DoRestartPhones}, Who: Who{Group: "lobby", Share: 10}},
		"set security profile encrypted":             {Order: core.Order{Do: core.DoSetProfile, Profile: core.ProfileChange{Security: cnf.Encrypted}}},
		"set security profile nonsecure of group a":  {Order: core.Order{Do: core.DoSetProfile, Profile: core.ProfileChange{Security: cnf.NonSecure}}, Who: Who{Group: "a"}},
		"set TFTP encrypted config on of phones":     {Order: core.Order{Do: core.DoSetProfile, Profile: core.ProfileChange{EncryptedConfig: &on}}},
		"set CAPF operation install of 5% of phones": {Order: core.Order{Do: core.DoSetProfile, Profile: core.ProfileChange{Operation: "install"}}, Who: Who{Share: 5}},
		"set CAPF authentication lsc of all phones":  {Order: core.Order{Do: core.DoSetProfile, Profile: core.ProfileChange{Auth: cnf.CAPFLSC}}},
		"power off 10% of phones":                    {Phones: PowerOff, Who: Who{Share: 10}},
		"power on phones":                            {Phones: PowerOn},
		"erase lists of group lobby":                 {Phones: Erase, Who: Who{Group: "lobby"}},
		`power off group "front desk"`:               {Phones: PowerOff, Who: Who{Group: "front desk"}},
		"erase lists of 10% of group 'front desk'":   {Phones: Erase, Who: Who{Group: "front desk", Share: 10}},
		"move phones to cluster-2":                   {Phones: Move, To: 2},
	} {
		t.Run(text, func(t *testing.T) {
			got, err := ParseAction(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSentencesThatNobodyUnderstands(t *testing.T) {
	for text, want := range map[string]phrase.Error{
		"":                                 {Offset: 0, Problem: `nothing is to be done; write it like "regenerate CERTIFICATE on NODE"`},
		"regenrate CallManager on node-1":  {Offset: 0, Problem: `nobody knows how to "regenrate"; did you mean "regenerate"?`},
		"regenerate CallManger on node-1":  {Offset: 11, Problem: `"CallManger" is unknown here; did you mean "CallManager"?`},
		"regenerate CallManager":           {Offset: 22, Problem: `the sentence goes on with on`},
		"regenerate CallManager on node-9": {Offset: 26, Problem: `"node-9" is no node; write node-1 … node-5, or all nodes`},
		"restart TFPT on node-1":           {Offset: 8, Problem: `"TFPT" is unknown here; did you mean "TFTP"?`},
		"reset phones now":                 {Offset: 13, Problem: `"now" is one word too many`},
		"power off half of phones":         {Offset: 10, Problem: `"half" says not which phones; write phones, 10% of phones, group NAME or 10% of group NAME`},
		"power off 0% of phones":           {Offset: 10, Problem: `"0%" of the phones is none`},
		"power off 110% of phones":         {Offset: 10, Problem: `"110%" is more than 100%`},
		"run CTL client with tokn-1":       {Offset: 20, Problem: `"tokn-1" is unknown here; did you mean "token-1"?`},
		"advance clock by 5 years":         {Offset: 17, Problem: `"5" is no span of time; write it like 5y, 90d or 12h`},
		"advance clock by 900y":            {Offset: 17, Problem: `"900y" is no span of at most 200 years; write it like 5y, 90d or 12h`},
		"reset group front desk":           {Offset: 18, Problem: `"desk" is one word too many; a name with blanks is written in quotes`},
		"utils ctl updat CTLFile":          {Offset: 10, Problem: `"updat" is unknown here; did you mean "update"?`},
		"set security profile secret":      {Offset: 21, Problem: `"secret" is unknown here; known: authenticated, encrypted, nonsecure`},
	} {
		t.Run(text, func(t *testing.T) {
			_, err := ParseAction(text)
			var got *phrase.Error
			if !errors.As(err, &got) || got.Offset != want.Offset || got.Problem != want.Problem {
				t.Errorf("got  %+v\nwant %+v", err, want)
				if got != nil {
					t.Errorf("at %d", got.Offset)
				}
			}
		})
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]Step{"20s": {At: 20 * time.Second}, "settled": {Settled: true}} {
		if got, err := ParseTime(text); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"setled", "20", "later", "-1s"} {
		if got, err := ParseTime(text); err == nil {
			t.Errorf("%s: %+v", text, got)
		}
	}
}
