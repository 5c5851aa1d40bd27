package scenario

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/phonebank/phonebank/scenario/internal/tree"
)

var updateSchema = flag.Bool("update-schema", false, "write examples/scenario.schema.json")

func TestEveryKeyIsExplained(t *testing.T) {
	asked := map[string]bool{}
	scratch := &Scenario{places: make(map[string]tree.Place)}
	tree.Describe(scratch.read, func(path string) tree.About {
		asked[path] = true
		return tree.About{}
	})
	delete(asked, "")
	explained := keys()
	want, got := slices.Sorted(maps.Keys(asked)), slices.Sorted(maps.Keys(explained))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys of the file (-) and explanations (+):\n%s", diff)
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("scenario.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("scenario.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// plain is a YAML text as the values that JSON knows.
func plain(t *testing.T, text []byte) any {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestTheSchemaBesideTheExamples(t *testing.T) {
	const path = "../examples/scenario.schema.json"
	want, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *updateSchema {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the tables say (%v); run go test ./scenario -run Schema -update-schema", path, err)
	}
}

func TestExamplesFitTheSchemaAndNameIt(t *testing.T) {
	schema := compiled(t)
	var files []string
	for _, pattern := range []string{"../examples/*.yaml", "../examples/*/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 5 {
		t.Fatalf("only %d examples", len(files))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(plain(t, text)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		away, err := filepath.Rel(filepath.Dir(file), "../examples/scenario.schema.json")
		if line := "# yaml-language-server: $schema=" + filepath.ToSlash(away) + "\n"; err != nil || !strings.HasPrefix(string(text), line) {
			t.Errorf("%s does not begin with %q", file, line)
		}
	}
}

func TestTheSchemaRefusesWhatTheProgramRefuses(t *testing.T) {
	schema := compiled(t)
	for title, text := range map[string]string{
		"an unknown key":        "phone: {count: 3}",
		"an unknown key inside": "phones: {cout: 3}",
		"an unknown word":       "phones: {count: 3, lsc: enroll}",
		"an unknown fault":      "core: {faults: [{fault: slwo}]}",
		"a list for a number":   "seed: [1]",
		"a word for a mapping":  "limits: many",
		"a word for a switch":   "phones: {standby: maybe}",
		"a list in a list":      "load: [[hold 1/s]]",
	} {
		t.Run(title, func(t *testing.T) {
			if err := schema.Validate(plain(t, []byte(text))); err == nil {
				t.Errorf("the schema takes %q", text)
			}
			if _, err := Parse("x.yaml", []byte(text)); err == nil {
				t.Errorf("the program takes %q", text)
			}
		})
	}
	var names struct{ Properties map[string]json.RawMessage }
	text, _ := Schema()
	if err := json.Unmarshal(text, &names); err != nil || len(names.Properties) < 9 {
		t.Errorf("%d keys (%v)", len(names.Properties), err)
	}
}
