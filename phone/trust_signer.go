package phone

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"slices"

	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
)

// voucher is a record that may vouch for a file, and the list that has it.
type voucher struct {
	list   string // "CTL" or "ITL" for a held list, "" for the new list itself
	record *ctl.Record
}

// circle is everybody who may sign a file.
type circle []voucher

func (c circle) with(name string, list *ctl.List, roles ...ctl.Role) circle {
	for record := range list.With(roles...) {
		c = append(c, voucher{name, record})
	}
	return c
}

// records are the records of the held lists that have one of the roles, those
// of the CTL first.
func (h Held) records(roles ...ctl.Role) circle {
	return circle(nil).with("CTL", h.CTL, roles...).with("ITL", h.ITL, roles...)
}

// everything is all records of the held lists, whatever their role.
func (h Held) everything() circle {
	var c circle
	add := func(name string, list *ctl.List) {
		if list == nil {
			return
		}
		for i := range list.Records {
			c = append(c, voucher{name, &list.Records[i]})
		}
	}
	add("CTL", h.CTL)
	add("ITL", h.ITL)
	return c
}

// listSigners says who may sign a new list of the given kind (trust list,
// sections 8.1 step 4 and 8.2), whether that is the candidate itself, and the
// rule in words.
func (h Held) listSigners(kind ctl.Kind, candidate *ctl.List) (who circle, firstUse bool, rule string) {
	switch {
	case kind == ctl.CTL && h.CTL != nil && h.StrictCTL:
		return who.with("CTL", h.CTL, ctl.RoleSAST), false, "SASTs of the held CTL sign the next CTL"
	case kind == ctl.CTL && h.CTL != nil:
		return h.records(ctl.RoleSAST), false, "SASTs of the held CTL and ITL sign the next CTL"
	case kind == ctl.ITL && h.ITL != nil && h.ITL.Rollback():
		return who.with("", candidate, ctl.RoleSAST), true, "the held ITL is one for rollback: SASTs of the new list itself"
	case kind == ctl.ITL && (h.CTL != nil || h.ITL != nil):
		return h.records(ctl.RoleSAST).with("CTL", h.CTL, ctl.RoleCCMTFTP, ctl.RoleTFTP), false,
			"SASTs of the held CTL and ITL, and CCM+TFTP and TFTP records of the CTL, sign the next ITL"
	default: // even when an ITL is installed: no ITL lists the tokens that sign a CTL
		return who.with("", candidate, ctl.RoleSAST), true, "first use, nothing is held to check it against: SASTs of the new list itself"
	}
}

// known is everybody of whom it is worth saying whether he may sign.
func (h Held) known(who circle, firstUse bool) circle {
	if firstUse {
		return who
	}
	return h.everything()
}

// configSigners says who may sign a configuration (signed configuration,
// section 3).
func (h Held) configSigners() circle {
	return h.records(ctl.RoleCCMTFTP, ctl.RoleTFTP)
}

// named returns those who could be the signer: the serial decides, and if
// several share it, the issuer. Both only look a record up; whether it really
// signed is a matter of its key. own is the signer's certificate as the file
// itself brings it along, nil if it does not.
func (c circle) named(signer signed.Signer, own *ctl.Record, trace tracer) circle {
	var found circle
	for _, v := range c {
		if sameSerial(v.record, signer, own) {
			found = append(found, v)
		}
	}
	if trace.bySerial(signer, found); len(found) < 2 {
		return found
	}
	return slices.DeleteFunc(found, func(v voucher) bool {
		same := sameIssuer(v.record, signer, own)
		trace.issuer(v, same)
		return !same
	})
}

// sameSerial also knows the compact record, which identifies a certificate by
// its digest and need not carry a serial.
func sameSerial(r *ctl.Record, signer signed.Signer, own *ctl.Record) bool {
	if len(r.Serial) == 0 {
		return own != nil && len(r.CertHash) > 0 && r.Is(own.Certificate)
	}
	return bytes.Equal(r.Serial, signer.Serial)
}

// sameIssuer compares certificates if it has to: the names in a header are
// written differently by different builders, but most files of a cluster are of
// one.
func sameIssuer(r *ctl.Record, signer signed.Signer, own *ctl.Record) bool {
	if r.Issuer != "" && r.Issuer == signer.Issuer {
		return true
	}
	cert, err := r.X509()
	if err != nil {
		return r.Issuer == signer.Issuer
	}
	if own != nil {
		if theirs, err := own.X509(); err == nil {
			return bytes.Equal(cert.RawIssuer, theirs.RawIssuer)
		}
	}
	return writtenAs(cert, signer.Issuer)
}

func writtenAs(cert *x509.Certificate, issuer string) bool {
	return issuer == signed.NameText(cert.RawIssuer, signed.VendorSeparator) ||
		issuer == signed.NameText(cert.RawIssuer, signed.BuilderSeparator)
}

// errNobody says that no record names the signer.
var errNobody = errors.New("no record names the signer")

// verify looks for the record that signed. Its error is errNobody when nobody
// is left to ask for a key (a record whose key and certificate disagree is no
// record), else why the first key did not fit, and the voucher is that one.
func (c circle) verify(file *signed.Envelope, own *ctl.Record, check func(*signed.Envelope, crypto.PublicKey) error, trace tracer) (voucher, error) {
	first, why := voucher{}, errNobody
	for _, v := range c {
		key, err := v.key(own)
		if trace.key(v, err); err != nil {
			continue
		}
		err = check(file, key)
		if trace.signature(file, err); err == nil {
			return v, nil
		}
		if first.record == nil {
			first, why = v, err
		}
	}
	return first, why
}

// key is the public key of the installed record. A compact record has none,
// but knows the certificate that the file brought along.
func (v voucher) key(own *ctl.Record) (crypto.PublicKey, error) {
	if len(v.record.Certificate) == 0 && len(v.record.PublicKey) == 0 && own != nil && v.record.Is(own.Certificate) {
		return own.Key()
	}
	return v.record.Key()
}

// identifies says that a record stands for a certificate at all, be it by
// digest: those of a cluster that went back to non-secure mode do not.
func identifies(r *ctl.Record) bool { return len(r.Certificate) > 0 || len(r.CertHash) > 0 }

// valid says that a record does not contradict itself: where it carries both,
// key and certificate agree.
func valid(r *ctl.Record) bool {
	if len(r.Certificate) == 0 || len(r.PublicKey) == 0 {
		return true
	}
	_, err := r.Key()
	return err == nil
}
