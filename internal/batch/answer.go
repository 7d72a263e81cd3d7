package batch

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casefile"
)

// form writes answers into the memory of a block.
type form interface {
	add(b *block, row int64, id []byte, a *answer)
	// mark tells how far the block is written, and back forgets what was written since.
	mark(b *block) int
	back(b *block, mark int)
}

func newForm(o *Options) form {
	switch {
	case o.Summary:
		return uncounted{}
	case o.To == casefile.CSV:
		return &flat{lang: o.Lang, csv: true}
	case o.To == casefile.Parquet:
		return &flat{lang: o.Lang}
	}
	return &decisions{lang: o.Lang, explain: o.Explain}
}

// uncounted writes nothing.
type uncounted struct{}

func (uncounted) add(*block, int64, []byte, *answer) {}
func (uncounted) mark(*block) int                    { return 0 }
func (uncounted) back(*block, int)                   {}

// text is a form whose answers are bytes alone.
type text struct{}

func (text) mark(b *block) int       { return len(b.out) }
func (text) back(b *block, mark int) { b.out = b.out[:mark] }

// decisions writes each answer as a line: the Decision, with the row and the id of the case before its own keys.
type decisions struct {
	text
	lang    lang.Lang
	explain bool
	buffer  bytes.Buffer
}

func (d *decisions) add(b *block, row int64, id []byte, a *answer) {
	out := append(b.out, `{"row":`...)
	out = strconv.AppendInt(out, row, 10)
	out = append(out, `,"case":`...)
	if len(id) == 0 {
		out = append(out, "null"...)
	} else {
		out, _ = jsontext.AppendQuote(out, id)
	}
	brace := len(out)
	if d.explain {
		out = append(out, d.explained(a)...)
	} else {
		out = a.p.AppendJSON(out, a.r, d.lang)
	}
	out[brace] = ',' // the decision's own keys go on in the same object
	b.out = append(out, '\n')
}

func (d *decisions) explained(a *answer) []byte {
	d.buffer.Reset()
	enc := json.NewEncoder(&d.buffer)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a.p.Explain(a.facts, a.at, d.lang).Decision); err != nil {
		panic(err) // a Decision has nothing that JSON lacks
	}
	return bytes.TrimSuffix(d.buffer.Bytes(), []byte{'\n'})
}
