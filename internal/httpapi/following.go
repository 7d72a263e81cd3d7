package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/store"
)

// following is a stream of events on its way to a reader, as Server-Sent Events: of each event its place in the log as its id, its
// type and the event. The place is also told where the reader has missed nothing but events that are not for it, so that it
// need not go through them again.
type following struct {
	*exchange
	from    *events.Follower
	control *http.ResponseController
	told    events.Cursor // the last place that the reader knows
	checked time.Time     // when who reads was last asked whether they may
	failing bool          // the log cannot be read
	out     []byte
}

// askAgain is how long nobody asks again whether who reads may, where there is something to tell them.
const askAgain = time.Second

// retry is how long a reader is to wait before it comes again; not all wait alike, since all come again when a service ends.
func retry() int { return 500 + rand.IntN(2000) }

func (t *following) run(ctx context.Context) {
	t.out = append(t.out, ": stegvis\nretry: "+strconv.Itoa(retry())+"\n"...)
	t.place()
	var forgotten *events.ForgottenError
	for t.flush() {
		list, err := t.from.Next(ctx, t.service.limits.Alive)
		switch {
		case t.service.going.Err() != nil:
			t.end("the service stops; ask again")
			return
		case ctx.Err() != nil:
			return
		case errors.Is(err, events.ErrEpoch):
			t.end("the log was restored; start anew")
			return
		case errors.As(err, &forgotten): // who comes again is told more
			t.end("some of what comes next is forgotten; start anew")
			return
		case err != nil:
			t.unread(ctx, err)
			continue
		}
		t.failing = false
		if time.Since(t.checked) >= min(t.service.limits.Alive, askAgain) {
			if !t.still() {
				t.end("no longer allowed")
				return
			}
			t.checked = time.Now()
		}
		for i := range list {
			if !t.event(&list[i]) {
				return
			}
		}
		switch {
		case t.told != t.from.At():
			t.place()
		case len(list) == 0:
			t.out = append(t.out, ":\n\n"...) // so that everybody in between sees that it goes on
		}
	}
}

// event adds an event; false where the reader is gone.
func (t *following) event(k *events.Kept) bool {
	text, err := json.Marshal(&k.Event)
	if err != nil {
		return false
	}
	t.told = k.Cursor
	t.out = append(t.out, "id: "+t.told.String()+"\nevent: "+string(k.Type)+"\ndata: "...)
	t.out = append(append(t.out, text...), "\n\n"...)
	return len(t.out) < streamWrite || t.flush()
}

// place tells where the reader is, without an event.
func (t *following) place() {
	t.told = t.from.At()
	t.out = append(t.out, "id: "+t.told.String()+"\n\n"...)
}

// end says why nothing more comes.
func (t *following) end(why string) {
	t.out = append(t.out, ": "+why+"\n\n"...)
	t.flush()
}

// unread waits where the log cannot be read: the reader need not know, since nothing is lost.
func (t *following) unread(ctx context.Context, err error) {
	if !t.failing {
		t.service.log.Error("the store fails", "request", t.reply.id, "route", t.reply.operation(), "error", store.Cause(err))
	}
	t.failing = true
	t.out = append(t.out, ":\n\n"...)
	wait := time.NewTimer(time.Second)
	defer wait.Stop()
	select {
	case <-ctx.Done():
	case <-wait.C:
	}
}

// flush sends what is ready; false where nobody takes it in time. Between parts there is no end of time.
func (t *following) flush() bool {
	if len(t.out) == 0 {
		return true
	}
	t.control.SetWriteDeadline(time.Now().Add(t.service.limits.Write))
	_, err := t.reply.Write(t.out)
	if err == nil {
		err = t.control.Flush()
	}
	t.control.SetWriteDeadline(time.Time{})
	t.out = t.out[:0]
	return err == nil
}
