package httpapi

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// What is read and written of a stream at a time.
const (
	streamRead  = 64 << 10
	streamWrite = 32 << 10
)

// stream answers for many cases, a line each, while they come in. Its memory does not grow with their number: who does
// not take the answers gets no further ones.
func (s *Service) stream(x *exchange) {
	if !x.enter(s.streams) {
		return
	}
	defer func() { <-s.streams }()
	var faults diag.List
	c := x.desk.clerk(wanted{x.query.Model, x.query.Version}, &faults)
	if c == nil {
		x.problem(caseProblem(x.lang, "case-at-fault", faults))
		return
	}
	t := &stream{exchange: x, clerk: c, control: http.NewResponseController(x.reply)}
	t.in = bufio.NewReaderSize(x.r.Body, streamRead)
	t.control.EnableFullDuplex() // without it the answers would wait for the last case
	var p *interpreter.Program
	if versions := x.desk.Set.Versions(x.query.Model); len(versions) == 1 || x.query.Version != "" {
		p = x.desk.Set.Choose(interpreter.NewCase(""), x.query, &faults)
	}
	x.credit(wanted{model: x.query.Model}, p)
	x.reply.Header()["Content-Type"] = lines
	x.reply.WriteHeader(http.StatusOK)
	t.run()
	if t.clerk != nil {
		t.clerk.release()
	}
}

// stream is many cases on their way.
type stream struct {
	*exchange
	clerk   *clerk
	control *http.ResponseController
	in      *bufio.Reader
	long    []byte // a line that is longer than what is read at a time
	row     int64
	out     []byte
	failed  bool // nobody takes the answers
	batch   batch
}

func (t *stream) run() {
	for !t.failed {
		if t.in.Buffered() == 0 {
			t.flush()
		}
		t.control.SetReadDeadline(time.Now().Add(t.service.limits.Read))
		line, tooLong, err := t.line()
		t.row++
		switch {
		case tooLong:
			t.refuse(nil, problem(t.lang, "too-large", map[string]any{"Limit": interpreter.MaxCaseBytes >> 10}))
		case err != nil && !errors.Is(err, io.EOF):
			code := "body-broken-off"
			if errors.Is(err, os.ErrDeadlineExceeded) {
				code = "too-slow"
			}
			t.refuse(nil, problem(t.lang, code, map[string]any{"Seconds": t.service.limits.Read.Seconds()}))
		case len(bytes.TrimSpace(line)) > 0:
			t.answer(line)
		}
		if len(t.out) >= streamWrite {
			t.flush()
		}
		if err != nil {
			break
		}
	}
	t.flush()
}

// line reads a line, without its end. One that is too long is passed over.
func (t *stream) line() (line []byte, tooLong bool, err error) {
	t.long = t.long[:0]
	for {
		part, err := t.in.ReadSlice('\n')
		if err == nil && len(t.long) == 0 && !tooLong {
			return bytes.TrimSuffix(part[:len(part)-1], []byte{'\r'}), false, nil
		}
		if tooLong = tooLong || len(t.long)+len(part) > interpreter.MaxCaseBytes+2; !tooLong {
			t.long = append(t.long, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			line := bytes.TrimSuffix(bytes.TrimSuffix(t.long, []byte{'\n'}), []byte{'\r'})
			return line, tooLong || len(line) > interpreter.MaxCaseBytes, err
		}
		if len(t.long) == len(part) { // a long line is a slow one at most once
			t.control.SetReadDeadline(time.Now().Add(t.service.limits.Read))
		}
	}
}

// answer answers for one case, or tells what is wrong with it. Should stegvis itself be at fault and panic, that case is
// lost and no other.
func (t *stream) answer(text []byte) {
	from := len(t.out)
	var id []byte
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		t.out = t.out[:from]
		t.service.meters.panics.Add(t.r.Context(), 1)
		t.service.log.Error("panic", "request", t.reply.id, "route", t.reply.operation(), "row", t.row, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		t.clerk = t.desk.clerk(wanted{t.query.Model, t.query.Version}, new(diag.List)) // the old one may be in disorder
		t.refuse(id, problem(t.lang, "internal", nil))
	}()
	var faults diag.List
	id, ok := t.clerk.read(text, t.row, t.query, &faults)
	if !ok {
		t.refuse(id, caseProblem(t.lang, "case-at-fault", faults))
		return
	}
	t.head(id)
	brace := len(t.out)
	t.out = t.clerk.append(t.out, 0, &t.query)
	t.out[brace] = ',' // the decision's own keys go on in the same object
	t.out = append(t.out, '\n')
	if t.service.audited {
		t.batch.add(t, id, text, from)
	}
	t.service.meters.decided(t.r.Context(), t.clerk)
}

// head begins a line: which row it is about, and which case.
func (t *stream) head(id []byte) { t.headOf(t.row, id) }

func (t *stream) headOf(row int64, id []byte) {
	t.out = append(t.out, `{"row":`...)
	t.out = strconv.AppendInt(t.out, row, 10)
	t.out = append(t.out, `,"case":`...)
	if len(id) == 0 {
		t.out = append(t.out, "null"...)
	} else {
		t.out, _ = jsontext.AppendQuote(t.out, id)
	}
}

// refuse gives a line that is no answer.
func (t *stream) refuse(id []byte, p *Problem) { t.refuseOf(t.row, id, p) }

func (t *stream) refuseOf(row int64, id []byte, p *Problem) {
	p.Request = t.reply.id
	t.headOf(row, id)
	t.out = append(t.out, `,"problem":`...)
	t.out = append(t.out, bytes.TrimSuffix(encode(p), []byte{'\n'})...)
	t.out = append(t.out, "}\n"...)
}

// flush sends what is ready.
func (t *stream) flush() {
	if len(t.out) == 0 {
		return
	}
	if t.service.audited {
		t.batch.log(t)
	}
	t.control.SetWriteDeadline(time.Now().Add(t.service.limits.Write))
	_, err := t.reply.Write(t.out)
	if err == nil {
		err = t.control.Flush()
	}
	t.failed, t.out = err != nil, t.out[:0]
}
