package cli_test

import (
	"context"
	"database/sql"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/cli"
	"github.com/stegvis/stegvis/internal/pgtest"
)

// running is a service that the command line started.
type running struct {
	t        *testing.T
	dir      string
	out, err casetest.Output
	url      string
	stop     func() int
}

// start starts the service with its folder in dir, and does not wait for it to answer.
func start(t *testing.T, dir string, args ...string) *running {
	t.Helper()
	r := &running{t: t, dir: dir}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	addr := filepath.Join(dir, "addr")
	os.Remove(addr)
	go func() {
		ended <- cli.Run(ctx, append([]string{"serve", "--lang", "en", "--addr", "127.0.0.1:0", "--addr-file", addr, "--drain", "50ms", "--read-timeout", "5m", "--write-timeout", "5m", "--data", filepath.Join(dir, "kept")}, args...),
			strings.NewReader(""), &r.out, &r.err)
	}()
	stopped := false
	r.stop = func() int {
		if stopped {
			return 0
		}
		stopped = true
		cancel()
		http.DefaultClient.CloseIdleConnections()
		return <-ended
	}
	t.Cleanup(func() { r.stop() })
	return r
}

// answers waits until the service has taken its address.
func (r *running) answers() {
	r.t.Helper()
	r.until("the address", func() bool {
		text, err := os.ReadFile(filepath.Join(r.dir, "addr"))
		r.url = "http://" + strings.TrimSpace(string(text))
		return err == nil && len(text) > 0
	})
}

func (r *running) until(what string, f func() bool) {
	r.t.Helper()
	for end := time.Now().Add(3 * time.Minute); !f(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("%s never comes\n%s\n%s", what, r.out.String(), r.err.String())
		}
	}
}

// ask asks with the first key.
func (r *running) ask(method, path, body string) (status int, text string) {
	r.t.Helper()
	req, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(r.dir, "kept", "first.key"))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(key)))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func (r *running) expect(status int, method, path, body string) string {
	r.t.Helper()
	got, text := r.ask(method, path, body)
	if got != status {
		r.t.Fatalf("%s %s: %d, not %d\n%s", method, path, got, status, text)
	}
	return text
}

// run runs a command and returns what it wrote and its exit code.
func run(args ...string) (out, errOut string, code int) {
	var o, e casetest.Output
	code = cli.Run(context.Background(), append(args, "--lang", "en"), strings.NewReader(""), &o, &e)
	return o.String(), e.String(), code
}

// The database is not there when the service starts, comes, goes and comes back; the service is neither restarted nor held up.
func TestTheServiceWaitsForItsDatabaseAndOutlastsItsAbsence_FAULTS34(t *testing.T) {
	server := pgtest.Start(t)
	address := server.Database(t)
	server.Down(t)
	r := start(t, t.TempDir(), "--store", address, "--store-wait", "3m", "--sweep", "1s")
	r.until("that it waits", func() bool { return strings.Contains(r.err.String(), "the database cannot be reached yet") })
	server.Up(t)
	r.answers()
	r.until("readiness", func() bool {
		code, text := r.ask("GET", "/readyz", "")
		return code == 200 && strings.Contains(text, `"kind":"postgres"`)
	})
	r.expect(201, "POST", "/v1/cases", `{"id": "a", "model": "faros", "facts": {"samtycke": true}}`)

	server.Down(t)
	r.until("that it is not ready", func() bool {
		code, text := r.ask("GET", "/readyz", "")
		return code == 503 && strings.Contains(text, `"answers":false,"obstacle":"unreachable"`)
	})
	r.expect(503, "GET", "/v1/cases/a", "")
	r.expect(503, "POST", "/v1/cases/a/entries", `{"facts": {"samtycke": false}}`)
	r.expect(200, "GET", "/healthz", "")
	r.expect(200, "POST", "/v1/models/faros/next", `{"facts": {"samtycke": true}}`) // nothing is kept of it
	if text := r.expect(200, "GET", "/metrics", ""); !strings.Contains(text, "\nstegvis_store_up 0\n") || strings.Contains(text, "\nstegvis_cases{") {
		t.Error("the figures do not tell that the database is away")
	}

	server.Up(t)
	r.until("readiness again", func() bool { code, _ := r.ask("GET", "/readyz", ""); return code == 200 })
	if text := r.expect(200, "GET", "/v1/cases/a", ""); !strings.Contains(text, `"revision":1`) {
		t.Errorf("what was refused was done: %s", text)
	}
	r.expect(200, "POST", "/v1/cases/a/entries", `{"facts": {"samtycke": false}}`)
	// The database has two seconds to count for whoever asks for the figures, which can be too little for once.
	var text, lacks string
	defer func() {
		if lacks != "" {
			t.Errorf("the figures lack %s", lacks)
		}
	}()
	r.until("all figures", func() bool {
		text, lacks = r.expect(200, "GET", "/metrics", ""), ""
		for _, want := range []string{`job_attempts_total{kind="sweep",outcome="done"}`, "store_up 1", `cases{state="open"} 1`, "jobs_working 1", `events_total{type="se.stegvis.case.opened"} 1`,
			`store_transactions_total{kind="write",result="failed"}`, `subscriptions{state="active"} 0`, "audit_rows "} {
			if !strings.Contains(text, "\nstegvis_"+want) {
				lacks = want
			}
		}
		return lacks == ""
	})
	if failed := regexp.MustCompile(`(?m)^stegvis_store_transactions_total\{kind="read",result="failed"\} 0$`); failed.MatchString(text) {
		t.Error("no transaction failed while the database was away")
	}
	if code := r.stop(); code != 0 {
		t.Errorf("it ends with %d\n%s", code, r.err.String())
	}
}

// While the database is away the service can still be stopped.
func TestTheServiceStopsWithoutItsDatabase(t *testing.T) {
	server := pgtest.Start(t)
	r := start(t, t.TempDir(), "--store", server.Database(t), "--stop-timeout", "1s")
	r.answers()
	server.Kill(t)
	r.stop()
	if !strings.Contains(r.err.String(), "stopped") {
		t.Errorf("it did not stop as it should:\n%s", r.err.String())
	}
}

// A case that was kept in PostgreSQL is backed up beside the service, restored to SQLite, and back to another PostgreSQL.
func TestABackupGoesFromAnyDatabaseToAny(t *testing.T) {
	server := pgtest.Start(t)
	one, other := server.Database(t), server.Database(t)
	dir := t.TempDir()
	key := filepath.Join(dir, "kept", "master.key")
	r := start(t, dir, "--store", one)
	r.answers()
	r.expect(201, "POST", "/v1/cases", `{"id": "a", "model": "faros", "facts": {"samtycke": true}}`)
	first, second := filepath.Join(dir, "1.backup"), filepath.Join(dir, "2.backup")
	expect := func(want string, args ...string) {
		t.Helper()
		if out, errOut, code := run(args...); code != 0 || !strings.Contains(out, want) {
			t.Fatalf("%v: %d\n%s%s", args, code, out, errOut)
		}
	}
	given, _, _ := run("keys", "add", "--store", one, "--key-file", key, "--title", "t", "--role", "auditor")
	expect("cases 1 ", "backup", "--store", one, "--key-file", key, first)
	expect("1 key is taken back", "keys", "revoke", "--store", one, "--key-file", key, strings.Split(given, "_")[1])
	text, _, _ := run("audit", "export", "--store", one, "--key-file", key)
	log := filepath.Join(dir, "log.ndjson")
	if err := os.WriteFile(log, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	lite := "sqlite:" + filepath.Join(dir, "lite", "x.db")
	expect("can be restored", "restore", "--dry-run", "--store", lite, "--key-file", key, first)
	if _, err := os.Stat(filepath.Join(dir, "lite")); err == nil {
		t.Error("the dry run made something")
	}
	expect("Keys taken back later: 1, taken back again.", "restore", "--store", lite, "--key-file", key, "--erased", log, first)
	expect("cases 1 ", "backup", "--store", lite, "--key-file", key, second)
	if _, errOut, code := run("restore", "--store", other, "--key-file", key, "--erased", log, second); code != 1 || !strings.Contains(errOut, "does not show all that was done after the backup") {
		t.Errorf("a log that goes on from an earlier backup, and not from this one, was taken: %d\n%s", code, errOut)
	}
	expect("cases 1 ", "restore", "--store", other, "--key-file", key, second)
	expect("each follows on the one before it", "audit", "verify", "--store", other, "--key-file", key)
	if code := r.stop(); code != 0 {
		t.Fatalf("it ends with %d\n%s", code, r.err.String())
	}
	again := start(t, dir, "--store", other)
	again.answers()
	if text := again.expect(200, "GET", "/v1/cases/a/timeline", ""); !strings.Contains(text, `"fact":"samtycke","value":true`) {
		t.Errorf("the restored case says %s", text)
	}

	// Whoever changes a row of the log is found out.
	db, err := sql.Open("pgx", other)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `UPDATE audit SET subject = 'somebody else' WHERE action = 'open'`); err != nil {
		t.Fatal(err)
	}
	if out, errOut, code := run("audit", "verify", "--store", other, "--key-file", key); code != 1 || !strings.Contains(errOut, "it is not what its digest was made of") {
		t.Errorf("%d\n%s%s", code, out, errOut)
	}
}

// Passwords are in no listing of the settings.
func TestAddressesAreShownWithoutWhatIsSecret(t *testing.T) {
	for address, want := range map[string]string{
		"postgres://me:hemligt@db.example:5432/x?sslmode=require":     `"postgres://me:xxxxx@db.example:5432/x?sslmode=require"`,
		"postgres://db.example/x?password=hemligt&user=me":            `"postgres://db.example/x?password=xxxxx&user=me"`,
		"postgresql:///x?host=/run/pg&sslpassword=hemligt":            `"postgresql:///x?host=%2Frun%2Fpg&sslpassword=xxxxx"`,
		"postgres://me@db.example/x":                                  `"postgres://me@db.example/x"`,
		"postgres://me:hem%2Fligt@a.example:1,b.example:2/x?target=1": `"postgres://me:xxxxx@a.example:1,b.example:2/x?target=1"`,
		"sqlite:/var/lib/å b/x.db":                                    `"sqlite:/var/lib/å b/x.db"`,
	} {
		out, errOut, code := run("serve", "--print-config", "--store", address)
		if strings.Contains(out+errOut, "hemligt") || strings.Contains(out+errOut, "hem%2Fligt") {
			t.Errorf("%s is shown", address)
		}
		if code == 0 && !strings.Contains(out, "\nstore = "+want+"\n") {
			t.Errorf("%s is not shown as %s\n%s", address, want, regexp.MustCompile(`(?m)^store = .*$`).FindString(out))
		}
	}
}

// What a list of hosts cannot be is told before anything is sent to them.
func TestHostsAreNames(t *testing.T) {
	for list, ok := range map[string]bool{
		"case.example.se": true, " a.example , *.b.example": true, "*": true, "::1": true, "[::1]": true, "127.0.0.1": true,
		"https://a.example": false, "a.example:443": false, "a.example/x": false, "*a.example": false, "a.*.example": false, "a.example,,b.example": false, "me@a.example": false,
	} {
		_, errOut, code := run("serve", "--print-config", "--data", "kept", "--webhook-hosts", list)
		if want := map[bool]int{true: 0, false: 2}[ok]; code != want || !ok && !strings.Contains(errOut, "must be names of hosts [config-hosts]") {
			t.Errorf("%q: %d\n%s", list, code, errOut)
		}
	}
}

// TestNothingIsRestoredUnderAService restores into a PostgreSQL that is empty, and that a service works on.
func TestNothingIsRestoredUnderAService(t *testing.T) {
	server := pgtest.Start(t)
	address := server.Database(t)
	dir := t.TempDir()
	other := start(t, t.TempDir())
	other.answers()
	key, copied := filepath.Join(other.dir, "kept", "master.key"), filepath.Join(dir, "a.backup")
	restore := func() (string, int) {
		var out, err casetest.Output
		code := cli.Run(t.Context(), []string{"restore", "--lang", "en", "--store", address, "--key-file", key, copied}, strings.NewReader(""), &out, &err)
		return out.String() + err.String(), code
	}
	var out, err casetest.Output
	if code := cli.Run(t.Context(), []string{"backup", "--lang", "en", "--data", filepath.Join(other.dir, "kept"), copied}, strings.NewReader(""), &out, &err); code != 0 {
		t.Fatal(err.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	addr := filepath.Join(dir, "addr")
	go func() {
		ended <- cli.Run(ctx, []string{"serve", "--lang", "en", "--addr", "127.0.0.1:0", "--addr-file", addr, "--drain", "50ms", "--store", address, "--key-file", key}, strings.NewReader(""), &out, &err)
	}()
	db, failed := sql.Open("pgx", address)
	if failed != nil {
		t.Fatal(failed)
	}
	defer db.Close()
	other.until("the service to work", func() (works bool) {
		return db.QueryRowContext(t.Context(), `SELECT EXISTS (SELECT 1 FROM river_leader)`).Scan(&works) == nil && works
	})
	if text, code := restore(); code == 0 || !strings.Contains(text, "A service works with") {
		t.Error(text)
	}
	cancel()
	<-ended
	// One that could not say in time that it has ended counts for some seconds more.
	other.until("the service to have ended", func() bool {
		text, code := restore()
		if code != 0 && !strings.Contains(text, "A service works with") {
			t.Fatal(text)
		}
		return code == 0
	})
}
