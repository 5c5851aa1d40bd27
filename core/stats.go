package core

import "sync/atomic"

// Stats is what a core has done since it started.
type Stats struct {
	Registered int   // devices registered now, on all nodes
	Peak       int   // the most that were registered at one time
	Nodes      []int // devices registered now, by node

	TFTP        TFTPStats
	CAPF        CAPFStats
	TVS         TVSStats
	CallManager CallManagerStats
}

// TFTPStats counts transfers.
type TFTPStats struct {
	Requests uint64 // read requests
	Sent     uint64 // files sent to their end
	Bytes    uint64 // of those files
	NotFound uint64
	Failed   uint64 // transfers that broke off
	Dropped  uint64 // requests left unanswered: too many transfers, or a fault
	Active   int64  // transfers under way
}

// CAPFStats counts sessions.
type CAPFStats struct {
	Connections uint64
	Handshakes  uint64 // TLS handshakes completed
	Issued      uint64 // certificates stored by their phones
	Refused     uint64 // sessions ended with a reason other than 0 and 1
	Ended       uint64 // sessions that came to their end
}

// TVSStats counts questions.
type TVSStats struct {
	Connections uint64
	Handshakes  uint64
	Questions   uint64
	Trusted     uint64 // answered with status 0
}

// CallManagerStats counts registrations.
type CallManagerStats struct {
	Connections   uint64
	Handshakes    uint64
	Registrations uint64
	Rejected      uint64
	Unregistered  uint64 // by the phone's own wish
	Lost          uint64 // by silence, or because the connection broke
	Replaced      uint64 // by a new registration of the same name
	KeepAlives    uint64
	Tokens        uint64 // granted
	TokensRefused uint64
	Throttled     uint64 // connections closed for too many messages
}

// counters are the live Stats. Every field is an atomic of its own: nothing
// here is consistent with anything else, and nothing waits.
type counters struct {
	registered, peak atomic.Int64
	nodes            [MaxNodes]atomic.Int64

	tftpRequests, tftpSent, tftpBytes, tftpNotFound, tftpFailed, tftpDropped atomic.Uint64
	tftpActive                                                               atomic.Int64

	capfConnections, capfHandshakes, capfIssued, capfRefused, capfEnded atomic.Uint64

	tvsConnections, tvsHandshakes, tvsQuestions, tvsTrusted atomic.Uint64

	connections, handshakes, registrations, rejected, unregistered atomic.Uint64
	lost, replaced, keepAlives, tokens, tokensRefused, throttled   atomic.Uint64
}

// register counts a device in on a node.
func (c *counters) register(node int) {
	c.registrations.Add(1)
	c.nodes[node-1].Add(1)
	now := c.registered.Add(1)
	for peak := c.peak.Load(); now > peak && !c.peak.CompareAndSwap(peak, now); {
		peak = c.peak.Load()
	}
}

// unregister counts a device out, and why.
func (c *counters) unregister(node int, why *atomic.Uint64) {
	c.registered.Add(-1)
	c.nodes[node-1].Add(-1)
	why.Add(1)
}

// Stats is a snapshot; its numbers are read one after another.
func (c *Core) Stats() Stats {
	n := &c.counters
	s := Stats{
		Registered: int(n.registered.Load()), Peak: int(n.peak.Load()),
		TFTP: TFTPStats{
			Requests: n.tftpRequests.Load(), Sent: n.tftpSent.Load(), Bytes: n.tftpBytes.Load(),
			NotFound: n.tftpNotFound.Load(), Failed: n.tftpFailed.Load(), Dropped: n.tftpDropped.Load(),
			Active: n.tftpActive.Load(),
		},
		CAPF: CAPFStats{
			Connections: n.capfConnections.Load(), Handshakes: n.capfHandshakes.Load(),
			Issued: n.capfIssued.Load(), Refused: n.capfRefused.Load(), Ended: n.capfEnded.Load(),
		},
		TVS: TVSStats{
			Connections: n.tvsConnections.Load(), Handshakes: n.tvsHandshakes.Load(),
			Questions: n.tvsQuestions.Load(), Trusted: n.tvsTrusted.Load(),
		},
		CallManager: CallManagerStats{
			Connections: n.connections.Load(), Handshakes: n.handshakes.Load(),
			Registrations: n.registrations.Load(), Rejected: n.rejected.Load(),
			Unregistered: n.unregistered.Load(), Lost: n.lost.Load(), Replaced: n.replaced.Load(),
			KeepAlives: n.keepAlives.Load(), Tokens: n.tokens.Load(), TokensRefused: n.tokensRefused.Load(),
			Throttled: n.throttled.Load(),
		},
	}
	for i := range c.nodes {
		s.Nodes = append(s.Nodes, int(n.nodes[i].Load()))
	}
	return s
}
