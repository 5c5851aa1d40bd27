// Package timeline reads what an administrator does while the phones run, in
// his words:
//
//	timeline:
//	  - 20s: regenerate CallManager on node-1
//	  - 22s: restart TFTP on node-1
//	  - settled: reset phones
//
// A line is a time and a sentence. Times count from the start of the load;
// "settled" waits until every phone has registered or given up, and so makes the
// outcome a matter of order alone. Every sentence that can be said is a row of
// the table in sentences.go:
//
//	regenerate CallManager on node-1      or TVS, CAPF, ITLRecovery; on all nodes
//	run CTL client with token-2           … without CAPF
//	add a token
//	set cluster mixed with token-1        set cluster non-secure with token-1
//	utils ctl update CTLFile              utils ctl set-cluster mixed-mode
//	utils ctl set-cluster non-secure-mode
//	utils ctl reset localkey              utils itl reset localkey on node-1
//	restart TFTP on node-1                or CallManager, CAPF, TVS
//	stop node-1                           start node-1
//	prepare for rollback                  undo rollback
//	advance clock by 5y
//	set security profile encrypted of group lobby
//	set TFTP encrypted config on of phones
//	set CAPF operation install of phones  set CAPF authentication lsc of phones
//	reset phones                          restart 10% of phones
//	power off 10% of phones               power on phones
//	erase lists of group "front desk"
//	move phones to cluster-2              exchange certificates with cluster-2
package timeline

import (
	"time"

	"github.com/phonebank/phonebank/core"
)

// Step is one line of a plan.
type Step struct {
	At      time.Duration // since the start of the load
	Settled bool          // instead of a time: once all phones have settled
	Text    string        // the sentence, as it was written
	Action  Action
}

// Action is what a sentence means: an order to the cluster, or something that
// is done to phones.
type Action struct {
	Order core.Order // Do is empty when it is about phones alone
	Phones
	Who Who // the phones it is about; those of an order are filled in when it is given
	To  int // of Move: the cluster, from 1
}

// ToCluster says that an action is about no phone: it can be done before any
// has started.
func (a Action) ToCluster() bool {
	return a.Phones == Exchange || a.Order.Do != "" && !a.Order.ToPhones()
}

// Phones is what can be done to phones without the cluster.
type Phones string

// What is done to phones.
const (
	Nothing  Phones = ""
	PowerOff Phones = "power off"
	PowerOn  Phones = "power on"
	Erase    Phones = "erase lists"
	Move     Phones = "move"     // their DHCP server names the TFTP servers of another cluster
	Exchange Phones = "exchange" // bulk certificate exchange between the clusters
)

// Who chooses phones.
type Who struct {
	Group string  // "": of every group
	Share float64 // percent of them, the same ones in every run; 0: all
}

// All says that every phone is meant.
func (w Who) All() bool { return w == Who{} }
