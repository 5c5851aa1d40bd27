package keyfile

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// ErrNoCertificate says that a file holds no certificate.
var ErrNoCertificate = errors.New("no certificate in the file")

// Certificate reads the first certificate of a file, PEM or DER.
func Certificate(file []byte) (*x509.Certificate, error) {
	if !bytes.Contains(file, []byte("-----BEGIN ")) {
		certificate, err := x509.ParseCertificate(file)
		if err != nil {
			return nil, fmt.Errorf("%w: it is neither PEM nor DER of one (%v)", ErrNoCertificate, err)
		}
		return certificate, nil
	}
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, ErrNoCertificate
		}
		if block.Type == "CERTIFICATE" || block.Type == "X509 CERTIFICATE" {
			certificate, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("%w: its first one does not parse (%v)", ErrNoCertificate, err)
			}
			return certificate, nil
		}
	}
}
