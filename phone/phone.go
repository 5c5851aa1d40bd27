// Package phone is one Cisco IP phone, told as its boot sequence.
//
//	power on    Identity (name, model, MIC)  +  Flash (what survived)  +  Env (the world)
//	 1 ctl        CTLSEP<MAC>.tlv: is its signer a SAST of the list this phone HOLDS?
//	 2 itl        ITLSEP<MAC>.tlv, else ITLFile.tlv: the same question, else ask TVS
//	 3 config     SEP<MAC>.cnf.xml.sgn: verify, decrypt (.enc.sgn), parse
//	 4 capf       TCP 3804: make a key, obtain the LSC; then back to 3, once
//	 5 register   TCP 2443: mutual TLS, then SCCP registration
//	   serve      keepalive, fail over and back, SRST routers last, reset and restart
//
// Read boot.go first: it is the table above as a loop; run.go is its last line.
// Every question of trust is answered in trust.go and its neighbours (trust_…,
// and tvs.go, which asks the services) and nowhere else. Files come by TFTP, with
// a receiver of the package's own (tftp.go, transfer.go). A Phone has no opinion
// about load, logs or terminals: it borrows what it needs through Env and says
// what happened as typed events (event.go).
package phone

import (
	"context"
	"crypto"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// Credential is a certificate and its key. The certificate is DER and parsed
// on use; keys may be shared between phones (a pool).
type Credential struct {
	Certificate []byte // DER
	Key         crypto.Signer
}

// Identity is what a phone leaves the factory with, and what its user types.
type Identity struct {
	Name  Name
	Model *Model
	// MIC returns the manufacturer-installed certificate. It is called when the
	// certificate is first needed; nil means the phone has none.
	MIC func() (*Credential, error)
	// AuthString is what the user types when CAPF asks for an authentication
	// string; empty means that nobody types anything.
	AuthString string
	// Address is the local address of the phone; the zero value leaves the
	// choice to the system.
	Address netip.Addr
}

// Flash is what survives a reboot. Lists and configurations are immutable and
// may be shared between phones.
type Flash struct {
	CTL, ITL *ctl.List
	LSC      *Credential
	Config   *cnf.Config
}

// Files fetches a file as a phone does: by TFTP, whole or not at all. A file
// that the server does not have is an error that wraps ErrNotFound.
type Files interface {
	Fetch(ctx context.Context, name string) ([]byte, error)
}

// Keys makes the key that CAPF asks for: fresh, or from a pool.
type Keys interface {
	NewKey(ctx context.Context, spec capf.KeySpec) (crypto.Signer, error)
}

// Env is everything a phone borrows from the world. Zero fields mean the
// sensible default: the system's network, fresh keys, no limits, no listener.
type Env struct {
	Files   Files
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Keys    Keys
	Limits  Limits
	Rand    *rand.Rand   // jitter only, never keys
	Watch   func(Record) // safe for concurrent use: keepalives go out beside what the phone reads
	Lists   *Lists       // parses equal lists and configurations once for all phones; nil: each phone its own
	Timers  *Wheel       // shared keepalive timer; nil: one timer a phone
	Standby bool         // keep a second connection to the next CallManager
	KeyTime Spread       // how long the phone is busy with a key, wherever that comes from; zero: as long as making it takes
	// Clock is how far the phone's own clock is off. It stands beside what the phone
	// shows. No trust is decided by it: phones compare certificates with their lists
	// and mind no date; patience and timers go by true time.
	Clock  time.Duration
	KeyLog io.Writer // gets the secrets of the phone's TLS connections, as NSS key log lines; nil: nobody does
	Trace  bool      // tell every step of a decision about a list or a configuration: TraceStep
}

func (e Env) withDefaults(id Identity) Env {
	if e.Files == nil {
		e.Files = &TFTP{Local: id.Address, Timers: &id.Model.Timers}
	}
	if e.Keys == nil {
		e.Keys = FreshKeys{}
	}
	if e.Rand == nil {
		e.Rand = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	e.Rand = rand.New(&sharedChance{rand: e.Rand})
	return e
}

// sharedChance is chance for the goroutines of one phone: it may register while
// CAPF has it make a key.
type sharedChance struct {
	mu   sync.Mutex
	rand *rand.Rand
}

func (c *sharedChance) Uint64() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rand.Uint64()
}

// Phone is one phone. Its methods are not safe for concurrent use, except
// where they say so.
type Phone struct {
	id    Identity
	flash Flash
	env   Env
	mic   *Credential // once minted
	boots int32
	// transfers counts the files asked for; the console shows it as a handle.
	transfers int32
	last      outage                    // why the phone was last without a CallManager
	bad       map[whereabouts]time.Time // CallManagers that failed, and when
	tvs       *TVSClient                // keeps its cache between boots
}

// New returns a phone that is switched off.
func New(id Identity, flash Flash, env Env) *Phone {
	return &Phone{id: id, flash: flash, env: env.withDefaults(id), last: outInitialized}
}

// Name is the device name.
func (p *Phone) Name() Name { return p.id.Name }

// Erase is "Erase" in the phone's menu of trust lists: both are gone, and the
// next ones are taken without a check of identity. The phone must not run.
func (p *Phone) Erase() {
	p.flash.CTL, p.flash.ITL = nil, nil
	if p.tvs != nil {
		p.tvs.Flush()
	}
	p.say(StatusMessage{Text: StatusErasing})
}

// Flash returns what would survive a power cut now.
func (p *Phone) Flash() Flash { return p.flash }
