// Package signed reads, verifies, makes and opens the signed envelope that
// Cisco phones fetch by TFTP: trust lists (CTLFile.tlv, ITLFile.tlv),
// configuration (.cnf.xml.sgn), encrypted configuration (.cnf.xml.enc.sgn) and
// vendor load lists all begin with the same header.
//
//	+---------+--------------+----------+---------------+-----------+----------+-----------+-----+---------+
//	| VERSION | HEADERLENGTH | SIGNERID | SIGNATUREINFO | SIGNATURE | FILENAME | TIMESTAMP | pad | payload |
//	+---------+--------------+----------+---------------+-----------+----------+-----------+-----+---------+
//	|<--------------------------- HEADERLENGTH, a multiple of four ------------------------------>|
//	|<----------------- covered ----------------------->|  cut out  |<------------ covered ---------------->|
//
// Every item is a tag of one byte, a length of two and a value, big-endian;
// padding (tag 13) is a lone byte. The signature covers the whole file, header
// and payload, with the SIGNATURE item cut out.
//
// [Parse] tells what a file says and nothing about whether to believe it;
// [Envelope.Verify] says whether a given key signed it. Whose key to ask is the
// reader's decision (trust list, section 8; signed configuration, section 3).
// [Sign] and [Seal] make files, [Envelope.Open] decrypts what Seal made.
//
// An Envelope keeps the bytes it was parsed from and never changes: any number
// of phones may share one.
package signed
