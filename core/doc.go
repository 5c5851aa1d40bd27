// Package core is the other end of the wire: a simulator of a CUCM cluster,
// embedded in the process that needs one.
//
//	authority.go    the cluster's throw-away PKI: tokens, CallManager, CAPF, TVS, MICs
//	lsc.go          the certificates that CAPF issues
//	lists.go        CTL and ITL, current and stale, by any signer
//	disk.go         what is stored; services read it when they start, and go on with that
//	administer.go   what an administrator does to certificates and lists while it runs
//	restart.go      to services, which only then read what is stored
//	provision.go    to devices: profile, CAPF operation, reset
//	order.go        the same as a value, for a core in another process
//	database.go     all devices -> device.go: what one may do, holds and is doing
//	files.go        which file answers which name     -> tftp.go (UDP 69)
//	capf.go         the CAPF conversation, pure       -> capfserver.go (TCP 3804)
//	tvs.go          is this certificate good?         (TCP 2445)
//	station.go      the SCCP conversation, pure       -> callmanager.go (TCP 2000, 2443)
//	faults.go       misbehaviour on request
//	capacity.go     service times and queues on request
//	trace.go        the lines a real CUCM would have traced
//
// It is honest: what a phone must be able to prove is checked, what a cluster
// signs is really signed. It is awkward on request: every answer of every
// service passes through the same small [Handler], and a [Fault] is middleware
// over it. It is ephemeral: nothing is written unless Save or Export is called.
// And it is bounded: every read, connection, session and transfer has a limit.
//
// It refuses to be a call manager that anybody could use: it binds loopback
// addresses unless told otherwise, and its keys are worthless.
package core
