package bin_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/phonebank/phonebank/wire/internal/bin"
)

func TestReadsInOrder(t *testing.T) {
	b := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9}
	big := bin.NewReader(binary.BigEndian, b)
	if a, b, c := big.U8("a"), big.U16("b"), big.U32("c"); a != 1 || b != 0x0203 || c != 0x04050607 {
		t.Errorf("big endian: got %#x %#x %#x", a, b, c)
	}
	if big.Len() != 2 || big.Offset() != 7 {
		t.Errorf("after 7 bytes: %d left at offset %d", big.Len(), big.Offset())
	}
	little := bin.NewReader(binary.LittleEndian, b)
	if v := little.U32("v"); v != 0x04030201 {
		t.Errorf("little endian: got %#x", v)
	}
}

func TestFirstFaultSticksAndNamesThePlace(t *testing.T) {
	r := bin.NewReader(binary.BigEndian, []byte{0, 9, 1, 2})
	n := r.U16("length")
	sub := r.Sub(2, "record")
	sub.U8("tag")
	sub.Bytes(int(n), "value")
	sub.U8("after the fault")
	var e *bin.Error
	if !errors.As(sub.Err(), &e) {
		t.Fatalf("no *bin.Error in %v", sub.Err())
	}
	if want := (bin.Error{Offset: 3, Field: "value", Problem: "needs 9 bytes, 1 left"}); *e != want {
		t.Errorf("got %+v, want %+v", *e, want)
	}
	if sub.Len() != 0 {
		t.Errorf("a Reader with a fault still offers %d bytes", sub.Len())
	}
	if r.Err() != nil {
		t.Errorf("the fault of a part spread to the whole: %v", r.Err())
	}
}

func TestPartOfAFaultyReaderIsFaulty(t *testing.T) {
	r := bin.NewReader(binary.BigEndian, nil)
	r.U8("first")
	if err := r.Sub(0, "part").Err(); err == nil {
		t.Error("the part of a Reader with a fault reports none")
	}
}

func TestNegativeLengthIsAFault(t *testing.T) {
	r := bin.NewReader(binary.BigEndian, []byte{1})
	if b := r.Bytes(-1, "value"); b != nil || r.Err() == nil {
		t.Errorf("got %v, %v", b, r.Err())
	}
}
