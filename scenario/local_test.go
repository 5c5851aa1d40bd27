package scenario

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/scenario/state"
	"github.com/phonebank/phonebank/scenario/tally"
)

func listOptions() core.ListOptions { return core.ListOptions{} }

// child stands in for the child process: it finds its core as that would, and
// dies when told to.
type child struct {
	world   World // its network; zero: the system's
	dir     string
	running *core.Core
	ended   chan struct{}
}

func (c *child) start(ctx context.Context, spec LocalSpec) (*LocalCore, error) {
	c.dir, c.ended = spec.Dir, make(chan struct{})
	config, err := ReadLocal(spec.Dir)
	if err != nil {
		return nil, err
	}
	config.Network, config.Address = c.world.Network, c.world.Address
	running, err := core.Start(context.WithoutCancel(ctx), config)
	if err != nil {
		return nil, err
	}
	c.running = running
	return &LocalCore{
		TFTP: running.TFTPAddr(), Nodes: running.NodeAddrs(), Carry: running.Carry, Ended: c.ended,
		Close: func() (time.Duration, int64, error) {
			left := LeaveLocal(spec.Dir, config.Authority, running.Authority())
			return time.Second, 1 << 20, errors.Join(running.Close(), left)
		},
	}, nil
}

func TestACoreInAProcessOfItsOwn(t *testing.T) {
	s := parse(t, "core: {run: local, nodes: 2, encrypted_config: true}\nphones: {count: 6, keys: pool 2, trust: held, lsc: installed}\nload: hold 30/s")
	var c child
	r, err := Run(t.Context(), s, Options{StartLocal: c.start, World: World{Authority: authority(t, 2)}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Phones.Registered != 6 || r.ExitCode() != tally.ExitOK {
		t.Errorf("got %+v\n%+v", r.Phones, r.Causes)
	}
	for _, list := range r.Lists {
		if list.Unchanged != 6 {
			t.Errorf("%+v: the lists made here differ from those that the child serves", list)
		}
	}
	if r.Core == nil || r.Core.MaxRSS != 1<<20 || r.Generator.SharesCore {
		t.Errorf("core %+v, generator %+v: the two are measured apart", r.Core, r.Generator)
	}
	if _, err := os.Stat(c.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the child's directory is still there: %v", err)
	}
}

func TestACoreThatDiesDuringTheRun(t *testing.T) {
	s := parse(t, "core: {run: local, faults: [{fault: slow, on: callmanager, delay: 1m, share: 50%}]}\nphones: {count: 1000, keys: pool 1, lsc: none}\nload: hold 20/s")
	var c child
	started := func(now Snapshot) {
		if now.Registered > 0 && now.Started > 4 {
			select {
			case <-c.ended:
			default:
				close(c.ended)
			}
		}
	}
	r, err := Run(t.Context(), s, Options{
		StartLocal: c.start, Progress: started, Tick: 10 * time.Millisecond, World: World{Authority: authority(t, 1)},
	})
	if !errors.Is(err, errCoreEnded) || r == nil || r.Broken != err.Error() || r.ExitCode() != tally.ExitFailed || r.Phones.Registered == 0 || r.Phones.Started == 1000 {
		t.Errorf("got %v and %+v, want an early end with what was seen", err, r)
	}
	if ExitCode(r, err) != tally.ExitFailed {
		t.Errorf("exit %d", ExitCode(r, err))
	}
	if r.Phones.Failed == 0 || !slices.ContainsFunc(r.Notes, func(note string) bool {
		return strings.HasSuffix(note, " of the failed phones had neither registered nor given up when the run ended")
	}) {
		t.Errorf("%d phones failed, and nothing says why: %q", r.Phones.Failed, r.Notes)
	}
}

func TestNoChildProcessesHere(t *testing.T) {
	s := parse(t, "core: local\nphones: {count: 1, keys: pool 1}")
	_, err := Run(t.Context(), s, Options{World: World{Authority: authority(t, 1)}})
	if ExitCode(nil, err) != ExitPreflight {
		t.Errorf("got %v", err)
	}
}

func TestTheChildFindsTheSameCore(t *testing.T) {
	s := parse(t, everything)
	want, err := s.CoreConfig()
	if err != nil {
		t.Fatal(err)
	}
	want.Authority = authority(t, 3)
	want.Devices = want.Devices[:3]
	want.Devices[1].LSC = []byte{0x30, 0x00}
	dir := t.TempDir()
	if err := writeLocal(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(core.Config{}, "Authority"), cmpopts.EquateComparable(want.Address)); diff != "" {
		t.Error(diff)
	}
	if !got.Authority.CAPF.Certificate.Equal(want.Authority.CAPF.Certificate) {
		t.Error("the child has another authority")
	}
	info, err := os.Stat(filepath.Join(dir, localFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v: others can read the authentication strings", info, err)
	}
}

func TestAManufacturerThatIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	first, err := state.Manufacturer(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := state.Manufacturer(dir)
	if err != nil {
		t.Fatal(err)
	}
	other, err := state.Manufacturer("")
	if err != nil {
		t.Fatal(err)
	}
	if !first.Certificate.Equal(again.Certificate) || first.Certificate.Equal(other.Certificate) {
		t.Error("a state directory keeps the factory, and no directory keeps none")
	}
	if err := os.WriteFile(filepath.Join(dir, "manufacturer.pem"), []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := state.Manufacturer(dir); err == nil {
		t.Error("a damaged factory was replaced without a word")
	}
}
