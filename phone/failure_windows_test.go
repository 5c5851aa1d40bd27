package phone

import (
	"net"
	"os"
	"syscall"
	"testing"
)

// TestCauseOfWinsock goes by the numbers that Winsock documents.
func TestCauseOfWinsock(t *testing.T) {
	for number, want := range map[syscall.Errno]Cause{
		10061: CauseRefused, 10054: CauseRefused, 10053: CauseRefused, 10051: CauseRefused, 10065: CauseRefused,
		10060: CauseTimeout, 10024: CauseLocal, 10048: CauseLocal, 10049: CauseLocal, 10055: CauseLocal, 10040: CauseOther,
	} {
		err := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connectex", number)}
		if got := CauseOf(err); got != want {
			t.Errorf("%d: %s, want %s", number, got, want)
		}
	}
}
