package core

import (
	"testing"

	"github.com/phonebank/phonebank/wire/ctl"
)

// TestAnITLIsNoOlderThanItsCertificates: administrators compare the dates to
// see whether TFTP was restarted after a certificate was regenerated.
func TestAnITLIsNoOlderThanItsCertificates(t *testing.T) {
	a := testAuthority()
	d, err := newDisk(Config{Authority: a}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &Core{disk: d, trace: newTracer(nil)}
	if err := c.Regenerate(CallManagerCertificate, 1); err != nil {
		t.Fatal(err)
	}
	s := d.read()
	b, err := s.authority.ITL(1, s.listOptions())
	if err != nil {
		t.Fatal(err)
	}
	list, err := ctl.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if made := s.authority.CallManagers[0].Certificate.NotBefore; list.Timestamp.Before(made) || s.changed.IsZero() {
		t.Errorf("an ITL of %s with a certificate of %s", list.Timestamp, made)
	}
}
