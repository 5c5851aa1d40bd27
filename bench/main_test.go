package bench

import (
	"os"
	"testing"
)

// TestMain runs the tests, or one role in a child of theirs.
func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	os.Exit(m.Run())
}
