package casework_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
)

// counter counts as slowly as it is told to.
type counter struct {
	mu    sync.Mutex
	begun int
	free  chan error
	day   calendar.Day
}

func (c *counter) count(ctx context.Context) (*casework.Figures, error) {
	c.mu.Lock()
	c.begun++
	n := c.begun
	c.mu.Unlock()
	select {
	case err := <-c.free:
		return &casework.Figures{At: c.day, Least: n}, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Counting that takes longer than whoever asks can wait goes on behind them, once for all who ask, and is there for those who ask later.
func TestCasesAreCountedOnceForAllWhoAsk(t *testing.T) {
	c := &counter{free: make(chan error), day: 7}
	x := &casework.Counting{}
	ask := func(day calendar.Day, within time.Duration) (*casework.Figures, error) {
		ctx, cancel := context.WithTimeout(t.Context(), within)
		defer cancel()
		return x.Get(ctx, day, c.count)
	}
	for range 2 {
		if f, err := ask(7, 20*time.Millisecond); f != nil || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(f, err)
		}
	}
	var asked sync.WaitGroup
	for range 5 {
		asked.Go(func() {
			if f, err := ask(7, time.Minute); err != nil || f.Least != 1 {
				t.Error(f, err)
			}
		})
	}
	c.free <- nil
	asked.Wait()
	if f, err := ask(7, time.Minute); err != nil || f.Least != 1 {
		t.Error("counted again at once: ", f, err)
	}
	// On the next day they are counted anew; while that takes long, those of the day before are told with their day.
	if f, err := ask(8, time.Minute); err != nil || f.Least != 1 || f.At != 7 {
		t.Error(f, err)
	}
	c.day = 8
	c.free <- nil
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		f, err := ask(8, time.Minute)
		if err == nil && f.Least == 2 && f.At == 8 {
			break
		}
		if time.Now().After(end) {
			t.Fatal(f, err)
		}
	}
	// What fails is told, and tried again by the next who asks.
	lost := errors.New("lost")
	go func() { c.free <- lost }()
	if f, err := ask(9, time.Minute); f != nil && f.At != 8 || err != nil && !errors.Is(err, lost) {
		t.Error(f, err)
	}
	for begun := 0; begun < 4; {
		ask(9, time.Millisecond)
		c.mu.Lock()
		begun = c.begun
		c.mu.Unlock()
	}
	x.End()
	if _, err := ask(9, time.Minute); err == nil {
		t.Error("it goes on after its end")
	}
}

// A database that counts for longer than a request may take is slow, and not gone.
func TestFiguresThatTakeLongAreThereLater(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		if b.store.Kind() != "postgres" { // where tables can be locked for readers
			return
		}
		if _, err := b.Open(t.Context(), officer, "", casework.Opening{ID: "a", Model: "m"}); err != nil {
			t.Fatal(err)
		}
		held, err := b.store.Writer().BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := held.ExecContext(t.Context(), `LOCK TABLE standing_steps`); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if f, err := b.Figures(ctx, asRole(access.Analyst)); !store.Slow(err) {
			t.Error(f, err)
		}
		if err := held.Rollback(); err != nil {
			t.Fatal(err)
		}
		f, err := b.Figures(t.Context(), asRole(access.Analyst))
		if err != nil || f.Counted.IsZero() || f.Counted.After(b.clock()) || len(f.Models) != 1 {
			t.Error(f, err)
		}
	})
}
