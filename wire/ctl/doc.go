// Package ctl reads, makes and prints trust lists: CTLFile.tlv and ITLFile.tlv
// (trust list, sections 4 to 9).
//
// A trust list is a signed envelope (package signed) whose payload is records
// without gaps until the end of the file. Each record binds a certificate to one
// role:
//
//	header   FILENAME "CTLFile.tlv", signed by the key of record 1
//	record 1 SAST      token's certificate       may sign the next list
//	record 2 SAST      second token              may sign the next list
//	record 3 CCM+TFTP  10.0.0.1, certificate     TLS peer on 2443, signs configuration
//	record 4 CAPF      10.0.0.1, certificate     TLS peer on 3804
//
// A record grants its role to its certificate and to nothing else; the same
// certificate may stand in several records. [Parse] reads a list, [List.Find],
// [List.With] and [List.Trusts] ask it, [Build] makes one and [Show] prints it as
// the call manager's "show ctl" does. Whether a phone should take a list is not
// decided here: [List.VerifySelf] says no more than that the list is whole and
// signed by a token it names itself, which anybody can arrange.
//
// A List never changes and may be shared by any number of phones; its
// certificates and keys are parsed once.
package ctl
