package main

import (
	"crypto/rsa"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/inspect"
	"github.com/phonebank/phonebank/cmd/phonebank/internal/keyfile"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// maxConfig is the longest configuration that is read, in bytes: a file of
// XML, its header and its padding.
const maxConfig = cnf.MaxSize + 1<<16

func (t *tool) configShowCommand() *cli.Command {
	return &cli.Command{
		Name:        "show",
		Usage:       "print what a configuration file says",
		ArgsUsage:   "FILE",
		Description: "FILE is a .cnf.xml, .cnf.xml.sgn or .cnf.xml.enc.sgn, - for standard input.",
		Flags:       []cli.Flag{keyFlag(), jsonInstead()},
		Action:      t.configShow,
	}
}

func (t *tool) configShow(c *cli.Context) error {
	args, err := arguments(c, "FILE")
	if err != nil {
		return err
	}
	key, err := t.phoneKey(c)
	if err != nil {
		return err
	}
	file, err := t.read(args[0], maxConfig)
	if err != nil {
		return err
	}
	config, err := inspect.ConfigOf(file, key)
	if err != nil {
		return &problem{code: exitFailed, err: fmt.Errorf("%s is no configuration: %w", args[0], err), hint: lookOf(file)}
	}
	if c.Bool("json") {
		err = printJSON(t.out, config)
	} else {
		fmt.Fprintf(t.out, "%s: %s configuration, %d bytes\n", args[0], config.Form, config.Size)
		err = rows(t.out, config.Rows())
	}
	if err == nil && config.Settings == nil && config.XML != nil {
		return &problem{code: exitFailed, err: fmt.Errorf("%s has no XML that can be read", args[0]), hint: lookOfXML(file)}
	}
	return err
}

// lookOfXML says what to do about a file whose XML does not parse.
func lookOfXML(file []byte) string {
	if _, err := ctl.Parse(file); err == nil {
		return "the file is a trust list: phonebank ctl show prints it"
	}
	return "correct the file on the server, or fetch it again, in binary mode; phones refuse it as it is"
}

func keyFlag() cli.Flag {
	return &cli.StringFlag{Name: "key", Usage: "private `KEY` of the phone, which opens a .enc.sgn: PEM or DER, PKCS#8, PKCS#1 or SEC 1"}
}

// phoneKey is the key of --key, nil when there is none.
func (t *tool) phoneKey(c *cli.Context) (*rsa.PrivateKey, error) {
	path := c.String("key")
	if path == "" {
		return nil, nil
	}
	file, err := t.read(path, 1<<20)
	if err != nil {
		return nil, err
	}
	key, err := keyfile.Parse(file)
	if err != nil {
		return nil, &problem{code: exitFile, err: fmt.Errorf("--key %s: %w", path, err), hint: "openssl pkey -in FILE -out KEY writes one without a passphrase"}
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, usagef("--key %s: an EC key cannot open a file; phones with an EC LSC use the RSA key of their MIC", path)
	}
	return rsaKey, nil
}
