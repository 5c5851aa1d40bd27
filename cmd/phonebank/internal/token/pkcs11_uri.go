//go:build pkcs11

package token

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// uri names a key on a token (RFC 7512), as far as it is needed here:
//
//	pkcs11:token=LABEL;serial=…;object=LABEL;id=%01?module-path=/usr/lib/softhsm/libsofthsm2.so
type uri struct {
	text          string // without the query
	token, serial string
	object, id    []byte // nil: not given
	module        string
}

func (u uri) String() string { return u.text }

// The password is never part of the URI: other users see command lines.
var errPIN = errors.New("the password has no place on a command line: use --password-file")

func parseURI(reference string) (uri, error) {
	u := uri{}
	path, query, _ := strings.Cut(reference, "?")
	u.text = path
	attributes := strings.FieldsFunc(strings.TrimPrefix(path, "pkcs11:"), func(r rune) bool { return r == ';' })
	for _, pair := range append(attributes, strings.FieldsFunc(query, func(r rune) bool { return r == '&' })...) {
		name, escaped, _ := strings.Cut(pair, "=")
		value, err := url.PathUnescape(escaped)
		if err != nil {
			return u, fmt.Errorf("%s: %s: %w", u, name, err)
		}
		switch name {
		case "token":
			u.token = value
		case "serial":
			u.serial = value
		case "object":
			u.object = []byte(value)
		case "id":
			u.id = []byte(value)
		case "module-path":
			u.module = value
		case "type", "manufacturer", "model": // true of any key that signs
		case "pin-value", "pin-source":
			return u, fmt.Errorf("%s: %s: %w", u, name, errPIN)
		default:
			return u, fmt.Errorf("%s: %q is not understood: use token, serial, object, id and module-path", u, name)
		}
	}
	switch {
	case u.module == "":
		return u, fmt.Errorf("%s: the module is missing, as in ?module-path=/usr/lib/softhsm/libsofthsm2.so", u)
	case u.token == "" && u.serial == "":
		return u, fmt.Errorf("%s: the token is missing, as in pkcs11:token=LABEL", u)
	}
	return u, nil
}
