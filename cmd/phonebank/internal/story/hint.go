package story

import (
	"strings"

	"github.com/phonebank/phonebank/phone"
)

// hints say what to do about a failed step. The first row that fits counts;
// an empty field fits everything.
var hints = []struct {
	step  phone.Step
	cause phone.Cause
	text  string // that the reason contains
	hint  string
}{
	{"", phone.CauseLocal, "neither LSC nor MIC", "let CAPF install an LSC, or use --state so that the phone has a MIC"},
	{"", phone.CauseLocal, "too many open files", "raise the limit of open files: ulimit -n"},
	{"", phone.CauseLocal, "", "phonebank doctor says what this machine can do"},

	{phone.StepCAPF, phone.CauseRejected, "authenticated by MIC", "CAPF did not accept this phone's MIC: upload the manufacturing CA (phonebank ca export --state DIR) to CAPF-trust and restart CAPF; the simulator takes it by core --mic-ca"},
	{phone.StepCAPF, phone.CauseRejected, "authenticated by authentication string", "compare --auth-string with the authentication string of the device in CUCM"},
	{phone.StepCAPF, phone.CauseRejected, "", "compare --auth-string with the authentication string of the device in CUCM, and the device's authentication mode with what this phone holds"},
	{phone.StepCAPF, phone.CauseRefused, "", "check that the CAPF service is activated, and that port 3804 is open"},
	{phone.StepCAPF, phone.CauseMissing, "", "name a CAPF server: capfList of the configuration, or a CAPF record of the CTL"},

	{phone.StepRegister, phone.CauseMissing, "partial configuration", "let CAPF install an LSC first: set the device's certificate operation, and type --auth-string if it asks for one"},
	{phone.StepRegister, phone.CauseRejected, "alert", "the CallManager does not trust this phone's certificate: upload the manufacturing CA (phonebank ca export --state DIR) to CallManager-trust, or install an LSC"},
	{phone.StepRegister, phone.CauseRejected, "", "check that the device exists in CUCM under this name and model, and that its security profile fits the phone"},
	{phone.StepRegister, phone.CauseRefused, "", "check that the CallManager service runs, and that port 2443 (2000 without security) is open"},

	{phone.StepConfig, phone.CauseMissing, "", "add the device in CUCM, or turn on auto-registration; the server has neither its file nor XMLDefault.cnf.xml"},

	{"", phone.CauseMissing, "", "the server does not have the file; a phone goes on with what it holds"},
	{"", phone.CauseTimeout, "TFTP", "check the address of the TFTP server and that UDP is not filtered; --core HOST:PORT names another port than 69"},
	{"", phone.CauseTimeout, "", "check that the server is reachable from here and not overloaded"},
	{"", phone.CauseRefused, "", "check that the service runs there, and that nothing in between closes the connection"},
	{"", phone.CauseMalformed, "", "the answer does not follow its format: the offset is in the reason; look at the file with phonebank ctl show or config show"},
	{"", phone.CauseRejected, "", "the server said no: the reason is its own"},
	{"", phone.CauseUntrusted, "", "compare the signer with the lists that the phone holds: phonebank ctl verify NEW --held LIST"},
}

// Hint says what to do about an error of a step, "" when nothing is known. An
// empty step stands for any.
func Hint(step phone.Step, cause phone.Cause, err error) string {
	text := err.Error()
	for _, h := range hints {
		if (h.step == "" || h.step == step) && (h.cause == "" || h.cause == cause) && strings.Contains(text, h.text) {
			return h.hint
		}
	}
	return ""
}
