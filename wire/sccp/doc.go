// Package sccp is the Skinny protocol between a Cisco IP phone and a
// CallManager (TCP 2000, or 2443 inside TLS): bytes in, values out.
//
//	 0        4               8           12
//	+--------+---------------+-----------+------------------------+
//	| length | headerVersion | messageId | body, length - 4 bytes |
//	+--------+---------------+-----------+------------------------+
//	  all little-endian; addresses alone are in network order
//
// A [Reader] cuts a stream into frames, [Parse] makes a [Message] of a [Frame]
// and [Append] the bytes of a Message:
//
//	frame, err := reader.Next()
//	message, err := sccp.Parse(frame, version)
//	switch m := message.(type) {
//	case sccp.KeepAliveReq:
//		out = sccp.Append(out[:0], sccp.KeepAliveAck{}, version)
//
// Messages are plain structs, passed by value, whose fields carry the
// specification's names. Each has one method that walks its fields in wire
// order, and that method both reads and writes.
//
// The version is the negotiated one ([Negotiate]), 0 before RegisterAck. It
// chooses the header's version and the layouts that changed over the years.
// The world is not tidy about them, so a reader goes by the length of the body
// first, then by the header's version and only then by the negotiated one.
// What departs from the expected layout is kept in the message's [Shape];
// messages without a struct of their own are [Unknown]. Nothing is lost, but
// for garbage after a text's NUL and in slots that a count leaves out.
//
// Text is kept as it stands on the wire: bytes that are UTF-8 where both ends
// say so and ISO-8859-1 where not, with codes for phrases of the phone's own
// dictionary ([Expand]).
package sccp
