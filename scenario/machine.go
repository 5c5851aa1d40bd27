package scenario

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/phonebank/phonebank/scenario/tally"
)

// Machine is what this computer can carry, asked of it and never assumed.
type Machine struct {
	Descriptors uint64 // files and sockets that one process may open; 0: unknown
	Ports       int    // source ports of one address
	Spread      bool   // every address of 127.0.0.0/8 can be used, not only 127.0.0.1
	Cores       int    // processors that Go uses
	Measured    bool   // CPU and memory of a process can be asked for
}

// Inspect asks this machine.
func Inspect() Machine {
	m := Machine{Descriptors: descriptors(), Ports: sourcePorts(), Cores: runtime.GOMAXPROCS(0)}
	if conn, err := net.ListenPacket("udp4", netip.AddrPortFrom(sourceBase, 0).String()); err == nil {
		conn.Close()
		m.Spread = true
	}
	_, _, m.Measured = usage()
	return m
}

// sourcePorts is how many connections to one server can have one source
// address. Where the system does not say, it is the range that IANA gives.
func sourcePorts() int {
	var low, high int
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err == nil {
		_, err = fmt.Sscan(string(text), &low, &high)
	}
	if err != nil || high <= low {
		low, high = 49152, 65535
	}
	return high - low + 1
}

// percent is the CPU of a span as a share of one core.
func percent(cpu, span time.Duration) float64 {
	if span <= 0 {
		return 0
	}
	return float64((1000*cpu/span + 5) / 10)
}

// describe is this machine for the reader of a result: no names, what counts.
func describe() *tally.Machine {
	m := &tally.Machine{System: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.GOMAXPROCS(0), Go: runtime.Version()}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		m.Processor = fieldOf(string(text), "model name")
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kilobytes int64
		if _, err := fmt.Sscan(fieldOf(string(text), "MemTotal"), &kilobytes); err == nil {
			m.Memory = kilobytes << 10
		}
	}
	return m
}

// fieldOf finds "name : value" among lines.
func fieldOf(text, name string) string {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, ":")
		if strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
