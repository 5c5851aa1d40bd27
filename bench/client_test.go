package bench

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
)

// ClientRole is the phones' side of a child process, where its CPU time can be
// told from the core's.
type ClientRole struct {
	world *world
	model *phone.Model
	tftp  string
	held  phone.Flash
	env   phone.Env
}

// ClientArgs say which phones, and where the core is.
type ClientArgs struct {
	Dir   string // of the world
	Model string
	Core  CorePlace
	Shelf int // how many phones' configurations to have in memory
}

// Prepare makes everything that is not to be measured.
func (r *ClientRole) Prepare(in ClientArgs, _ *Nothing) (err error) {
	if r.world, err = loadWorld(in.Dir); err != nil {
		return err
	}
	if r.model, err = phone.FindModel(in.Model); err != nil {
		return err
	}
	if r.held, err = heldLists(r.world.authority, in.Core.Lists, false); err != nil {
		return err
	}
	r.tftp = in.Core.TFTP
	files := make(shelf)
	r.env = phone.Env{Files: files, Timers: phone.NewWheel(wheelTick), Lists: new(phone.Lists)}
	for i := range in.Shelf {
		files["CTL"+name(i)+".tlv"], files["ITL"+name(i)+".tlv"] = r.held.CTL.Bytes(), r.held.ITL.Bytes()
		config := cnf.Name(name(i)) + ".sgn"
		if files[config], err = tftpFor(i, r.tftp, r.model).Fetch(context.Background(), config); err != nil {
			return err
		}
	}
	return nil
}

// Register registers n phones and answers with the CPU time of one of them.
func (r *ClientRole) Register(n int, each *time.Duration) error {
	sessions := make([]*phone.Session, n)
	began := cpuTime()
	err := eachOf(n, func(i int) (err error) {
		flash := r.held
		flash.LSC = r.world.credential(i)
		sessions[i], err = phone.New(identity(i, r.model), flash, r.env).Boot(context.Background())
		return err
	})
	*each = (cpuTime() - began) / time.Duration(n)
	for _, session := range sessions {
		if session != nil {
			session.Close()
		}
	}
	return err
}

// Sign answers with the CPU time of one private operation, with as many
// workers and keys as registrations have.
func (r *ClientRole) Sign(n int, each *time.Duration) error {
	digest := sha256.Sum256([]byte("S"))
	began := cpuTime()
	err := eachOf(n, func(i int) error {
		_, err := r.world.key(i).Sign(rand.Reader, digest[:], crypto.SHA256)
		return err
	})
	*each = (cpuTime() - began) / time.Duration(n)
	return err
}

// Fetch fetches n files as a phone does and answers with the CPU time of one.
func (r *ClientRole) Fetch(n int, each *time.Duration) error {
	return r.transfers(n, each, func(i int) (int, error) {
		file, err := tftpFor(i, r.tftp, r.model).Fetch(context.Background(), "CTL"+name(i)+".tlv")
		return len(file), err
	})
}

// FetchBare fetches n files with a bare loop.
func (r *ClientRole) FetchBare(n int, each *time.Duration) error {
	return r.transfers(n, each, func(i int) (int, error) {
		return fetchBare(r.tftp, source(i), "CTL"+name(i)+".tlv")
	})
}

func (r *ClientRole) transfers(n int, each *time.Duration, fetch func(i int) (int, error)) error {
	began := cpuTime()
	err := eachOf(n, func(i int) error {
		size, err := fetch(i % len(r.world.lscs))
		if err == nil && size != r.held.CTL.Size() {
			err = errStranger
		}
		return err
	})
	*each = (cpuTime() - began) / time.Duration(n)
	return err
}
