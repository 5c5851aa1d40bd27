package phone_test

import (
	"context"
	"crypto"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/capf"
	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
)

// authority is made once for all tests of this package: its keys take a
// second.
var authority = sync.OnceValues(func() (*core.Authority, error) {
	return core.NewAuthority(core.AuthorityOptions{Nodes: 2})
})

// diary is what a phone says.
type diary struct {
	mu      sync.Mutex
	records []phone.Record
}

func (d *diary) watch(r phone.Record) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.records = append(d.records, r)
}

// all returns the events of one type.
func all[E phone.Event](d *diary) (events []E) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.records {
		if e, ok := r.Event.(E); ok {
			events = append(events, e)
		}
	}
	return events
}

// steps is the boot in one line: "ctl itl config capf:rejected register".
func (d *diary) steps() string {
	var out []string
	for _, e := range all[phone.StepEnded](d) {
		word := string(e.Step)
		switch {
		case e.Err != nil:
			word += ":" + string(phone.CauseOf(e.Err))
		case e.Skipped:
			word += ":skipped"
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

func (d *diary) statuses() []string {
	var out []string
	for _, e := range all[phone.StatusMessage](d) {
		out = append(out, e.Text)
	}
	return out
}

func (d *diary) console() string {
	var out strings.Builder
	for _, e := range all[phone.ConsoleLine](d) {
		fmt.Fprintln(&out, e.Text)
	}
	return out.String()
}

const device = "SEP0011215A1AE3"

// world is a core and the phone that is about to boot against it.
type world struct {
	core  *core.Core
	phone *phone.Phone
	said  *diary
}

// newWorld starts a core that knows the phone.
func newWorld(t *testing.T, c core.Config, change func(*phone.Identity, *phone.Flash, *phone.Env)) *world {
	t.Helper()
	a, err := authority()
	if err != nil {
		t.Fatal(err)
	}
	c.Authority = a
	if c.Devices == nil {
		c.Devices = []core.Device{{Name: device}}
	}
	w := &world{said: new(diary)}
	if w.core, err = core.Start(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.core.Close() })
	model, err := phone.FindModel("7965")
	if err != nil {
		t.Fatal(err)
	}
	id := phone.Identity{Name: device, Model: model, MIC: mic(a, model)}
	flash := phone.Flash{}
	env := phone.Env{Watch: w.said.watch, Keys: pool{}}
	if change != nil {
		change(&id, &flash, &env)
	}
	if env.Files == nil {
		env.Files = &phone.TFTP{Servers: []string{w.core.TFTPAddr()}, Timers: &id.Model.Timers}
	}
	w.phone = phone.New(id, flash, env)
	return w
}

// boot boots the phone and takes it off the core again when the test ends.
func (w *world) boot(t *testing.T) error {
	t.Helper()
	session, err := w.phone.Boot(t.Context())
	if err == nil {
		t.Cleanup(session.Close)
	}
	return err
}

// keysOf remembers a key for each specification, so that tests do not spend
// their time on prime numbers.
var keysOf sync.Map

type pool struct{}

func (pool) NewKey(ctx context.Context, spec capf.KeySpec) (crypto.Signer, error) {
	if key, ok := keysOf.Load(spec); ok {
		return key.(crypto.Signer), nil
	}
	key, err := phone.FreshKeys{}.NewKey(ctx, spec)
	if err == nil {
		keysOf.Store(spec, key)
	}
	return key, err
}

func mic(a *core.Authority, model *phone.Model) func() (*phone.Credential, error) {
	return func() (*phone.Credential, error) {
		key, err := pool{}.NewKey(context.Background(), capf.KeySpec{Bits: 2048})
		if err != nil {
			return nil, err
		}
		der, err := a.Manufacturer.MIC(device, model.Name, key)
		return &phone.Credential{Certificate: der, Key: key}, err
	}
}

var install = core.CAPFPolicy{Auth: cnf.CAPFNullString, Operation: core.OperationInstall}

// TestEveryModelBoots takes each row of the model table from an empty flash to
// registered, with an LSC on the way.
func TestEveryModelBoots(t *testing.T) {
	for _, name := range phone.ModelNames() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, core.Config{Security: cnf.Encrypted, CAPF: install}, func(id *phone.Identity, _ *phone.Flash, _ *phone.Env) {
				id.Model, _ = phone.FindModel(name)
			})
			if err := w.boot(t); err != nil {
				t.Fatalf("%v\n%s", err, w.said.console())
			}
			want := "ctl itl config capf config register"
			if !strings.Contains(strings.Join(w.said.statuses(), " "), "Trust List Updated") {
				t.Errorf("status messages %q", w.said.statuses())
			}
			if name == "7940" || name == "7960" {
				want = "ctl config capf config register"
			}
			if got := w.said.steps(); got != want {
				t.Errorf("went through %q, want %q", got, want)
			}
			if w.phone.Flash().LSC == nil {
				t.Error("no LSC was stored")
			}
			registered := all[phone.Registered](w.said)
			if len(registered) != 1 || !registered[0].Secure || registered[0].Boot <= 0 {
				t.Errorf("registered as %+v", registered)
			}
			if _, ok := w.core.Registered(device); !ok {
				t.Error("the core does not know of the registration")
			}
		})
	}
}

// TestBoots walks the ways through a boot.
func TestBoots(t *testing.T) {
	for _, c := range []struct {
		situation string
		core      core.Config
		change    func(*phone.Identity, *phone.Flash, *phone.Env)
		steps     string
		statuses  []string
		fails     string
		check     func(*testing.T, *world)
	}{
		{
			situation: "authenticated, nothing asked of CAPF, with the MIC",
			core:      core.Config{Security: cnf.Authenticated},
			steps:     "ctl itl config capf:skipped register",
			statuses:  []string{"Trust List Updated"},
		},
		{
			situation: "non-secure, CAPF after registration",
			core:      core.Config{Security: cnf.NonSecure, CAPF: install},
			steps:     "ctl itl config register capf config",
			statuses:  []string{"File Not Found <CTLFile.tlv>", "Trust List Updated"},
		},
		{
			situation: "encrypted configuration",
			core:      core.Config{Security: cnf.Encrypted, EncryptedConfig: true, CAPF: install},
			steps:     "ctl itl config capf config register",
			statuses:  []string{"Trust List Updated"},
			check: func(t *testing.T, w *world) {
				if !strings.Contains(w.said.console(), device+".cnf.xml.enc.sgn") {
					t.Errorf("the phone did not ask for the encrypted file:\n%s", w.said.console())
				}
			},
		},
		{
			situation: "authentication string that nobody typed",
			core:      core.Config{Security: cnf.Encrypted, CAPF: core.CAPFPolicy{Auth: cnf.CAPFString, Operation: core.OperationInstall}, AuthString: "12345"},
			steps:     "ctl itl config capf:skipped register",
			statuses:  []string{"Trust List Updated"},
		},
		{
			situation: "the right authentication string",
			core:      core.Config{Security: cnf.Encrypted, CAPF: core.CAPFPolicy{Auth: cnf.CAPFString, Operation: core.OperationInstall}, AuthString: "12345"},
			change:    func(id *phone.Identity, _ *phone.Flash, _ *phone.Env) { id.AuthString = "12345" },
			steps:     "ctl itl config capf config register",
			statuses:  []string{"Trust List Updated"},
		},
		{
			situation: "a wrong authentication string: goes on with its MIC",
			core:      core.Config{Security: cnf.Encrypted, CAPF: core.CAPFPolicy{Auth: cnf.CAPFString, Operation: core.OperationInstall}, AuthString: "12345"},
			change:    func(id *phone.Identity, _ *phone.Flash, _ *phone.Env) { id.AuthString = "54321" },
			steps:     "ctl itl config capf:rejected register",
			statuses:  []string{"Trust List Updated"},
		},
		{
			situation: "by existing certificate, which is the MIC",
			core:      core.Config{Security: cnf.Encrypted, CAPF: core.CAPFPolicy{Auth: cnf.CAPFLSC, Operation: core.OperationInstall}},
			steps:     "ctl itl config capf config register",
			statuses:  []string{"Trust List Updated"},
		},
		{
			situation: "a key that the model cannot make",
			core:      core.Config{Security: cnf.Encrypted, CAPF: core.CAPFPolicy{Auth: cnf.CAPFNullString, Operation: core.OperationInstall, Key: capf.KeySpec{Bits: 4096}}},
			steps:     "ctl itl config capf:rejected register",
			statuses:  []string{"Trust List Updated"},
		},
		{
			situation: "an EC key",
			core:      core.Config{Security: cnf.Encrypted, CAPF: core.CAPFPolicy{Auth: cnf.CAPFNullString, Operation: core.OperationInstall, Key: capf.KeySpec{Type: capf.EC, Curve: capf.P384}}},
			change:    func(id *phone.Identity, _ *phone.Flash, _ *phone.Env) { id.Model, _ = phone.FindModel("8945") },
			steps:     "ctl itl config capf config register",
			statuses:  []string{"Trust List Updated"},
		},
		{
			situation: "the same lists are held",
			core:      core.Config{Security: cnf.Encrypted},
			change:    nil, // set below: the lists need the core's address
			steps:     "ctl itl config capf:skipped register",
			statuses:  nil,
		},
		{
			situation: "a core that does not know the phone",
			core:      core.Config{Security: cnf.Encrypted, Devices: []core.Device{{Name: "SEPFFFFFFFFFFFF"}}},
			change: func(id *phone.Identity, _ *phone.Flash, _ *phone.Env) {
				model := *id.Model
				model.Timers.RegisterWait = time.Millisecond
				id.Model = &model
			},
			steps:    "ctl itl config register:rejected",
			statuses: []string{"Trust List Updated", "XMLDefault.cnf.xml"},
			fails:    device + ": register: 127.",
		},
		{
			situation: "a core that lets unknown phones register themselves",
			core:      core.Config{Security: cnf.NonSecure, AutoRegister: true, Devices: []core.Device{{Name: "SEPFFFFFFFFFFFF"}}},
			steps:     "ctl itl config register capf:skipped",
			statuses:  []string{"File Not Found <CTLFile.tlv>", "Trust List Updated", "XMLDefault.cnf.xml"},
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			change := c.change
			if c.situation == "the same lists are held" {
				w := newWorld(t, c.core, nil)
				if err := w.boot(t); err != nil {
					t.Fatal(err)
				}
				held := w.phone.Flash()
				said := new(diary)
				again := phone.New(phone.Identity{Name: device, Model: mustModel(t, "7965"), MIC: mic(w.core.Authority(), mustModel(t, "7965"))}, held,
					phone.Env{Watch: said.watch, Files: &phone.TFTP{Servers: []string{w.core.TFTPAddr()}, Timers: &mustModel(t, "7965").Timers}})
				session, err := again.Boot(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				session.Close()
				if said.steps() != c.steps || len(said.statuses()) > 0 || again.Flash().CTL != held.CTL {
					t.Errorf("went through %q with messages %q", said.steps(), said.statuses())
				}
				return
			}
			w := newWorld(t, c.core, change)
			err := w.boot(t)
			if (err == nil) != (c.fails == "") || err != nil && !strings.HasPrefix(err.Error(), c.fails) {
				t.Errorf("boot: %v, want %q\n%s", err, c.fails, w.said.console())
			}
			if got := w.said.steps(); got != c.steps {
				t.Errorf("went through %q, want %q", got, c.steps)
				for _, e := range all[phone.StepEnded](w.said) {
					t.Logf("%s: %v %s", e.Step, e.Err, e.Note)
				}
			}
			if got := w.said.statuses(); !slices.Equal(got, c.statuses) {
				t.Errorf("status messages %q, want %q", got, c.statuses)
			}
			if c.check != nil {
				c.check(t, w)
			}
		})
	}
}

func mustModel(t *testing.T, name string) *phone.Model {
	t.Helper()
	model, err := phone.FindModel(name)
	if err != nil {
		t.Fatal(err)
	}
	return model
}

// TestPartialConfigurationNamesWhatCAPFLacks asks for what an administrator must
// do when a phone gets no more than the partial configuration.
func TestPartialConfigurationNamesWhatCAPFLacks(t *testing.T) {
	for _, c := range []struct {
		situation string
		policy    core.CAPFPolicy
		want      string
	}{
		{"nothing is typed", core.CAPFPolicy{Auth: cnf.CAPFString, Operation: core.OperationInstall}, "left out: waits for the user to type the authentication string"},
		{"nothing is pending", core.CAPFPolicy{Operation: core.OperationNone}, "left out: no operation is pending"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			w := newWorld(t, core.Config{Security: cnf.Encrypted, EncryptedConfig: true, AuthString: "12345", CAPF: c.policy}, nil)
			if err := w.boot(t); phone.CauseOf(err) != phone.CauseMissing || !strings.HasSuffix(err.Error(), c.want) {
				t.Fatalf("the boot ended with %v, want … %s", err, c.want)
			}
		})
	}
}

// TestOneOfSeveralTFTPServersIsNamed asks the console of a phone with two TFTP
// servers which of them gave each file: a wrong list can be traced to it.
func TestOneOfSeveralTFTPServersIsNamed(t *testing.T) {
	w := newWorld(t, core.Config{Security: cnf.Encrypted}, nil)
	a, err := authority()
	if err != nil {
		t.Fatal(err)
	}
	alive, model := w.core.TFTPAddr(), mustModel(t, "7965")
	for _, c := range []struct {
		situation string
		servers   []string
		want      int // files: CTL, ITL, configuration
	}{
		{"two servers", []string{alive, "127.0.0.1:9"}, 3},
		{"one server", []string{alive}, 0},
	} {
		t.Run(c.situation, func(t *testing.T) {
			said := new(diary)
			p := phone.New(phone.Identity{Name: device, Model: model, MIC: mic(a, model)}, phone.Flash{},
				phone.Env{Watch: said.watch, Files: &phone.TFTP{Servers: c.servers, Timers: &model.Timers}})
			session, err := p.Boot(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close()
			if got := strings.Count(said.console(), "]:Answered by "+alive+"\n"); got != c.want {
				t.Errorf("%d files were said to come from %s:\n%s", got, alive, said.console())
			}
		})
	}
}

// TestRefusedProofIsNamed asks CAPF's refusal what the phone had shown: the
// string is mended in one place, the MIC's issuer in another.
func TestRefusedProofIsNamed(t *testing.T) {
	for _, c := range []struct {
		situation string
		auth      cnf.AuthMode
		want      string
	}{
		{"another string", cnf.CAPFString, "authenticated by authentication string"},
		{"a MIC of a manufacturer that nobody trusts", cnf.CAPFMIC, "authenticated by MIC"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			w := newWorld(t, core.Config{
				Security: cnf.Encrypted, AuthString: "54321", CAPF: core.CAPFPolicy{Auth: c.auth, Operation: core.OperationInstall},
			}, func(id *phone.Identity, _ *phone.Flash, _ *phone.Env) {
				stranger, err := core.NewManufacturer(time.Now)
				if err != nil {
					t.Fatal(err)
				}
				id.AuthString, id.MIC = "12345", mic(&core.Authority{Manufacturer: *stranger}, id.Model)
			})
			w.boot(t)
			i := slices.IndexFunc(all[phone.StepEnded](w.said), func(e phone.StepEnded) bool { return e.Step == phone.StepCAPF })
			if i < 0 {
				t.Fatal("CAPF was not asked")
			}
			if err := all[phone.StepEnded](w.said)[i].Err; err == nil || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("CAPF ended with %v, want … %s", err, c.want)
			}
		})
	}
}

// TestTroubleshootShowsTheMIC has a cluster that knows no certificate of the
// phone and wants its configuration encrypted. CAPF by null string proves
// nothing about the MIC, but "Troubleshoot" fetches it: the next boot gets the
// whole configuration.
func TestTroubleshootShowsTheMIC(t *testing.T) {
	w := newWorld(t, core.Config{
		Security: cnf.Encrypted, EncryptedConfig: true, CAPF: core.CAPFPolicy{Auth: cnf.CAPFNullString, Operation: core.OperationFetch},
	}, nil)
	if err := w.boot(t); phone.CauseOf(err) != phone.CauseMissing || !strings.Contains(err.Error(), "only the partial configuration") {
		t.Fatalf("the first boot: %v", err)
	}
	if err := w.boot(t); err != nil {
		t.Fatalf("the second boot: %v", err)
	}
	want := "ctl itl config capf register:missing ctl itl config capf:skipped register"
	if got := w.said.steps(); got != want {
		t.Errorf("the steps were\n\t%s, want\n\t%s", got, want)
	}
}

// TestTrustListUpdateFailed is the day this tool exists for: the core's CTL is
// signed by a token that the held list does not know.
func TestTrustListUpdateFailed(t *testing.T) {
	w := newWorld(t, core.Config{Security: cnf.Encrypted}, nil)
	if err := w.boot(t); err != nil {
		t.Fatal(err)
	}
	held := w.phone.Flash()
	before := slices.Clone(held.CTL.Bytes())

	resigned := newWorld(t, core.Config{Security: cnf.Encrypted, Signer: core.SignerUnknown}, func(_ *phone.Identity, f *phone.Flash, _ *phone.Env) { *f = held })
	if err := resigned.boot(t); err != nil {
		t.Fatal(err)
	}
	judged := all[phone.ListJudged](resigned.said)
	if len(judged) == 0 || judged[0].Verdict.Outcome != phone.Reject || judged[0].Kind != ctl.CTL {
		t.Fatalf("judged %+v", judged)
	}
	if got := resigned.said.statuses(); !slices.Equal(got, []string{"Trust List Update Failed"}) {
		t.Errorf("status messages %q", got)
	}
	if !slices.Equal(resigned.phone.Flash().CTL.Bytes(), before) {
		t.Error("the held list changed")
	}
	if got := resigned.said.steps(); got != "ctl:untrusted itl config capf:skipped register" {
		t.Errorf("went through %q", got)
	}
	for _, j := range judged {
		t.Log(j.Kind, j.Verdict.Reason, "--", j.Verdict.Fix)
	}
}

// TestAPhoneGoesOnWithWhatItHolds boots against a core of another cluster: all
// that it serves is refused, and the phone registers with its own core by the
// lists and the configuration in its flash.
func TestAPhoneGoesOnWithWhatItHolds(t *testing.T) {
	home := newWorld(t, core.Config{Security: cnf.Encrypted}, nil)
	if err := home.boot(t); err != nil {
		t.Fatal(err)
	}
	other, err := core.NewAuthority(core.AuthorityOptions{Nodes: 1})
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := core.Start(t.Context(), core.Config{Authority: other, Security: cnf.Encrypted, Devices: []core.Device{{Name: device}}})
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()

	said := new(diary)
	model := mustModel(t, "7965")
	p := phone.New(phone.Identity{Name: device, Model: model, MIC: mic(home.core.Authority(), model)}, home.phone.Flash(),
		phone.Env{Watch: said.watch, Files: &phone.TFTP{Servers: []string{stranger.TFTPAddr()}, Timers: &model.Timers}})
	session, err := p.Boot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if got, want := said.steps(), "ctl:untrusted itl:untrusted config:untrusted capf:skipped register"; got != want {
		t.Errorf("went through %q, want %q", got, want)
	}
	if got := said.statuses(); !slices.Equal(got, []string{"Trust List Update Failed", "File auth error"}) {
		t.Errorf("status messages %q", got)
	}
}
