package core

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
)

// certificateFault is what is wrong with a phone's certificate, by the numbers
// of the library that CUCM verifies with.
type certificateFault int

const (
	certificateGood        certificateFault = 0
	certificateNotYetValid certificateFault = 9
	certificateExpired     certificateFault = 10
	certificateUnknown     certificateFault = 20 // no issuer that we know
)

// errCertificate ends the handshake of a phone that cannot prove itself.
var errCertificate = errors.New("authenticationError: certificate not accepted")

// certificateNames says whether a certificate is that of a device: its CN, or
// else a DNS name or URI of it, is the device's name or ends in "-<name>", as
// CN=CP-7965-SEP001122334455 does (SCCP, section 7.2).
func certificateNames(cert *x509.Certificate, device string) bool {
	names := append([]string{cert.Subject.CommonName}, cert.DNSNames...)
	for _, uri := range cert.URIs {
		names = append(names, uri.String())
	}
	for _, name := range names {
		if device != "" && (strings.EqualFold(name, device) || len(name) > len(device) && strings.EqualFold(name[len(name)-len(device)-1:], "-"+device)) {
			return true
		}
	}
	return false
}

// secureSuites are those of phones from 2003 on, oldest last; the library puts
// them in its own order of preference. A phone that offers AES128-SHA alone
// gets that (SCCP, section 7).
func secureSuites() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA,
	}
}

// serverTLS is the TLS of a service that shows the given certificate.
func serverTLS(c Config, own Credential) *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{own.Certificate.Raw}, PrivateKey: own.Key, Leaf: own.Certificate}},
		MinVersion:   orDefault(c.TLSMin, tls.VersionTLS10),
		MaxVersion:   orDefault(c.TLSMax, tls.VersionTLS13),
		CipherSuites: secureSuites(),
		// Without the post-quantum share, which doubles a connection's memory.
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521},
	}
}

// openSSLName is a suite under the name that CUCM's traces use.
func openSSLName(suite uint16) string {
	name := strings.TrimPrefix(tls.CipherSuiteName(suite), "TLS_")
	if kx, rest, ok := strings.Cut(name, "_WITH_"); ok {
		name = rest
		if kx != "RSA" {
			name = strings.ReplaceAll(kx, "_", "-") + "-" + rest
		}
		name = strings.ReplaceAll(name, "_CBC", "")
		name = strings.ReplaceAll(name, "AES_", "AES")
		return strings.ReplaceAll(name, "_", "-")
	}
	return "TLS_" + name
}
