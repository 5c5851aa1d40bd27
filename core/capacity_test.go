package core_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// registersAfter has phones come to a core of the given capacity, one every
// so often, and returns how long each waits for its RegisterAck.
func registersAfter(t *testing.T, capacity core.Capacity, phones int, every time.Duration) []time.Duration {
	network := new(coretest.Network)
	config := core.Config{Network: network, Capacity: []core.Capacity{capacity}}
	for i := range phones {
		config.Devices = append(config.Devices, core.Device{Name: fmt.Sprintf("SEP0011215A%04X", i)})
	}
	coretest.Start(t, config)
	took := make([]time.Duration, phones)
	var all sync.WaitGroup
	for i, d := range config.Devices {
		all.Go(func() {
			time.Sleep(time.Duration(i) * every)
			s, start := speak(t, dial(t, network, clear1)), time.Now()
			s.register(d.Name)
			took[i] = time.Since(start)
			s.send(sccp.KeepAliveReq{})
			expect[sccp.KeepAliveAck](s) // no work, so no time
			if after := time.Since(start); after != took[i] {
				t.Errorf("phone %d: a keepalive took %v", i, after-took[i])
			}
		})
	}
	all.Wait()
	return took
}

func TestARegistrationTakesItsServiceTimeAndItsPlaceInTheQueue(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		situation string
		capacity  core.Capacity
		phones    int
		every     time.Duration
		want      []time.Duration
	}{
		{"below the capacity nobody waits", core.Capacity{Rate: 100, Service: 50 * ms}, 5, 10 * ms, []time.Duration{50 * ms, 50 * ms, 50 * ms, 50 * ms, 50 * ms}},
		{"at the capacity neither", core.Capacity{Rate: 20, Service: 50 * ms}, 4, 50 * ms, []time.Duration{50 * ms, 50 * ms, 50 * ms, 50 * ms}},
		{"above it the queue grows", core.Capacity{Rate: 20, Service: 50 * ms}, 4, 40 * ms, []time.Duration{50 * ms, 60 * ms, 70 * ms, 80 * ms}},
		{"as many at once as there are clerks", core.Capacity{Rate: 100, Service: 50 * ms}, 7, 0, []time.Duration{50 * ms, 50 * ms, 50 * ms, 50 * ms, 50 * ms, 100 * ms, 100 * ms}},
		{"a clerk that rests between two", core.Capacity{Rate: 10, Service: 50 * ms}, 3, 0, []time.Duration{50 * ms, 150 * ms, 250 * ms}},
		{"a rate alone", core.Capacity{Rate: 10}, 3, 0, []time.Duration{0, 100 * ms, 200 * ms}},
		{"a service time alone", core.Capacity{Service: 50 * ms}, 3, 0, []time.Duration{50 * ms, 50 * ms, 50 * ms}},
		{"another service's", core.Capacity{On: core.ServiceTFTP, Service: 50 * ms}, 2, 0, []time.Duration{0, 0}},
	} {
		t.Run(c.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := registersAfter(t, c.capacity, c.phones, c.every)
				if c.every == 0 { // who comes first is not said
					slices.Sort(got)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("took %v, want %v", got, c.want)
				}
			})
		})
	}
}

func TestEveryServiceCanBeBusy(t *testing.T) {
	for service, ask := range map[core.Service]func(*testing.T, *core.Core, *coretest.Network, string) string{
		core.ServiceTFTP: askTFTP, core.ServiceTVS: askTVS, core.ServiceCallManager: askCallManager,
	} {
		t.Run(string(service), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := new(coretest.Network)
				c := coretest.Start(t, core.Config{
					Network: network, Security: cnf.Encrypted, Devices: []core.Device{{Name: "SEP0011215A0001", Security: cnf.NonSecure}},
					Capacity: []core.Capacity{{On: service, Service: 3 * time.Second}},
				})
				start := time.Now()
				got := ask(t, c, network, "SEP0011215A0001")
				if took := time.Since(start); got != "good" || took != 3*time.Second {
					t.Errorf("%s after %v, want good after 3 s", got, took)
				}
			})
		})
	}
}

func TestACapacityThatCannotBeIsRefused(t *testing.T) {
	for _, c := range []struct {
		situation string
		capacity  []core.Capacity
		want      string
	}{
		{"another service", []core.Capacity{{On: "http", Rate: 1}}, `capacity on "http": want one of [callmanager tftp capf tvs]`},
		{"nothing", []core.Capacity{{On: core.ServiceTVS}}, "capacity of tvs without a rate and without a service time bounds nothing"},
		{"a negative rate", []core.Capacity{{Rate: -1}}, "negative"},
		{"a negative time", []core.Capacity{{Service: -1}}, "negative"},
		{"next to never", []core.Capacity{{Rate: 1e-9}}, "less than one in an hour"},
		{"too many at once", []core.Capacity{{Rate: 1e6, Service: time.Hour}}, "at most 100000 at once"},
		{"twice", []core.Capacity{{Rate: 1}, {On: core.ServiceCallManager, Rate: 2}}, "two capacities of callmanager"},
	} {
		_, err := core.Start(t.Context(), core.Config{Capacity: c.capacity})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.situation, err, c.want)
		}
	}
}
