package core

import (
	"fmt"
	"strconv"
	"strings"
)

// SignerKind says who signs the CTL (trust list, section 9):
//
//	token-1 …  a security token; the list names all tokens as SAST
//	ccm        tokenless: the CallManager of node 1, listed as SAST and as CCM+TFTP
//	recovery   tokenless, signed with the recovery key
//	unknown    a token that is in this list only: no list held from before knows it
//
// The empty kind is token-1. Tokens, known or not, sign CTLs only: the ITL is
// signed with the recovery key where the kind is recovery, else by the
// CallManager of the node that serves it.
type SignerKind string

// The kinds that are no tokens.
const (
	SignerCallManager SignerKind = "ccm"
	SignerRecovery    SignerKind = "recovery"
	SignerUnknown     SignerKind = "unknown"
)

// Token is the kind of the n-th token, from 1.
func Token(n int) SignerKind { return SignerKind("token-" + strconv.Itoa(n)) }

// token is the number of the token that signs, 0 when no token of the list does.
func (k SignerKind) token() int {
	if k == "" {
		return 1
	}
	digits, ok := strings.CutPrefix(string(k), "token-")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 {
		return 0
	}
	return n
}

// tokenless says whether the CTL lists CallManager keys as its SASTs.
func (k SignerKind) tokenless() bool { return k == SignerCallManager || k == SignerRecovery }

func (k SignerKind) check() error {
	if k.token() > 0 || k.tokenless() || k == SignerUnknown {
		return nil
	}
	return fmt.Errorf("core: unknown signer %q: want token-1 …, ccm, recovery or unknown", string(k))
}
