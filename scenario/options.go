package scenario

import (
	"context"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/capture"
	"github.com/phonebank/phonebank/scenario/tally"
)

// Options are what a run needs beside its scenario. Zero fields mean the
// sensible default.
type Options struct {
	Version    string             // of the program, for the result
	StateDir   string             // where the phones' flash, the manufacturing CA and the simulated cluster are kept; empty: nowhere
	StartLocal StartLocal         // nil: no child processes
	Frozen     bool               // phones boot with what StateDir keeps, and it stays as it is but for the CAs that it lacks
	Progress   func(Snapshot)     // called by one goroutine, every Tick and at each change of phase
	Tick       time.Duration      // 0: a second
	Watch      func(phone.Record) // hears every event of every phone, from many goroutines
	// Meet is told of every phone when it is first switched on, and what it holds
	// then; what it returns hears that phone's events. One goroutine calls it.
	Meet func(id phone.Identity, holds phone.Flash, who tally.Row) func(phone.Record)
	// Began is told when the schedule begins, Second every second from then on
	// what has been counted so far; its timeline has the spans that ended since
	// the last time. One goroutine calls both.
	Began  func(time.Time)
	Second func(*tally.Result)
	Flags  []string // of the command line, for the result
	Allow  []string // addresses, networks and hosts that may be loaded though they are not private
	// Only has one phone of the scenario run alone, everything about it being as
	// in the whole run; empty: all phones run.
	Only      phone.Name
	Decisions bool          // phones tell every step of a decision about a list or a configuration
	Control   *Control      // steers the run while it goes on; nil: nobody does
	Trace     io.Writer     // trace lines of an embedded core
	Capture   *capture.File // gets the traffic of phones; nil: nobody does
	KeyLog    io.Writer     // gets the secrets of all TLS, in the format of SSLKEYLOGFILE; nil: nobody does
	World     World
}

// World stands in for this machine, in tests.
type World struct {
	Network core.Network // where an embedded core listens; nil: the system's
	Address netip.Addr   // of its first node; the zero value: a free one
	// Dial gives a phone with the given source address its network; nil: the
	// system's.
	Dial func(local netip.Addr) func(ctx context.Context, network, address string) (net.Conn, error)
	// Files gives a phone its TFTP; nil: the system's.
	Files func(c *core.Core, id phone.Identity) phone.Files
	// Machine is what preflight goes by; nil: this one.
	Machine *Machine
	// Authority is the cluster's; nil: a new one.
	Authority *core.Authority
}

// Phase is a part of a run.
type Phase string

// The phases of a run.
const (
	PhaseKeys         Phase = "keys"         // filling the key pool
	PhaseCertificates Phase = "certificates" // of phones that have LSCs, or whose MICs the cluster knows, from the start
	PhaseLoad         Phase = "load"         // phones start
	PhaseStay         Phase = "stay"         // all have started
	PhaseDrain        Phase = "drain"        // registered phones take their leave
)

// Snapshot is how far a run is.
type Snapshot struct {
	Phase    Phase
	Elapsed  time.Duration // since the first start; before it, since Run was called
	Done, Of int           // of PhaseKeys and PhaseCertificates: keys or certificates made
	tally.Snapshot
	Rate float64 // first registrations a second since the last snapshot
}
