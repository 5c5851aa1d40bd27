// Package keyboard lets whoever sits at the terminal steer a run with single
// keys, as SIPp does:
//
//	faster by a tenth   +
//	slower by a tenth   -
//	twice as fast       *
//	half as fast        /
//	as planned          0
//	pause, go on        p
//	drain               q   start nobody more, wait for those that boot, and end
//	stop                Q   end now
//
// The terminal keeps its line editing off for as long; Ctrl-C works as always.
package keyboard

import (
	"fmt"
	"io"

	"github.com/phonebank/phonebank/scenario"
)

// Help is the keys in one line.
const Help = "keys: + - rate, 0 as planned, p pause, q drain, Q stop"

// Steer obeys the keys that in gives until it ends, and tells what it did.
func Steer(in io.Reader, c *scenario.Control, told func(string)) {
	key := make([]byte, 1)
	for {
		if _, err := in.Read(key); err != nil {
			return
		}
		if said := press(key[0], c); said != "" {
			told(said)
		}
	}
}

// press obeys one key and says what it did; nothing for a key that means nothing.
func press(key byte, c *scenario.Control) string {
	switch key {
	case '+':
		c.Faster(1.1)
	case '-':
		c.Faster(1 / 1.1)
	case '*':
		c.Faster(2)
	case '/':
		c.Faster(0.5)
	case '0':
		c.Speed(1)
	case 'p':
		c.Pause(!c.Pace().Paused)
	case 'q':
		c.Drain()
	case 'Q':
		c.Stop()
		return "stopping"
	default:
		return ""
	}
	return describe(c.Pace())
}

func describe(p scenario.Pace) string {
	switch {
	case p.Drained:
		return "draining: nobody more starts"
	case p.Paused:
		return "paused; p goes on"
	}
	return fmt.Sprintf("arrivals at %.0f %% of the planned rate", p.Speed*100)
}
