package phone

import (
	"context"
	"crypto/tls"
	"fmt"
	"sync"

	"github.com/phonebank/phonebank/wire/ctl"
)

// tlsConfig is a phone's idea of TLS: certificates are not chained to roots or
// checked for host names and dates, but compared with the trust lists. Phones
// of one model that hold the same lists share it; what a phone shows of itself
// comes with the context of its handshake (see offering).
func (c *Lists) tlsConfig(m *Model, held Held, roles ...ctl.Role) *tls.Config {
	if c == nil {
		return newTLSConfig(m, held, roles)
	}
	key := tlsKey{model: m, ctl: held.CTL, itl: held.ITL, roles: fmt.Sprint(roles)}
	c.tls.Lock()
	defer c.tls.Unlock()
	config, ok := c.tls.configs[key]
	if !ok {
		config = newTLSConfig(m, held, roles)
		if c.tls.configs == nil || len(c.tls.configs) >= sharedFiles {
			c.tls.configs = make(map[tlsKey]*tls.Config)
		}
		c.tls.configs[key] = config
	}
	return config
}

type tlsConfigs struct {
	sync.Mutex
	configs map[tlsKey]*tls.Config
}

type tlsKey struct {
	model    *Model
	ctl, itl *ctl.List
	roles    string
}

func newTLSConfig(m *Model, held Held, roles []ctl.Role) *tls.Config {
	return &tls.Config{
		MinVersion:   m.TLSMin,
		MaxVersion:   m.TLSMax,
		CipherSuites: m.Suites,
		// The post-quantum share that Go would add costs 15 % and twice the memory.
		CurvePreferences:   []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521},
		InsecureSkipVerify: true, // the next function verifies
		VerifyConnection: func(state tls.ConnectionState) error {
			_, err := held.Peer(state.PeerCertificates[0].Raw, roles...)
			return err
		},
		GetClientCertificate: func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
			own, _ := asked.Context().Value(offered{}).(*Credential)
			if own == nil {
				return new(tls.Certificate), nil
			}
			return &tls.Certificate{Certificate: [][]byte{own.Certificate}, PrivateKey: own.Key}, nil
		},
	}
}

// offered is the context key of the credential that a handshake offers.
type offered struct{}

// offering is ctx for a handshake that offers a certificate, if there is one.
func offering(ctx context.Context, own *Credential) context.Context {
	return context.WithValue(ctx, offered{}, own)
}
