package phone_test

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"testing"
	"time"
)

// The ways in which a peer can be a burden. Each is a server's whole side of a
// connection, and ends when the phone hangs up.

// stalls takes the connection and says nothing.
func stalls(conn net.Conn) { io.Copy(io.Discard, conn) }

// trickles sends a message a byte a second, again and again.
func trickles(message []byte) func(net.Conn) {
	return func(conn net.Conn) {
		go io.Copy(io.Discard, conn)
		for {
			for _, b := range message {
				time.Sleep(time.Second)
				if _, err := conn.Write([]byte{b}); err != nil {
					return
				}
			}
		}
	}
}

// sends says something once and then waits for the phone to hang up.
func sends(message []byte) func(net.Conn) {
	return func(conn net.Conn) {
		conn.Write(message)
		io.Copy(io.Discard, conn)
	}
}

// floods sends a message without end, four of them a millisecond. (A bubble's
// clock stands still for a peer that never rests.)
func floods(message []byte) func(net.Conn) {
	return func(conn net.Conn) {
		go io.Copy(io.Discard, conn)
		pour(conn, message)
	}
}

// deluges does the same and reads nothing.
func deluges(message []byte) func(net.Conn) {
	return func(conn net.Conn) { pour(conn, message) }
}

func pour(conn net.Conn, message []byte) {
	burst := bytes.Repeat(message, 4)
	for {
		if _, err := conn.Write(burst); err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// after reads a number of bytes, says something, and goes on as the next
// manner does.
func after(read int64, message []byte, next func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		io.CopyN(io.Discard, conn, read)
		conn.Write(message)
		next(conn)
	}
}

// mustHoldLittle measures, so long after the beginning, how much more is in
// use than at the beginning, and fails when it is more than the limit.
func mustHoldLittle(t *testing.T, later time.Duration, limit uint64) {
	t.Helper()
	inUse := func() uint64 {
		runtime.GC()
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		return now.HeapAlloc
	}
	before := inUse()
	timer := time.AfterFunc(later, func() {
		least := inUse()
		for range 20 { // the flood goes on: some of what is in use is garbage again
			least = min(least, inUse())
		}
		if least > before+limit {
			t.Errorf("%d bytes more in use after %v, at most %d should be", least-before, later, limit)
		}
	})
	t.Cleanup(func() {
		if timer.Stop() {
			t.Errorf("over before %v: memory was not looked at", later)
		}
	})
}
