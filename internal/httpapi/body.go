package httpapi

import (
	"errors"
	"io"
	"os"
	"sync"

	"github.com/stegvis/stegvis/interpreter"
)

// buffer is the memory of a body and of its answer. It grows with what has come in, so that who sends slowly holds little.
type buffer struct{ in, out []byte }

var buffers = sync.Pool{New: func() any { return &buffer{in: make([]byte, 0, 2<<10)} }}

// giveBack lets the next request have the memory. It holds facts, but nobody sees more of it than they have written.
func (b *buffer) giveBack() {
	const most = 64 << 10 // what few need is not kept
	if cap(b.in) <= most && cap(b.out) <= most {
		buffers.Put(b)
	}
}

// body reads the body, which is one case. It returns false where it has answered with a problem.
func (x *exchange) body(b *buffer) bool {
	if x.r.ContentLength > interpreter.MaxCaseBytes {
		return x.tooLarge()
	}
	b.in = b.in[:0]
	for {
		if len(b.in) == cap(b.in) {
			b.in = append(b.in, 0)[:len(b.in)]
		}
		n, err := x.r.Body.Read(b.in[len(b.in):min(cap(b.in), interpreter.MaxCaseBytes+1)])
		b.in = b.in[:len(b.in)+n]
		switch {
		case len(b.in) > interpreter.MaxCaseBytes:
			return x.tooLarge()
		case err == io.EOF:
			return true
		case err != nil:
			x.unread(err)
			return false
		}
	}
}

// tooLarge answers where the body is larger than a case can be. Whoever is still sending it would not hear the answer if
// the connection were closed on them, so that a body which is too large by mistake is passed over to its end.
func (x *exchange) tooLarge() bool {
	const mistake = 4 << 20
	if x.r.ContentLength <= mistake && x.r.Header.Get("Expect") == "" {
		io.Copy(io.Discard, io.LimitReader(x.r.Body, mistake))
	}
	x.reply.Header()["Connection"] = closing
	x.fail("too-large", map[string]any{"Limit": interpreter.MaxCaseBytes >> 10})
	return false
}

// unread answers where a body could not be read to its end.
func (x *exchange) unread(err error) {
	x.reply.Header()["Connection"] = closing
	if errors.Is(err, os.ErrDeadlineExceeded) {
		x.fail("too-slow", map[string]any{"Seconds": x.service.limits.Read.Seconds()})
		return
	}
	x.fail("body-broken-off", nil)
}

// enter takes a place among those that are answered at once, or answers that the service is busy.
func (x *exchange) enter(places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	default:
	}
	x.service.meters.refused.Add(x.r.Context(), 1)
	x.fail("busy", nil)
	return false
}
