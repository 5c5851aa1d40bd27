package phone

import (
	"context"
	"errors"
	"fmt"

	"github.com/phonebank/phonebank/wire/ctl"
)

// listNews is what the trust-list steps of a boot found. A phone shows one
// message about both lists.
type listNews struct {
	replaced, refused bool
	told              bool
}

func (b *boot) fetchCTL(ctx context.Context, watch *stopwatch) (result, error) {
	return b.updateList(ctx, watch, ctl.CTL, "CTL"+string(b.id.Name)+".tlv")
}

func (b *boot) fetchITL(ctx context.Context, watch *stopwatch) (result, error) {
	return b.updateList(ctx, watch, ctl.ITL, "ITL"+string(b.id.Name)+".tlv", "ITLFile.tlv")
}

// updateList fetches a trust list under the first name that the server knows,
// judges it against what the phone holds, and replaces the held one or not. A
// list that the server does not have is no failure: not every cluster has one.
func (b *boot) updateList(ctx context.Context, watch *stopwatch, kind ctl.Kind, names ...string) (result, error) {
	var file []byte
	var err error
	for _, name := range names {
		b.say(lineRequest(name))
		if file, err = b.fetch(ctx, watch, name); !errors.Is(err, ErrNotFound) {
			break
		}
	}
	switch {
	case errors.Is(err, ErrNotFound):
		b.say(StatusMessage{Text: "File Not Found <" + kind.String() + "File.tlv>"})
		return result{note: "the server has none"}, nil
	case err != nil:
		b.lists.refused = true
		if !errors.Is(err, errTooLong) { // the message is about configuration files
			b.say(statusOfTransfer(err))
		}
		return result{}, err
	}
	verdict := b.judge().JudgeList(ctx, kind, file, b.id.Model, b.asker())
	for _, line := range verdict.Console {
		b.say(line)
	}
	b.say(ListJudged{Kind: kind, Verdict: verdict})
	switch verdict.Outcome {
	case Unchanged:
		return result{note: "unchanged"}, nil
	case Reject:
		b.lists.refused = true
		return result{}, verdict.Err()
	}
	b.lists.replaced = true
	b.install(kind, verdict.List)
	return result{note: accepted(verdict)}, nil
}

func accepted(v Verdict) string {
	if v.FirstUse {
		return fmt.Sprintf("accepted at first use, %d records", len(v.List.Records))
	}
	return fmt.Sprintf("accepted, signed by serial %s", v.Signer.SerialString())
}

// install puts a list in the place of the held one of its kind. What TVS said
// under the old lists no longer counts.
func (b *boot) install(kind ctl.Kind, list *ctl.List) {
	if kind == ctl.ITL {
		b.flash.ITL = list
	} else {
		b.flash.CTL = list
	}
	if b.tvs != nil {
		b.tvs.Flush()
	}
	b.say(TrustListReplaced{Kind: kind, Size: list.Size()})
}

// tellLists shows the one message about the trust lists of this boot.
func (b *boot) tellLists() {
	if b.lists.told {
		return
	}
	b.lists.told = true
	switch {
	case b.lists.refused:
		b.say(StatusMessage{Text: StatusListUpdateFailed})
	case b.lists.replaced:
		b.say(StatusMessage{Text: StatusListUpdated})
	}
	if b.flash.CTL == nil && b.flash.ITL == nil {
		b.say(StatusMessage{Text: StatusNoList})
		b.say(lineNoCTL())
	}
}

// fetch gets a file within this machine's limits and tells the console.
func (p *Phone) fetch(ctx context.Context, watch *stopwatch, name string) (file []byte, err error) {
	err = watch.within(ctx, p.env.Limits.Transfers, func() error {
		p.transfers++
		p.say(lineTFTPRequest(int(p.transfers), name, fmt.Sprint(p.env.Files)))
		servers, ok := p.env.Files.(*TFTP)
		if !ok || len(servers.Servers) < 2 {
			file, err = p.env.Files.Fetch(ctx, name)
			return err
		}
		var from string
		if file, from, err = servers.fetch(ctx, name); from != "" {
			p.say(ownLineTFTPServer(int(p.transfers), from))
		}
		return err
	})
	if err == nil {
		p.say(lineTFTPFinished(int(p.transfers), len(file)))
	}
	return file, err
}

// judge is the phone's trust, which tells its steps where that is asked for.
func (p *Phone) judge() Held {
	held := p.held()
	if p.env.Trace {
		held.Trace = func(s TraceStep) { p.say(s) }
	}
	return held
}

// held is the phone's trust as it stands.
func (p *Phone) held() Held {
	return Held{CTL: p.flash.CTL, ITL: p.flash.ITL, Lists: p.env.Lists}
}
