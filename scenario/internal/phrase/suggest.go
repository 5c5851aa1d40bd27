package phrase

import (
	"fmt"
	"strings"
)

// DidYouMean returns `; did you mean "X"?` for the known word nearest to got,
// or a list of what is known when nothing is near.
func DidYouMean(got string, known []string) string {
	if near := Nearest(got, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	if len(known) == 0 {
		return ""
	}
	return "; known: " + strings.Join(known, ", ")
}

// Nearest returns the known word that is the fewest edits away from got, or ""
// when more than a third of the letters would have to change.
func Nearest(got string, known []string) string {
	const longest = 64 // a longer word is no slip of the hand
	if got == "" || len(got) > longest {
		return ""
	}
	best, nearest := max(len(got)/3, 1)+1, ""
	for _, word := range known {
		if d := distance(strings.ToLower(got), strings.ToLower(word)); d < best {
			best, nearest = d, word
		}
	}
	return nearest
}

// distance counts the insertions, deletions, replacements and swaps of two
// neighbours that lead from a to b.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
