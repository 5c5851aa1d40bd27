package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/phonebank/phonebank/scenario/report"
)

// read reads a file, "-" being standard input. It stops one byte behind the
// limit: parsers say themselves what is too long for them.
func (t *tool) read(path string, limit int64) ([]byte, error) {
	in := t.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, unreadable(err)
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, unreadable(err)
	}
	return b, nil
}

// unreadable is a file that cannot be opened or read.
func unreadable(err error) error {
	p := &problem{code: exitFile, err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.hint = "check the name; nothing was read"
	case errors.Is(err, fs.ErrPermission):
		p.hint = "run as a user who may read the file"
	}
	return p
}

// writable refuses files of flags that no directory is there for, before a run
// that may take an hour rather than after it.
func writable(c *cli.Context, flags ...string) error {
	for _, name := range flags {
		path := c.String(name)
		if path == "" || path == "-" {
			continue
		}
		dir, err := os.Stat(filepath.Dir(path))
		if err == nil && !dir.IsDir() {
			err = fmt.Errorf("%s is no directory", filepath.Dir(path))
		}
		if err != nil {
			return &problem{code: exitUnready, err: fmt.Errorf("--%s %s: %w", name, path, err), hint: "make the directory first; nothing was run"}
		}
	}
	return nil
}

// jsonFile is the flag of commands whose results are a story or a report: JSON
// goes to a file beside it.
func jsonFile() cli.Flag {
	return &cli.StringFlag{Name: "json", Usage: "write the result as JSON to `FILE`, - for standard output"}
}

// jsonInstead is the flag of commands that print one thing: JSON in its place.
func jsonInstead() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON instead of text"}
}

// save writes JSON to a file, whole or not at all, or to standard output.
func (t *tool) save(path string, v any) error {
	write := func(w io.Writer) error { return printJSON(w, v) }
	if path == "-" {
		return write(t.out)
	}
	return report.Whole(path, write)
}

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// rows prints labelled lines, labels in a column.
func rows(w io.Writer, rows [][2]string) error {
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	for _, r := range rows {
		if _, err := fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %-*s  %s", width, r[0], printable(r[1])), " ")); err != nil {
			return err
		}
	}
	return nil
}

// printable is a text from a file without what a terminal would obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}
