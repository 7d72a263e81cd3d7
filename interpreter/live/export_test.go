package live

import (
	"errors"

	"github.com/fsnotify/fsnotify"
)

// LooksCut is looksCut.
var LooksCut = looksCut

// ErrNoEvents is what a system without events answers.
var ErrNoEvents = errors.New("no events here")

// OpenWithoutEvents is Open on a system that gives no events.
func OpenWithoutEvents(cfg Config) (*Live, error) {
	return open(cfg, func() (*fsnotify.Watcher, error) { return nil, ErrNoEvents })
}

// OpenWithEvents is Open with another source of events.
func OpenWithEvents(cfg Config, events func() (*fsnotify.Watcher, error)) (*Live, error) {
	return open(cfg, events)
}
