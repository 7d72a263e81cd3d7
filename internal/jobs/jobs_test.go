package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/jobs"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

type task struct {
	Name string `json:"name"`
}

func (task) Kind() string { return "task" }

// diary keeps what was tried.
type diary struct {
	mu   sync.Mutex
	said []string
}

func (d *diary) say(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = append(d.said, fmt.Sprintf(format, args...))
}

func (d *diary) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.said)
}

// work opens a queue whose jobs are done by do, and works on it until the test ends.
func work(t *testing.T, s *store.Store, log hclog.Logger, do func(*jobs.Try[task]) error) *jobs.Queue {
	t.Helper()
	k := jobs.NewKinds()
	jobs.Register(k, jobs.Work[task]{Tries: 3, Timeout: 10 * time.Second, Wait: func(int) time.Duration { return time.Millisecond },
		Do: func(_ context.Context, x *jobs.Try[task]) error { return do(x) }})
	q, err := jobs.Open(t.Context(), s, k, jobs.Config{Workers: 2, Poll: 20 * time.Millisecond, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return q
}

func until(t *testing.T, d *diary, want ...string) {
	t.Helper()
	slices.Sort(want)
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got := d.all()
		slices.Sort(got)
		if slices.Equal(got, want) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}

func TestAJobIsDoneWhenItsTransactionIsAndNotBeforeItIsDue(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		var did diary
		q := work(t, s, nil, func(x *jobs.Try[task]) error {
			did.say("%s", x.Args.Name)
			return nil
		})
		wrong := errors.New("wrong")
		if err := s.InTx(t.Context(), func(tx *store.Tx) error {
			return errors.Join(q.Add(tx, task{"undone"}, time.Time{}, false), wrong)
		}); !errors.Is(err, wrong) {
			t.Fatal(err)
		}
		storetest.In(t, s, func(tx *store.Tx) error {
			return errors.Join(q.Add(tx, task{"tomorrow"}, time.Now().Add(24*time.Hour), false), q.Add(tx, task{"now"}, time.Time{}, false),
				q.Add(tx, task{"once"}, time.Now().Add(time.Second), true), q.Add(tx, task{"once"}, time.Now().Add(time.Second), true))
		})
		until(t, &did, "now", "once")
	})
}

func TestAJobThatFailsIsTriedAgainAndNoOftenerThanItMayBe(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		var did diary
		var told casetest.Output
		log := hclog.New(&hclog.LoggerOptions{Output: &told, JSONFormat: true})
		q := work(t, s, log, func(x *jobs.Try[task]) error {
			did.say("%s %d", x.Args.Name, x.Number)
			switch {
			case x.Args.Name == "hopeless":
				return fmt.Errorf("hemligt: %w", jobs.ErrGiveUp)
			case x.Args.Name == "panics" && x.Number < 2:
				panic("hemligt")
			case x.Args.Name == "fails" && x.Number < 3, x.Args.Name == "always":
				if x.Args.Name == "always" && x.Last() {
					did.say("the last of always")
				}
				return errors.New("hemligt")
			}
			return nil
		})
		storetest.In(t, s, func(tx *store.Tx) error {
			for _, name := range []string{"hopeless", "panics", "fails", "always"} {
				if err := q.Add(tx, task{name}, time.Time{}, false); err != nil {
					return err
				}
			}
			return nil
		})
		until(t, &did, "hopeless 1", "panics 1", "panics 2", "fails 1", "fails 2", "fails 3", "always 1", "always 2", "always 3", "the last of always")
		if strings.Contains(told.String(), "hemligt") || !strings.Contains(told.String(), "a job panicked") || !strings.Contains(told.String(), "a job failed") {
			t.Errorf("the log says %s", told.String())
		}
	})
}
