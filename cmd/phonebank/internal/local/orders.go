package local

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/phonebank/phonebank/core"
)

// Orders go down the pipe that keeps the child alive, one JSON value a line, and
// each is answered by one line of the child's output: "done", or "failed" and
// why. Nobody but the two processes holds an end of either.
const (
	answerDone   = "done"
	answerFailed = "failed "
)

// Obey carries out the orders that come in until there are none any more, which
// is when the parent has gone, or wants the child to.
func Obey(ctx context.Context, c *core.Core, in io.Reader, out io.Writer) {
	for orders := json.NewDecoder(in); ; {
		var o core.Order
		if orders.Decode(&o) != nil { // any end is the end
			return
		}
		answer := answerDone
		if err := c.Carry(ctx, o); err != nil {
			answer = answerFailed + strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return
		}
	}
}

// carry sends an order to the child and waits for its answer.
func (c *child) carry(ctx context.Context, o core.Order) error {
	c.orders.Lock()
	defer c.orders.Unlock()
	if err := json.NewEncoder(c.in).Encode(o); err != nil {
		return fmt.Errorf("order to the core's process: %w", err)
	}
	select {
	case answer := <-c.answers:
		why, failed := strings.CutPrefix(answer, answerFailed)
		if failed {
			return errors.New(why)
		}
		return nil
	case <-c.ended:
		return errors.New("the core's process has ended")
	case <-ctx.Done():
		return ctx.Err() // the run is over: nobody waits for another answer
	}
}

// listen reads what the child says after its ready line.
func (c *child) listen(lines *bufio.Scanner) {
	for lines.Scan() {
		if text := lines.Text(); text == answerDone || strings.HasPrefix(text, answerFailed) {
			select {
			case c.answers <- text:
			default: // nobody has asked
			}
		}
	}
}
