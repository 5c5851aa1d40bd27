package check

import (
	"context"
	"fmt"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/ctl"
)

func listParses(ctx context.Context, e *examination, kind ctl.Kind) []Finding {
	list, err := ctl.Parse(e.main.files[kind].bytes)
	if err != nil {
		v := e.firstUse(ctx, kind)
		return one(bad(fmt.Sprintf("the %s does not parse", kind), fmt.Sprintf("the %s does not parse: %s", kind, v.Reason), e.signAgain(kind)...))
	}
	e.lists[kind] = list
	return one(good(fmt.Sprintf("the %s has %d records, is of %s and signed by %s (serial %s) with %s", kind, len(list.Records),
		stamp(list.Timestamp), list.Signer.Name, list.Signer.SerialString(), list.Envelope.Digest)))
}

// firstUse is the verdict of a phone that holds nothing: limits, algorithms and
// the list's own signature, no question of trust.
func (e *examination) firstUse(ctx context.Context, kind ctl.Kind) phone.Verdict {
	return phone.Held{}.JudgeList(ctx, kind, e.main.files[kind].bytes, e.Identity.Model, nil)
}

func listLoads(ctx context.Context, e *examination, kind ctl.Kind) []Finding {
	if v := e.firstUse(ctx, kind); v.Cause == phone.CauseMalformed {
		return one(bad(fmt.Sprintf("no phone loads the %s", kind), fmt.Sprintf("no phone loads this %s: %s", kind, v.Reason),
			append([]string{v.Fix}, e.signAgain(kind)...)...))
	}
	if found := e.lists[kind].Kind(); found != kind {
		return one(doubtful(fmt.Sprintf("the file served as %s calls itself %q inside", kind, e.lists[kind].Filename), e.signAgain(kind)...))
	}
	return one(good(fmt.Sprintf("the %s is within the limits of phones", kind)))
}

func listVerifies(ctx context.Context, e *examination, kind ctl.Kind) []Finding {
	if v := e.firstUse(ctx, kind); v.Outcome == phone.Reject {
		return one(bad(fmt.Sprintf("the %s's own signature does not verify", kind),
			fmt.Sprintf("Verification of the %s File Failed: %s", kind, v.Reason), e.signAgain(kind)...))
	}
	if kind == ctl.ITL && e.lists[kind].Rollback() {
		return one(doubtful("the ITL is one for rollback: a phone that holds it takes any next ITL, and trusts no TVS",
			"Set \"Prepare Cluster for Rollback to pre 8.0\" (Enterprise Parameters) to False if no rollback is planned.", restartTVS, rebuildITL))
	}
	return one(good(fmt.Sprintf("The %s File was verified successfully", kind)))
}
