package check

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"sync"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/ctl"
)

// server is one TFTP server.
type server struct {
	address string
	files   map[ctl.Kind]file // trust lists, as far as they were asked for
}

// file is a file as it was asked for.
type file struct {
	name  string
	bytes []byte
	err   error
}

// fetch asks a server for the first of some names that it knows.
func (e *examination) fetch(ctx context.Context, s *server, names ...string) (f file) {
	client := &phone.TFTP{Servers: []string{s.address}, Local: e.Identity.Address, Timers: &e.Identity.Model.Timers}
	for _, name := range names {
		f.name = name
		if f.bytes, f.err = client.Fetch(ctx, name); !errors.Is(f.err, phone.ErrNotFound) {
			break
		}
	}
	return f
}

// fetchList asks all servers that answer for a trust list, under the name with
// the device in it and under the general one. A phone asks for an ITL under
// either, for a CTL only under the first.
func (e *examination) fetchList(ctx context.Context, kind ctl.Kind) {
	names := []string{kind.String() + string(e.Identity.Name) + ".tlv", kind.String() + "File.tlv"}
	var work sync.WaitGroup
	files := make([]file, len(e.servers))
	for i, s := range e.servers {
		if s.silent() {
			continue
		}
		work.Go(func() { files[i] = e.fetch(ctx, s, names...) })
	}
	work.Wait()
	for i, s := range e.servers {
		if !s.silent() {
			s.files[kind] = files[i]
		}
	}
}

// silent says that the server did not answer when it was asked for the CTL.
func (s *server) silent() bool {
	switch phone.CauseOf(s.files[ctl.CTL].err) {
	case phone.CauseTimeout, phone.CauseRefused, phone.CauseOther, phone.CauseLocal, phone.CauseCanceled:
		return true
	}
	return false
}

func tftpAnswers(ctx context.Context, e *examination) (findings []Finding) {
	e.fetchList(ctx, ctl.CTL)
	for _, s := range e.servers {
		if s.silent() {
			findings = append(findings, bad("TFTP does not answer",
				fmt.Sprintf("TFTP %s does not answer: %v", s.address, s.files[ctl.CTL].err),
				"Check the address (option 150 of DHCP), and that nothing between here and there filters UDP.",
				"In Cisco Unified Serviceability check that Cisco TFTP is activated and started on that server."))
			continue
		}
		if e.main == nil {
			e.main = s
		}
		findings = append(findings, good(fmt.Sprintf("TFTP %s answers", s.address)))
	}
	if e.main != nil { // the others are compared, not needed
		for i := range findings {
			findings[i].reason = ""
		}
	}
	return findings
}

func listServed(ctx context.Context, e *examination, kind ctl.Kind) []Finding {
	if kind == ctl.ITL {
		if !e.Identity.Model.SecurityByDefault {
			return one(none("a "+e.Identity.Model.Name+" knows no ITL", "a "+e.Identity.Model.Name+" knows no ITL, and asks for none"))
		}
		e.fetchList(ctx, kind)
	}
	f := e.main.files[kind]
	switch {
	case errors.Is(f.err, phone.ErrNotFound) && kind == ctl.CTL:
		return one(none("there is no CTL", "TFTP serves no CTL: right for a cluster that is not in mixed mode"))
	case errors.Is(f.err, phone.ErrNotFound):
		return one(lacking("there is no ITL", "TFTP serves no ITL: phones with security by default get none (right before release 8.0 only)",
			restartTVS, restartTFTP))
	case f.err != nil:
		return one(bad("TFTP did not deliver the "+kind.String(), fmt.Sprintf("the %s did not arrive: %v", kind, f.err), restartTFTP))
	}
	text := fmt.Sprintf("%s: %d bytes, MD5 %x", f.name, len(f.bytes), md5.Sum(f.bytes))
	if kind == ctl.CTL && f.name == "CTLFile.tlv" {
		return one(doubtful(fmt.Sprintf("%s; but phones ask for CTL%s.tlv, which the server does not have", text, e.Identity.Name),
			"Cisco TFTP answers that name with CTLFile.tlv; another TFTP server needs the file, or a link to it, under that name."))
	}
	return one(good(text))
}

// serversAgree compares what the other servers serve with the first. CTLs are
// the same everywhere. An ITL is signed by its own server, so that two of them
// may differ, as long as a phone goes from one to the other.
func serversAgree(ctx context.Context, e *examination, kind ctl.Kind) []Finding {
	first := e.main.files[kind]
	same := 0
	for _, s := range e.servers {
		f := s.files[kind]
		switch {
		case s == e.main || s.silent():
			continue
		case f.err != nil:
			return one(bad(fmt.Sprintf("the TFTP servers differ in their %s", kind),
				fmt.Sprintf("%s serves a %s, %s does not: %v", e.main.address, kind, s.address, f.err), e.sameFiles(s)...))
		case bytes.Equal(f.bytes, first.bytes):
		case kind == ctl.ITL && e.exchangeable(ctx, first.bytes, f.bytes):
		default:
			return one(bad(fmt.Sprintf("the TFTP servers serve different %ss", kind), e.difference(kind, s), e.sameFiles(s)...))
		}
		same++
	}
	if same == 0 {
		return nil
	}
	return one(good(fmt.Sprintf("all TFTP servers serve the same %s", kind)))
}

// exchangeable says whether a phone that holds either ITL takes the other.
func (e *examination) exchangeable(ctx context.Context, a, b []byte) bool {
	takes := func(held, offered []byte) bool {
		list, err := ctl.Parse(held)
		if err != nil {
			return false
		}
		trust := phone.Held{CTL: e.lists[ctl.CTL], ITL: list}
		v := trust.JudgeList(ctx, ctl.ITL, offered, e.Identity.Model, nil)
		return v.Outcome != phone.Reject && v.Signer.SerialString() != list.Signer.SerialString()
	}
	return takes(a, b) && takes(b, a)
}

// difference says which of two lists is the older.
func (e *examination) difference(kind ctl.Kind, other *server) string {
	text := fmt.Sprintf("%s and %s serve different %ss", e.main.address, other.address, kind)
	a, errA := ctl.Parse(e.main.files[kind].bytes)
	b, errB := ctl.Parse(other.files[kind].bytes)
	if errA != nil || errB != nil {
		return text
	}
	say := func(s *server, l *ctl.List) string {
		return fmt.Sprintf("that of %s is of %s, signed by serial %s, MD5 %x", s.address, stamp(l.Timestamp), l.Signer.SerialString(), l.MD5())
	}
	return text + ": " + say(e.main, a) + "; " + say(other, b)
}

func (e *examination) sameFiles(other *server) []string {
	return []string{
		fmt.Sprintf("Compare \"show ctl\" on %s and %s: run the CTL Client again if one of them lacks the latest list (it writes to every server it can reach on TCP 2444).", e.main.address, other.address),
		restartTFTP,
		restartCallManager,
	}
}
