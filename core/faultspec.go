package core

import (
	"context"
	"time"
)

// FaultSpec asks for a fault: which, where, when, and for how many devices.
type FaultSpec struct {
	Fault string // one of FaultNames
	// On is where: a service (tftp, capf, tvs, callmanager), a kind of file
	// (ctl, itl, config), a node (node-1 …), or "" for all of them.
	On    string
	Delay time.Duration // of slow; 0: 1 s
	Text  string        // of reject: shown by the phone, up to 32 bytes
	Share float64       // percent of the devices, chosen by name; 0: all
	At    time.Duration // when it begins, after the start of the core
	For   time.Duration // how long it lasts; 0: to the end
}

// faults makes one Fault of all specs; the first is the outermost.
func (c *Core) faults(specs []FaultSpec) Fault {
	var all []Fault
	for _, s := range specs {
		for _, k := range faultKinds() {
			if k.name == s.Fault && k.make != nil {
				all = append(all, c.when(s, k.make))
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	return func(next Handler) Handler {
		for i := len(all) - 1; i >= 0; i-- {
			next = all[i](next)
		}
		return next
	}
}

// when limits a misbehaviour to the requests, the devices and the time that a
// spec is about.
func (c *Core) when(s FaultSpec, make func(*Core, FaultSpec, Handler) Handler) Fault {
	return func(next Handler) Handler {
		bad := make(c, s, next)
		return func(ctx context.Context, r Request) (Reply, error) {
			if s.concerns(r) && s.now(time.Since(c.started)) && s.chooses(r.Device) {
				return bad(ctx, r)
			}
			return next(ctx, r)
		}
	}
}

// concerns says whether a request is where the fault is.
func (s FaultSpec) concerns(r Request) bool {
	if n, ok := nodeNumber(s.On); ok {
		return r.Node == n
	}
	file, _ := r.Message.(FileRequest)
	kind := parseFileName(file.Name).kind
	switch s.On {
	case "":
		return true
	case "ctl":
		return kind == fileCTL
	case "itl":
		return kind == fileITL
	case "config":
		return kind == fileConfig || kind == fileDefault
	}
	return string(r.Service) == s.On
}

// now says whether the fault is on, so long after the start.
func (s FaultSpec) now(since time.Duration) bool {
	return since >= s.At && (s.For == 0 || since < s.At+s.For)
}

// chooses says whether the device has its share of the fault: the same devices
// in every run, others for every fault. While a connection has no name yet, only
// a fault for all is for it.
func (s FaultSpec) chooses(device string) bool {
	if s.Share == 0 || s.Share >= 100 {
		return true
	}
	return device != "" && float64(hash(s.Fault, s.On, device)%10_000) < s.Share*100
}

// schedule switches nodes off and on when their faults say so.
func (c *Core) schedule(specs []FaultSpec) {
	for _, s := range specs {
		if s.Fault != "stop" {
			continue
		}
		for i := range c.nodes {
			if n, ok := nodeNumber(s.On); !ok || n == i+1 {
				c.work.Go(func() { c.switchOff(i+1, s) })
			}
		}
	}
}

func (c *Core) switchOff(node int, s FaultSpec) {
	if !sleep(c.ctx, s.At) {
		return
	}
	if err := c.StopNode(node); err != nil {
		c.trace.core("%v", err)
	}
	if s.For == 0 || !sleep(c.ctx, s.For) {
		return
	}
	if err := c.StartNode(node); err != nil {
		c.trace.core("%v", err)
	}
}
