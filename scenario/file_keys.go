package scenario

import (
	"math"
	"strconv"
	"strings"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/internal/phrase"
	"github.com/phonebank/phonebank/scenario/internal/tree"
	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/scenario/record"
	"github.com/phonebank/phonebank/scenario/tally"
)

// read fills the scenario from the root of its file. Each table below is the
// list of keys that a mapping may hold; a new key is a row.
func (s *Scenario) read(root *tree.Node) {
	s.places[""] = root.Place()
	root.Mapping(
		tree.Key{Name: "name", Read: tree.Into(&s.Name, words(200))},
		tree.Key{Name: "seed", Read: tree.Into(&s.Seed, parseSeed)},
		tree.Key{Name: "core", Read: s.note("core", s.readCore)},
		tree.Key{Name: "phones", Read: s.note("phones", s.readPhones)},
		tree.Key{Name: "load", Read: s.note("load", s.readLoad)},
		tree.Key{Name: "arrivals", Read: tree.Into(&s.Load.Arrivals, oneOf(
			choice[load.Arrivals]{"constant", load.Constant}, choice[load.Arrivals]{"poisson", load.Poisson}))},
		tree.Key{Name: "stay", Read: tree.Into(&s.Stay, phrase.Duration)},
		tree.Key{Name: "events", Read: tree.Into(&s.Events, parseEvents)},
		tree.Key{Name: "thresholds", Read: func(n *tree.Node) {
			n.List(func(n *tree.Node) { appendTo(n, &s.Thresholds, tally.ParseThreshold) })
		}},
		tree.Key{Name: "limits", Read: func(n *tree.Node) {
			n.Mapping(
				tree.Key{Name: "transfers", Read: tree.Into(&s.Limits.Transfers, count("transfers", 1, maxConcurrent))},
				tree.Key{Name: "handshakes", Read: tree.Into(&s.Limits.Handshakes, count("handshakes", 1, maxConcurrent))},
				tree.Key{Name: "key_generations", Read: tree.Into(&s.Limits.KeyGenerations, count("key generations", 1, maxConcurrent))},
			)
		}},
	)
}

func (s *Scenario) readPhones(n *tree.Node) {
	p := &s.Phones
	n.Mapping(
		tree.Key{Name: "count", Read: s.note("phones.count", tree.Into(&p.Count, count("phones", 1, maxPhones)))},
		tree.Key{Name: "first", Read: s.note("phones.first", tree.Into(&p.First, parseFirst))},
		tree.Key{Name: "csv", Read: s.note("phones.csv", tree.Into(&p.CSV, words(4096)))},
		tree.Key{Name: "model", Read: s.readModels},
		tree.Key{Name: "trust", Read: s.note("phones.trust", s.readTrust)},
		tree.Key{Name: "lsc", Read: s.note("phones.lsc", tree.Into(&p.LSC, oneOf(
			choice[LSC]{"enrol", LSCEnrol}, choice[LSC]{"installed", LSCInstalled}, choice[LSC]{"none", LSCNone})))},
		tree.Key{Name: "keys", Read: tree.Into(&p.Keys, parseKeys)},
		tree.Key{Name: "auth_string", Read: tree.Into(&p.AuthString, words(31))},
		tree.Key{Name: "standby", Read: tree.Into(&p.Standby, yesNo)},
		tree.Key{Name: "tls", Read: s.note("phones.tls", tlsRange(&p.TLSMin, &p.TLSMax))},
	)
}

func (s *Scenario) readModels(n *tree.Node) {
	if !n.IsMapping() {
		appendTo(n, &s.Phones.Models, func(text string) (Share, error) {
			model, err := parseModel(text)
			return Share{model, 100}, err
		})
		return
	}
	sum, before := 0.0, n.Problems()
	n.Pairs(func(key string, at tree.Place, value *tree.Node) {
		model, err := parseModel(key)
		if err != nil {
			value.At(at).Fault(err)
			return
		}
		appendTo(value, &s.Phones.Models, func(text string) (Share, error) {
			percent, err := phrase.Percent(text)
			sum += percent
			return Share{model, percent}, err
		})
	})
	if n.Problems() == before && math.Abs(sum-100) > 1e-6 {
		n.Faultf("the shares add up to %s%%, not to 100%%", strconv.FormatFloat(sum, 'g', 6, 64))
	}
}

func (s *Scenario) readTrust(n *tree.Node) {
	t := &s.Phones.Trust
	if n.IsList() {
		t.Kind = TrustFiles
		n.List(func(n *tree.Node) { appendTo(n, &t.Files, words(4096)) })
		return
	}
	tree.Into(t, parseTrust)(n)
}

// readLoad reads sentences. One of them may make several stages, which then all
// stand at its place.
func (s *Scenario) readLoad(n *tree.Node) {
	sentence := func(n *tree.Node) {
		before := len(s.Load.Stages)
		var text string
		tree.Into(&text, func(text string) (string, error) { return text, s.Load.Add(text) })(n)
		for i := before; i < len(s.Load.Stages); i++ {
			s.places[stageKey(i)] = n.Place()
		}
	}
	if n.IsList() {
		n.List(sentence)
		return
	}
	sentence(n)
}

func stageKey(i int) string { return "load[" + strconv.Itoa(i) + "]" }

// appendTo reads a scalar and appends it.
func appendTo[T any](n *tree.Node, list *[]T, parse func(string) (T, error)) {
	var item T
	known := false
	tree.Into(&item, func(text string) (T, error) {
		item, err := parse(text)
		known = err == nil
		return item, err
	})(n)
	if known {
		*list = append(*list, item)
	}
}

// words accepts any text of one line, up to so many bytes.
func words(most int) func(string) (string, error) {
	return func(text string) (string, error) {
		switch {
		case strings.TrimSpace(text) == "":
			return "", phrase.Faultf(0, "the text is empty")
		case strings.ContainsAny(text, "\n\r\x00"):
			return "", phrase.Faultf(0, "%.40q has more than one line", text)
		case len(text) > most:
			return "", phrase.Faultf(0, "%.40q… has %d bytes; more than %d do not fit", text, len(text), most)
		}
		return text, nil
	}
}

// count reads a whole number with bounds.
func count(what string, least, most int) func(string) (int, error) {
	return func(text string) (int, error) {
		n, err := strconv.Atoi(strings.ReplaceAll(text, "_", ""))
		switch {
		case err != nil:
			return 0, phrase.Faultf(0, "%q is no whole number of %s", text, what)
		case n < least:
			return 0, phrase.Faultf(0, "%d %s are too few; at least %d", n, what, least)
		case n > most:
			return 0, phrase.Faultf(0, "%d %s are too many; at most %d", n, what, most)
		}
		return n, nil
	}
}

func yesNo(text string) (bool, error) {
	switch text {
	case "true", "false":
		return text == "true", nil
	}
	return false, phrase.Faultf(0, "%q is neither true nor false", text)
}

func parseEvents(text string) (record.Keep, error) {
	keep, err := record.ParseKeep(text)
	if err != nil {
		return keep, phrase.Faultf(0, "%v", err)
	}
	return keep, nil
}

func parseSeed(text string) (uint64, error) {
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, phrase.Faultf(0, "%q is no seed; write a whole number that is not negative", text)
	}
	return seed, nil
}

func parseFirst(text string) (string, error) {
	name, err := phone.ParseName(text)
	return string(name), err
}

func parseModel(text string) (string, error) {
	model, err := phone.FindModel(text)
	if err != nil {
		return "", phrase.Faultf(0, "%q is no model%s", text, phrase.DidYouMean(text, phone.ModelNames()))
	}
	return model.Name, nil
}

func parseKeys(text string) (Keys, error) {
	parts := phrase.Words(text)
	switch {
	case text == "fresh":
		return Keys{Fresh: true}, nil
	case len(parts) == 2 && parts[0].Text == "pool":
		n, err := count("keys", 1, maxPool)(parts[1].Text)
		if err != nil {
			return Keys{}, phrase.At(parts[1].Offset, err)
		}
		return Keys{Pool: n}, nil
	}
	return Keys{}, phrase.Faultf(0, "%q says not where keys come from; write fresh, or pool 256", text)
}

// parseTrust reads a kind of trust, or a path: what has a dot or a slash in it.
func parseTrust(text string) (Trust, error) {
	if strings.ContainsAny(text, "./\\") {
		return Trust{Kind: TrustFiles, Files: []string{text}}, nil
	}
	kind, err := oneOf(
		choice[TrustKind]{"held", TrustHeld}, choice[TrustKind]{"none", TrustNone}, choice[TrustKind]{"stale", TrustStale}, choice[TrustKind]{"outdated", TrustOutdated},
	)(text)
	return Trust{Kind: kind}, err
}
