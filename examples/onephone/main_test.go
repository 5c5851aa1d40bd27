package main

import (
	"strings"
	"testing"
)

func TestOnePhoneTellsItsBoot(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv",
		"[Trust List Updated]",
		"LSC installed, rsa-2048",
		"TLS 1.0, TLS_RSA_WITH_AES_128_CBC_SHA",
		"took its leave",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing from:\n%s", want, out.String())
		}
	}
}
