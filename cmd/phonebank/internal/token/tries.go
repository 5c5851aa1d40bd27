package token

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/phonebank/phonebank/scenario/report"
)

// Attempts is how many wrong passwords in a row lock a token for good.
const Attempts = 15

// WrongPassword says that a password was wrong, and what that leaves.
type WrongPassword struct {
	Token string
	Left  int    // attempts; 0: that was the last one
	State string // what a PKCS#11 token says in place of a number
}

func (e *WrongPassword) Error() string {
	switch {
	case e.State != "":
		return fmt.Sprintf("wrong password for %s: %s", e.Token, e.State)
	case e.Left == 0:
		return fmt.Sprintf("wrong password for %s: no attempts left, the token is now locked for good", e.Token)
	case e.Left == 1:
		return fmt.Sprintf("wrong password for %s: 1 attempt left, then the token is locked for good", e.Token)
	}
	return fmt.Sprintf("wrong password for %s: %d attempts left, then the token is locked for good", e.Token, e.Left)
}

// Locked says that a token takes no password any more.
type Locked struct{ Token string }

func (e *Locked) Error() string {
	return fmt.Sprintf("%s is locked for good: too many wrong passwords in a row", e.Token)
}

// tries counts wrong passwords in a file beside the token's, which says "14
// attempts left"; none means all of them.
type tries string

func triesOf(path string) tries { return tries(path + ".tries") }

func (t tries) left() (int, error) {
	b, err := os.ReadFile(string(t))
	if errors.Is(err, fs.ErrNotExist) {
		return Attempts, nil
	}
	if err != nil {
		return 0, err
	}
	var n int
	if _, err := fmt.Sscanf(string(b), "%d attempts left\n", &n); err != nil || n < 0 || n > Attempts {
		return 0, fmt.Errorf("%s counts the attempts left and cannot be read: it says %q, not a number from 0 to %d and \"attempts left\"",
			string(t), cut(string(b)), Attempts)
	}
	return n, nil
}

func cut(s string) string {
	s = strings.TrimSpace(s)
	return s[:min(len(s), 40)]
}

// set writes how many attempts are left. One is taken away before a password is
// tried, so that nobody tries for free by pulling the plug.
func (t tries) set(left int) error {
	err := report.Whole(string(t), func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%d attempts left\n", left)
		return err
	})
	if err != nil {
		return fmt.Errorf("attempts cannot be counted, so that none is made: %w", err)
	}
	return nil
}

// reset gives all attempts back.
func (t tries) reset() error {
	if err := os.Remove(string(t)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
