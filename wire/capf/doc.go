// Package capf speaks the certificate enrolment protocol of Cisco IP phones
// (CAPF: TLS on TCP 3804), both ends of it: values in and out, no sockets.
//
// The server speaks first, one session does one operation for one device:
//
//	server                                     phone
//	  AuthReq      version              ->
//	                                    <-  AuthRes     device, password or credential
//	  KeyGenReq    key specification    ->
//	                                    <-  InProgress  while the key is made
//	                                    <-  KeyGenRes   public key
//	  StoreCertReq certificate          ->
//	                                    <-  StoreCertRes reason
//	  EndSession   reason               ->
//
// A [Message] is a header of eight bytes and a list of elements. Elements that
// nobody knows stay in the list, in order, so that what was read is written
// back byte for byte. A reader asks a message for a meaning by name
// ([Message.DeviceName], [Message.KeySpec]), a writer starts from a constructor
// ([AuthResponse], [KeyGenRequest]) and adds elements with [Message.With].
//
// A phone that authenticates by certificate proves its key with bare-hash
// signatures that no library makes by default: [SignCredential] and
// [VerifyCredential] hold them, [SUDIElement] and [VerifySUDI] the proof with
// the manufacturing certificate (CAPF, section 7).
//
// What a peer may ask for is bounded before anything is computed or allocated:
// messages to [MaxPayload], keys to those of [KeySpec.Check].
package capf

import "github.com/phonebank/phonebank/wire/internal/bin"

// The frame of a message (CAPF, section 2).
const (
	Port       = 3804     // TCP, TLS directly on connect
	Magic      = 0x55     // first byte of every message
	HeaderLen  = 8        // bytes: magic, command, session (4), payload length (2)
	MaxPayload = 16 << 10 // bytes; the format's own limit is 65535
	Version    = 3        // the protocol version to offer and to answer
)

// FormatError is a structural fault: offset, element and what is wrong.
type FormatError = bin.Error
