package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/internal/whole"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/state"
	"github.com/phonebank/phonebank/wire/ctl"
)

func (t *tool) stateExportCommand() *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "write what one phone holds as files",
		ArgsUsage: "NAME",
		Description: "CTLFile.tlv, ITLFile.tlv, cnf.xml, lsc.pem and lsc.key, mic.pem and mic.key, as far as the phone\n" +
			"has them: for ctl show, ctl verify --held, openssl. Keys are readable by you alone.",
		Flags: []cli.Flag{
			keptFlag(),
			&cli.StringFlag{Name: "o", Aliases: []string{"out"}, Usage: "write into `DIR`, which is made when needed"},
		},
		Action: t.stateExport,
	}
}

func (t *tool) stateExport(c *cli.Context) error {
	args, err := arguments(c, "NAME")
	if err != nil {
		return err
	}
	dir := c.String("o")
	if dir == "" {
		return usagef("%s: -o DIR is missing", c.Command.HelpName)
	}
	store, err := readState(c)
	if err != nil {
		return err
	}
	defer store.Close()
	p, err := one(store, args[0])
	if err != nil {
		return err
	}
	files, err := flashFiles(p)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return &problem{code: exitFile, err: err}
	}
	for _, f := range files {
		path := filepath.Join(dir, f.name)
		if err := whole.Bytes(path, f.mode, f.bytes); err != nil {
			return &problem{code: exitFile, err: err}
		}
		fmt.Fprintf(t.out, "%s (%d bytes)\n", path, len(f.bytes))
	}
	if len(files) == 0 {
		fmt.Fprintf(t.out, "%s holds nothing\n", p.Name)
	}
	return nil
}

type flashFile struct {
	name  string
	bytes []byte
	mode  fs.FileMode
}

func flashFiles(p state.Phone) (files []flashFile, err error) {
	for _, l := range []struct {
		name string
		list *ctl.List
	}{{"CTLFile.tlv", p.Flash.CTL}, {"ITLFile.tlv", p.Flash.ITL}} {
		if l.list != nil {
			files = append(files, flashFile{l.name, l.list.Bytes(), 0o644})
		}
	}
	if p.Flash.Config != nil {
		xml, err := p.Flash.Config.XML()
		if err != nil {
			return nil, fmt.Errorf("configuration of %s: %w", p.Name, err)
		}
		files = append(files, flashFile{"cnf.xml", xml, 0o644})
	}
	for _, own := range []struct {
		name string
		is   *phone.Credential
	}{{"lsc", p.Flash.LSC}, {"mic", p.MIC}} {
		if own.is == nil {
			continue
		}
		key, err := x509.MarshalPKCS8PrivateKey(own.is.Key)
		if err != nil {
			return nil, fmt.Errorf("%s key of %s: %w", own.name, p.Name, err)
		}
		files = append(files,
			flashFile{own.name + ".pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.is.Certificate}), 0o644},
			flashFile{own.name + ".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600})
	}
	return files, nil
}
