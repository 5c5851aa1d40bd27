//go:build !pkcs11

package token

import "errors"

// ErrBuiltWithout says that this program cannot talk to tokens.
var ErrBuiltWithout = errors.New("this phonebank was built without PKCS#11; build one that has it, with a C compiler at hand: " +
	"go build -tags pkcs11 ./cmd/phonebank")

func (t *Token) onCard(string) error { return ErrBuiltWithout }
