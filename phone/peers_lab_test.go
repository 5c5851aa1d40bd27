package phone_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/phonebank/phonebank/core/coretest"
	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/wire/cnf"
)

// lab is a world in memory for one phone: scripted CallManagers at 192.0.2.1,
// 192.0.2.2 and so on, and the files of a TFTP server. Meant for a synctest
// bubble, where its seconds cost nothing and are exact.
type lab struct {
	coretest.Network
	began time.Time
	said  diary
	nodes []*callManager

	mu    sync.Mutex
	files map[string][]byte
	asked []string      // names of the files asked for
	slow  time.Duration // before a file is served
}

// newLab starts a CallManager for every manner and a configuration that lists
// them in this order, on the clear port.
func newLab(t *testing.T, manners ...manner) *lab {
	t.Helper()
	l := &lab{began: time.Now(), files: map[string][]byte{}}
	config := cnf.Config{Full: true, Protocol: "SCCP", SecurityMode: cnf.NonSecure}
	for i, m := range manners {
		host := nodeHost(i + 1)
		config.CallManagers = append(config.CallManagers, cnf.CallManager{Priority: i, Host: host})
		cm := &callManager{began: l.began, address: host + ":2000", manner: m}
		l.nodes = append(l.nodes, cm)
		l.restart(t, i+1)
	}
	l.configure(t, config)
	return l
}

func nodeHost(number int) string { return fmt.Sprintf("192.0.2.%d", number) }

// listen hands every connection to an address to serve. The connections end
// with the test, or when the returned function is called.
func (l *lab) listen(t *testing.T, address string, serve func(net.Conn)) (stop func()) {
	t.Helper()
	listener, err := l.Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	var work sync.WaitGroup
	work.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			mu.Unlock()
			work.Go(func() {
				defer conn.Close()
				serve(conn)
			})
		}
	})
	stop = func() {
		listener.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, conn := range open {
			conn.Close()
		}
	}
	t.Cleanup(func() {
		stop()
		work.Wait()
	})
	return stop
}

// restart makes a node listen, again if it was stopped.
func (l *lab) restart(t *testing.T, node int) {
	t.Helper()
	cm := l.nodes[node-1]
	stop := l.listen(t, cm.address, cm.serve)
	cm.mu.Lock()
	defer cm.mu.Unlock()
	cm.close = stop
}

// configure writes the phone's configuration.
func (l *lab) configure(t *testing.T, config cnf.Config) {
	t.Helper()
	xml, err := config.XML()
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.files[cnf.Name(device)] = xml
}

// Fetch is the TFTP server.
func (l *lab) Fetch(_ context.Context, name string) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, name)
	if file, ok := l.files[name]; ok {
		time.Sleep(l.slow)
		return file, nil
	}
	return nil, fmt.Errorf("%s: %w", name, phone.ErrNotFound)
}

func (l *lab) String() string { return "192.0.2.1" }

// phone returns a phone of the lab. Its chance always turns out highest: the
// first keepalive is a tenth early, every wait with jitter a fifth longer.
func (l *lab) phone(t *testing.T, change func(*phone.Identity, *phone.Flash, *phone.Env)) *phone.Phone {
	t.Helper()
	id := phone.Identity{Name: device, Model: mustModel(t, "7965")}
	flash := phone.Flash{}
	env := phone.Env{Files: l, Dial: l.Dial, Rand: rand.New(highest{}), Watch: l.said.watch}
	if change != nil {
		change(&id, &flash, &env)
	}
	return phone.New(id, flash, env)
}

// run lets a phone live for so long; what Run returned is the result.
func (l *lab) run(t *testing.T, p *phone.Phone, life time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), life)
	defer cancel()
	return p.Run(ctx)
}

// highest is chance without luck: every number is the highest there is.
type highest struct{}

func (highest) Uint64() uint64 { return math.MaxUint64 }

// chance gives a phone of the lab a chance of its own.
func chance(seed uint64) func(*phone.Identity, *phone.Flash, *phone.Env) {
	return func(_ *phone.Identity, _ *phone.Flash, env *phone.Env) { env.Rand = rand.New(rand.NewPCG(seed, 0)) }
}

// sometimes is a copy of a model with other times.
func sometimes(t *testing.T, model string, change func(*phone.Timers)) *phone.Model {
	t.Helper()
	m := *mustModel(t, model)
	change(&m.Timers)
	return &m
}
