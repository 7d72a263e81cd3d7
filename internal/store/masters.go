package store

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stegvis/stegvis/internal/seal"
)

// masters are the master keys as they were last read.
type masters struct {
	ring  atomic.Pointer[seal.Ring]
	again func() (*seal.Ring, error) // nil: they do not change

	mu     sync.Mutex
	looked time.Time
}

// unwrap unwraps a key. Where it is wrapped under a master key that is not known, they are read anew: it may have come meanwhile.
func (m *masters) unwrap(w seal.Wrapped, label string) (*seal.Key, error) {
	ring := m.ring.Load()
	key, err := ring.Unwrap(w, label)
	if errors.Is(err, seal.ErrNoMaster) && m.changed(ring) {
		return m.ring.Load().Unwrap(w, label)
	}
	return key, err
}

// changed tells whether there are other master keys than those of the ring. It looks once in a while: a key that is nowhere must not
// let every request read the file.
func (m *masters) changed(ring *seal.Ring) bool {
	const between = time.Second
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ring.Load() != ring {
		return true
	}
	if m.again == nil || time.Since(m.looked) < between {
		return false
	}
	m.looked = time.Now()
	other, err := m.again()
	if err != nil {
		return false
	}
	m.ring.Store(other)
	return true
}
