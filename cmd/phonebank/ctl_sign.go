package main

import (
	"crypto"
	"crypto/md5"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/ctlclient"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/keyfile"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/terminal"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/token"
	"github.com/phonebank/phonebank/scenario/report"
	"github.com/phonebank/phonebank/wire/signed"
)

// signFlags are shared by the commands that sign a CTL file.
func signFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "sign", Usage: "the token that signs, `KEY,CERT`: PKCS#8 and its certificate, PKCS#12 (its certificate is inside), or pkcs11:…"},
		passwordFlag(),
		&cli.StringFlag{Name: "digest", Usage: "`DIGEST` of the signature, sha1 or sha512; phones that do not know SHA-512 refuse the list"},
		&cli.StringFlag{Name: "mode", Usage: "cluster security mode, `MODE` mixed or non-secure: then CallManager records carry no certificates"},
		&cli.BoolFlag{Name: "tokenless", Usage: "the cluster has no tokens: the publisher's CallManager key or the recovery key signs"},
		&cli.StringFlag{Name: "time", Usage: "when the list was written, `TIME` as 2026-11-23T14:58:01Z; by default now"},
		&cli.StringFlag{Name: "for-testing", Usage: "write a list that is wrong on purpose, `FLAW` rollback (an ITL), unknown-signer, truncated or separator"},
		&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "write the list to `FILE`, whole or not at all; - for standard output"},
	}
}

// signing is what those flags say.
type signing struct {
	token     *token.Token // nil: the list brings its own signer
	digest    signed.Digest
	time      time.Time
	mode      ctlclient.Mode
	flaw      ctlclient.Flaw
	tokenless bool
	out       string
}

func (t *tool) signing(c *cli.Context) (s signing, err error) {
	s.tokenless, s.out = c.Bool("tokenless"), c.String("out")
	if s.out == "" {
		return s, usagef("%s: -o is missing: the file to write", c.Command.HelpName)
	}
	switch mode := c.String("mode"); mode {
	case "":
	case "mixed":
		s.mode = ctlclient.Mixed
	case "non-secure":
		s.mode = ctlclient.NonSecure
	default:
		return s, usagef("--mode %s: a cluster is mixed or non-secure", mode)
	}
	if text := c.String("digest"); text != "" {
		if s.digest, err = signed.ParseDigest(text); err != nil || s.digest == signed.SHA256 {
			return s, usagef("--digest %s: phones know sha1 and sha512", text)
		}
	}
	if text := c.String("time"); text != "" {
		if s.time, err = time.Parse(time.RFC3339, text); err != nil {
			return s, usagef("--time %s: want a time like 2026-11-23T14:58:01Z", text)
		}
	}
	if s.flaw, err = ctlclient.ParseFlaw(c.String("for-testing")); err != nil {
		return s, usagef("--for-testing: %w", err)
	}
	reference := c.String("sign")
	switch {
	case s.flaw == ctlclient.FlawUnknownSigner && reference != "":
		return s, usagef("--for-testing unknown-signer makes its own token; leave --sign out")
	case s.flaw == ctlclient.FlawUnknownSigner:
		return s, nil
	case reference == "":
		return s, usagef("%s: --sign is missing: the token that signs, KEY,CERT", c.Command.HelpName)
	}
	if s.token, err = token.Find(reference); err != nil {
		return s, unsigned(err)
	}
	return s, nil
}

// sign decides, then has the token sign, then writes. The password is asked for
// when everything else is decided, unless the certificate lies behind it.
func (t *tool) sign(c *cli.Context, s signing, decide func(*x509.Certificate) (*ctlclient.Plan, error)) error {
	var plan *ctlclient.Plan
	var key crypto.Signer
	var err error
	switch {
	case s.token == nil:
		plan, err = decide(nil)
	case s.token.Certificate != nil:
		if plan, err = decide(s.token.Certificate); err == nil {
			key, err = s.token.Unlock(c.Context, t.passwordFrom(c.String("password-file")))
		}
	default:
		if key, err = s.token.Unlock(c.Context, t.passwordFrom(c.String("password-file"))); err == nil {
			plan, err = decide(s.token.Certificate)
		}
	}
	if err != nil {
		return unsigned(err)
	}
	file, err := plan.Build(c.Context, key)
	if err != nil {
		return unsigned(err)
	}
	return t.writeList(s, file, plan)
}

// writeList writes the file and tells what it is.
func (t *tool) writeList(s signing, file []byte, plan *ctlclient.Plan) error {
	write := func(w io.Writer) error {
		_, err := w.Write(file)
		return err
	}
	told := t.out
	if s.out == "-" {
		told = t.err
		if err := write(t.out); err != nil {
			return err
		}
	} else if err := report.Whole(s.out, write); err != nil {
		return &problem{code: exitFile, err: err, hint: "nothing was written; name a file in a directory that you may write to"}
	}
	for _, warning := range plan.Warnings {
		fmt.Fprintf(t.err, "warning: %s\n", printable(warning))
	}
	digest := plan.Spec.Digest
	if digest == 0 {
		digest = signed.SHA1
	}
	fmt.Fprintf(told, "%s wrote %s: %d records, %d bytes\n", told.Mark(terminal.Good), printable(s.out), len(plan.Spec.Records), len(file))
	lines := [][2]string{
		{"signer", ctlclient.Named(plan.Spec.Signer)},
		{"digest", digest.String()},
		{"MD5", fmt.Sprintf("%x", md5.Sum(file))},
	}
	if s.flaw != "" {
		lines = append(lines, [2]string{"for testing", "this list is wrong on purpose: " + string(s.flaw)})
	} else {
		lines = append(lines, [2]string{"next", "copy it to every TFTP server as CTLFile.tlv; restart TFTP, then CallManager on all nodes"})
	}
	return rows(told, lines)
}

// unsigned gives a failure on the way to a signed list its exit code and hint.
func unsigned(err error) error {
	var (
		known   *problem
		refused *ctlclient.Refusal
		wrong   *token.WrongPassword
		locked  *token.Locked
		path    *fs.PathError
	)
	const another = "any other token that the list names can sign in its place: --sign KEY,CERT"
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &refused):
		return &problem{code: exitFailed, err: refused, hint: refused.Cure}
	case errors.As(err, &wrong) && wrong.Left == 0 && wrong.State == "", errors.As(err, &locked):
		return &problem{code: exitFailed, err: err, hint: another}
	case errors.As(err, &wrong):
		return &problem{code: exitFailed, err: err, hint: "nothing was written; the right password gives all attempts back"}
	case errors.As(err, &path):
		return unreadable(err)
	case errors.Is(err, keyfile.ErrNoKey), errors.Is(err, keyfile.ErrNoCertificate), errors.Is(err, keyfile.ErrKind):
		return &problem{code: exitFile, err: err, hint: "a token is KEY,CERT: PKCS#8 and its certificate, in PEM or DER, or PKCS#12"}
	}
	return &problem{code: exitFailed, err: err}
}
