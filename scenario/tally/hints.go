package tally

import (
	"strings"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/ctl"
)

var listNames = [2]string{"CTL", "ITL"}

func listIndex(kind ctl.Kind) int {
	if kind == ctl.ITL {
		return 1
	}
	return 0
}

// hints say, in a sentence each, what a cause at a step usually means and what
// to look at, where no decision of trust explains itself. An empty step stands
// for any, and text is what the error contains. The first row that fits counts.
var hints = []struct {
	step        phone.Step
	cause       phone.Cause
	text        string
	reason, fix string
}{
	{
		phone.StepCAPF, phone.CauseRejected, "authenticated by MIC", "CAPF did not accept the phones' MICs",
		"upload their CA (phonebank ca export --state DIR) to CAPF-trust and CallManager-trust and restart both; the simulator takes it by core --mic-ca",
	},
	{
		phone.StepCAPF, phone.CauseRejected, "authenticated by authentication string", "CAPF expects another authentication string for the device",
		"compare the auth_string of the scenario, or of the device's line in the CSV, with the string set for the device",
	},
	{
		phone.StepCAPF, phone.CauseRejected, "", "CAPF did not accept how the phones authenticated, or refused the operation",
		"compare phones.auth_string with the string set for the device, and the authentication mode of the device with what the phone holds",
	},
	{
		phone.StepRegister, phone.CauseRejected, "", "the CallManager refused the registration",
		"check that the device exists, that its security profile fits the phone, and that the CallManager trusts the issuer of its certificate; one that it refuses is renewed by CAPF (operation install)",
	},
	{
		phone.StepConfig, phone.CauseMissing, "", "the TFTP server has no configuration for the phones, not even XMLDefault.cnf.xml",
		"add the devices, or turn on auto-registration",
	},
	{
		phone.StepRegister, phone.CauseMissing, "partial configuration", "the configuration is encrypted for a certificate, and CAPF has given the phones none",
		"set the devices' CAPF operation to Install/Upgrade, and give them the auth_string if it asks for one; a failure of capf explains itself",
	},
	{
		phone.StepRegister, phone.CauseMissing, "", "the configuration names no CallManager that can be found",
		"look at the example: a name must resolve on this machine, and a group needs members",
	},
	{
		phone.StepCAPF, phone.CauseMissing, "", "no CAPF server is named, or its name is not known here",
		"look at the example: a name must resolve on this machine",
	},
	{
		"", phone.CauseMissing, "", "the server does not have the file",
		"phones go on with what they hold; a cluster in mixed mode serves a CTL, one with security by default an ITL",
	},
	{
		"", phone.CauseTimeout, "", "the server did not answer in time",
		"check that it is reachable from here; if it is, it is overloaded: lower the rate",
	},
	{
		"", phone.CauseRefused, "", "the server closed the connection, does not listen there, or there is no way to it",
		"check that the service is activated, and that its port is the one in the configuration",
	},
	{
		"", phone.CauseMalformed, "", "the server sent bytes that do not follow their format",
		"fetch the same file or message with boot -v and look at the offset named in the example",
	},
	{
		"", phone.CauseUntrusted, "", "nobody the phones trust vouches for what they were shown",
		"compare the signer with the SAST records of the held list: ctl verify NEW --held FILE",
	},
	{
		"", phone.CauseLocal, "", "this machine or the phones themselves could not go on",
		"see doctor for descriptors and ports, and the example for the rest",
	},
	{"", phone.CauseCanceled, "", "the run ended first", "give the phones more time: a longer stay"},
}

// Hint says what an error of a step usually means, and what to do about it; nil
// is any error of the cause.
func Hint(step phone.Step, cause phone.Cause, err error) (reason, fix string) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	for _, h := range hints {
		if h.cause == cause && (h.step == step || h.step == "") && strings.Contains(text, h.text) {
			return h.reason, h.fix
		}
	}
	return "no class of its own", "see the example"
}
