package sccp_test

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/phonebank/phonebank/wire/sccp"
)

// versions are those the specification recommends for tests, and 0: before
// RegisterAck.
var versions = []uint8{0, 5, 11, 17, 20, 22}

// same compares addresses with ==, as cmp cannot look into them.
var same = cmpopts.EquateComparable(netip.Addr{})

func TestWhatIsSentIsWhatArrives(t *testing.T) {
	for _, version := range versions {
		for _, m := range samples(version) {
			got := parse(t, sccp.Append(nil, m, version), version)
			if diff := cmp.Diff(m, got, same); diff != "" {
				t.Errorf("%s at version %d (-sent +arrived):\n%s", m.ID(), version, diff)
			}
		}
	}
}

func TestBodiesAreMultiplesOfFour(t *testing.T) {
	for _, version := range versions {
		for _, m := range samples(version) {
			if b := sccp.Append(nil, m, version); len(b)%4 != 0 {
				t.Errorf("%s at version %d has %d bytes", m.ID(), version, len(b))
			}
		}
	}
}

// A frame cut anywhere is not a frame, and a body cut anywhere is either a
// fault at a known place or a shorter form, which then survives.
func TestEveryProperPrefix(t *testing.T) {
	for _, version := range []uint8{11, 22} {
		for _, m := range samples(version) {
			whole := sccp.Append(nil, m, version)
			for n := range whole {
				if _, err := sccp.ParseFrame(whole[:n]); err == nil {
					t.Fatalf("%s: the first %d bytes of %d are taken for a frame", m.ID(), n, len(whole))
				}
			}
			whole, body := whole[:sccp.HeaderLen], whole[sccp.HeaderLen:]
			for n := range body {
				f := sccp.Frame{HeaderVersion: uint32(whole[4]), ID: m.ID(), Body: body[:n]}
				short, err := sccp.Parse(f, version)
				var fault *sccp.FormatError
				switch {
				case err == nil:
					again := sccp.Append(nil, short, version)
					if diff := cmp.Diff(short, parse(t, again, version), same); diff != "" {
						t.Errorf("%s at version %d, %d bytes of body (-before +after):\n%s", m.ID(), version, n, diff)
					}
				case !errors.As(err, &fault):
					t.Errorf("%s, %d bytes of body: %v is not a FormatError", m.ID(), n, err)
				case fault.Offset > n || fault.Field == "":
					t.Errorf("%s, %d bytes of body: %v", m.ID(), n, err)
				}
			}
		}
	}
}

func TestATailSurvives(t *testing.T) {
	tail := []byte{0xDE, 0xAD, 0xBE, 0xEF, 0x00}
	for _, version := range versions {
		for _, m := range samples(version) {
			f, err := sccp.ParseFrame(sccp.Append(nil, m, version))
			if err != nil {
				t.Fatal(err)
			}
			switch m.(type) {
			case sccp.KeepAliveReq, sccp.KeepAliveAck, sccp.EnhancedAlarm:
				continue // keep none, as documented
			}
			f.Body = append(bytes.Clone(f.Body), tail...)
			got, err := sccp.Parse(f, version)
			if err != nil {
				continue // the tail was taken for an optional field, and is too short for one
			}
			want := sccp.AppendFrame(nil, f)
			if b := sccp.Append(nil, got, version); !bytes.Equal(b, want) {
				t.Errorf("%s at version %d with a tail:\n% x\nwant\n% x", m.ID(), version, b, want)
			}
		}
	}
}

func TestParsedMessagesShareNoMemory(t *testing.T) {
	for _, version := range versions {
		for _, m := range append(samples(version), sccp.Unknown{MessageID: 0x0199, Body: []byte("raw")}) {
			b := append(sccp.Append(nil, m, version), 1, 2, 3, 4)
			b[0] += 4
			f, err := sccp.ParseFrame(b)
			if err != nil {
				t.Fatal(err)
			}
			got, err := sccp.Parse(f, version)
			if err != nil {
				continue
			}
			before := sccp.Append(nil, got, version)
			clear(b)
			if after := sccp.Append(nil, got, version); !bytes.Equal(before, after) {
				t.Errorf("%s changes with the buffer it was read from", m.ID())
			}
		}
	}
}
