package live

import (
	"crypto/sha256"
	"encoding/binary"
	"path/filepath"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
)

// reading is what one consistent read of the folder gave.
type reading struct {
	sources []*diag.Source
	faults  diag.List         // of what could not be read
	texts   map[string]string // by the name of the file
	present map[string]bool   // the files that are there, whether they could be read or not
	whole   bool              // the folder itself could be read
	digest  digest
}

// digest identifies what a reading gave: the names and texts of the files, and what could not be read.
type digest [sha256.Size]byte

// readTries is how often a folder that does not hold still is read before the loop waits again.
const readTries = 6

// readSteady reads the folder until two reads agree, but returns at once when the first gives what known tells. ok is
// false where the folder did not hold still.
//
// One read that held still is not enough where the clock of the file system is coarse: a file that is written twice
// within one of its ticks, at one size, looks untouched.
func readSteady(dir string, known digest) (r *reading, ok bool) {
	for try := range readTries {
		if try > 0 {
			time.Sleep(time.Millisecond << try)
		}
		first, steady := read(dir)
		if !steady {
			continue
		}
		if first.digest == known {
			return first, true
		}
		second, steady := read(dir)
		if steady && second.digest == first.digest {
			return second, true
		}
	}
	return nil, false
}

func read(dir string) (r *reading, steady bool) {
	r = &reading{texts: map[string]string{}, present: map[string]bool{}, whole: true}
	r.sources, steady = dsl.ReadDirOnce(dir, &r.faults)
	for _, s := range r.sources {
		name := filepath.Base(s.Name)
		r.texts[name], r.present[name] = s.Text, true
	}
	for _, d := range r.faults {
		if d.Span.Name() == dir {
			r.whole = false
			continue
		}
		r.present[filepath.Base(d.Span.Name())] = true
	}
	r.digest = digestOf(r)
	return r, steady
}

func digestOf(r *reading) (sum digest) {
	h := sha256.New()
	write := func(s string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	for _, s := range r.sources { // by name
		write(s.Name)
		write(s.Text)
	}
	for _, d := range r.faults {
		write(d.Span.Name())
		write(d.Code)
	}
	h.Sum(sum[:0])
	return sum
}

// sighting is the text that a file had when it was last read, and since when it has been seen to have it.
type sighting struct {
	text  [sha256.Size]byte // zero: the file is not there
	since time.Time
}

// sightings keeps, by name, since when files are as they are.
type sightings map[string]sighting

// note records what was read at the time now. Of names that are expected and not there it is noted that they are gone.
func (s sightings) note(r *reading, expected []string, now time.Time) {
	see := func(name string, text [sha256.Size]byte) {
		if was, ok := s[name]; !ok || was.text != text {
			s[name] = sighting{text, now}
		}
	}
	wanted := map[string]bool{}
	for name := range r.present {
		wanted[name] = true
		see(name, sha256.Sum256([]byte(r.texts[name])))
	}
	for _, name := range expected {
		if !wanted[name] {
			wanted[name] = true
			see(name, [sha256.Size]byte{})
		}
	}
	for name := range s {
		if !wanted[name] {
			delete(s, name)
		}
	}
}
