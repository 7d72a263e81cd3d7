package events

import (
	"time"

	"github.com/stegvis/stegvis/internal/store"
)

// AtOnce says how much is forgotten in one transaction at the most.
func (l *Log) AtOnce(events, deliveries int64) { l.batch = batch{events, deliveries} }

// The queries that go through the log: OldestQuery finds what can be forgotten, PageQuery what is read, after a place and so many at the most.
var OldestQuery, PageQuery = oldestQuery, pageQuery

// PutDownForgetting puts down the job of forgetting.
func (l *Log) PutDownForgetting(tx *store.Tx) error {
	return l.queue.Add(tx, forget{}, time.Now().Add(time.Second), true)
}
