package phone_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/sccp"
)

const (
	node1 = "192.0.2.1:2000"
	node2 = "192.0.2.2:2000"
)

// TestKeepAlives demands the keepalives of the interval that RegisterAck names,
// the first a tenth early (chance turns out highest in a lab).
func TestKeepAlives(t *testing.T) {
	for _, c := range []struct {
		seconds uint32
		want    string
	}{
		{30, "27s 57s 1m27s 1m57s"},
		{60, "54s 1m54s"},
		{1, "900ms 1.9s 2.9s"},
		{0, "27s 57s 1m27s 1m57s"}, // none named: CUCM's own
	} {
		t.Run(fmt.Sprintf("every %d s", c.seconds), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, but(answersAll, sccp.IDRegisterReq, func(to *caller, _ sccp.Message) {
					to.send(sccp.RegisterAck{KeepAliveInterval: c.seconds}, sccp.CapabilitiesReq{})
				}))
				life := 2 * time.Minute
				if c.seconds == 1 {
					life = 3 * time.Second
				}
				if err := l.run(t, l.phone(t, nil), life); err != nil {
					t.Fatal(err)
				}
				if got := l.nodes[0].times(sccp.IDKeepAliveReq); got != c.want {
					t.Errorf("keepalives at %s, want %s", got, c.want)
				}
				if sent, acked := len(all[phone.KeepAliveSent](&l.said)), len(all[phone.KeepAliveAcked](&l.said)); sent != len(strings.Fields(c.want)) || acked != sent {
					t.Errorf("%d sent and %d acknowledged", sent, acked)
				}
			})
		})
	}
}

// TestKeepAlivesDoNotTickTogether looks at the first keepalive of phones with
// chances of their own: within the last tenth of the interval, and spread.
func TestKeepAlivesDoNotTickTogether(t *testing.T) {
	early, late := 0, 0
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t, answersAll)
			if err := l.run(t, l.phone(t, chance(seed)), time.Minute); err != nil {
				t.Fatal(err)
			}
			beats := l.nodes[0].hears(sccp.IDKeepAliveReq)
			if len(beats) < 2 || beats[0].after < 27*time.Second || beats[0].after > 30*time.Second || beats[1].after-beats[0].after != 30*time.Second {
				t.Errorf("seed %d: keepalives at %s", seed, l.nodes[0].times(sccp.IDKeepAliveReq))
				return
			}
			if beats[0].after < 28*time.Second {
				early++
			}
			if beats[0].after > 29*time.Second {
				late++
			}
		})
	}
	if early == 0 || late == 0 {
		t.Errorf("%d of 40 phones were early and %d late", early, late)
	}
}

// TestKeepAliveSaysHowLongTheAnswerTook delays the answers.
func TestKeepAliveSaysHowLongTheAnswerTook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, but(answersAll, sccp.IDKeepAliveReq, func(c *caller, m sccp.Message) {
			time.Sleep(250 * time.Millisecond)
			answersAll(c, m)
		}))
		if err := l.run(t, l.phone(t, nil), time.Minute); err != nil {
			t.Fatal(err)
		}
		for _, e := range all[phone.KeepAliveAcked](&l.said) {
			if e.RTT != 250*time.Millisecond {
				t.Errorf("an answer took %v, want 250ms", e.RTT)
			}
		}
		if len(all[phone.KeepAliveAcked](&l.said)) != 2 {
			t.Errorf("%d answers, want 2", len(all[phone.KeepAliveAcked](&l.said)))
		}
	})
}

// TestKeepAliveAnswersBelongToTheOldest has a CallManager that takes 45 s for
// an answer, longer than the interval; and one that drops some, of which the
// phone must not remember too many.
func TestKeepAliveAnswersBelongToTheOldest(t *testing.T) {
	late := func(after time.Duration) manner {
		return but(answersAll, sccp.IDKeepAliveReq, func(c *caller, m sccp.Message) {
			time.AfterFunc(after, func() { answersAll(c, m) })
		})
	}
	for _, c := range []struct {
		situation string
		manner    manner
		want      []time.Duration
	}{
		{"late by more than an interval", late(45 * time.Second), slices.Repeat([]time.Duration{45 * time.Second}, 5)},
		{"as late as can be", late(80 * time.Second), slices.Repeat([]time.Duration{80 * time.Second}, 4)},
		{
			"answers every second one", func() manner {
				heard := 0
				return but(answersAll, sccp.IDKeepAliveReq, func(c *caller, m sccp.Message) {
					if heard++; heard%2 == 0 {
						answersAll(c, m)
					}
				})
			}(), []time.Duration{30 * time.Second, 60 * time.Second, 60 * time.Second},
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, c.manner)
				if err := l.run(t, l.phone(t, nil), 200*time.Second); err != nil {
					t.Fatal(err)
				}
				var got []time.Duration
				for _, e := range all[phone.KeepAliveAcked](&l.said) {
					got = append(got, e.RTT)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("answers took %v, want %v", got, c.want)
				}
			})
		})
	}
}
