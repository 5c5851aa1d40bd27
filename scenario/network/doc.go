// Package network is the way between phones and core, and what goes wrong on
// it. The faults of the core itself are in package core.
//
//	phone → Line.Dial, Line.Listen → latency, loss, reset, half-open, bandwidth → network
//
// A fault is one function and one row of the table in faults.go. It has a share
// of the phones, chosen by name, and a window of time. What is random about it
// comes from the seed and the phone, not from the phone's own jitter: a fault
// changes nothing else about a run.
package network
