package phone

import (
	"context"
	"crypto/md5"
	"crypto/rsa"
	"encoding/hex"
	"errors"

	"github.com/phonebank/phonebank/wire/cnf"
)

// defaultConfig is what a phone asks for when the server has no file of its
// name.
const defaultConfig = "XMLDefault.cnf.xml"

// fetchConfig obtains the configuration: signed when a list with a TFTP
// certificate is held, encrypted when the signed one says so and the phone has
// the key (signed configuration, section 5). A phone that cannot get a
// configuration goes on with the one in its flash, if it has one.
func (b *boot) fetchConfig(ctx context.Context, watch *stopwatch) (result, error) {
	b.tellLists()
	config, note, err := b.obtainConfig(ctx, watch)
	if err != nil {
		if b.flash.Config == nil || !b.flash.Config.Full || ctx.Err() != nil {
			return result{}, err
		}
		b.follow(b.flash.Config)
		return result{note: "goes on with the configuration in flash"}, err
	}
	b.follow(config)
	if config.Full {
		b.flash.Config = config
	}
	if note == "" {
		note = "device security mode " + config.SecurityMode.String()
	}
	return result{note: note}, nil
}

func (b *boot) obtainConfig(ctx context.Context, watch *stopwatch) (*cnf.Config, string, error) {
	name := cnf.Name(string(b.id.Name))
	config, err := b.readConfig(ctx, watch, name)
	if errors.Is(err, ErrNotFound) {
		config, err = b.readConfig(ctx, watch, defaultConfig)
		switch {
		case err == nil:
			b.say(StatusMessage{Text: defaultConfig})
			return config, "default configuration: the phone registers itself", nil
		case errors.Is(err, ErrNotFound): // the message means that neither is there
			b.say(StatusMessage{Text: StatusConfigNotFound})
		}
	}
	if err != nil || !config.EncryptedConfig {
		return config, "", err
	}
	key, err := b.keyFor(config.CertHash)
	if err != nil {
		return nil, "", err
	}
	if key == nil { // CAPF is the way to a certificate that the core knows
		return config, "partial: the full one is encrypted, but not for a certificate of this phone", nil
	}
	full, err := b.readEncrypted(ctx, watch, name, key)
	switch {
	case err == nil:
		return full, "encrypted for this phone, device security mode " + full.SecurityMode.String(), nil
	case errors.Is(err, ErrNotFound):
		config, err = b.readConfig(ctx, watch, name)
		return config, "the server has no encrypted one", err
	case config.CAPFAuthMode != cnf.CAPFNone && !b.enroled:
		return config, "partial: the encrypted one does not open, so CAPF must renew the certificate", nil
	}
	return nil, "", err
}

// The endings of the names of signed and encrypted files.
const (
	signedOnly = ".sgn"
	encrypted  = ".enc.sgn"
)

// readConfig fetches a configuration, signed if the phone holds a list that
// can verify one.
func (b *boot) readConfig(ctx context.Context, watch *stopwatch, name string) (*cnf.Config, error) {
	if b.held().Signs() {
		name += signedOnly
	}
	return b.read(ctx, watch, name, nil)
}

// readEncrypted fetches, verifies and decrypts the encrypted configuration.
func (b *boot) readEncrypted(ctx context.Context, watch *stopwatch, name string, key *rsa.PrivateKey) (*cnf.Config, error) {
	return b.read(ctx, watch, name+encrypted, key)
}

// read fetches a file, judges it and reads it.
func (b *boot) read(ctx context.Context, watch *stopwatch, name string, key *rsa.PrivateKey) (*cnf.Config, error) {
	file, err := b.fetchOrTell(ctx, watch, name)
	if err != nil {
		return nil, err
	}
	verdict := b.judge().JudgeConfig(ctx, name, file, b.id.Model, b.asker())
	config := verdict.Read(key, b.env.Lists)
	for _, line := range verdict.Console {
		b.say(line)
	}
	if verdict.Status != "" {
		b.say(StatusMessage{Text: verdict.Status})
	}
	return config, verdict.Err()
}

func (b *boot) fetchOrTell(ctx context.Context, watch *stopwatch, name string) ([]byte, error) {
	file, err := b.fetch(ctx, watch, name)
	if err != nil && !errors.Is(err, ErrNotFound) {
		b.say(statusOfTransfer(err))
	}
	return file, err
}

// keyFor returns the key that an encrypted configuration was made for: the
// LSC's or the MIC's, whichever certificate has the given MD5 in hex. No key
// and no error means that neither fits, or that the key cannot unwrap (EC).
func (b *boot) keyFor(certHash string) (*rsa.PrivateKey, error) {
	mic, err := b.factoryCertificate()
	if err != nil {
		return nil, err
	}
	for _, own := range []*Credential{b.flash.LSC, mic} {
		if own == nil {
			continue
		}
		sum := md5.Sum(own.Certificate)
		if key, ok := own.Key.(*rsa.PrivateKey); ok && hex.EncodeToString(sum[:]) == certHash {
			return key, nil
		}
	}
	return nil, nil
}
