package events

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// outcome is what came of an attempt to send an event.
type outcome struct {
	answer string        // an HTTP status, or a word
	taken  bool          // the subscriber has it
	never  bool          // no further attempt can help
	wait   time.Duration // how long the subscriber asked to be left alone; 0: it did not
}

// The answers that are words, and the status by which a subscriber says that there is nobody any more.
const (
	unreachable = "unreachable"
	refused     = "refused" // by ourselves: it may not be sent there any more
	inPrivate   = "private"
	gone        = "410"
)

// longestWait is how long a subscriber can ask to be left alone.
const longestWait = 12 * time.Hour

// send sends an event, signed as Standard Webhooks has it: the id of the event is the id of the message, so that one who gets it
// twice can tell.
func (l *Log) send(ctx context.Context, e *Event, url string, secrets []string) outcome {
	if err := l.targets.Check(url); err != nil { // the list may be shorter than it was
		return outcome{answer: refused, never: true}
	}
	r, err := signed(ctx, e, url, secrets)
	if err != nil {
		return outcome{answer: refused, never: true}
	}
	w, err := l.client.Do(r)
	switch {
	case errors.Is(err, ErrPrivate):
		return outcome{answer: inPrivate, never: true}
	case err != nil: // what it says names the address
		return outcome{answer: unreachable}
	}
	io.Copy(io.Discard, io.LimitReader(w.Body, 64<<10)) // so that the connection can be used again
	w.Body.Close()
	out := outcome{answer: strconv.Itoa(w.StatusCode)}
	switch {
	case w.StatusCode/100 == 2:
		out.taken = true
	case out.answer == gone: // as Standard Webhooks has it: do not send any more
		out.never = true
	default:
		out.wait = retryAfter(w.Header.Get("Retry-After"), time.Now())
	}
	return out
}

// signed makes the request, signed with every secret.
func signed(ctx context.Context, e *Event, url string, secrets []string) (*http.Request, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	at := time.Now()
	var signatures []string
	for _, secret := range secrets {
		signer, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return nil, err
		}
		signature, err := signer.Sign(e.ID, at, body)
		if err != nil {
			return nil, err
		}
		signatures = append(signatures, signature)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", EnvelopeJSON)
	r.Header.Set("User-Agent", "stegvis")
	r.Header.Set(standardwebhooks.HeaderWebhookID, e.ID)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return r, nil
}

// retryAfter reads how long a subscriber asks to be left alone: seconds, or a moment.
func retryAfter(header string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(header, 10, 32); err == nil {
		return min(time.Duration(n)*time.Second, longestWait)
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), longestWait)
	}
	return 0
}
