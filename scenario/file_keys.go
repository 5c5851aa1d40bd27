package scenario

import (
	"fmt"
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
		tree.Key{Name: "network", Read: func(n *tree.Node) { n.List(s.readNetwork) }},
		tree.Key{Name: "load", Read: s.note("load", s.readLoad)},
		tree.Key{Name: "arrivals", Read: tree.Into(&s.Load.Arrivals, oneOf(
			choice[load.Arrivals]{"constant", load.Constant}, choice[load.Arrivals]{"poisson", load.Poisson}))},
		tree.Key{Name: "stay", Read: tree.Into(&s.Stay, phrase.Duration)},
		tree.Key{Name: "events", Read: tree.Into(&s.Events, parseEvents)},
		tree.Key{Name: "timeline", Read: s.note("timeline", s.readTimeline)},
		tree.Key{Name: "thresholds", Read: func(n *tree.Node) {
			n.List(func(n *tree.Node) { appendTo(n, &s.Thresholds, tally.ParseThreshold) })
		}},
		tree.Key{Name: "limits", Read: func(n *tree.Node) {
			n.Mapping(
				tree.Key{Name: "transfers", Read: tree.Into(&s.Limits.Transfers, count("transfers", 1, maxConcurrent))},
				tree.Key{Name: "handshakes", Read: tree.Into(&s.Limits.Handshakes, count("handshakes", 1, maxConcurrent))},
				tree.Key{Name: "rate", Read: tree.Into(&s.Limits.Rate, load.ParseRate)},
				tree.Key{Name: "key_generations", Read: tree.Into(&s.Limits.KeyGenerations, count("key generations", 1, maxConcurrent))},
			)
		}},
	)
}

// readPhones reads a fleet: one group, or a list of them.
func (s *Scenario) readPhones(n *tree.Node) {
	if !n.IsList() {
		s.readGroup(n)
		return
	}
	n.List(func(n *tree.Node) {
		if len(s.Phones) == maxGroups {
			n.Faultf("more than %d groups", maxGroups)
			return
		}
		s.readGroup(n)
	})
}

func (s *Scenario) readGroup(n *tree.Node) {
	i := len(s.Phones)
	s.Phones = append(s.Phones, Group{})
	g := &s.Phones[i]
	note := func(key string, read func(*tree.Node)) func(*tree.Node) {
		return s.note(groupKey(i, key), read)
	}
	s.places[groupKey(i, "")] = n.Place()
	n.Mapping(
		tree.Key{Name: "group", Read: note("group", tree.Into(&g.Name, words(64)))},
		tree.Key{Name: "count", Read: note("count", tree.Into(&g.Count, count("phones", 1, maxPhones)))},
		tree.Key{Name: "first", Read: note("first", tree.Into(&g.First, parseFirst))},
		tree.Key{Name: "csv", Read: note("csv", tree.Into(&g.CSV, words(4096)))},
		tree.Key{Name: "model", Read: g.readModels},
		tree.Key{Name: "trust", Read: note("trust", g.readTrust)},
		tree.Key{Name: "lsc", Read: note("lsc", tree.Into(&g.LSC, oneOf(
			choice[LSC]{"enrol", LSCEnrol}, choice[LSC]{"installed", LSCInstalled}, choice[LSC]{"foreign", LSCForeign}, choice[LSC]{"none", LSCNone})))},
		tree.Key{Name: "keys", Read: tree.Into(&g.Keys, parseKeys)},
		tree.Key{Name: "key_time", Read: note("key_time", tree.Into(&g.KeyTime, parseKeyTime))},
		tree.Key{Name: "clock", Read: tree.Into(&g.Clock, parseClock)},
		tree.Key{Name: "auth_string", Read: tree.Into(&g.AuthString, words(longestAuthString))},
		tree.Key{Name: "standby", Read: tree.Into(&g.Standby, yesNo)},
		tree.Key{Name: "tls", Read: note("tls", tlsRange(&g.TLSMin, &g.TLSMax))},
	)
}

// groupKey is the place of a key of group i; "" is that of the group itself.
func groupKey(i int, key string) string {
	group := fmt.Sprintf("phones[%d]", i+1)
	if key == "" {
		return group
	}
	return group + "." + key
}

func (g *Group) readModels(n *tree.Node) {
	if !n.IsMapping() {
		appendTo(n, &g.Models, func(text string) (Share, error) {
			model, err := parseModel(text)
			return Share{model, 100}, err
		})
		return
	}
	g.Models = readShares(n, parseModel, func(model string, percent float64) Share { return Share{model, percent} })
}

func (g *Group) readTrust(n *tree.Node) {
	switch {
	case n.IsList():
		t := Trust{Kind: TrustFiles}
		n.List(func(n *tree.Node) { appendTo(n, &t.Files, words(4096)) })
		g.Trust = []Trust{t}
	case n.IsMapping():
		g.Trust = readShares(n, parseTrust, func(t Trust, percent float64) Trust {
			t.Percent = percent
			return t
		})
	default:
		appendTo(n, &g.Trust, parseTrust)
	}
}

// readShares reads a mix such as {7965: 60%, 7940: 40%}.
func readShares[K, S any](n *tree.Node, parse func(string) (K, error), share func(K, float64) S) (shares []S) {
	sum, before := 0.0, n.Problems()
	n.Pairs(func(key string, at tree.Place, value *tree.Node) {
		kind, err := parse(key)
		if err != nil {
			value.At(at).Fault(err)
			return
		}
		appendTo(value, &shares, func(text string) (S, error) {
			percent, err := phrase.Percent(text)
			sum += percent
			return share(kind, percent), err
		})
	})
	if n.Problems() == before && math.Abs(sum-100) > 1e-6 {
		n.Faultf("the shares add up to %s%%, not to 100%%", strconv.FormatFloat(sum, 'g', 6, 64))
	}
	return shares
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
	return false, &phrase.Error{Problem: fmt.Sprintf("%q is neither true nor false", text), Known: []string{"true", "false"}, Closed: true}
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
		return "", phrase.Unknown(text, "is no model", phone.ModelNames())
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

// parseKeyTime reads "13s", "10s to 16s", "13s ± 2s" or "model".
func parseKeyTime(text string) (k KeyTime, err error) {
	k.Model = text == "model"
	first, second, between := strings.Cut(text, " to ")
	middle, deviation, about := strings.Cut(text, "±")
	switch {
	case k.Model:
	case about:
		if k.From, err = phrase.Duration(strings.TrimSpace(middle)); err == nil {
			k.To = k.From
			k.Deviation, err = phrase.Duration(strings.TrimSpace(deviation))
		}
	case between:
		if k.From, err = phrase.Duration(strings.TrimSpace(first)); err == nil {
			k.To, err = phrase.Duration(strings.TrimSpace(second))
		}
		if err == nil && k.To < k.From {
			err = phrase.Faultf(0, "%q ends before it begins", text)
		}
	default:
		if k.From, err = phrase.Duration(text); err != nil {
			err = phrase.Faultf(0, "%v; or %q, %q, %q", err, "10s to 16s", "13s ± 2s", "model")
		}
		k.To = k.From
	}
	return k, err
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
