package report

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/phonebank/phonebank/scenario/tally"
)

func TestTheSchemaIsThatOfTheType(t *testing.T) {
	reflector := jsonschema.Reflector{AllowAdditionalProperties: true} // fields are added, never renamed
	text, err := json.MarshalIndent(reflector.Reflect(new(tally.Result)), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if *update {
		if err := os.WriteFile("result.schema.json", text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("result.schema.json")
	if err != nil || !bytes.Equal(text, want) {
		t.Errorf("the schema has changed with the type, run with -update (%v)", err)
	}
}

func TestResultsFollowTheSchema(t *testing.T) {
	document, err := validator.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := validator.NewCompiler()
	if err := compiler.AddResource("result.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("result.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(r *tally.Result, spoil func(map[string]any)) error {
		var text bytes.Buffer
		if err := JSON(&text, r); err != nil {
			t.Fatal(err)
		}
		value, err := validator.UnmarshalJSON(&text)
		if err != nil {
			t.Fatal(err)
		}
		if spoil != nil {
			spoil(value.(map[string]any))
		}
		return schema.Validate(value)
	}
	for title, r := range map[string]*tally.Result{"a storm": storm(t), "an attack": hostile(t), "nothing": tally.New(2).Result(tally.Facts{})} {
		if err := validate(r, nil); err != nil {
			t.Errorf("%s: %v", title, err)
		}
	}
	if validate(storm(t), func(v map[string]any) { delete(v, "steps") }) == nil {
		t.Error("a result without steps passes")
	}
	if validate(storm(t), func(v map[string]any) { v["seed"] = "42" }) == nil {
		t.Error("a seed in quotes passes")
	}
}
