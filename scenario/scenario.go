package scenario

import (
	"fmt"
	"slices"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/internal/tree"
	"github.com/phonebank/phonebank/scenario/load"
	"github.com/phonebank/phonebank/scenario/network"
	"github.com/phonebank/phonebank/scenario/record"
	"github.com/phonebank/phonebank/scenario/tally"
	"github.com/phonebank/phonebank/scenario/timeline"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// Scenario is a whole run: the core, the phones, when they start, and what is
// demanded of the outcome.
type Scenario struct {
	Text       string // of the file, for the result
	File       string // where it was read, for messages and relative paths; empty when made in Go
	Name       string
	Seed       uint64
	Core       Core
	Phones     []Group           // the fleet; usually one group
	Network    []network.Spec    // what goes wrong between phones and core
	Load       load.Schedule     // zero: hold 50/s
	Stay       time.Duration     // registered, keeping alive, counted from the last start
	Timeline   []timeline.Step   // what an administrator does meanwhile
	Thresholds []tally.Threshold // none: every phone must register
	Limits     Limits
	Events     record.Keep // whose events are written, where results are

	places map[string]tree.Place // of the keys that later checks may find wrong
}

// Core says where the core is and, unless it is somebody else's, what it is
// like.
type Core struct {
	Where           Where
	Clusters        int              // 0: 1; the second is like the first, for phones to move to
	Nodes           int              // 0: 1
	Security        cnf.SecurityMode // 0: encrypted
	EncryptedConfig bool
	CAPF            core.CAPFPolicy // zero operation: what Group.LSC needs
	AuthString      string          // what CAPF expects; empty: what the phones type
	KeepAlive       time.Duration   // 0: 30 s
	Monitor         time.Duration   // how long a better CallManager must be healthy before phones return; 0: 120 s
	Tokens          core.TokenPolicy
	TFTPServers     int           // nodes that serve TFTP, from the first on; 0: 1
	Clock           Clock         // of its servers
	Lifetimes       Lifetimes     // of its certificates; those of LSCs are CAPF's
	TFTPPort        int           // 0: 69 when allowed, else 6969
	Digest          signed.Digest // 0: SHA-1
	Signer          core.SignerKind
	TLSMin, TLSMax  uint16
	Capacity        []core.Capacity
	Faults          []core.FaultSpec
}

// Lifetimes are how long certificates are good; zero: 5 and 20 years.
type Lifetimes struct{ Services, Recovery time.Duration }

// Group is phones that have something in common. The groups of a fleet start
// interleaved (groups.go).
type Group struct {
	Name       string // "": group-1, group-2 …
	Count      int    // 0: as many as the CSV has
	First      string // name of its first phone; the others count up from it. "": SEP0011215A0001, for the next group SEP0011215E0001 …
	CSV        string // path, relative to the scenario's; overrides First
	Devices    []Device
	Models     []Share // empty: all 7965
	Trust      []Trust // empty: all held
	LSC        LSC
	Keys       Keys
	KeyTime    KeyTime
	Clock      Clock  // of the phones, beside what they show
	AuthString string // what the user types when CAPF asks; empty: nothing
	Standby    bool   // a second connection, to the next CallManager
	TLSMin     uint16 // 0: the model's
	TLSMax     uint16
}

// Device is a phone of the administrator's: a line of the CSV.
type Device struct {
	Name       string
	Model      string // "": one of the mix
	AuthString string // "": Group.AuthString
	Address    string // source address; "": spread like the others
}

// Share is a part of a mix of models.
type Share struct {
	Model   string
	Percent float64
}

// Trust is what lists some of the phones hold at power-on.
type Trust struct {
	Kind    TrustKind
	Files   []string    // of TrustFiles: paths, relative to the scenario's
	Lists   []*ctl.List // of TrustFiles, once read
	Percent float64     // of the phones of a group; 0: all of them
}

// TrustKind says which lists the phones hold.
type TrustKind string

// The kinds of trust. The zero value means held.
const (
	TrustHeld  TrustKind = "held"  // what the core serves now
	TrustNone  TrustKind = "none"  // fresh from the factory
	TrustStale TrustKind = "stale" // older lists of the same cluster
	// TrustOutdated is even older: the lists do not know who signs today.
	TrustOutdated TrustKind = "outdated"
	TrustFiles    TrustKind = "files"
)

// LSC says how the phones come to their locally significant certificate.
type LSC string

// The zero value means enrol.
const (
	LSCEnrol     LSC = "enrol"     // by CAPF, while they boot
	LSCInstalled LSC = "installed" // before the run
	LSCForeign   LSC = "foreign"   // before the run, by the CAPF of another cluster
	LSCNone      LSC = "none"      // never; they register with their MIC
)

// Keys says where the phones' keys come from.
type Keys struct {
	Fresh bool // each phone makes its own, as real ones do; else from the pool
	Pool  int  // keys made before the start and shared; 0: 64
}

// KeyTime says how long the phones are busy with a key, wherever that comes
// from. The zero value is as long as making it takes.
type KeyTime struct {
	Model bool // as long as a source says of the model
	phone.Spread
}

// of is the time of a phone of the model.
func (k KeyTime) of(m *phone.Model) phone.Spread {
	if k.Model {
		return m.KeyTime
	}
	return k.Spread
}

// Limits bound what this machine does at once; time spent on them is reported
// as Waited. Zero fields mean the default.
type Limits struct {
	Transfers      int // TFTP; 0: 256
	Handshakes     int // connecting and TLS; 0: 512
	KeyGenerations int // 0: one a core

	// Rate is how many phones may start within a second. Zero sets no limit with
	// the simulator, and 50 with any other core.
	Rate load.Rate
}

// Defaults of a scenario.
const (
	defaultFirst  = "SEP0011215A0001"
	defaultModel  = "7965"
	defaultPool   = 64
	maxPhones     = 200_000 // the core's database ends there
	maxGroups     = 64
	namesApart    = 1 << 18 // from the first phone of a group to that of the next, by default
	maxPool       = 65_536
	defaultHold   = load.Rate(50)
	longestLoad   = 31 * 24 * time.Hour
	maxConcurrent = 65_536
)

// withDefaults returns the scenario with every zero field filled in.
func (s Scenario) withDefaults() Scenario {
	s.Phones = slices.Clone(s.Phones)
	if len(s.Phones) == 0 {
		s.Phones = make([]Group, 1)
	}
	for i := range s.Phones {
		s.Phones[i] = s.Phones[i].withDefaults(i)
	}
	if g := &s.Phones[0]; g.Count == 0 && len(s.Phones) == 1 {
		g.Count = len(s.Load.Times)
	}
	if s.Load.IsZero() {
		s.Load.Stages = []load.Stage{{From: defaultHold, To: defaultHold}}
	}
	s.Load.Seed = s.Seed
	if s.Name == "" {
		s.Name = "unnamed"
	}
	s.Core = s.Core.withDefaults(s.Phones)
	s.Limits = s.Limits.withDefaults()
	return s
}

// withDefaults is the group at the given place of the fleet.
func (g Group) withDefaults(place int) Group {
	if g.Name == "" {
		g.Name = fmt.Sprintf("group-%d", place+1)
	}
	if g.First == "" {
		g.First = string(phone.NameFromMAC(phone.Name(defaultFirst).MAC() + uint64(place)*namesApart))
	}
	if g.Count == 0 {
		g.Count = len(g.Devices)
	}
	if len(g.Models) == 0 {
		g.Models = []Share{{defaultModel, 100}}
	}
	if len(g.Trust) == 0 {
		g.Trust = []Trust{{Kind: TrustHeld}}
	}
	if g.LSC == "" {
		g.LSC = LSCEnrol
	}
	if g.Keys.Pool == 0 {
		g.Keys.Pool = defaultPool
	}
	return g
}

func (c Core) withDefaults(groups []Group) Core {
	if c.Where.Kind == "" {
		c.Where.Kind = Embedded
	}
	if c.Nodes == 0 {
		c.Nodes = 1
	}
	if c.Security == 0 {
		c.Security = cnf.Encrypted
	}
	if c.CAPF.Operation == "" {
		c.CAPF.Operation = core.OperationNone
		if slices.ContainsFunc(groups, func(g Group) bool { return g.LSC == LSCEnrol }) {
			c.CAPF.Operation = core.OperationInstall
		}
	}
	if c.AuthString == "" && len(groups) == 1 { // of several groups each device has its own
		c.AuthString = groups[0].AuthString
	}
	return c
}
