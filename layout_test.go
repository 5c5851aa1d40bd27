package phonebank_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/phonebank/phonebank"

// room says what the packages of a folder, and those below it, may import
// beside the standard library.
type room struct {
	folder string
	ours   []string // folders of this module
	others []string // packages of other modules
}

// mayImport is the import diagram; the first row that fits a package counts.
var mayImport = []room{
	{"wire", []string{"wire"}, nil},
	{"internal/whole", nil, nil},
	{"phone", []string{"wire", "phone"}, []string{"golang.org/x/sync", "golang.org/x/sys"}},
	{"core/coretest", []string{"core", "wire"}, nil},
	{"core", []string{"wire", "core", "internal/whole"}, []string{"github.com/pin/tftp/v3", "golang.org/x/sync"}},
	{"scenario/tally", []string{"phone", "wire", "scenario/tally", "scenario/internal"}, []string{"github.com/HdrHistogram/hdrhistogram-go"}},
	{"scenario/report", []string{"scenario/tally", "phone", "scenario/report", "internal/whole"}, nil},
	{"scenario/search", []string{"scenario/tally", "scenario/load", "scenario/report"}, nil},
	{"scenario/record", []string{"scenario/tally", "scenario/report", "phone"}, nil},
	{"scenario/network", []string{"phone"}, nil},
	{"scenario/capture", []string{"phone"}, []string{"github.com/gopacket/gopacket"}},
	{"scenario/state", []string{"scenario/state", "core", "phone", "wire", "internal/whole"}, []string{"go.etcd.io/bbolt"}},
	{"scenario/live", []string{"scenario", "phone", "wire"}, []string{"github.com/prometheus/client_golang", "golang.org/x/net/netutil"}},
	{"scenario", []string{"scenario", "core", "phone", "wire", "internal/whole"}, []string{
		"github.com/goccy/go-yaml", "golang.org/x/sync", "github.com/HdrHistogram/hdrhistogram-go", "golang.org/x/sys",
	}},
	{"cmd", []string{"cmd", "scenario", "core", "phone", "wire", "internal/whole"}, []string{
		"github.com/urfave/cli/v2", "github.com/schollz/progressbar/v3", "go.etcd.io/bbolt", "golang.org/x/term", "golang.org/x/sys", "golang.org/x/sync",
		"software.sslmate.com/src/go-pkcs12", "github.com/ThalesGroup/crypto11", "github.com/miekg/pkcs11",
	}},
	{"examples", []string{"scenario", "core", "phone", "wire"}, []string{"golang.org/x/sync"}},
	{"bench", []string{"scenario", "core", "phone", "wire"}, []string{"golang.org/x/sync"}},
}

func TestDataFlowsOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		folder := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		row := slices.IndexFunc(mayImport, func(r room) bool { return within(folder, r.folder) })
		if folder == "" {
			continue
		}
		if row < 0 {
			t.Errorf("%s has no row in this table", folder)
			continue
		}
		seen++
		for _, imported := range p.Imports {
			if !allowed(imported, mayImport[row].ours, mayImport[row].others) {
				t.Errorf("%s must not import %s", folder, imported)
			}
		}
	}
	if seen < 5 {
		t.Errorf("only %d packages were looked at", seen)
	}
}

func allowed(imported string, ours, others []string) bool {
	if folder, ok := strings.CutPrefix(imported, module+"/"); ok {
		return slices.ContainsFunc(ours, func(root string) bool { return within(folder, root) })
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return true // the standard library
	}
	return slices.ContainsFunc(others, func(root string) bool { return within(imported, root) })
}

func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

func TestAnImportAgainstTheCurrentIsFound(t *testing.T) {
	for _, c := range []struct {
		situation, imported string
		ours                []string
		want                bool
	}{
		{"the standard library", "crypto/tls", nil, true},
		{"a lower room", module + "/wire/ctl", []string{"wire"}, true},
		{"a neighbour", module + "/core", []string{"wire", "phone"}, false},
		{"a room whose name only begins alike", module + "/wireless", []string{"wire"}, false},
		{"a library that is not listed", "github.com/urfave/cli/v2", []string{"wire"}, false},
	} {
		if got := allowed(c.imported, c.ours, nil); got != c.want {
			t.Errorf("%s: allowed(%s) = %v", c.situation, c.imported, got)
		}
	}
}
