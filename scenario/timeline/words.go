package timeline

import (
	"strconv"
	"strings"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/scenario/internal/phrase"
	"github.com/phonebank/phonebank/wire/cnf"
)

type duration = time.Duration

// kind is a word in capitals of a sentence: it reads one word, or several, and
// says how many.
type kind func(words []phrase.Word, s *said) (read int, err error)

// kinds are the words in capitals.
var kinds = map[string]kind{
	"CERTIFICATE": oneOf(map[string]core.CertificateKind{
		"CallManager": core.CallManagerCertificate, "CAPF": core.CAPFCertificate,
		"TVS": core.TVSCertificate, "ITLRecovery": core.ITLRecoveryCertificate,
	}, func(s *said, v core.CertificateKind) { s.certificate = v }),
	"SERVICE": oneOf(map[string]core.Service{
		"TFTP": core.ServiceTFTP, "CallManager": core.ServiceCallManager, "CAPF": core.ServiceCAPF, "TVS": core.ServiceTVS,
	}, func(s *said, v core.Service) { s.service = v }),
	"SIGNER": readSigner,
	"NODE":   readNode,
	"MODE": oneOf(map[string]cnf.SecurityMode{
		"nonsecure": cnf.NonSecure, "authenticated": cnf.Authenticated, "encrypted": cnf.Encrypted,
	}, func(s *said, v cnf.SecurityMode) { s.mode = v }),
	"SWITCH": oneOf(map[string]bool{"on": true, "off": false}, func(s *said, v bool) { s.on = v }),
	"OPERATION": oneOf(map[string]core.Operation{
		"install": core.OperationInstall, "delete": core.OperationDelete, "fetch": core.OperationFetch, "none": core.OperationNone,
	}, func(s *said, v core.Operation) { s.operation = v }),
	"AUTH": oneOf(map[string]cnf.AuthMode{
		"string": cnf.CAPFString, "null-string": cnf.CAPFNullString, "lsc": cnf.CAPFLSC, "mic": cnf.CAPFMIC,
	}, func(s *said, v cnf.AuthMode) { s.auth = v }),
	"CLUSTER": oneOf(map[string]int{"cluster-1": 1, "cluster-2": 2}, func(s *said, v int) { s.cluster = v }),
	"SPAN":    readSpan,
	"PHONES":  readWho,
}

// oneOf reads one of a few words.
func oneOf[T any](values map[string]T, keep func(*said, T)) kind {
	return func(words []phrase.Word, s *said) (int, error) {
		value, ok := values[words[0].Text]
		if !ok {
			return 0, phrase.Faultf(words[0].Offset, "%q is unknown here%s", words[0].Text, phrase.DidYouMean(words[0].Text, sortedKeys(values)))
		}
		keep(s, value)
		return 1, nil
	}
}

// readSigner reads token-1 …, or who signs without a token.
func readSigner(words []phrase.Word, s *said) (int, error) {
	word := words[0]
	if n, ok := numbered(word.Text, "token-"); ok {
		s.signer = core.Token(n)
		return 1, nil
	}
	return oneOf(map[string]core.SignerKind{
		"token-1": "", "token-2": "", "ccm": core.SignerCallManager, "recovery": core.SignerRecovery,
	}, func(s *said, v core.SignerKind) { s.signer = v })(words, s)
}

// readNode reads node-1 …, or "all nodes".
func readNode(words []phrase.Word, s *said) (int, error) {
	if len(words) > 1 && words[0].Text == "all" && words[1].Text == "nodes" {
		s.node = 0
		return 2, nil
	}
	n, ok := numbered(words[0].Text, "node-")
	if !ok || n > core.MaxNodes {
		return 0, phrase.Faultf(words[0].Offset, "%q is no node; write node-1 … node-%d, or all nodes", words[0].Text, core.MaxNodes)
	}
	s.node = n
	return 1, nil
}

func numbered(word, prefix string) (int, bool) {
	digits, ok := strings.CutPrefix(word, prefix)
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n >= 1 && n < 100
}

// Calendar units of a span; leap days are left to the calendar.
const (
	day  = 24 * time.Hour
	year = 365 * day
)

// ParseSpan reads a span of time that may be longer than a run, and negative:
// "5y", "-30d", "12h".
func ParseSpan(text string) (time.Duration, error) {
	for suffix, unit := range map[string]time.Duration{"y": year, "d": day} {
		digits, ok := strings.CutSuffix(text, suffix)
		if !ok {
			continue
		}
		n, err := strconv.Atoi(digits)
		if err != nil || n < -200*365 || n > 200*365 || time.Duration(n) > 200*year/unit || time.Duration(n) < -200*year/unit {
			return 0, phrase.Faultf(0, "%q is no span of at most 200 years; write it like 5y, 90d or 12h", text)
		}
		return time.Duration(n) * unit, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, phrase.Faultf(0, "%q is no span of time; write it like 5y, 90d or 12h", text)
	}
	return d, nil
}

func readSpan(words []phrase.Word, s *said) (int, error) {
	span, err := ParseSpan(words[0].Text)
	if err != nil {
		return 0, phrase.At(words[0].Offset, err)
	}
	s.span = span
	return 1, nil
}

// readWho reads "phones", "all phones", "group lobby", "10% of phones" or "10%
// of group lobby".
func readWho(words []phrase.Word, s *said) (int, error) {
	read := 0
	if strings.HasSuffix(words[0].Text, "%") && len(words) > 2 && words[1].Text == "of" {
		share, err := phrase.Percent(words[0].Text)
		if err == nil && share == 0 {
			err = phrase.Faultf(0, "%q of the phones is none", words[0].Text)
		}
		if err != nil {
			return 0, phrase.At(words[0].Offset, err)
		}
		s.who.Share = share
		read, words = 2, words[2:]
	}
	switch first := words[0]; {
	case first.Text == "phones":
		return read + 1, nil
	case first.Text == "group" && len(words) > 1:
		s.who.Group = words[1].Text
		return read + 2, nil
	case first.Text == "all" && len(words) > 1 && words[1].Text == "phones":
		return read + 2, nil
	default:
		return 0, phrase.Faultf(first.Offset, "%q says not which phones; write phones, 10%% of phones, group NAME or 10%% of group NAME", first.Text)
	}
}
