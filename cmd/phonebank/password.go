package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/phonebank/phonebank/cmd/phonebank/internal/token"
)

func passwordFlag() cli.Flag {
	return &cli.StringFlag{Name: "password-file", Usage: "the token's password is the first line of `FILE`, - for standard input; by default it is asked for"}
}

// passwordFrom takes passwords from a file, else from the person at the terminal.
func (t *tool) passwordFrom(path string) token.Password {
	return func(ctx context.Context, p token.Prompt) (string, error) {
		if path != "" {
			file, err := t.read(path, 4096)
			if err != nil {
				return "", err
			}
			line, _, _ := bytes.Cut(file, []byte("\n"))
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		in, ok := t.in.(*os.File)
		if !ok || !term.IsTerminal(int(in.Fd())) {
			return "", &problem{
				code: exitUsage, err: fmt.Errorf("%s has a password, and there is no terminal to ask for it", p.Token),
				hint: "--password-file FILE names a file whose first line is the password",
			}
		}
		return t.askPassword(ctx, in, p)
	}
}

// askPassword asks on the terminal without showing what is typed. A signal in
// the meantime must not leave the terminal silent.
func (t *tool) askPassword(ctx context.Context, in *os.File, p token.Prompt) (string, error) {
	fmt.Fprintf(t.err, "Password of %s%s: ", printable(p.Token), leftOf(p))
	before, err := term.GetState(int(in.Fd()))
	if err != nil {
		return "", err
	}
	typed := make(chan string, 1)
	failed := make(chan error, 1)
	go func() { // blocked in a read until the program ends, if a signal comes first
		b, err := term.ReadPassword(int(in.Fd()))
		if err != nil {
			failed <- err
			return
		}
		typed <- string(b)
	}()
	defer fmt.Fprintln(t.err)
	select {
	case password := <-typed:
		return password, nil
	case err := <-failed:
		if err == io.EOF {
			err = fmt.Errorf("no password was given for %s", p.Token)
		}
		return "", err
	case <-ctx.Done():
		_ = term.Restore(int(in.Fd()), before) // the program ends; nothing else could be done
		return "", interrupted()
	}
}

func leftOf(p token.Prompt) string {
	switch {
	case p.State != "":
		return " (" + p.State + ")"
	case p.Left == 1:
		return " (the last attempt before the token is locked for good)"
	case p.Left > 0 && p.Left < token.Attempts:
		return fmt.Sprintf(" (%d attempts left)", p.Left)
	}
	return ""
}
