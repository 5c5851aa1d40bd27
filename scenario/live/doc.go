// Package live shows a run while it goes on, to a browser on the same machine
// and to programs.
//
//	phones ─ Record ─▶ sighting (one a phone, bounded)  ─▶ /api/phones, /phone/SEP…   what a phone's own web server shows
//	                └▶ metrics                          ─▶ /metrics                   for Prometheus
//	tally  ─ Second ─▶ points, the result so far        ─▶ /events (SSE) ─▶ the page: charts, ladder, failures
//	                                                       /api/snapshot
//	a token ────────── POST /api/pace ─▶ scenario.Control
//
// A run never waits for a browser: what a client does not fetch in time is
// dropped together with the client. Without a token nobody can change
// anything, and the server is for this machine alone; see guard.go for who may
// ask what. A phone costs a few kilobytes here, and nothing when nobody asked
// for the page.
package live
