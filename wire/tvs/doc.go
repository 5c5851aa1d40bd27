// Package tvs speaks the trust verification service of Cisco IP phones (TVS:
// TLS on TCP 2445), both ends of it: values in and out, no sockets.
//
// A phone asks about a certificate that its trust lists do not know. The phone
// speaks first, one question has one answer:
//
//	phone                                           server
//	  CertVerificationReq  device, certificate  ->
//	                                            <-  CertVerificationRes  status, roles, time to live
//	  QueryCertReq         device, subject, ... ->
//	                                            <-  QueryCertRes         status, certificate, roles, time to live
//
// What the roles allow is not decided here: they are bytes, numbered as in the
// trust list. An answer without STATUS is malformed; one without ROLES grants
// none. Elements that nobody knows stay in a [Message], in order, so that what
// was read is written back byte for byte.
package tvs

import "github.com/phonebank/phonebank/wire/internal/bin"

// The frame of a message (TVS, section 2).
const (
	Port       = 2445     // TCP, TLS directly on connect
	Magic      = 0x57     // first byte of every message
	Version    = 1        // second byte of every message
	HeaderLen  = 10       // bytes: magic, version, command, flags, session (4), payload length (2)
	MaxPayload = 16 << 10 // bytes; the format's own limit is 65535
)

// FormatError is a structural fault: offset, element and what is wrong.
type FormatError = bin.Error
