//go:build pkcs11

package token

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/ThalesGroup/crypto11"
	"github.com/miekg/pkcs11"
)

// onCard prepares a token behind a PKCS#11 module. What can be found out
// without its password is: that it is there, and that it is not locked.
func (t *Token) onCard(reference string) error {
	u, err := parseURI(reference)
	if err != nil {
		return err
	}
	if _, err := u.state(); err != nil {
		return err
	}
	t.unlock = func(ctx context.Context, ask Password) (crypto.Signer, *x509.Certificate, error) {
		state, err := u.state()
		if err != nil {
			return nil, nil, err
		}
		password, err := ask(ctx, Prompt{Token: u.String(), State: state})
		if err != nil {
			return nil, nil, err
		}
		card, err := crypto11.Configure(&crypto11.Config{Path: u.module, TokenLabel: u.token, TokenSerial: u.serial, Pin: password, MaxSessions: 4})
		if err != nil {
			return nil, nil, u.refused(err)
		}
		t.close = card.Close
		return u.find(card)
	}
	return nil
}

// state is what the token says about attempts: such a token keeps the number
// for itself and tells only that it is low, that the next try is the last, or
// that it is locked.
func (u uri) state() (string, error) {
	module := pkcs11.New(u.module)
	if module == nil {
		return "", fmt.Errorf("%s: the module %s cannot be loaded: it is no PKCS#11 library of this machine", u, u.module)
	}
	defer module.Destroy()
	if err := module.Initialize(); err != nil {
		return "", fmt.Errorf("%s: the module %s does not start: %w", u, u.module, err)
	}
	defer func() { _ = module.Finalize() }() // nothing of it is in use
	slots, err := module.GetSlotList(true)
	if err != nil {
		return "", fmt.Errorf("%s: %w", u, err)
	}
	var labels []string
	for _, slot := range slots {
		info, err := module.GetTokenInfo(slot)
		switch {
		case err != nil || info.Flags&pkcs11.CKF_TOKEN_INITIALIZED == 0:
			continue
		case u.token != "" && info.Label != u.token, u.serial != "" && info.SerialNumber != u.serial:
			labels = append(labels, fmt.Sprintf("token=%s;serial=%s", info.Label, info.SerialNumber))
			continue
		case info.Flags&pkcs11.CKF_USER_PIN_LOCKED != 0:
			return "", &Locked{u.String()}
		case info.Flags&pkcs11.CKF_USER_PIN_FINAL_TRY != 0:
			return "the last try before the token is locked", nil
		case info.Flags&pkcs11.CKF_USER_PIN_COUNT_LOW != 0:
			return "few tries are left, the token says", nil
		}
		return "", nil
	}
	if len(labels) == 0 {
		return "", fmt.Errorf("%s: no token is inserted; the module %s shows none", u, u.module)
	}
	return "", fmt.Errorf("%s: no such token is inserted; there is %q", u, labels)
}

// refused is what a failed login leaves.
func (u uri) refused(err error) error {
	var code pkcs11.Error
	if !errors.As(err, &code) {
		return fmt.Errorf("%s: %w", u, err)
	}
	switch code {
	case pkcs11.CKR_PIN_LOCKED:
		return &Locked{u.String()}
	case pkcs11.CKR_PIN_INCORRECT, pkcs11.CKR_PIN_INVALID, pkcs11.CKR_PIN_LEN_RANGE:
		state, err := u.state()
		if err != nil {
			return err // locked by now, most likely
		}
		if state == "" {
			state = "the token does not say how many tries are left"
		}
		return &WrongPassword{Token: u.String(), State: state}
	}
	return fmt.Errorf("%s: %w", u, err)
}

// find is the key that the URI names, else the only one, and its certificate.
func (u uri) find(card *crypto11.Context) (crypto.Signer, *x509.Certificate, error) {
	var pairs []crypto11.Signer
	var err error
	if u.object == nil && u.id == nil {
		pairs, err = card.FindAllKeyPairs()
	} else {
		pairs, err = card.FindKeyPairs(u.id, u.object)
	}
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%s: %w", u, err)
	case len(pairs) == 0:
		return nil, nil, fmt.Errorf("%s: the token has no such key pair", u)
	case len(pairs) > 1:
		return nil, nil, fmt.Errorf("%s: the token has %d such key pairs: name one with object= or id=", u, len(pairs))
	}
	id, err := card.GetAttribute(pairs[0], crypto11.CkaId)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", u, err)
	}
	if id == nil || len(id.Value) == 0 {
		return pairs[0], nil, nil
	}
	certificate, err := card.FindCertificate(id.Value, nil, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", u, err)
	}
	return pairs[0], certificate, nil
}
