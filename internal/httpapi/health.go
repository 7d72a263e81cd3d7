package httpapi

import (
	"context"
	"sync"
	"time"

	"github.com/stegvis/stegvis/internal/casework"
)

// Whoever asks whether the service is ready can be many, and hears the same for a moment: the database is asked no more often.
const (
	healthAge    = 250 * time.Millisecond
	healthWithin = 2 * time.Second
)

// health is how the office stood when it was last asked.
type health struct {
	mu   sync.Mutex
	at   time.Time
	last casework.Health
}

// now returns how the office stands. It looks for itself each time, so that a database that comes back is seen without a restart.
func (h *health) now(o *casework.Office) casework.Health {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.at) > healthAge {
		ctx, cancel := context.WithTimeout(context.Background(), healthWithin)
		defer cancel()
		h.last, h.at = o.Health(ctx), time.Now()
	}
	return h.last
}
