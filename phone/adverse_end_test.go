package phone_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/sccp"
)

// TestEndsWithItsContextWhileItIsBusy ends the context at the worst moment:
// when the phone does not wait for anything and is about to. It must not wait.
func TestEndsWithItsContextWhileItIsBusy(t *testing.T) {
	for _, c := range []struct {
		situation string
		manner    manner
	}{
		{"before RegisterAck", deafTo(answersAll, sccp.IDRegisterReq)},
		{"before TimeDateRes", deafTo(answersAll, sccp.IDTimeDateReq, sccp.IDSoftKeyTemplateReq, sccp.IDSoftKeySetReq, sccp.IDConfigStatReq, sccp.IDForwardStatReq)},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				l := newLab(t, c.manner)
				p := l.phone(t, func(_ *phone.Identity, _ *phone.Flash, env *phone.Env) {
					env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
						conn, err := l.Dial(ctx, network, address)
						return &hooked{Conn: conn, written: func(b []byte) {
							if last := lastMessage(b); last == sccp.IDRegisterReq && c.situation == "before RegisterAck" || last == sccp.IDTimeDateReq {
								cancel()
								synctest.Wait() // for all that the cancellation sets off
							}
						}}, err
					}
				})
				mustFail(t, device+": register: context canceled", phone.CauseCanceled, 0, func() error {
					_, err := p.Boot(ctx)
					return err
				})
			})
		})
	}
}

// hooked is a connection that tells what was written to it.
type hooked struct {
	net.Conn
	written func([]byte)
}

func (h *hooked) Write(b []byte) (int, error) {
	n, err := h.Conn.Write(b)
	h.written(b)
	return n, err
}

// lastMessage is the last of the messages in a write.
func lastMessage(b []byte) (last sccp.ID) {
	for {
		n, err := sccp.Split(b)
		if n == 0 || err != nil {
			return last
		}
		frame, _ := sccp.ParseFrame(b[:n])
		last, b = frame.ID, b[n:]
	}
}
