// Package nearest finds what somebody probably meant to type.
package nearest

import "strings"

// To returns the candidate that word is most likely a slip of, "" when none is
// near: up to two letters differ, or one is the beginning of the other.
func To(word string, candidates []string) string {
	best, least := "", 3
	for _, candidate := range candidates {
		d := distance(word, candidate)
		if len(word) > 1 && (strings.HasPrefix(candidate, word) || strings.HasPrefix(word, candidate)) {
			d = min(d, 2)
		}
		if d < least && d < len(candidate) && d < len(word) {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the letters to insert, delete or replace between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
