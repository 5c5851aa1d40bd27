package bench

import (
	"context"
	"testing"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
)

// BenchmarkG1RegistrationRate is the rate at which phones with an LSC register
// (mutual TLS and the messages of a registration, both ends in this process)
// over that of a bare mutual-TLS loop. Lists and configuration come from
// memory; each phone still compares and verifies them.
func BenchmarkG1RegistrationRate(b *testing.B) {
	for _, digits := range models {
		b.Run(digits, func(b *testing.B) { registrationRate(b, short(full), digits, false) })
	}
}

// BenchmarkG2RegistrationRateWithCTL is the same where each phone holds an
// older CTL, fetches the new one by TFTP and verifies it.
func BenchmarkG2RegistrationRateWithCTL(b *testing.B) {
	for _, digits := range models {
		b.Run(digits, func(b *testing.B) { registrationRate(b, short(full), digits, true) })
	}
}

func registrationRate(t testing.TB, s size, digits string, fetchCTL bool) {
	w, m := newWorld(t, s, s.phones), model(t, digits)
	c := startCore(t, w, core.Config{Security: cnf.Encrypted, Devices: w.devices(s.phones, true)})
	files, err := fill(context.Background(), c, s.phones)
	if err != nil {
		t.Fatal(err)
	}
	held, err := heldLists(w.authority, c.ListOptions(), fetchCTL)
	if err != nil {
		t.Fatal(err)
	}
	env := phone.Env{Files: files, Timers: startWheel(t), Lists: new(phone.Lists)}
	ours := func() float64 {
		return storm(t, s.phones, func(i int) *phone.Phone {
			flash, own := held, env
			flash.LSC = w.credential(i)
			if fetchCTL {
				own.Files = ctlByTFTP{tftpFor(i, c.TFTPAddr(), m), files}
			}
			return phone.New(identity(i, m), flash, own)
		})
	}
	floor := startBareTLS(t, w, m)
	result := alternate(s.rounds, ours, func() float64 { return floor.rate(t, s.phones) })
	report(t, result.ratio, "ratio")
	report(t, result.ours, "registrations/s")
	report(t, result.floor, "bare-handshakes/s")
}
