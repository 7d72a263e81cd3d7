package httpapi

import (
	"bytes"

	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/interpreter"
)

// logged logs answers that nothing is kept for, in one transaction. Where that cannot be done they are not given: it returns false
// and has answered with a problem.
func (x *exchange) logged(answers ...casework.Answered) bool {
	if err := x.log(answers); err != nil {
		x.refused(err)
		return false
	}
	return true
}

func (x *exchange) log(answers []casework.Answered) error {
	ctx, cancel := x.within()
	defer cancel()
	return x.service.office.Answered(ctx, x.who, answers)
}

// batch is the answers of a stream that wait to be logged together, and then sent.
type batch struct {
	lines []batchLine
	asked []byte // the cases, one after another
}

// batchLine is an answer that waits.
type batchLine struct {
	row      int64
	id       []byte
	by       []*interpreter.Program
	asked    int // where its case ends in asked
	from, to int // where it stands in what is to be sent
}

// add adds the answer to a case, that begins at from in what is to be sent.
func (b *batch) add(t *stream, id, asked []byte, from int) {
	b.asked = append(b.asked, asked...)
	b.lines = append(b.lines, batchLine{t.row, bytes.Clone(id), []*interpreter.Program{t.clerk.answers[0].p}, len(b.asked), from, len(t.out)})
}

// log logs the answers that wait. Where that cannot be done each of them becomes a problem.
func (b *batch) log(t *stream) {
	if len(b.lines) == 0 {
		return
	}
	answers := make([]casework.Answered, len(b.lines))
	began := 0
	for i, l := range b.lines {
		answers[i] = casework.Answered{Action: t.reply.route.ID, By: l.by, Hash: l.by[0].Model().Hash, Asked: b.asked[began:l.asked], Given: t.out[l.from:l.to]}
		began = l.asked
	}
	if err := t.exchange.log(answers); err != nil {
		t.blame(err)
		sent, at := t.out, 0
		t.out = nil
		for _, l := range b.lines {
			t.out = append(t.out, sent[at:l.from]...) // problems of other lines
			t.refuseOf(l.row, l.id, problem(t.lang, unanswered(err), nil))
			at = l.to
		}
		t.out = append(t.out, sent[at:]...)
	}
	b.lines, b.asked = b.lines[:0], b.asked[:0]
}
