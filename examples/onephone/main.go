// Onephone starts a simulated cluster and boots one secure phone against it,
// telling what the phone says of itself.
//
//	go run ./examples/onephone
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	// The cluster: one node in mixed mode that knows one device and wants it
	// to have an LSC.
	cluster, err := core.Start(ctx, core.Config{
		Security: cnf.Encrypted,
		CAPF:     core.CAPFPolicy{Auth: cnf.CAPFNullString, Operation: core.OperationInstall},
		Devices:  []core.Device{{Name: "SEP0011215A1AE3"}},
	})
	if err != nil {
		return err
	}
	defer cluster.Close()

	// The phone: fresh from the factory, with nothing in its flash. It needs a
	// MIC only when no LSC does; here CAPF issues one before it registers.
	model, err := phone.FindModel("7965")
	if err != nil {
		return err
	}
	id := phone.Identity{
		Name:  "SEP0011215A1AE3",
		Model: model,
		MIC: func() (*phone.Credential, error) {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				return nil, err
			}
			der, err := cluster.Authority().Manufacturer.MIC("SEP0011215A1AE3", "7965", key)
			return &phone.Credential{Certificate: der, Key: key}, err
		},
	}
	env := phone.Env{
		Files: &phone.TFTP{Servers: []string{cluster.TFTPAddr()}, Timers: &model.Timers},
		Watch: func(r phone.Record) { tell(out, r.Event) },
	}
	session, err := phone.New(id, phone.Flash{}, env).Boot(ctx)
	if err != nil {
		return err
	}
	session.Close()
	return nil
}

// tell prints the events a newcomer wants to see.
func tell(out io.Writer, e phone.Event) {
	switch e := e.(type) {
	case phone.ConsoleLine:
		fmt.Fprintf(out, "      %s\n", e.Text)
	case phone.StatusMessage:
		fmt.Fprintf(out, "      [%s]\n", e.Text)
	case phone.StepEnded:
		fmt.Fprintf(out, "%-8s %s\n", e.Step, outcome(e))
	case phone.Registered:
		fmt.Fprintf(out, "registered with %s, %s, %s\n", e.Node, e.Version, e.Cipher)
	case phone.Unregistered:
		fmt.Fprintf(out, "took its leave of %s\n", e.Node)
	}
}

func outcome(e phone.StepEnded) string {
	if e.Err != nil {
		return "failed: " + e.Err.Error()
	}
	return e.Note
}
