package scenario

import (
	"sync"
	"testing"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
)

var authorities struct {
	sync.Mutex
	byNodes map[int]*core.Authority
}

// authority is a cluster's PKI that all tests outside of bubbles share: keys
// are the slowest thing about them.
func authority(t testing.TB, nodes int) *core.Authority {
	authorities.Lock()
	defer authorities.Unlock()
	if authorities.byNodes == nil {
		authorities.byNodes = make(map[int]*core.Authority)
	}
	if authorities.byNodes[nodes] == nil {
		authorities.byNodes[nodes] = coretest.Authority(t, nodes)
	}
	return authorities.byNodes[nodes]
}
