package scenario

import (
	"crypto/tls"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/scenario/internal/phrase"
	"github.com/phonebank/phonebank/scenario/internal/tree"
	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/signed"
)

// readCore reads where the core is, as a word or a list of TFTP servers, or
// what it is like, as a mapping.
func (s *Scenario) readCore(n *tree.Node) {
	switch {
	case n.IsMapping():
		s.readSimulator(n)
	case n.IsList():
		n.List(s.readTarget)
	default:
		tree.Into(&s.Core.Where, ParseWhere)(n)
	}
}

func (s *Scenario) readTarget(n *tree.Node) {
	tree.Into(&s.Core.Where, func(text string) (Where, error) {
		w, err := ParseWhere(text)
		if err == nil && w.Kind != Remote {
			err = phrase.Faultf(0, "%q is no TFTP server, and a list names TFTP servers", text)
		}
		w.Targets = append(s.Core.Where.Targets, w.Targets...)
		return w, err
	})(n)
}

func (s *Scenario) readSimulator(n *tree.Node) {
	c := &s.Core
	n.Mapping(
		tree.Key{Name: "run", Read: s.note("core.run", func(n *tree.Node) {
			if n.IsList() {
				n.List(s.readTarget)
				return
			}
			tree.Into(&c.Where, ParseWhere)(n)
		})},
		tree.Key{Name: "clusters", Read: tree.Into(&c.Clusters, count("clusters", 1, maxClusters))},
		tree.Key{Name: "nodes", Read: tree.Into(&c.Nodes, count("nodes", 1, core.MaxNodes))},
		tree.Key{Name: "security", Read: tree.Into(&c.Security, oneOf(
			choice[cnf.SecurityMode]{"nonsecure", cnf.NonSecure}, choice[cnf.SecurityMode]{"authenticated", cnf.Authenticated},
			choice[cnf.SecurityMode]{"encrypted", cnf.Encrypted}))},
		tree.Key{Name: "encrypted_config", Read: tree.Into(&c.EncryptedConfig, yesNo)},
		tree.Key{Name: "capf", Read: s.readCAPF},
		tree.Key{Name: "auth_string", Read: tree.Into(&c.AuthString, words(longestAuthString))},
		tree.Key{Name: "keepalive", Read: tree.Into(&c.KeepAlive, wholeSeconds)},
		tree.Key{Name: "connection_monitor", Read: tree.Into(&c.Monitor, wholeSeconds)},
		tree.Key{Name: "tokens", Read: func(n *tree.Node) {
			n.Mapping(
				tree.Key{Name: "rate", Read: tree.Into(&c.Tokens.Rate, func(text string) (float64, error) {
					rate, err := load.ParseRate(text)
					return float64(rate), err
				})},
				tree.Key{Name: "wait", Read: tree.Into(&c.Tokens.Wait, wholeSeconds)},
			)
		}},
		tree.Key{Name: "tftp", Read: func(n *tree.Node) {
			n.Mapping(
				tree.Key{Name: "digest", Read: tree.Into(&c.Digest, oneOf(
					choice[signed.Digest]{"sha1", signed.SHA1}, choice[signed.Digest]{"sha512", signed.SHA512},
					choice[signed.Digest]{"sha256", signed.SHA256}))},
				tree.Key{Name: "servers", Read: tree.Into(&c.TFTPServers, count("TFTP servers", 1, core.MaxNodes))},
				tree.Key{Name: "port", Read: tree.Into(&c.TFTPPort, count("as a port", 1, 65535))},
			)
		}},
		tree.Key{Name: "lifetimes", Read: func(n *tree.Node) {
			n.Mapping(
				tree.Key{Name: "services", Read: tree.Into(&c.Lifetimes.Services, lifetime)},
				tree.Key{Name: "recovery", Read: tree.Into(&c.Lifetimes.Recovery, lifetime)},
				tree.Key{Name: "lsc", Read: tree.Into(&c.CAPF.Lifetime, lifetime)},
			)
		}},
		tree.Key{Name: "clock", Read: tree.Into(&c.Clock, parseClock)},
		tree.Key{Name: "ctl", Read: func(n *tree.Node) {
			n.Mapping(tree.Key{Name: "signer", Read: tree.Into(&c.Signer, parseSigner)})
		}},
		tree.Key{Name: "tls", Read: s.note("core.tls", tlsRange(&c.TLSMin, &c.TLSMax))},
		tree.Key{Name: "capacity", Read: s.readCapacities},
		tree.Key{Name: "faults", Read: func(n *tree.Node) { n.List(s.readFault) }},
	)
	if c.Where.Kind == Remote && !reflect.DeepEqual(*c, Core{Where: c.Where}) {
		n.Faultf("what is said beside run describes the simulator, and this core is %s", c.Where)
	}
}

func (s *Scenario) readCAPF(n *tree.Node) {
	p := &s.Core.CAPF
	n.Mapping(
		tree.Key{Name: "auth", Read: s.note("core.capf.auth", tree.Into(&p.Auth, oneOf(
			choice[cnf.AuthMode]{"string", cnf.CAPFString}, choice[cnf.AuthMode]{"null-string", cnf.CAPFNullString},
			choice[cnf.AuthMode]{"lsc", cnf.CAPFLSC}, choice[cnf.AuthMode]{"mic", cnf.CAPFMIC},
			choice[cnf.AuthMode]{"none", cnf.CAPFNone})))},
		tree.Key{Name: "key", Read: tree.Into(&p.Key, parseKeySpec)},
		tree.Key{Name: "operation", Read: s.note("core.capf.operation", tree.Into(&p.Operation, oneOf(
			choice[core.Operation]{"install", core.OperationInstall}, choice[core.Operation]{"delete", core.OperationDelete},
			choice[core.Operation]{"fetch", core.OperationFetch}, choice[core.Operation]{"none", core.OperationNone})))},
	)
}

// readCapacities reads the capacity of one service, or of several.
func (s *Scenario) readCapacities(n *tree.Node) {
	if n.IsList() {
		n.List(s.readCapacity)
		return
	}
	s.readCapacity(n)
}

// readCapacity reads what a service can do: {rate: 100/s, service: 50ms}.
func (s *Scenario) readCapacity(n *tree.Node) {
	var c core.Capacity
	before := n.Problems()
	n.Mapping(
		tree.Key{Name: "on", Read: tree.Into(&c.On, func(text string) (core.Service, error) {
			if !slices.Contains(core.CapacityPlaces(), text) {
				unknown := phrase.Unknown(text, "has no capacity", core.CapacityPlaces())
				unknown.Closed = true
				return "", unknown
			}
			return core.Service(text), nil
		})},
		tree.Key{Name: "rate", Read: tree.Into(&c.Rate, func(text string) (float64, error) {
			rate, err := load.ParseRate(text)
			return float64(rate), err
		})},
		tree.Key{Name: "service", Read: tree.Into(&c.Service, phrase.Duration)},
	)
	if n.Problems() > before {
		return
	}
	if err := c.Check(); err != nil {
		n.Faultf("%s", strings.TrimPrefix(err.Error(), "core: "))
		return
	}
	if slices.ContainsFunc(s.Core.Capacity, func(o core.Capacity) bool { return o.Place() == c.Place() }) {
		n.Faultf("a second capacity of %s", c.Place())
		return
	}
	s.Core.Capacity = append(s.Core.Capacity, c)
}

// readFault reads what the core does wrong: {fault: slow, on: capf, delay: 2s}.
func (s *Scenario) readFault(n *tree.Node) {
	var spec core.FaultSpec
	before := n.Problems()
	n.Mapping(
		tree.Key{Name: "fault", Read: tree.Into(&spec.Fault, func(text string) (string, error) {
			for _, name := range core.FaultNames() {
				if name == text {
					return text, nil
				}
			}
			unknown := phrase.Unknown(text, "is no fault", core.FaultNames())
			unknown.Closed = true
			return "", unknown
		})},
		tree.Key{Name: "on", Read: tree.Into(&spec.On, words(32))},
		tree.Key{Name: "delay", Read: tree.Into(&spec.Delay, phrase.Duration)},
		tree.Key{Name: "text", Read: tree.Into(&spec.Text, words(32))},
		tree.Key{Name: "share", Read: tree.Into(&spec.Share, shareOfPhones)},
		tree.Key{Name: "at", Read: tree.Into(&spec.At, phrase.Duration)},
		tree.Key{Name: "for", Read: tree.Into(&spec.For, phrase.Duration)},
	)
	if n.Problems() > before {
		return
	}
	if err := spec.Check(); err != nil {
		n.Faultf("%s", strings.TrimPrefix(err.Error(), "core: "))
		return
	}
	s.Core.Faults = append(s.Core.Faults, spec)
}

func parseKeySpec(text string) (capf.KeySpec, error) {
	spec, err := capf.ParseKeySpec(text)
	if err != nil {
		known := []string{"rsa-1024", "rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384", "ec-p521"}
		return spec, phrase.Unknown(text, "is no key", known)
	}
	return spec, nil
}

func parseSigner(text string) (core.SignerKind, error) {
	if digits, ok := strings.CutPrefix(text, "token-"); ok {
		if n, err := strconv.Atoi(digits); err == nil && n >= 1 && n <= tokens {
			return core.Token(n), nil
		}
	}
	known := []string{string(core.SignerCallManager), string(core.SignerRecovery), string(core.SignerUnknown)}
	for n := 1; n <= tokens; n++ {
		known = append(known, string(core.Token(n)))
	}
	for _, kind := range known {
		if text == kind {
			return core.SignerKind(kind), nil
		}
	}
	return "", phrase.Unknown(text, "is no signer", known)
}

// tokens is how many security tokens an embedded cluster has.
const tokens = 2

// wholeSeconds reads a time that the protocols carry in seconds.
func wholeSeconds(text string) (time.Duration, error) {
	d, err := phrase.Duration(text)
	if err == nil && (d < time.Second || d%time.Second != 0) {
		err = phrase.Faultf(0, "%q is told to the phones in whole seconds, 1s or more", text)
	}
	return d, err
}

// tlsRange reads {min: "1.0", max: "1.2"}.
func tlsRange(lowest, highest *uint16) func(*tree.Node) {
	version := oneOf(
		choice[uint16]{"1.0", tls.VersionTLS10}, choice[uint16]{"1.1", tls.VersionTLS11},
		choice[uint16]{"1.2", tls.VersionTLS12}, choice[uint16]{"1.3", tls.VersionTLS13},
	)
	return func(n *tree.Node) {
		n.Mapping(
			tree.Key{Name: "min", Read: tree.Into(lowest, version)},
			tree.Key{Name: "max", Read: tree.Into(highest, version)},
		)
		if *lowest > *highest && *highest != 0 {
			n.Faultf("min is above max")
		}
	}
}
