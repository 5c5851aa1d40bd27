package main

import (
	"strings"
	"testing"
)

func TestFleetRegisters(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"a fleet built in code: 50 phones registered", "at the end on 127.", "50 phones kept what they held"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing from:\n%s", want, out.String())
		}
	}
}
