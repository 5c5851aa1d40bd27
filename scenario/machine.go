package scenario

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"time"
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
