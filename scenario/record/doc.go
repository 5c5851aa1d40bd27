// Package record writes down a run while it goes on, so that one that is killed
// has lost no more than its last second.
//
//	phones ─ Record ─▶ a bounded queue ─▶ keep? ─▶ events.jsonl    flushed every second
//	tally  ─ Second ───────────────────────────▶ timeline.csv    a line for each span that has ended
//	                                          └▶ snapshot.json   the result so far, whole or not at all
//
// A phone never waits for the disk: what does not fit into the queue is dropped
// and counted. Which phones' events are kept is Keep's to say; those of a phone
// at which something fails are kept whole, from its first event on, while the
// file has room. Restore reads the file back, for the phones.csv of a run that
// was killed.
package record
