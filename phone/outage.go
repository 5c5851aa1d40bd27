package phone

import (
	"errors"
	"fmt"
	"os"

	"github.com/phonebank/phonebank/wire/sccp"
)

// outage is why a phone was last without a CallManager, as it reports in the
// Alarm before it registers again (SCCP, section 3.2).
type outage struct {
	number int
	word   string
}

// The outages that a phone without calls can have had.
var (
	outInitialized  = outage{25, "Initialized"}
	outTCPTimeout   = outage{10, "TCP-timeout"}
	outCMReset      = outage{12, "CM-reset-TCP"}
	outCMClosed     = outage{14, "CM-closed-TCP"}
	outKeepalive    = outage{15, "KeepaliveTO"}
	outFailback     = outage{18, "Failback"}
	outReset        = outage{22, "Reset-Reset"}
	outRestart      = outage{23, "Reset-Restart"}
	outRegistration = outage{24, "Phone-Reg-Rej"}
)

// informational is the severity of the alarm at registration.
const informational = 2

func (o outage) alarm(id Identity) sccp.Message {
	return sccp.Alarm{
		Severity: informational,
		Text:     fmt.Sprintf("%d: Name=%s Load=%s Last=%s", o.number, id.Name, id.Model.Load, o.word),
	}
}

// outageOf reads the outage from the error that ended a connection.
func outageOf(err error) outage {
	switch {
	case errors.Is(err, errKeepalive):
		return outKeepalive
	case errors.Is(err, connectionReset):
		return outCMReset
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, connectionTimed):
		return outTCPTimeout
	default:
		return outCMClosed
	}
}
