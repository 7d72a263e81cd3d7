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
	jobs.Register(k, jobs.Work[task]{Tries: 3, Timeout: 5 * time.Minute, Wait: func(int) time.Duration { return time.Millisecond },
		Do: func(_ context.Context, x *jobs.Try[task]) error { return do(x) }})
	q, err := jobs.Open(t.Context(), s, k, jobs.Config{Workers: 2, Poll: 20 * time.Millisecond, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
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
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
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

// A process that is lost in the middle of a job leaves it as one that is being done. Another does it: of a database that many share,
// once the time that the job may take has passed, and of one that nobody else has, at once.
func TestAJobWhoseProcessIsLostIsDoneByAnother_FAULTS29(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		k := jobs.NewKinds()
		jobs.Register(k, jobs.Work[task]{Tries: 3, Timeout: 5 * time.Minute, Do: func(context.Context, *jobs.Try[task]) error { return nil }})
		lost, err := jobs.Open(t.Context(), s, k, jobs.Config{})
		if err != nil {
			t.Fatal(err)
		}
		storetest.In(t, s, func(tx *store.Tx) error { return lost.Add(tx, task{"left"}, time.Time{}, false) })
		since := time.Now()
		if s.Kind() == "postgres" {
			since = since.Add(-10 * time.Minute)
		}
		if _, err := s.Writer().ExecContext(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = $1`, since.UTC()); err != nil {
			t.Fatal(err)
		}
		var did diary
		work(t, s, nil, func(x *jobs.Try[task]) error {
			did.say("%s %d", x.Args.Name, x.Number)
			return nil
		})
		until(t, &did, "left 2")
	})
}

type other struct {
	Name string `json:"name"`
}

func (other) Kind() string { return "other" }

// TestAnAttemptAtTheWrongTimeDoesNotCountAndAWaitThatIsAskedForIsKept: a job is put off as often as need be, and one that was told
// to wait is not tried again before.
func TestAnAttemptAtTheWrongTimeDoesNotCountAndAWaitThatIsAskedForIsKept(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		var did diary
		var mu sync.Mutex
		asked := map[string]int{}
		q := work(t, s, nil, func(x *jobs.Try[task]) error {
			mu.Lock()
			asked[x.Args.Name]++
			n := asked[x.Args.Name]
			mu.Unlock()
			did.say("%s %d", x.Args.Name, x.Number)
			switch {
			case x.Args.Name == "not now" && n <= 5: // of 3 tries
				return fmt.Errorf("x: %w", jobs.Again(time.Millisecond))
			case x.Args.Name == "later":
				return jobs.After(time.Hour, errors.New("busy"))
			}
			return nil
		})
		storetest.In(t, s, func(tx *store.Tx) error {
			return errors.Join(q.Add(tx, task{"not now"}, time.Time{}, false), q.Add(tx, task{"later"}, time.Time{}, false))
		})
		until(t, &did, "not now 1", "not now 1", "not now 1", "not now 1", "not now 1", "not now 1", "later 1")
	})
}

// TestAKindWithWorkersOfItsOwnIsNotHeldUpByOthers, nor holds them up.
func TestAKindWithWorkersOfItsOwnIsNotHeldUpByOthers(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		var did diary
		release := make(chan struct{})
		k := jobs.NewKinds()
		jobs.Register(k, jobs.Work[task]{Tries: 1, Timeout: time.Minute, Do: func(_ context.Context, x *jobs.Try[task]) error {
			<-release
			return nil
		}})
		jobs.Register(k, jobs.Work[other]{Tries: 1, Timeout: time.Minute, Workers: 1, Do: func(_ context.Context, x *jobs.Try[other]) error {
			did.say("%s", x.Args.Name)
			return nil
		}})
		q, err := jobs.Open(t.Context(), s, k, jobs.Config{Workers: 2, Poll: 20 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			close(release)
			if err := q.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
		storetest.In(t, s, func(tx *store.Tx) error {
			return errors.Join(q.Add(tx, task{"a"}, time.Time{}, false), q.Add(tx, task{"b"}, time.Time{}, false), q.Add(tx, task{"c"}, time.Time{}, false),
				q.Add(tx, other{"x"}, time.Time{}, false), q.Add(tx, other{"y"}, time.Time{}, false))
		})
		until(t, &did, "x", "y")
	})
}

// TestAJobThatIsOverCanBePutDownOnceMore: once keeps those from being put down twice that wait, and no others.
func TestAJobThatIsOverCanBePutDownOnceMore(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d *storetest.Database) {
		s := d.Open(t)
		var did diary
		q := work(t, s, nil, func(x *jobs.Try[task]) error {
			did.say("%s", x.Args.Name)
			return nil
		})
		put := func() {
			storetest.In(t, s, func(tx *store.Tx) error { return q.Add(tx, task{"a"}, time.Time{}, true) })
		}
		put()
		until(t, &did, "a")
		for end := time.Now().Add(3 * time.Minute); len(did.all()) < 2; time.Sleep(20 * time.Millisecond) { // that it is over is noted a little later
			if put(); time.Now().After(end) {
				t.Fatal("a job that is over keeps another from being put down")
			}
		}
	})
}
