package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/scenario/capture"
)

// captureFlag is the flag of commands whose phones can be captured.
func captureFlag() cli.Flag {
	return &cli.StringFlag{Name: "pcap", Usage: "write phones' traffic, with the secrets of its TLS, to `FILE` for Wireshark (pcapng)"}
}

func chosenPhones(c *cli.Context) (capture.Choice, error) {
	choice, err := capture.ParseChoice(c.String("pcap-phones"))
	switch {
	case err != nil:
		return choice, usagef("--pcap-phones: %w", err)
	case c.IsSet("pcap-phones") && c.String("pcap") == "":
		return choice, usagef("--pcap-phones says whose traffic goes into the file of --pcap, and there is none")
	}
	return choice, nil
}

// tapped is where phones are listened to. Its zero value is nowhere.
type tapped struct {
	tool    *tool
	path    string
	traffic *capture.File // nil: --pcap does not ask for it
	keyLog  io.Writer     // nil: SSLKEYLOGFILE does not ask for it
	log     *os.File
}

// tap begins what --pcap and SSLKEYLOGFILE ask for.
func (t *tool) tap(c *cli.Context, choice capture.Choice) (*tapped, error) {
	a := &tapped{tool: t, path: c.String("pcap")}
	if a.path == "-" {
		return nil, usagef("--pcap -: a capture goes to a file, or to a pipe that mkfifo has made")
	}
	if path := os.Getenv("SSLKEYLOGFILE"); path != "" {
		var err error
		if a.log, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
			return nil, &problem{code: exitFailed, err: fmt.Errorf("SSLKEYLOGFILE: %w", err), hint: "unset it, or name a file that you may write"}
		}
		a.keyLog = a.log
		fmt.Fprintf(t.err, "warning: SSLKEYLOGFILE is set: whoever reads %s can read the phones' TLS\n", path)
	}
	if a.path != "" {
		var err error
		if a.traffic, err = capture.Create(a.path, choice); err != nil {
			return nil, errors.Join(&problem{code: exitFailed, err: fmt.Errorf("--pcap: %w", err), hint: "name a file that you may write"}, a.close())
		}
	}
	return a, nil
}

// close says on standard error what was captured.
func (a *tapped) close() error {
	var faults []error
	if a.log != nil {
		faults = append(faults, a.log.Close())
	}
	if a.traffic != nil {
		summary, err := a.traffic.Close()
		if err != nil {
			err = &problem{code: exitFailed, err: fmt.Errorf("%s is not complete: %w", a.path, err), hint: "what is in it can be read, and nothing else has suffered"}
		} else {
			fmt.Fprintf(a.tool.err, "%s: %v; the secrets of their TLS are inside\n", a.path, summary)
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}
