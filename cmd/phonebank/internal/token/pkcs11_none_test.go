//go:build !pkcs11

package token

import (
	"errors"
	"strings"
	"testing"
)

func TestBuiltWithoutPKCS11(t *testing.T) {
	_, err := Find("pkcs11:token=x?module-path=y.so")
	if !errors.Is(err, ErrBuiltWithout) || !strings.Contains(err.Error(), "go build -tags pkcs11 ./cmd/phonebank") {
		t.Errorf("got %v", err)
	}
}
