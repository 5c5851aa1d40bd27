package sccp_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/sccp"
)

// What parses comes back the same from what it is sent as.
func FuzzParse(f *testing.F) {
	add := func(b []byte, version uint8) {
		frame, err := sccp.ParseFrame(b)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint32(frame.ID), frame.HeaderVersion, frame.Body, version)
	}
	for _, d := range allDumps(f) {
		add(d.bytes, d.version)
	}
	for _, version := range versions {
		for _, m := range samples(version) {
			add(sccp.Append(nil, m, version), version)
		}
	}
	f.Fuzz(func(t *testing.T, id, header uint32, body []byte, version uint8) {
		if len(body) > sccp.MaxLength-4096 { // room for what padding adds
			return
		}
		frame := sccp.Frame{HeaderVersion: header, ID: sccp.ID(id), Body: body}
		m, err := sccp.Parse(frame, version)
		if err != nil {
			return
		}
		again, err := sccp.ParseFrame(sccp.AppendAs(nil, m, version, header))
		if err != nil {
			t.Fatal(err)
		}
		if again.HeaderVersion != header || again.ID != frame.ID {
			t.Errorf("%s, header version %d, came back as %s, %d", frame.ID, header, again.ID, again.HeaderVersion)
		}
		n, err := sccp.Parse(again, version)
		if err != nil {
			t.Fatalf("%#v comes back as: %v", m, err)
		}
		if diff := cmp.Diff(m, n, same); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
	})
}

// However bytes are cut, the frames that come out are the bytes that went in.
func FuzzReader(f *testing.F) {
	var stream []byte
	for _, d := range readDumps(f, "registration-v20.txt") {
		stream = append(stream, d.bytes...)
	}
	f.Add(stream, uint8(1))
	f.Add(stream, uint8(100))
	f.Add([]byte{3, 0, 0, 0}, uint8(1))
	f.Fuzz(func(t *testing.T, stream []byte, step uint8) {
		var out []byte
		r := sccp.NewReader(&chunks{bytes: stream, step: int(step)})
		for {
			frame, err := r.Next()
			if err != nil {
				break
			}
			out = sccp.AppendFrame(out, frame)
		}
		if !bytes.HasPrefix(stream, out) {
			t.Errorf("read % x from % x", out, stream)
		}
		if n, err := sccp.Split(stream[len(out):]); n > 0 {
			t.Errorf("stopped before a whole frame of %d bytes (%v)", n, err)
		}
	})
}
