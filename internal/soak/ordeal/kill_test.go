package ordeal_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/pgtest"
)

// crew are workers that work at once.
type crew struct {
	t       testing.TB
	workers []*worker
	stop    chan struct{}
	going   sync.WaitGroup
}

func newCrew(t testing.TB, n int) *crew {
	c, from := &crew{t: t}, seed(t)
	for i := range n {
		c.workers = append(c.workers, newWorker(t, fmt.Sprintf("w%d", i), from+uint64(i)))
	}
	return c
}

// seed is another in each run; a run that fails tells it.
func seed(t testing.TB) uint64 {
	s := rand.Uint64N(1_000_000)
	t.Logf("seed %d", s)
	return s
}

// begin lets the workers work, with a pause after each thing that they do, until rest.
func (c *crew) begin(ask asker, pause time.Duration) {
	c.stop = make(chan struct{})
	for _, w := range c.workers {
		c.going.Go(func() {
			for {
				select {
				case <-c.stop:
					return
				case <-time.After(upTo(w.dice, pause)):
					w.step(ask)
				}
			}
		})
	}
}

// rest lets the workers end what they are at.
func (c *crew) rest() {
	close(c.stop)
	c.going.Wait()
}

// settleNew holds the newest cases of each worker, and those in doubt, against their histories.
func (c *crew) settleNew(ask asker) {
	c.t.Helper()
	for _, w := range c.workers {
		for i, h := range w.cases {
			if h.doubt != nil || i >= len(w.cases)-3 {
				w.check(ask, h)
			}
		}
	}
}

// acknowledged is how many writes were.
func (c *crew) acknowledged() (n int) {
	for _, w := range c.workers {
		for _, h := range w.cases {
			n += len(h.done)
		}
	}
	return n
}

// survive lets clients write, and something be lost meanwhile, again and again; some of the times the service is lost while it starts,
// too. After each time all that was acknowledged is there, and nothing is there by half; in the end the log of who did what holds,
// with a row for each thing that was done, and all that became of the cases was told.
func survive(t *testing.T, s *service, times int, lose func(dice *rand.Rand)) {
	dice := rand.New(rand.NewPCG(seed(t), 1))
	w, c := newWitness(t), newCrew(t, 4)
	s.start()
	s.useKey(filepath.Join(s.dir, "kept", "first.key"))
	s.subscribe(w)
	for round := range times {
		c.begin(s.ask, 20*time.Millisecond)
		time.Sleep(upTo(dice, 250*time.Millisecond))
		lose(dice)
		c.rest()
		if !s.runs() && dice.IntN(10) == 0 {
			s.launch()
			time.Sleep(upTo(dice, 150*time.Millisecond))
			s.kill()
		}
		if !s.runs() {
			s.launch()
		}
		if err := s.ready(); err != nil {
			t.Fatalf("lost %d times: %v", round+1, err)
		}
		if c.settleNew(s.ask); t.Failed() {
			t.Fatalf("lost %d times", round+1)
		}
	}
	t.Logf("lost %d times, %d acknowledged writes", times, c.acknowledged())
	settle(t, c.workers, s.ask)
	s.checkAudit(c.workers)
	s.checkEvents(c.workers, w)
	s.stop()
	s.verify()
}

func upTo(dice *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(dice.Int64N(int64(most) + 1))
}

// keeping are the arguments of a service that keeps cases in the folder, and may tell this machine of them. It gives up on nobody soon:
// a machine that is busy is no fault of the service.
func keeping(dir string, more ...string) []string {
	return append([]string{"--data", filepath.Join(dir, "kept"), "--webhook-hosts", "127.0.0.1", "--webhook-private=true", "--log-level", "warn",
		"--read-timeout", "60s", "--write-timeout", "60s"}, more...)
}

// named is an address of PostgreSQL for one who connects under a name.
func named(address, name string) string { return address + "&application_name=" + name }

// letGo waits until PostgreSQL has done what one who was killed had asked it for, and hears that nobody is there any more: until then it
// may still commit.
func letGo(t testing.TB, address, name string) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	must(t, err)
	defer db.Close()
	for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		var n int
		must(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = $1", name).Scan(&n))
		if n == 0 {
			return
		}
	}
	t.Fatalf("PostgreSQL does not let go of %s, which was killed", name)
}

// The service is killed while clients write.
func TestAKilledServiceLosesNothing_FAULTS29(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		s := newService(t, dir, keeping(dir, "--workflows", files(t, "ett"))...)
		survive(t, s, either(4, 1000), func(*rand.Rand) { s.kill() })
	})
	t.Run("postgres", func(t *testing.T) {
		dir := t.TempDir()
		address := pgtest.Start(t).Database(t)
		s := newService(t, dir, keeping(dir, "--workflows", files(t, "ett"), "--store", named(address, "lost"))...)
		survive(t, s, either(2, 40), func(*rand.Rand) {
			s.kill()
			letGo(t, address, "lost")
		})
	})
}

// PostgreSQL is killed while clients write, and now and then the service with it. One that is not goes on without being started again.
func TestAKilledDatabaseLosesNothing_FAULTS29(t *testing.T) {
	dir := t.TempDir()
	db := pgtest.Start(t)
	s := newService(t, dir, keeping(dir, "--workflows", files(t, "ett"), "--store", db.Database(t))...)
	survive(t, s, either(2, 40), func(dice *rand.Rand) {
		db.Kill(t)
		if dice.IntN(4) == 0 {
			s.kill()
		}
		db.Up(t)
	})
}
