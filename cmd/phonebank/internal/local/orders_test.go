package local

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
)

func TestOrdersReachTheChild(t *testing.T) {
	child, err := Start(context.Background(), spec(t, "obeys"))
	if err != nil {
		t.Fatal(err)
	}
	restart := core.Order{Do: core.DoRestart, Service: core.ServiceTFTP, Node: 1}
	if err := child.Carry(t.Context(), restart); err != nil {
		t.Error(err)
	}
	if err := child.Carry(t.Context(), restart); err == nil || err.Error() != "no such node" {
		t.Errorf("the child's refusal is %v", err)
	}
	if _, _, err := child.Close(); err != nil {
		t.Error(err)
	}
	if err := child.Carry(t.Context(), restart); err == nil {
		t.Error("a child that has ended obeys")
	}
}

func TestObey(t *testing.T) {
	c := coretest.Start(t, core.Config{Network: new(coretest.Network)})
	before := c.Authority().CallManagers[0].Certificate
	var said bytes.Buffer
	Obey(t.Context(), c, strings.NewReader(`{"do":"regenerate","certificate":"CallManager","node":1}
{"do":"regenerate","certificate":"CallManager","node":7}
{"do":"dance"}
nonsense
{"do":"regenerate","certificate":"TVS","node":1}
`), &said)
	want := "done\nfailed core: node 7 of 1\nfailed core: nobody can \"dance\"\n"
	if said.String() != want {
		t.Errorf("got %q, want %q", said.String(), want)
	}
	if c.Authority().CallManagers[0].Certificate.Equal(before) {
		t.Error("nothing was regenerated")
	}
}
