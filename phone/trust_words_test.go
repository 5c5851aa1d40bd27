package phone

// What cures a refused list.
const (
	writeAgain       = "Have the list written again and restart TFTP. No hands on the phone are needed."
	fewer            = "Take certificates out of the list. No hands on the phone are needed."
	otherDigest      = "Have the file signed with SHA-1 or SHA-512. No hands on the phone are needed."
	rsaKey           = "Have the file signed with an RSA key. No hands on the phone are needed."
	sayWhich         = "Say which of the two the file is meant to be."
	signAgain        = "Have the file signed again with that key: it was changed after signing, or another key signed it. No hands on the phone are needed."
	nameSigner       = "Have the list written again with its signer among the SASTs. No hands on the phone are needed."
	signOrTVS        = "Have the list signed by a SAST that the phone holds, or have a TVS server of its ITL vouch for the signer. Hands on the phone are needed only if neither can be done: then its lists must be erased."
	signOrHands7940  = "Have the list signed by a SAST that the phone holds. Hands on the phone are needed only if none of their keys is left: then the CTL must be deleted on the phone by hand, because a 7940 cannot ask TVS."
	signOrHandsNoTVS = "Have the list signed by a SAST that the phone holds. Hands on the phone are needed only if none of their keys is left: then the CTL must be deleted on the phone by hand, because without a TVS record in its ITL it cannot ask TVS."
	signAgainByHeld  = "Have the list signed again, by a SAST that the phone holds: it was changed after signing, or another key signed it. No hands on the phone are needed."
	onlyTVS          = "Have a TVS server of the phone's ITL vouch for the signer as SAST. Hands on the phone are needed only if none can: then its lists must be erased."
)

// refusals are the reason and the cure of every refused list, by situation.
var refusals = map[string]struct{ reason, fix string }{
	"empty": {
		"the file is no trust list but empty: offset 0: VERSION: needs 1 bytes, 0 left",
		writeAgain,
	},
	"HTML page": {
		`the file is no trust list but text that begins "<!DOCTYPE html>\n<html><b": offset 0: VERSION: tag 60 where tag 1 belongs`,
		writeAgain,
	},
	"truncated": {
		"the file is no trust list: offset 2515: RECORDLENGTH: is 757, the file has 657 bytes left",
		writeAgain,
	},
	"truncated in its header": {
		"the file is no trust list: offset 8: HEADERLENGTH: is 224, the file has 100 bytes",
		writeAgain,
	},
	"longer than phones load": {
		"the list has 91574 bytes, a phone loads 65535 at most",
		fewer,
	},
	"more certificates than phones load": {
		"the list carries 40 certificates, a phone loads 39 at most",
		fewer,
	},
	"reserved digest": {
		"offset 56: the digest is number 2, phones know 1 (sha1) and 3 (sha512)",
		otherDigest,
	},
	"unknown signature algorithm": {
		"offset 63: the signature algorithm is number 1, phones know 0 (RSA)",
		rsaKey,
	},
	"neither CTL nor ITL, and nobody said which": {
		`FILENAME is "XTLFile.tlv", which names neither a CTL nor an ITL`,
		sayWhich,
	},
	"flipped bit": {
		"the signature does not verify with the key of CN=Token A (serial 0A:01), SAST record 1 of the held CTL",
		signAgain,
	},
	"flipped bit at first use": {
		"the signature does not verify with the key of CN=Token A (serial 0A:01), SAST record 1 of the list itself",
		signAgain,
	},
	"first list without its signer": {
		"signed by CN=Token C (serial 0C:03), for whom the list itself has no SAST record",
		nameSigner,
	},
	"stranger under the name and serial of a held token": {
		"the signature does not verify with the key of CN=Token A (serial 0A:01), SAST record 1 of the held CTL; record 1 of the new list claims the same serial with another certificate",
		signAgain,
	},
	"unknown signer, no TVS servers known": {
		"signed by CN=Token C (serial 0C:03), whom neither held list names as SAST: the CTL has CN=Token A (serial 0A:01) and CN=Token B (serial 0B:02), the ITL has CN=CCM (serial 77:D4); the phone knows no TVS server",
		signOrTVS,
	},
	"unknown signer, TVS denies": {
		"signed by CN=Token C (serial 0C:03), whom neither held list names as SAST: the CTL has CN=Token A (serial 0A:01) and CN=Token B (serial 0B:02), the ITL has CN=CCM (serial 77:D4); TVS 10.0.0.1:2445 does not know the signer",
		signOrTVS,
	},
	"unknown signer, TVS denies and names roles all the same": {
		"signed by CN=Token C (serial 0C:03), whom neither held list names as SAST: the CTL has CN=Token A (serial 0A:01) and CN=Token B (serial 0B:02), the ITL has CN=CCM (serial 77:D4); TVS 10.0.0.1:2445 does not know the signer",
		signOrTVS,
	},
	"stranger, the held SAST is known by digest alone": {
		"signed by CN=Token C (serial 0C:03), whom the held CTL does not name as SAST: it has CN=Token B (no serial); the phone knows no TVS server",
		signOrHandsNoTVS,
	},
	"stranger under the serial of a SAST that is known by digest": {
		"signed by CN=Token A (serial 0A:01), whom the held CTL does not name as SAST: it has CN=Token A (serial 0A:01); SAST record 1 of the held CTL has that serial, but no usable key (record carries no key); the phone knows no TVS server",
		signOrHandsNoTVS,
	},
	"unknown signer, TVS unreachable": {
		"signed by CN=Token C (serial 0C:03), whom the held ITL does not name as SAST: it has CN=CCM (serial 77:D4); TVS did not help: TVS 10.0.0.1:2445: no answer",
		signOrTVS,
	},
	"unknown signer, TVS knows another role": {
		"signed by CN=Token C (serial 0C:03), whom the held ITL does not name as SAST: it has CN=CCM (serial 77:D4); TVS 10.0.0.1:2445 knows the signer as CCM and TFTP, not as SAST",
		signOrTVS,
	},
	"unknown signer, model without TVS": {
		"signed by CN=Token C (serial 0C:03), whom the held CTL does not name as SAST: it has CN=Token A (serial 0A:01) and CN=Token B (serial 0B:02); a 7940 cannot ask TVS",
		signOrHands7940,
	},
	"unknown signer, no ITL held": {
		"signed by CN=Token C (serial 0C:03), whom the held CTL does not name as SAST: it has CN=Token A (serial 0A:01) and CN=Token B (serial 0B:02); the phone knows no TVS server",
		signOrHandsNoTVS,
	},
	"unknown signer with a flipped bit": {
		"signed in the name of CN=Token C (serial 0C:03), whom neither held list names as SAST: the CTL has CN=Token A (serial 0A:01) and CN=Token B (serial 0B:02), the ITL has CN=CCM (serial 77:D4); the signature does not even fit the list's own SAST record 1: signature does not verify with this RSA-1024 key",
		signAgainByHeld,
	},
	"unknown signer that the list does not name": {
		"signed by CN=Token C (serial 0C:03), whom neither held list names as SAST: the CTL has CN=Token A (serial 0A:01) and CN=Token B (serial 0B:02), the ITL has CN=CCM (serial 77:D4); the new list does not bring its signer's certificate, so that nobody can be asked about it",
		signOrTVS,
	},
	"CTL signed by a CCM+TFTP record of the CTL": {
		"signed by CN=CCM (serial 77:D4), whom the held CTL does not name as SAST: it has CN=Token A (serial 0A:01) and CN=Token B (serial 0B:02); that serial is CCM+TFTP record 3 of the held CTL, with no right to sign a CTL; the phone knows no TVS server",
		signOrHandsNoTVS,
	},
	"CTL signed by a SAST that only the ITL names, strict": {
		"signed by CN=CCM (serial 77:D4), whom the held CTL does not name as SAST: it has CN=Token A (serial 0A:01) and CN=Token B (serial 0B:02); that serial is CCM+TFTP record 3 of the held CTL, SAST record 1 of the held ITL and CCM+TFTP record 2 of the held ITL, with no right to sign a CTL; the phone knows no TVS server",
		signOrTVS,
	},
	"ITL signed by a CAPF record": {
		"signed by CN=CAPF (serial CA:F5), whom neither held list names as SAST: the CTL has CN=Token A (serial 0A:01) and CN=Token B (serial 0B:02), the ITL has CN=CCM (serial 77:D4); that serial is CAPF record 4 of the held CTL and CAPF record 3 of the held ITL, with no right to sign an ITL; the phone knows no TVS server",
		signOrTVS,
	},
	"the held record contradicts itself": {
		"signed by CN=Token A (serial 0A:01), whom the held CTL does not name as SAST: it has CN=Token B (serial 0B:02); SAST record 1 of the held CTL has that serial, but no usable key (record 1: PUBLICKEY is not the key of CERTIFICATE); the phone knows no TVS server",
		signOrHandsNoTVS,
	},
	"two held SASTs share the serial, neither the issuer": {
		"signed by CN=Token A (serial 0A:01), whom the held CTL does not name as SAST: it has CN=Token A (serial 0A:01); SAST record 1 of the held CTL has that serial, but another issuer; SAST record 2 of the held CTL has that serial, but another issuer; the phone knows no TVS server",
		signOrHandsNoTVS,
	},
	"the held list names no SAST at all": {
		"signed by CN=Token A (serial 0A:01), whom the held CTL does not name as SAST: it has none; the phone knows no TVS server",
		onlyTVS,
	},
}
