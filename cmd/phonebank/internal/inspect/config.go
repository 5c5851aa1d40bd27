package inspect

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/signed"
)

// Config is a configuration file as "config show --json" prints it.
type Config struct {
	Form          string    `json:"form"` // plain, signed or encrypted
	Size          int       `json:"size"` // bytes
	Envelope      *Envelope `json:"envelope,omitempty"`
	PayloadSize   int       `json:"payload_size"`   // bytes of XML; 0 while it is encrypted
	PayloadSHA256 string    `json:"payload_sha256"` // of the XML; empty while it is encrypted
	Problem       string    `json:"problem"`        // why the XML could not be had or read
	Settings      *Settings `json:"config"`         // null while it is encrypted or does not parse

	XML []byte `json:"-"`
}

// Envelope is the header of a signed file.
type Envelope struct {
	Version       string      `json:"version"`
	HeaderLength  int         `json:"header_length"`
	Signer        Signer      `json:"signer"`
	Digest        string      `json:"digest"`
	SignatureBits int         `json:"signature_bits"`
	Filename      string      `json:"filename"`
	Timestamp     string      `json:"timestamp"`
	Encryption    *Encryption `json:"encryption,omitempty"`
}

// Encryption is how the payload of a file is encrypted.
type Encryption struct {
	KeyBits int    `json:"key_bits"` // of the phone's RSA key
	IV      string `json:"iv"`
	Padding int    `json:"padding"` // bytes
	Digest  string `json:"plaintext_digest"`
	Bytes   int    `json:"ciphertext_size"`
}

// Settings are what a phone acts on. Lists are in the order of use.
type Settings struct {
	Root            string        `json:"root"` // device or Default
	FullConfig      bool          `json:"full_config"`
	Protocol        string        `json:"protocol"`
	SecurityMode    string        `json:"security_mode"`
	CallManagers    []CallManager `json:"call_managers"`
	CAPFAuthMode    string        `json:"capf_auth_mode"`
	CAPF            []string      `json:"capf"`
	TVS             []string      `json:"tvs"`
	CertHash        string        `json:"cert_hash"`
	EncryptedConfig bool          `json:"encrypted_config"`
	Load            string        `json:"load"`
	VersionStamp    string        `json:"version_stamp"`
}

// CallManager is a server to register with.
type CallManager struct {
	Priority   int    `json:"priority"`
	Name       string `json:"name"`
	Host       string `json:"host"`
	Port       int    `json:"port"`
	SecurePort int    `json:"secure_port"`
}

// Signed says whether a file begins like a signed one rather than like XML.
// What is neither is for the signed parser to refuse: its errors have offsets.
func Signed(file []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")), " \t\r\n")
	return !bytes.HasPrefix(text, []byte("<"))
}

// ConfigOf tells what is in a configuration file. With a key it also opens an
// encrypted one. An error means that the file has no form at all.
func ConfigOf(file []byte, key *rsa.PrivateKey) (*Config, error) {
	v := &Config{Form: "plain", Size: len(file), XML: file}
	if Signed(file) {
		e, err := signed.Parse(file)
		if err != nil {
			return nil, err
		}
		v.Form, v.XML, v.Envelope = "signed", e.Payload, envelopeOf(e)
		if e.Encryption != nil {
			v.Form, v.XML = "encrypted", nil
			v.open(e, key)
		}
	}
	if v.XML == nil {
		return v, nil
	}
	sum := sha256.Sum256(v.XML)
	v.PayloadSize, v.PayloadSHA256 = len(v.XML), hex.EncodeToString(sum[:])
	config, err := cnf.Parse(v.XML)
	if err != nil {
		v.Problem = err.Error()
		return v, nil
	}
	v.Settings = SettingsOf(config)
	return v, nil
}

func (v *Config) open(e *signed.Envelope, key *rsa.PrivateKey) {
	if key == nil {
		v.Problem = "encrypted: the phone's private key is needed to read on"
		return
	}
	xml, err := e.Open(key)
	if err != nil {
		v.Problem = err.Error()
		return
	}
	v.XML = xml
}

func envelopeOf(e *signed.Envelope) *Envelope {
	v := &Envelope{
		Version: version(e.Major, e.Minor), HeaderLength: e.HeaderLength, Signer: signerOf(e.Signer),
		Digest: e.Digest.String(), SignatureBits: 8 * len(e.Signature), Filename: e.Filename, Timestamp: stamp(e.Timestamp),
	}
	if c := e.Encryption; c != nil {
		v.Encryption = &Encryption{
			KeyBits: c.KeyBits, IV: hex.EncodeToString(c.IV), Padding: c.Padding, Digest: c.DigestAlgorithm.String(), Bytes: len(e.Payload),
		}
	}
	return v
}

// SettingsOf tells what is in a configuration.
func SettingsOf(c *cnf.Config) *Settings {
	s := &Settings{
		Root: "device", FullConfig: c.Full, Protocol: c.Protocol, SecurityMode: c.SecurityMode.String(),
		CallManagers: []CallManager{}, CAPFAuthMode: c.CAPFAuthMode.String(), CAPF: addresses(c.CAPF), TVS: addresses(c.TVS),
		CertHash: c.CertHash, EncryptedConfig: c.EncryptedConfig, Load: c.LoadInformation, VersionStamp: c.VersionStamp,
	}
	if c.Default {
		s.Root = "Default"
	}
	for _, m := range c.CallManagers {
		s.CallManagers = append(s.CallManagers, CallManager{
			Priority: m.Priority, Name: m.Name, Host: m.Host, Port: m.ClearPort(), SecurePort: m.TLSPort(),
		})
	}
	return s
}

func addresses(servers []cnf.Server) []string {
	all := []string{}
	for _, s := range servers {
		all = append(all, fmt.Sprintf("%s:%d", s.Host, s.Port))
	}
	return all
}

// Rows is the file in labelled lines, for people.
func (v *Config) Rows() [][2]string {
	var rows [][2]string
	row := func(label, format string, args ...any) {
		rows = append(rows, [2]string{label, fmt.Sprintf(format, args...)})
	}
	if e := v.Envelope; e != nil {
		row("header", "version %s, %d bytes, %s, RSA-%d signature", e.Version, e.HeaderLength, e.Digest, e.SignatureBits)
		row("name inside", "%s", e.Filename)
		row("signed by", "%s", e.Signer.Subject)
		row("  issuer", "%s", e.Signer.Issuer)
		row("  serial", "%s", e.Signer.Serial)
		if e.Timestamp != "" {
			row("signed at", "%s", e.Timestamp)
		}
		if c := e.Encryption; c != nil {
			row("encrypted", "%d bytes for an RSA-%d key of the phone", c.Bytes, c.KeyBits)
		}
	}
	if v.PayloadSHA256 != "" {
		row("XML", "%d bytes, SHA-256 %s", v.PayloadSize, v.PayloadSHA256)
	}
	if v.Problem != "" {
		row("problem", "%s", v.Problem)
	}
	if v.Settings != nil {
		rows = append(rows, v.Settings.rows()...)
	}
	return rows
}

func (s *Settings) rows() [][2]string {
	rows := [][2]string{
		{"root", s.Root},
		{"protocol", s.Protocol},
		{"security", s.SecurityMode},
	}
	for _, m := range s.CallManagers {
		rows = append(rows, [2]string{"CallManager", fmt.Sprintf("%d: %s, ports %d and %d", m.Priority, m.Host, m.Port, m.SecurePort)})
	}
	capf := s.CAPFAuthMode
	if len(s.CAPF) > 0 {
		capf += " at " + strings.Join(s.CAPF, ", ")
	}
	for _, r := range [][2]string{
		{"CAPF", capf},
		{"TVS", strings.Join(s.TVS, ", ")},
		{"load", s.Load},
		{"stamp", s.VersionStamp},
		{"certHash", s.CertHash},
	} {
		if r[1] != "" {
			rows = append(rows, r)
		}
	}
	if s.EncryptedConfig {
		rows = append(rows, [2]string{"encrypted", "the full configuration is in the .enc.sgn file"})
	}
	if !s.FullConfig {
		rows = append(rows, [2]string{"partial", "this is the small companion of an encrypted configuration"})
	}
	return rows
}
