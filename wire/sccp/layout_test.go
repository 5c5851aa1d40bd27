package sccp_test

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"testing"

	"github.com/phonebank/phonebank/wire/sccp"
)

// The length of the body goes first, then the header's version, then the
// negotiated one (SCCP, section 1.2).
func TestWhichLayout(t *testing.T) {
	forward := sccp.ForwardStatRes{Line: 1, NoAnswer: sccp.Forward{Active: 1, Number: "1003"}}
	server := sccp.ServerRes{}
	server.Servers[4] = sccp.Server{Name: "e", TCPListenPort: 2000, Address: sccp.AddressOf(netip.MustParseAddr("192.0.2.15"))}
	for _, tt := range []struct {
		title           string
		message         sccp.Message
		sent            uint8 // the version in whose layout it is sent
		extra           int   // bytes behind it
		header          uint32
		negotiated      uint8
		size            int
		shape           uint8 // the version its Shape names
		readAsSomething bool  // else
	}{
		{"old numbers", forward, 17, 0, 0, 17, 92, 0, false},
		{"long numbers", forward, 18, 0, 18, 18, 96, 0, false},
		{"old numbers from a server that agreed to 20", forward, 17, 0, 0, 20, 92, 17, false},
		{"old numbers under a header of 20", forward, 17, 0, 20, 20, 92, 17, false},
		{"long numbers under a header of 0 at version 11", forward, 20, 0, 0, 11, 96, 18, false},
		{"old numbers and a tail, the header decides", forward, 17, 8, 17, 20, 100, 17, false},
		{"long numbers and a tail, the header decides", forward, 20, 8, 20, 11, 104, 18, false},
		{"long numbers and a tail, the negotiated version decides", forward, 20, 8, 0, 20, 104, 0, false},
		{"old numbers and a tail, the negotiated version decides wrongly", forward, 17, 8, 0, 20, 100, 0, true},
		{"short addresses", server, 11, 0, 0, 11, 280, 0, false},
		{"extended addresses", server, 17, 0, 17, 17, 360, 0, false},
		{"short addresses at version 20", server, 16, 0, 0, 20, 280, 16, false},
		{"extended addresses before RegisterAck", server, 17, 0, 0, 0, 360, 17, false},
	} {
		t.Run(tt.title, func(t *testing.T) {
			f, err := sccp.ParseFrame(sccp.Append(nil, tt.message, tt.sent))
			if err != nil {
				t.Fatal(err)
			}
			f.HeaderVersion = tt.header
			f.Body = append(bytes.Clone(f.Body), bytes.Repeat([]byte{0x55}, tt.extra)...)
			if len(f.Body) != tt.size {
				t.Fatalf("a body of %d bytes, want %d", len(f.Body), tt.size)
			}
			got, err := sccp.Parse(f, tt.negotiated)
			if err != nil {
				t.Fatal(err)
			}
			var shape sccp.Shape
			var right bool
			switch m := got.(type) {
			case sccp.ForwardStatRes:
				shape, right = m.Shape, m.NoAnswer == forward.NoAnswer && m.Line == 1
			case sccp.ServerRes:
				shape, right = m.Shape, m.Servers == server.Servers
			}
			if right == tt.readAsSomething || shape.Version != tt.shape {
				t.Errorf("read as %+v", got)
			}
			if b := sccp.AppendAs(nil, got, tt.negotiated, tt.header); !tt.readAsSomething && !bytes.Equal(b, sccp.AppendFrame(nil, f)) {
				t.Errorf("sent again as\n%s", hex.Dump(b))
			}
		})
	}
}

func TestRegisterReqIsSentInThreeSizes(t *testing.T) {
	for _, tt := range []struct {
		title string
		m     sccp.RegisterReq
		size  int
	}{
		{"version 11", sccp.RegisterReq{ProtocolVersion: 11}, 68},
		{"version 15", sccp.RegisterReq{ProtocolVersion: 15}, 68},
		{"version 17", sccp.RegisterReq{ProtocolVersion: 17}, 124},
		{"version 11 with a load", sccp.RegisterReq{ProtocolVersion: 11, FirmwareLoadName: "P00308010200"}, 124},
		{"version 22 with a version stamp", sccp.RegisterReq{ProtocolVersion: 22, ConfigVersionStamp: "x"}, 172},
		{"cut short on purpose", sccp.RegisterReq{ProtocolVersion: 22, Shape: sccp.Shape{Length: 44}}, 44},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if n := len(sccp.Append(nil, tt.m, 0)) - sccp.HeaderLen; n != tt.size {
				t.Errorf("a body of %d bytes, want %d", n, tt.size)
			}
		})
	}
}

func TestSizesOfUpdateCapabilities(t *testing.T) {
	for revision, size := range []int{1840, 1840, 2000, 2100} {
		m := sccp.UpdateCapabilities{Revision: uint8(revision)}
		if n := len(sccp.Append(nil, m, 0)) - sccp.HeaderLen; n != size {
			t.Errorf("revision %d: a body of %d bytes, want %d", revision, n, size)
		}
	}
	b := sccp.Append(nil, sccp.UpdateCapabilities{Audio: []sccp.Capability{{Codec: sccp.CodecG722}}}, 0)
	if b[sccp.HeaderLen+312] != byte(sccp.CodecG722) {
		t.Error("the audio list does not start at offset 312")
	}
}
