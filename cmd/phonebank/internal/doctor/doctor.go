// Package doctor asks this machine what it can carry, and says what to change.
package doctor

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/scenario"
)

// Diagnosis is what was found.
type Diagnosis struct {
	Able     bool      `json:"able"` // a phone can boot here against the embedded core
	Findings []Finding `json:"findings"`
	Fleet    Fleet     `json:"fleet"`
	Rate     Rate      `json:"rate"`
}

// Finding is one thing that was looked at.
type Finding struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	Text  string `json:"text"`
	Fix   string `json:"fix"` // empty when all is well
}

// State is how good a finding is.
type State string

// The states of a finding.
const (
	Good    State = "good"
	Limited State = "limited" // it works, with less than there could be
	Bad     State = "bad"
)

// Fleet is how many phones fit, by where the core is.
type Fleet struct {
	Embedded int `json:"embedded"`
	Local    int `json:"local"`
}

// Rate is about how many phones a second can boot with the core beside them.
type Rate struct {
	RSA   float64 `json:"rsa2048_ms"` // one private operation, CPU
	Enrol float64 `json:"enrol_per_second"`
	Held  float64 `json:"held_per_second"`
}

// What a boot costs phone and core together, in RSA-2048 private operations,
// as measured on the machine of bench/README.md.
const (
	enrolCost = 6.2
	heldCost  = 3.5
)

// Examine looks at this machine. It takes less than a second.
func Examine(ctx context.Context) Diagnosis {
	m := scenario.Inspect()
	d := Diagnosis{Able: true, Fleet: Fleet{m.Capacity(scenario.Embedded), m.Capacity(scenario.Local)}}
	d.Rate.RSA = rsaTime().Seconds() * 1000
	perSecond := float64(m.Cores) * 1000 / d.Rate.RSA
	d.Rate.Enrol, d.Rate.Held = perSecond/enrolCost, perSecond/heldCost
	for _, look := range []func(context.Context, scenario.Machine) Finding{descriptors, ports, addresses, lowPort, servers, processors} {
		f := look(ctx, m)
		d.Able = d.Able && f.State != Bad
		d.Findings = append(d.Findings, f)
	}
	return d
}

const (
	fewPhones = 1000 // a fleet that is hardly one
	onePhone  = 40   // descriptors for one phone, its core and this program
)

func descriptors(_ context.Context, m scenario.Machine) Finding {
	f := Finding{Name: "open files", State: Good, Text: "no limit that this system tells of"}
	if m.Descriptors == 0 {
		return f
	}
	f.Text = fmt.Sprintf("%d in one process; a phone takes one, and the embedded core one more", m.Descriptors)
	if m.Capacity(scenario.Embedded) < fewPhones {
		f.State, f.Fix = Limited, "raise the limit: ulimit -n 20000, or LimitNOFILE in a service"
	}
	if m.Descriptors < onePhone {
		f.State = Bad
	}
	return f
}

func ports(_ context.Context, m scenario.Machine) Finding {
	f := Finding{Name: "source ports", State: Good, Text: fmt.Sprintf("%d for each source address", m.Ports)}
	if m.Ports < fewPhones {
		f.State, f.Fix = Limited, "widen net.ipv4.ip_local_port_range"
	}
	return f
}

func addresses(_ context.Context, m scenario.Machine) Finding {
	if m.Spread {
		return Finding{Name: "addresses", State: Good, Text: "all of 127.0.0.0/8: phones get source addresses of their own, cores live side by side"}
	}
	return Finding{
		Name: "addresses", State: Limited, Text: "127.0.0.1 only: all phones and nodes share it, on other ports",
		Fix: "on macOS: sudo ifconfig lo0 alias 127.1.2.1 (and so on), or run on Linux",
	}
}

// lowPort tries the port that phones ask for files.
func lowPort(ctx context.Context, _ scenario.Machine) Finding {
	var config net.ListenConfig
	conn, err := config.ListenPacket(ctx, "udp4", "127.0.0.1:69")
	switch {
	case err == nil:
		conn.Close()
		return Finding{Name: "TFTP port", State: Good, Text: "69 can be used"}
	case errors.Is(err, fs.ErrPermission):
		return Finding{Name: "TFTP port", State: Limited, Text: "69 is not allowed; the embedded core uses 6969, and real phones cannot be told so", Fix: "sudo setcap cap_net_bind_service=+ep phonebank, or run as root"}
	}
	return Finding{Name: "TFTP port", State: Limited, Text: "69 is taken on 127.0.0.1", Fix: "nothing to do unless phonebank core --listen 127.0.0.1 is wanted"}
}

// servers starts a core, as every run does.
func servers(ctx context.Context, _ scenario.Machine) Finding {
	f := Finding{Name: "embedded core", State: Bad}
	authority, err := core.NewAuthority(core.AuthorityOptions{Bits: 1024})
	if err == nil {
		var c *core.Core
		if c, err = core.Start(ctx, core.Config{Authority: authority}); err == nil {
			place := c.Places()[0]
			f.State = Good
			f.Text = fmt.Sprintf("starts on %s: TFTP %s, SCCP %d and %d, TVS %d, CAPF %d",
				place.Address, c.TFTPAddr(), place.Clear, place.Secure, place.TVS, place.CAPF)
			err = c.Close()
		}
	}
	if err != nil {
		f.State, f.Text, f.Fix = Bad, err.Error(), "find out what holds the ports 2000, 2443, 2445 and 3804, or what forbids them"
	}
	return f
}

func processors(_ context.Context, m scenario.Machine) Finding {
	f := Finding{Name: "processors", State: Good, Text: fmt.Sprintf("%d", m.Cores)}
	if m.Cores < 2 {
		f.State, f.Fix = Limited, "with one processor phones and core take turns; figures of the core will be worse than the core is"
	}
	return f
}

// rsaTime measures one RSA-2048 private operation: the currency of a boot.
func rsaTime() time.Duration {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return time.Millisecond
	}
	digest := sha256.Sum256(nil)
	const rounds = 50
	best := time.Hour
	for range 3 {
		began := time.Now()
		for range rounds {
			if _, err := key.Sign(nil, digest[:], crypto.SHA256); err != nil {
				return time.Millisecond
			}
		}
		best = min(best, time.Since(began)/rounds)
	}
	return best
}
