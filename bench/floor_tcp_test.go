package bench

import (
	"encoding/binary"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/phonebank/phonebank/wire/sccp"
)

// TCPPeer answers keepalives over plain TCP, as a child.
type TCPPeer struct{}

// Start listens and answers with the address.
func (*TCPPeer) Start(_ Nothing, address *string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	*address = l.Addr().String()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go echo(conn)
		}
	}()
	return nil
}

// echo answers every frame without a body with a keepalive's answer.
func echo(conn net.Conn) {
	defer conn.Close()
	answer := sccp.Append(nil, sccp.KeepAliveAck{}, 0)
	var frame [sccp.HeaderLen]byte
	for {
		if _, err := io.ReadFull(conn, frame[:]); err != nil {
			return
		}
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}

// BareTCP is the floor of a keepalive: plain TCP, a goroutine a connection
// that reads, and one loop that sends from a wheel in batches of 10 ms.
type BareTCP struct{ answered atomic.Int64 }

// BareTCPArgs say how many connections, and how often they send.
type BareTCPArgs struct {
	Address string
	Conns   int
	Pace    int // seconds between two keepalives of a connection
}

// Start connects and begins to send.
func (r *BareTCP) Start(in BareTCPArgs, _ *Nothing) error {
	wheel := make([][]net.Conn, time.Duration(in.Pace)*time.Second/wheelTick)
	for i := range in.Conns {
		dialer := net.Dialer{KeepAlive: -1, LocalAddr: &net.TCPAddr{IP: source(i).AsSlice()}}
		conn, err := dialer.Dial("tcp", in.Address)
		if err != nil {
			return err
		}
		wheel[i%len(wheel)] = append(wheel[i%len(wheel)], conn)
		go r.read(conn)
	}
	go turn(wheel)
	return nil
}

func turn(wheel [][]net.Conn) {
	began := time.Now()
	request := sccp.Append(nil, sccp.KeepAliveReq{}, 0)
	for tick := 0; ; tick++ {
		time.Sleep(time.Until(began.Add(time.Duration(tick) * wheelTick)))
		for _, conn := range wheel[tick%len(wheel)] {
			conn.Write(request)
		}
	}
}

func (r *BareTCP) read(conn net.Conn) {
	var frame [sccp.HeaderLen]byte
	for {
		if _, err := io.ReadFull(conn, frame[:]); err != nil {
			return
		}
		if binary.LittleEndian.Uint32(frame[8:]) == uint32(sccp.IDKeepAliveAck) {
			r.answered.Add(1)
		}
	}
}

// Tally is what the process has used, and how many keepalives were answered.
func (r *BareTCP) Tally(_ bool, out *Tally) error {
	*out = Tally{Answered: r.answered.Load(), Usage: Usage{CPU: cpuTime()}}
	return nil
}
