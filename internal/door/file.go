package door

import (
	"bytes"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	lookEvery = time.Second // at a file that is in use
	fileMost  = 1 << 20     // bytes
)

// FileError tells why a file cannot be used. Its text is for a log; what a person is told hangs on the reason.
type FileError struct{ Path, Reason string }

// Error names the file and the reason.
func (e *FileError) Error() string { return e.Path + ": " + e.Reason }

// made is what is made of files, and made anew once one of them has changed. It is looked at them when what is made of them is
// needed, by their content: a time or a name tells nothing sure of a file that was swapped by its folder. What cannot be made
// anew stays as it was.
type made[T any] struct {
	paths []string
	make  func(texts [][]byte) (*T, error)
	told  func(error) // nil: it was made anew

	value atomic.Pointer[T]

	mu     sync.Mutex // held by whoever looks
	looked time.Time
	texts  [][]byte
	err    string // what was told last
}

// newMade makes it for the first time.
func newMade[T any](paths []string, f func(texts [][]byte) (*T, error), told func(error)) (*made[T], error) {
	m := &made[T]{paths: paths, make: f, told: told, looked: time.Now()}
	var err error
	if m.texts, err = m.read(); err != nil {
		return nil, err
	}
	value, err := m.make(m.texts)
	m.value.Store(value)
	return m, err
}

func (m *made[T]) read() (texts [][]byte, err error) {
	for _, path := range m.paths {
		text, err := readFile(path)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &FileError{path, "no-file"}
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, fileMost+1))
	if err != nil || len(text) > fileMost {
		return nil, &FileError{path, "no-file"}
	}
	return text, nil
}

// get returns it as the files have it now, or had it when it could be made last.
func (m *made[T]) get() *T {
	if m.mu.TryLock() {
		if time.Since(m.looked) >= lookEvery {
			m.look()
		}
		m.mu.Unlock()
	}
	return m.value.Load()
}

func (m *made[T]) look() {
	m.looked = time.Now()
	texts, err := m.read()
	if err == nil {
		if slices.EqualFunc(texts, m.texts, bytes.Equal) {
			m.err = ""
			return
		}
		var value *T
		if value, err = m.make(texts); err == nil {
			m.value.Store(value)
		}
		m.texts = texts
	}
	said := ""
	if err != nil {
		said = err.Error()
	}
	if said == "" || said != m.err {
		m.told(err)
	}
	m.err = said
}
