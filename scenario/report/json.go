package report

import (
	"encoding/json"
	"io"

	"github.com/phonebank/phonebank/scenario/tally"
)

// JSON writes result.json.
func JSON(w io.Writer, r *tally.Result) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false) // "register.p99 < 2s" stays readable
	out.SetIndent("", "  ")
	return out.Encode(r)
}
