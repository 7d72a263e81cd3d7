package batch

import "github.com/stegvis/stegvis/internal/casefile"

const (
	blockBytes  = 256 << 10 // of lines, after which a block is whole
	bufferBytes = 2 * blockBytes
	blockRows   = 512     // of a table with types
	keptBytes   = 8 << 20 // of answers: memory beyond it is given back
)

// block is some cases of the input on their way through: first the cutter has it, then a worker, then the writer, which
// gives it back to the cutter.
type block struct {
	first int64  // the row of the first line
	text  []byte // whole lines
	typed casefile.Batch
	read  int64 // bytes of the input up to its end
	last  int64 // the last row

	out    []byte         // answers, or what rows refer to
	rows   *casefile.Rows // answers in Parquet
	done   []done         // by case that is answered, in order
	faulty []*Faulty

	ready chan struct{} // a worker is done with it
}

// done is where the answers for a case end.
type done struct {
	row int64
	end int // in out
}

func newBlock(o *Options) *block {
	b := &block{ready: make(chan struct{}, 1)}
	if o.To == casefile.Parquet {
		b.rows = casefile.NewRows(columns)
	}
	return b
}

// reset forgets what was answered.
func (b *block) reset() {
	if cap(b.out) > keptBytes {
		b.out = nil
	}
	b.out, b.done, b.faulty = b.out[:0], b.done[:0], nil
	if b.rows != nil {
		b.rows.Reset()
	}
}
