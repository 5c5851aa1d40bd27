package ctl_test

import (
	"testing"

	"github.com/phonebank/phonebank/wire/ctl"
)

// benchList is a list of 5 KB with an RSA-2048 signer: two tokens, a call manager
// and CAPF.
func benchList(b *testing.B) []byte {
	b.Helper()
	key := rsaKey(b, 2048)
	token := certificate(b, "token", 1, key.Public(), 0)
	spec := ctl.Spec{Signer: token, Key: key}
	for _, role := range []ctl.Role{ctl.RoleSAST, ctl.RoleSAST, ctl.RoleCCMTFTP, ctl.RoleCAPF} {
		spec.Records = append(spec.Records, ctl.Entry{Role: role, Certificate: token})
	}
	spec.Records[3].Certificate = certificate(b, "capf", 2, key.Public(), 500)
	file, err := ctl.Build(spec)
	if err != nil {
		b.Fatal(err)
	}
	return file
}

func BenchmarkParse(b *testing.B) {
	file := benchList(b)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ctl.Parse(file); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	file := benchList(b)
	l, err := ctl.Parse(file)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if err := l.VerifySelf(); err != nil {
			b.Fatal(err)
		}
	}
}
