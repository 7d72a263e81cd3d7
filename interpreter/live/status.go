package live

import (
	"fmt"
	"sort"
	"time"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// Watching tells how changes are noticed.
type Watching string

// Events come from the system; without them the folder is polled, every second or as often as Config.Rescan says.
const (
	Events  Watching = "events"
	Polling Watching = "polling"
)

// Status tells how the folder is being served.
type Status struct {
	Snapshot               // the set that is live, and since when
	OK       bool          // the newest text of every file is live, and no file has an error
	Looked   time.Time     // when the folder was last read
	Changed  time.Time     // when a change of it was last taken in, whether it went live or not
	Watching Watching      //
	Why      string        // why it is polled; "" with Events
	SaveWhy  string        // why the last good set could not be saved; "" when it is, or is not to be
	Faults   diag.List     // everything that is wrong with the files as they are now, warnings too
	Models   []ModelStatus // by model and version
}

// ModelStatus tells how a version of a model stands.
type ModelStatus struct {
	Key
	File  string    // the name of its file
	Hash  string    // what is live; "" where nothing of it is
	Since time.Time // when that went live; zero where nothing is
	Saved bool      // it is served from the state folder, since the folder has not given it in this run
	// Faults tell why the newest text is not live; none where it is. Their files may be of another version, when a
	// file's version was changed, or of a vocabulary.
	Faults diag.List
	// Until is when a text that is held back goes live if it is left as it is; zero where nothing is held back.
	Until time.Time
}

// OK tells whether what is live is the newest text.
func (m ModelStatus) OK() bool { return m.Hash != "" && !m.Saved && len(m.Faults) == 0 }

// Status returns how the folder is being served now.
func (l *Live) Status() Status {
	s := l.state.Load()
	status := Status{
		Snapshot: s.Snapshot, OK: s.ok(), Looked: *l.looked.Load(), Changed: s.changed,
		SaveWhy: s.saveWhy, Faults: s.faults,
	}
	status.Watching, status.Why = l.watch.mode()
	for _, e := range s.entries {
		m := ModelStatus{Key: e.key, File: e.file, Since: e.since, Saved: e.saved, Faults: e.faults, Until: e.until, Hash: e.hash()}
		status.Models = append(status.Models, m)
	}
	return status
}

// state is everything that a swap exchanges. It never changes.
type state struct {
	Snapshot
	entries []*entry  // by key
	faults  diag.List // of the newest read
	changed time.Time
	saveWhy string
}

// entry is a version of a model that is live, or that should have been.
type entry struct {
	key     Key
	file    string
	program *interpreter.Program // nil: nothing of it is live
	since   time.Time
	saved   bool
	faults  diag.List
	until   time.Time
}

func (e *entry) hash() string {
	if e.program == nil {
		return ""
	}
	return e.program.Model().Hash
}

func sortEntries(entries []*entry) []*entry {
	sort.Slice(entries, func(i, j int) bool { return entries[i].key.less(entries[j].key) })
	return entries
}

// find returns the entry of a key, or nil.
func (s *state) find(k Key) *entry {
	i := sort.Search(len(s.entries), func(i int) bool { return !s.entries[i].key.less(k) })
	if i < len(s.entries) && s.entries[i].key == k {
		return s.entries[i]
	}
	return nil
}

// live returns the entries that have something to serve.
func (s *state) live() []*entry {
	var out []*entry
	for _, e := range s.entries {
		if e.program != nil {
			out = append(out, e)
		}
	}
	return out
}

func (s *state) ok() bool {
	for _, e := range s.entries {
		if e.program == nil || e.saved || len(e.faults) > 0 {
			return false
		}
	}
	return !s.faults.HasErrors()
}

// errorsOf returns the errors among the faults.
func errorsOf(faults diag.List) diag.List {
	var out diag.List
	for _, d := range faults {
		if d.Severity == diag.Error {
			out = append(out, d)
		}
	}
	return out
}

// where returns the place of a fault as logs write it.
func where(d *diag.Diagnostic) string {
	if d.Span.Source == nil || d.Span.Source.Text == "" {
		return d.Span.Name()
	}
	p := d.Span.Source.Position(d.Span.Start)
	return fmt.Sprintf("%s:%d:%d", d.Span.Name(), p.Line, p.Column)
}
