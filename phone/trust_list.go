package phone

import (
	"context"
	"errors"
	"slices"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// What a phone loads (trust list, section 8.2): a longer list is refused.
const (
	maxListBytes        = 65_535
	maxListCertificates = 39
)

// JudgeList decides about a trust list that was fetched as one of the given
// kind, with KindUnknown as the kind that its FILENAME names. A nil model
// stands for a phone with security by default, a nil tvs for one that knows no
// TVS server. The verdict keeps candidate, which must not change afterwards.
//
// The steps are those of trust list, section 8.1:
//
//	1  parse
//	2  the same bytes as the held list: unchanged
//	3  digest and signature algorithm known
//	4  find the signer among those who may sign (listSigners says who)
//	5  found: the key of the held record decides
//	6  not found: the list's own signature must hold, and TVS must vouch
func (h Held) JudgeList(ctx context.Context, kind ctl.Kind, candidate []byte, m *Model, tvs Asker) Verdict {
	h = h.of(m)
	j := judgement{held: h, model: m, trace: h.Trace, Verdict: Verdict{Kind: kind}}
	list, err := h.Lists.Parse(candidate)
	if err != nil {
		return j.malformed(candidate, err)
	}
	j.trace.parsed(list.Envelope, list.Records)
	j.List, j.Signer, j.Digest = list, list.Signer, list.Envelope.Digest
	if j.Kind == ctl.KindUnknown {
		j.Kind = list.Kind()
	}
	fault, ok := loadable(list, j.Kind)
	if j.trace.limits(list, fault, ok); !ok {
		return j.reject(CauseMalformed, fault)
	}
	held := h.list(j.Kind)
	same := held != nil && held.Equal(list)
	if j.trace.compared(j.Kind, held, same); same {
		return j.unchanged(held)
	}
	fault, ok = supported(list.Envelope)
	if j.trace.algorithms(list.Envelope, ok); !ok {
		return j.reject(CauseMalformed, fault)
	}
	who, firstUse, rule := h.listSigners(j.Kind, list)
	j.trace.signers(h.known(who, firstUse), who, rule)
	own := ownRecord(list)
	signer, err := who.named(list.Signer, own, j.trace).verify(list.Envelope, own, h.Lists.verify, j.trace)
	switch {
	case err == nil && firstUse:
		return j.acceptFirstUse(signer)
	case err == nil:
		return j.accept(signer)
	case !errors.Is(err, errNobody):
		return j.reject(CauseUntrusted, j.badSignature(list.Envelope, signer, err))
	}
	return j.stranger(ctx, list, own, tvs)
}

// list is the held list of a kind, nil when there is none.
func (h Held) list(kind ctl.Kind) *ctl.List {
	if kind == ctl.ITL {
		return h.ITL
	}
	return h.CTL
}

// loadable holds a parsed list against what phones load.
func loadable(list *ctl.List, kind ctl.Kind) (finding, bool) {
	certificates := 0
	for i := range list.Records {
		if len(list.Records[i].Certificate) > 0 {
			certificates++
		}
	}
	switch {
	case kind == ctl.KindUnknown:
		return noKind(list), false
	case list.Size() > maxListBytes:
		return tooLong(list.Size()), false
	case certificates > maxListCertificates:
		return tooMany(certificates), false
	}
	return finding{}, true
}

// supported holds a header's algorithms against what phones know.
func supported(file *signed.Envelope) (finding, bool) {
	if _, ok := file.Digest.Hash(); !ok {
		return unsupportedDigest(file), false
	}
	if file.Algorithm != 0 {
		return unsupportedAlgorithm(file), false
	}
	return finding{}, true
}

// ownRecord is the list's own SAST record for its signer, nil when it has
// none. Of several with the signer's serial it is the one whose key fits.
func ownRecord(list *ctl.List) *ctl.Record {
	records := list.Find(ctl.RoleSAST, list.Signer.Serial)
	switch {
	case len(records) == 0:
		return nil
	case len(records) > 1:
		if signer := list.SignedByRecord(); signer != nil {
			return signer
		}
	}
	return records[0]
}

// stranger judges a list whose signer no held list names (step 6).
func (j *judgement) stranger(ctx context.Context, list *ctl.List, own *ctl.Record, tvs Asker) Verdict {
	if own == nil {
		return j.reject(CauseUntrusted, j.unknownSigner(nil))
	}
	key, err := own.Key()
	j.trace.key(voucher{record: own}, err)
	if err == nil {
		err = j.held.Lists.verify(list.Envelope, key)
		j.trace.signature(list.Envelope, err)
	}
	if err != nil {
		return j.reject(CauseUntrusted, j.badOwnSignature(own, err))
	}
	if !j.mayAsk() || tvs == nil || len(own.Certificate) == 0 {
		j.trace.notAsked(j, ctl.RoleSAST)
		return j.reject(CauseUntrusted, j.unknownSigner(own))
	}
	answer, err := tvs.Ask(ctx, own.Certificate)
	j.heard(voucher{record: own}, answer, err)
	if ctx.Err() != nil {
		return j.reject(CauseCanceled, j.unknownSigner(own))
	}
	if err != nil || !answer.Valid || !slices.Contains(answer.Roles, ctl.RoleSAST) {
		return j.reject(CauseUntrusted, j.unknownSigner(own))
	}
	return j.acceptTVS()
}
