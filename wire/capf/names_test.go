package capf_test

import (
	"fmt"
	"testing"

	"github.com/phonebank/phonebank/wire/capf"
)

func TestNames(t *testing.T) {
	for _, c := range []struct {
		value fmt.Stringer
		want  string
	}{
		{capf.AuthReq, "CAPF_MSG_AUTH_REQ"},
		{capf.KeyGenRes, "CAPF_MSG_KEY_GEN_RES"},
		{capf.ReqInProgress, "CAPF_MSG_REQ_IN_PROGRESS"},
		{capf.Command(5), "CAPF_MSG_ENCRYPT_RES"},
		{capf.Command(6), "CAPF_MSG_ENCRYPT_REQ"},
		{capf.SignCertRes, "CAPF_MSG_SIGN_CERT_RES"},
		{capf.Command(24), "command 24"},
		{capf.TagDeviceName, "DEVICE_NAME"},
		{capf.TagSUDI, "SUDI_DATA"},
		{capf.Tag(0x0e), "element 0x0e"},
		{capf.ReasonNone, "nothing to do"},
		{capf.ReasonSuccess, "success"},
		{capf.ReasonRefused, "refused"},
		{capf.ReasonUnknownDevice, "device unknown"},
		{capf.Reason(3), "reason 3"},
		{capf.AuthNoPassword, "no password"},
		{capf.AuthType(5), "authentication type 5"},
		{capf.LSC, "LSC"},
		{capf.CertType(3), "certificate type 3"},
		{capf.KeyType(2), "key type 2"},
		{capf.Curve(3), "curve 3"},
	} {
		if got := c.value.String(); got != c.want {
			t.Errorf("%T: got %q, want %q", c.value, got, c.want)
		}
	}
	seen := map[string]capf.Command{}
	for c := capf.Command(1); c <= 23; c++ {
		if name := c.String(); name[:5] != "CAPF_" || seen[name] != 0 {
			t.Errorf("command %d is called %q, as is %d", c, name, seen[name])
		} else {
			seen[name] = c
		}
	}
}
