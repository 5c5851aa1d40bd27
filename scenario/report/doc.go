// Package report writes results: JSON for programs, plain text for people, CSV
// for spreadsheets.
//
//	tally.Result ─▶ JSON   result.json, the contract with other programs
//	             ─▶ Text   what a terminal shows: verdict, ladder of steps, failures, the generator's health
//	             ─▶ CSV    phones.csv, one line a phone
//	             ─▶ Timeline   timeline.csv, one line a second: the phones and the generator
//	             ─▶ HTML   report.html, all of it in one file to mail
//
// A report is a function from a result to a writer; Save puts the files of a
// run into a directory, each whole or not at all.
package report
