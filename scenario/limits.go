package scenario

import (
	"runtime"

	"golang.org/x/sync/semaphore"

	"github.com/phonebank/phonebank/phone"
)

func (l Limits) withDefaults() Limits {
	if l.Transfers == 0 {
		l.Transfers = 256 // beyond some hundreds at once, datagrams are lost and come again
	}
	if l.Handshakes == 0 {
		l.Handshakes = 512
	}
	if l.KeyGenerations == 0 {
		l.KeyGenerations = runtime.GOMAXPROCS(0)
	}
	return l
}

// phone makes the limits that all phones of the run share.
func (l Limits) phone() phone.Limits {
	return phone.Limits{
		Transfers:      semaphore.NewWeighted(int64(l.Transfers)),
		Handshakes:     semaphore.NewWeighted(int64(l.Handshakes)),
		KeyGenerations: semaphore.NewWeighted(int64(l.KeyGenerations)),
	}
}
