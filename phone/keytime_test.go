package phone_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
)

func TestASpreadIsDrawn(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		situation   string
		spread      phone.Spread
		least, most time.Duration // of a thousand
		mean        time.Duration // to a tenth of a second
		text        string
	}{
		{"nothing", phone.Spread{}, 0, 0, 0, "0s"},
		{"one time", phone.Spread{From: 13 * s, To: 13 * s}, 13 * s, 13 * s, 13 * s, "13s"},
		{"a range", phone.Spread{From: 10 * s, To: 16 * s}, 10 * s, 16 * s, 13 * s, "10s to 16s"},
		{"a normal distribution", phone.Spread{From: 13 * s, To: 13 * s, Deviation: s}, 10 * s, 16 * s, 13 * s, "13s ± 1s"},
		{"one that would go below nothing", phone.Spread{From: s, To: s, Deviation: s}, 0, 4 * s, 1050 * time.Millisecond, "1s ± 1s"},
	} {
		r := rand.New(rand.NewPCG(1, 2))
		lowest, highest, sum := time.Hour, time.Duration(0), time.Duration(0)
		for range 1000 {
			d := c.spread.Draw(r)
			lowest, highest, sum = min(lowest, d), max(highest, d), sum+d
		}
		if lowest < c.least || highest > c.most || (sum/1000-c.mean).Abs() > 100*time.Millisecond {
			t.Errorf("%s: %v to %v, %v in the mean", c.situation, lowest, highest, sum/1000)
		}
		if c.least != c.most && (lowest == highest || lowest > c.least+2*s || highest < c.most-2*s) {
			t.Errorf("%s: only %v to %v were drawn", c.situation, lowest, highest)
		}
		if c.spread.String() != c.text {
			t.Errorf("%s: %s", c.situation, c.spread)
		}
	}
}

// TestAKeyTakesAsLongAsOnThePhone holds the time from REQ_IN_PROGRESS to
// KEY_GEN_RES against what the phone is said to take.
func TestAKeyTakesAsLongAsOnThePhone(t *testing.T) {
	a := mustAuthority(t)
	spread := phone.Spread{From: 10 * time.Second, To: 16 * time.Second}
	drawn := spread.Draw(rand.New(rand.NewPCG(42, 7)))
	for _, c := range []struct {
		situation string
		takes     phone.Spread
		making    time.Duration // the key itself
		want      time.Duration
	}{
		{"a key from a pool", phone.Spread{From: 13 * time.Second, To: 13 * time.Second}, 0, 13 * time.Second},
		{"one that this machine makes meanwhile", phone.Spread{From: 13 * time.Second, To: 13 * time.Second}, 4 * time.Second, 13 * time.Second},
		{"one that this machine is slower with", phone.Spread{From: 3 * time.Second, To: 3 * time.Second}, 4 * time.Second, 4 * time.Second},
		{"nobody says", phone.Spread{}, 0, 0},
		{"drawn by the phone's own seed", spread, 0, drawn},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, secure := secureLab(t, a, cnf.CAPFNullString)
				began := make(chan time.Time, 2)
				l.listen(t, "192.0.2.1:3804", withTLS(t, a.CAPF, func(conn net.Conn) {
					conn.Write(enrols(capf.AuthRequest(1, 3), capf.KeyGenRequest(1, capf.KeySpec{Type: capf.EC, Curve: capf.P256})))
					for {
						m, err := capf.ReadMessage(conn)
						if err != nil {
							return
						}
						switch m.Command {
						case capf.ReqInProgress:
							began <- time.Now()
						case capf.KeyGenRes:
							began <- time.Now()
							conn.Write(enrols(capf.EndSession(1, capf.ReasonRefused)))
						}
					}
				}))
				p := l.phone(t, func(id *phone.Identity, flash *phone.Flash, env *phone.Env) {
					secure(id, flash, env)
					env.Keys, env.KeyTime, env.Rand = slowKeys{takes: c.making}, c.takes, rand.New(rand.NewPCG(42, 7))
				})
				p.Boot(t.Context())
				if at := <-began; (<-began).Sub(at) != c.want {
					t.Errorf("want %v", c.want)
				}
			})
		})
	}
}

func TestAPhoneThatMakesAKeyCanBeSwitchedOff(t *testing.T) {
	a := mustAuthority(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		l, secure := secureLab(t, a, cnf.CAPFNullString)
		l.listen(t, "192.0.2.1:3804", withTLS(t, a.CAPF, func(conn net.Conn) {
			conn.Write(enrols(capf.AuthRequest(1, 3), capf.KeyGenRequest(1, capf.KeySpec{Type: capf.EC, Curve: capf.P256})))
			for {
				if _, err := capf.ReadMessage(conn); err != nil {
					return
				}
			}
		}))
		p := l.phone(t, func(id *phone.Identity, flash *phone.Flash, env *phone.Env) {
			secure(id, flash, env)
			env.KeyTime = phone.Spread{From: time.Hour, To: time.Hour}
		})
		began := time.Now()
		if _, err := p.Boot(ctx); phone.CauseOf(err) != phone.CauseTimeout || time.Since(began) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestModelsTakeTheirTimeOnlyWhereASourceSaysSo(t *testing.T) {
	var known []string
	for _, name := range phone.ModelNames() {
		if m, err := phone.FindModel(name); err == nil && !m.KeyTime.IsZero() {
			known = append(known, name+" "+m.KeyTime.String())
		}
	}
	if got := fmt.Sprint(known); got != "[7970 12.807s]" {
		t.Error(got)
	}
}
