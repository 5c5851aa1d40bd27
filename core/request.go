package core

import (
	"context"
	"net/netip"
	"time"
)

// Service is one of the four servers of a node.
type Service string

// The services, as scenario files and statistics name them.
const (
	ServiceTFTP        Service = "tftp"
	ServiceCAPF        Service = "capf"
	ServiceTVS         Service = "tvs"
	ServiceCallManager Service = "callmanager"
)

// Request is one question to one service, whatever its protocol.
type Request struct {
	Service Service
	Node    int    // 1 for the first node
	Device  string // name of the device, as soon as the service knows it
	// Message is what arrived: Opened, FileRequest, capf.Message, tvs.Message
	// or a message of package sccp.
	Message any
}

// Reply is what a service does about a Request.
type Reply struct {
	Messages []any                    // File, or messages of the protocol; sent together, in one write
	Delay    time.Duration            // to wait before sending
	Mangle   func(wire []byte) []byte // changes the bytes on their way out; nil leaves them alone
	HangUp   bool                     // ends the connection, or the transfer, after the messages
	Silent   bool                     // UDP: no answer at all, rather than an error
}

// Handler answers Requests. An error ends the conversation without an answer;
// only TFTP has words for it.
type Handler func(ctx context.Context, r Request) (Reply, error)

// Fault is misbehaviour: middleware that answers some Requests in its own way
// and leaves the others to next.
type Fault func(next Handler) Handler

// Opened is the first Request of every TCP connection, before TLS. A Reply
// that hangs up refuses the connection.
type Opened struct {
	Remote netip.AddrPort
	Secure bool // TLS follows
}

// FileRequest asks the TFTP server for a file.
type FileRequest struct {
	Name   string
	Remote netip.AddrPort
}

// File answers a FileRequest.
type File struct {
	Name  string // under which the server keeps it: CTLFile.tlv for every CTLSEP….tlv
	Bytes []byte // shared: never written to
}
