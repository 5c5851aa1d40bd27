package core

import "strings"

// fileKind is what a file name asks for.
type fileKind int

const (
	fileOther   fileKind = iota
	fileCTL              // CTLSEP<MAC>.tlv, CTLFile.tlv
	fileITL              // ITLSEP<MAC>.tlv, ITLFile.tlv
	fileConfig           // SEP<MAC>.cnf.xml, .sgn, .enc.sgn
	fileDefault          // XMLDefault.cnf.xml, .sgn
)

// askedFile is a file name taken apart (signed configuration, section 1).
type askedFile struct {
	kind   fileKind
	device string // "" for files of nobody in particular
	suffix string // of configuration: "", ".sgn" or ".enc.sgn"
}

// parseFileName never fails: what it does not know is fileOther.
func parseFileName(name string) askedFile {
	if list, ok := strings.CutSuffix(name, ".tlv"); ok {
		if device, ok := strings.CutPrefix(list, "CTL"); ok {
			return askedList(fileCTL, device)
		}
		if device, ok := strings.CutPrefix(list, "ITL"); ok {
			return askedList(fileITL, device)
		}
		return askedFile{}
	}
	device, suffix, ok := strings.Cut(name, ".cnf.xml")
	signed := suffix == "" || suffix == ".sgn"
	switch {
	case !ok || !validName(device):
		return askedFile{}
	case device == "XMLDefault" && signed:
		return askedFile{kind: fileDefault, suffix: suffix}
	case device != "XMLDefault" && (signed || suffix == ".enc.sgn"):
		return askedFile{kind: fileConfig, device: device, suffix: suffix}
	}
	return askedFile{}
}

func askedList(kind fileKind, device string) askedFile {
	switch {
	case device == "File":
		return askedFile{kind: kind}
	case validName(device):
		return askedFile{kind: kind, device: device}
	}
	return askedFile{}
}
