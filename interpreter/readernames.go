package interpreter

import (
	"encoding/binary"
	"math/bits"
)

// nameTable finds facts by their names. Every fact of every case is looked up here, in less than half the time that a
// map takes: the names are known when the table is made, so it can be wide and its hash cheap, and most names are told
// apart by the words that are hashed. What is looked up cannot make it slow: how many names lie in a row is settled
// when it is made.
type nameTable struct {
	names []string
	slots []nameSlot
}

// nameSlot is a name: its first and last eight bytes, its length, and its place plus one; 0: no name.
type nameSlot struct {
	head, tail   uint64
	length, name int32
}

// newNameTable returns a table of the names, which are all different.
func newNameTable(names []string) nameTable {
	const room = 2 // slots for a name, at least
	t := nameTable{names: names, slots: make([]nameSlot, 1<<bits.Len(uint(len(names)*room)))}
	for i, name := range names {
		head, tail := ends([]byte(name))
		s := t.slot(head, tail)
		for t.slots[s].name != 0 {
			s = t.after(s)
		}
		t.slots[s] = nameSlot{head, tail, int32(len(name)), int32(i + 1)}
	}
	return t
}

// find returns the place of a name.
func (t *nameTable) find(name []byte) (int32, bool) {
	head, tail := ends(name)
	for i := t.slot(head, tail); ; i = t.after(i) {
		s := &t.slots[i]
		if s.name == 0 {
			return 0, false
		}
		if s.head == head && s.tail == tail && int(s.length) == len(name) && (len(name) <= 16 || t.names[s.name-1] == string(name)) {
			return s.name - 1, true
		}
	}
}

// ends returns the first and the last eight bytes of a name. Those of a shorter one overlap, and with its length they
// still tell it from any other.
func ends(name []byte) (head, tail uint64) {
	switch n := len(name); {
	case n >= 8:
		return binary.LittleEndian.Uint64(name), binary.LittleEndian.Uint64(name[n-8:])
	case n >= 4:
		return uint64(binary.LittleEndian.Uint32(name)), uint64(binary.LittleEndian.Uint32(name[n-4:]))
	case n > 0:
		return uint64(name[0]), uint64(name[n/2])<<8 | uint64(name[n-1])
	}
	return 0, 0
}

// slot returns where the search for a name begins.
func (t *nameTable) slot(head, tail uint64) int {
	high, low := bits.Mul64(head^0x9e3779b97f4a7c15, tail^0xd6e8feb86659fd93)
	return int(high^low) & (len(t.slots) - 1)
}

func (t *nameTable) after(slot int) int { return (slot + 1) & (len(t.slots) - 1) }
