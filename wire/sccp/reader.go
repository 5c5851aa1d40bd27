package sccp

import (
	"encoding/binary"
	"io"
)

const (
	// smallBuffer holds what an idle or a registering phone hears most of the
	// time: a RegisterAck with the CapabilitiesReq behind it, a keepalive.
	smallBuffer = 56
	// emptyReads is how many reads in a row may bring nothing.
	emptyReads = 100
)

// Reader cuts a stream into frames. It waits with a buffer of 56 bytes, grows
// it to the size of the frame that is coming in, up to MaxLength + 8, and drops
// it when all has been handed out, so that an idle phone costs little.
type Reader struct {
	src   io.Reader
	buf   []byte // buf[next:end] has been read and not handed out
	next  int
	end   int
	small [smallBuffer]byte
}

// NewReader returns a Reader of the frames of r.
func NewReader(r io.Reader) *Reader { return &Reader{src: r} }

// Next returns the next frame, whose Body is valid until the call after. The
// error is io.EOF where the stream ends between two frames,
// io.ErrUnexpectedEOF where it ends within one, a *FormatError when the length
// cannot be one (the stream cannot be read any further then), or the source's
// own. After a timeout of the source Next can be called again; nothing is lost.
func (r *Reader) Next() (Frame, error) {
	if r.next == r.end {
		r.buf, r.next, r.end = r.small[:], 0, 0
	}
	for {
		have := r.buf[r.next:r.end]
		size, err := frameSize(have)
		if err != nil {
			return Frame{}, err
		}
		if size <= len(have) {
			r.next += size
			return Frame{
				HeaderVersion: binary.LittleEndian.Uint32(have[4:]),
				ID:            ID(binary.LittleEndian.Uint32(have[8:])),
				Body:          have[HeaderLen:size:size],
			}, nil
		}
		if err := r.fill(size); err != nil {
			return Frame{}, err
		}
	}
}

// fill reads something into a buffer with room for size bytes from next on.
func (r *Reader) fill(size int) error {
	if len(r.buf)-r.next < size {
		to := r.buf
		if len(to) < size {
			to = make([]byte, size)
		}
		r.end = copy(to, r.buf[r.next:r.end])
		r.buf, r.next = to, 0
	}
	for range emptyReads {
		n, err := r.src.Read(r.buf[r.end:])
		r.end += n
		switch {
		case n > 0: // an error that came with bytes will come again without
			return nil
		case err == io.EOF && r.next < r.end:
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
	}
	return io.ErrNoProgress
}
