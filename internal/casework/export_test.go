package casework

import (
	"context"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
)

// Behind lists the cases that a sweep would find.
func (d *Desk) Behind(ctx context.Context, limit int) ([]string, error) {
	return d.behind(ctx, span{}, limit)
}

// Tidy does what is done every hour.
func (d *Desk) Tidy(ctx context.Context) error { return d.tidy(ctx) }

// FiguresOf makes figures of counts.
func FiguresOf(cases []store.CasesLike, steps []store.StepsLike) *Figures {
	return figures(0, cases, steps)
}

// Sweep looks which cases are behind, once.
func (d *Desk) Sweep(ctx context.Context, q *jobs.Queue) error { return d.sweep(ctx, q) }

// Span decides anew for the cases that are behind, for as long as told.
func (d *Desk) Span(ctx context.Context, within time.Duration) error {
	return d.span(ctx, span{}, within)
}

// MostKept is how many programs of files that are gone are held ready.
const MostKept = mostKept

// HeldPrograms is how many are.
func (d *Desk) HeldPrograms() int { return d.programs.kept.Len() }

// Counting counts cases for all who ask.
type Counting = counting

// Get returns figures of the day.
func (c *Counting) Get(ctx context.Context, today calendar.Day, count func(context.Context) (*Figures, error)) (*Figures, error) {
	return c.get(ctx, today, count)
}

// End stops counting.
func (c *Counting) End() { c.end() }
