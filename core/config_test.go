package core_test

import (
	"strings"
	"testing"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/wire/capf"
)

func TestConfigsThatCannotBe(t *testing.T) {
	a := coretest.Authority(t, 1)
	tests := []struct {
		name   string
		config core.Config
		want   string
	}{
		{"more nodes than a configuration lists", core.Config{Nodes: 6}, "6 nodes: want 1 to 5"},
		{"more nodes than certificates", core.Config{Nodes: 2}, "an authority of 1 nodes"},
		{"a security mode of its own", core.Config{Security: 9}, "security mode 9"},
		{"half a second of keepalive", core.Config{KeepAlive: 1500 * time.Millisecond}, "whole seconds"},
		{"an IPv6 address", core.Config{Address: mustAddr("::1")}, "want IPv4"},
		{"a port above all", core.Config{TFTPPort: 70_000}, "TFTP port"},
		{"a key that nobody makes", core.Config{CAPF: core.CAPFPolicy{Key: capf.KeySpec{Bits: 16384}}}, "rsa-16384"},
		{"an operation that nobody knows", core.Config{CAPF: core.CAPFPolicy{Operation: "polish"}}, `"polish"`},
		{"a signer that nobody knows", core.Config{Signer: "eToken"}, `"eToken"`},
		{"a token that the cluster has not", core.Config{Signer: core.Token(9), WasSecure: true}, "2 tokens"},
		{"the same device twice", core.Config{Devices: []core.Device{{Name: device}, {Name: device}}}, "listed twice"},
		{"a device of no name", core.Config{Devices: []core.Device{{}}}, "want a name"},
		{"a device with too many lines", core.Config{Devices: []core.Device{{Name: device, Lines: 43}}}, "43 lines"},
		{"a device in a mode of its own", core.Config{Devices: []core.Device{{Name: device, Security: 4}}}, "security mode 4"},
		{"more devices than the limit", core.Config{Devices: make([]core.Device, 2), Limits: core.Limits{Devices: 1}}, "the limit is 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.Authority, tt.config.Network = a, new(coretest.Network)
			if c, err := core.Start(t.Context(), tt.config); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("started %t, %v", c != nil, err)
			}
		})
	}
}
