package capture

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/phonebank/phonebank/phone"
)

// Bounds of a capture.
const (
	longestFile  = 256 << 20 // bytes
	longestPhone = 8 << 20   // bytes that one phone may write
	mostHeld     = 64 << 20  // bytes in memory, of phones that may still fail
	mostFailing  = 100       // phones that are captured because they failed
)

// File is a capture under way. Every block is in the file when the call that
// made it returns: a run that is killed leaves a file that can be read.
type File struct {
	choice Choice
	limits limits

	mu      sync.Mutex
	file    *os.File
	packets *pcapgo.NgWriter
	size    int64
	err     error // the first one; nothing is written after it

	held    int // bytes
	failing int // phones captured because they failed
	count   Summary
}

// limits are the bounds above; tests have narrower ones.
type limits struct {
	file, phone, held int64
	failing           int
}

// Summary is what a capture came to.
type Summary struct {
	Phones  int // in the file
	Packets int
	// Missed are phones that failed, but had no place left.
	Missed int
	// Cut are phones of which something is missing: they, or all of them
	// together, said more than fits.
	Cut int
}

// String tells it in one sentence, to follow the name of the file.
func (s Summary) String() string {
	text := fmt.Sprintf("%d packets of %d phones", s.Packets, s.Phones)
	if s.Phones == 1 {
		text = strings.TrimSuffix(text, "s")
	}
	if s.Missed > 0 {
		text += fmt.Sprintf("; %d more failed and had no place left", s.Missed)
	}
	if s.Cut > 0 {
		text += fmt.Sprintf("; %d said more than fits", s.Cut)
	}
	return text
}

// Create begins a capture. The file is for its owner alone: it has the secrets.
func Create(path string, choice Choice) (*File, error) {
	return create(path, choice, limits{longestFile, longestPhone, mostHeld, mostFailing})
}

func create(path string, choice Choice, l limits) (*File, error) {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := ownersAlone(out); err != nil {
		return nil, errors.Join(err, out.Close())
	}
	f := &File{choice: choice, limits: l, file: out}
	// The first interface is there for readers that want one; each phone has its own.
	none := pcapgo.NgInterface{Name: "phonebank", Description: "made up from what phones read and write", LinkType: layers.LinkTypeEthernet}
	about := pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "phonebank"}}
	if f.packets, err = pcapgo.NewNgWriterInterface(f, none, about); err == nil {
		err = f.packets.Flush()
	}
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	return f, nil
}

// ownersAlone shuts others out of a file that was there before.
func ownersAlone(file *os.File) error {
	info, err := file.Stat()
	if err == nil && info.Mode().IsRegular() {
		err = file.Chmod(0o600)
	}
	return err
}

// Write is for the packet writer: it counts.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	f.size += int64(n)
	return n, err
}

// Close ends the capture. Phones that are still held have not failed, and are
// left out.
func (f *File) Close() (Summary, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := errors.Join(f.err, f.file.Close())
	f.err = os.ErrClosed
	return f.count, err
}

// item is a packet or a line of the key log, on its way to the file.
type item struct {
	at      time.Time
	secret  bool
	bytes   []byte
	comment string
}

// overhead is what a block adds to a packet, at most.
const overhead = 128

// begin gives a phone its interface.
func (f *File) begin(id phone.Identity) (number int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.do(func() (err error) {
		f.count.Phones++
		number, err = f.packets.AddInterface(pcapgo.NgInterface{
			Name: string(id.Name), Description: "CP-" + id.Model.Name, LinkType: layers.LinkTypeEthernet,
		})
		return err
	})
	return number
}

// put writes an item. It says whether there was room.
func (f *File) put(number int, i item) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.size+int64(len(i.bytes)+len(i.comment)+overhead) > f.limits.file {
		return false
	}
	f.do(func() error {
		if i.secret {
			return f.packets.WriteDecryptionSecretsBlock(pcapgo.DSB_SECRETS_TYPE_TLS, i.bytes)
		}
		f.count.Packets++
		info := gopacket.CaptureInfo{Timestamp: i.at, CaptureLength: len(i.bytes), Length: len(i.bytes), InterfaceIndex: number}
		var with pcapgo.NgPacketOptions
		if i.comment != "" {
			with.Comments = []string{i.comment}
		}
		return f.packets.WritePacketWithOptions(info, i.bytes, with)
	})
	return true
}

// do writes a block, unless an earlier one went wrong.
func (f *File) do(write func() error) {
	if f.err == nil {
		f.err = write()
	}
	if f.err == nil {
		f.err = f.packets.Flush()
	}
}

// hold asks for memory, or with less than 0 gives it back.
func (f *File) hold(bytes int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if int64(f.held+bytes) > f.limits.held {
		return false
	}
	f.held += bytes
	return true
}

// admit says whether there is a place for one more phone that fails. Half of
// them are for phones that have given up: a step that failed may be every
// phone's.
func (f *File) admit(gaveUp bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	places := f.limits.failing
	if !gaveUp {
		places /= 2
	}
	if f.failing >= places {
		return false
	}
	f.failing++
	return true
}

// missed counts a phone that failed and has no place.
func (f *File) missed() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count.Missed++
}

// cut counts a phone of which something is missing.
func (f *File) cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count.Cut++
}
