package remote

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// Cases asks for cases that the service keeps, and changes them, on behalf of one piece of work. Where the service refuses, the
// error is a *Problem.
//
// A change names the revision of the case that it was made from; 0 makes it whichever revision there is. Each change goes with a key
// of its own, so that one whose answer is lost is sent again and done once.
type Cases struct {
	Lang  lang.Lang // of the texts in the answers; "": Swedish
	asker Asker
}

// Cases returns what asks until ctx ends.
func (c *Client) Cases(ctx context.Context) Cases { return Cases{asker: c.With(ctx)} }

// Kept is a case that is kept, and what is next for it.
type Kept struct {
	ID       string                `json:"id"`
	Revision int64                 `json:"revision"`
	State    string                `json:"state"` // open or closed
	Model    string                `json:"model"`
	Version  string                `json:"version"`
	Opened   time.Time             `json:"opened"`
	Changed  time.Time             `json:"changed"`
	Decision *interpreter.Decision `json:"decision"` // nil: the model cannot take the facts any more
	Faults   []CaseFault           `json:"faults"`   // which facts those are, for who sees all of the case
}

// CaseFault is why the model cannot take a fact of a case any more. What the fact says is not told.
type CaseFault struct {
	Fact    string `json:"fact"` // "": the fault is of no one fact
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Opening is what a case is opened with.
type Opening struct {
	ID           string         `json:"id,omitempty"`        // opaque; "": one is made up
	Reference    string         `json:"reference,omitempty"` // the name that others know it by, of which a digest is kept
	Model        string         `json:"model"`
	Version      string         `json:"version,omitempty"` // "": the one in force when the case started
	Facts        map[string]any `json:"facts,omitempty"`   // as interpreter.Case.Set takes them; nil: nobody knows
	Unobtainable []string       `json:"unobtainable,omitempty"`
	Entries      []NewEntry     `json:"entries,omitempty"`
	Parties      []Party        `json:"parties,omitempty"`
}

// NewEntry is a fact that is known since a day.
type NewEntry struct {
	Fact  string        `json:"fact"`
	Value any           `json:"value"`
	Held  *calendar.Day `json:"held,omitempty"` // nil: of an event its own day, else the day it is recorded
	Note  string        `json:"note,omitempty"`
}

// Correction is what should have stood in place of an entry. An entry is corrected or withdrawn once; then what stands in its place can be,
// and to withdraw that brings nothing back.
type Correction struct {
	Entry int64         `json:"entry"`
	Fact  string        `json:"fact,omitempty"` // "": that of the entry
	Value any           `json:"value"`
	Held  *calendar.Day `json:"held,omitempty"` // nil: of an event its own day, of the fact of the entry that of the entry, of another the day it is recorded
	Note  string        `json:"note,omitempty"`
}

// Change is what is to be recorded of a case.
type Change struct {
	Facts        map[string]any `json:"facts,omitempty"`
	Unobtainable []string       `json:"unobtainable,omitempty"`
	Entries      []NewEntry     `json:"entries,omitempty"`
	Correct      []Correction   `json:"correct,omitempty"`
	Withdraw     []int64        `json:"withdraw,omitempty"`
}

// Party is who may see a case, and as which of the model's actors.
type Party struct {
	Actor string `json:"actor"`
	Party string `json:"party"`
}

// Entry is one thing that happened to a case. What it says nothing of, or one may not see, is nil.
type Entry struct {
	Entry    int64         `json:"entry"`
	Kind     string        `json:"kind"`
	Recorded time.Time     `json:"recorded"`
	By       *string       `json:"by"`
	Fact     *string       `json:"fact"`
	Value    any           `json:"value"`
	Held     *calendar.Day `json:"held"`
	Refers   *int64        `json:"refers"` // the entry that was a mistake
	Model    *string       `json:"model"`
	Version  *string       `json:"version"`
	Note     *string       `json:"note"`
	Parties  []Party       `json:"parties"`
}

// Erasure is the proof that a case was erased.
type Erasure struct {
	Case     string    `json:"case"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Decision string    `json:"decision"`
	Entries  int64     `json:"entries"`
	Digest   string    `json:"digest"`
	Holds    bool      `json:"holds"` // nothing can be read, and the sealed entries are unchanged
}

// Question asks about a case at another time than now.
type Question struct {
	At      *calendar.Day // the day asked about
	Known   *time.Time    // as far as was known at the moment, and as the files answered then
	Explain bool          // with the reasons of each next step
}

// Filter picks cases; what is empty picks all. Of one required step hold Actor, Step, DueBy and Time together.
type Filter struct {
	Model, Version, Status, Outcome string
	Closed                          bool   // those that were closed, else those that are open
	Reference                       string // the name that others know the case by
	Actor, Step                     string
	DueBy                           *calendar.Day
	Time                            interpreter.Lateness // soon or late
	Urgent                          bool                 // the most urgent first
}

// Listed is a case in a list, as it stood when it was last decided for.
type Listed struct {
	ID       string        `json:"id"`
	Model    string        `json:"model"`
	Version  string        `json:"version"`
	State    string        `json:"state"`
	Revision int64         `json:"revision"`
	Opened   time.Time     `json:"opened"`
	Changed  time.Time     `json:"changed"`
	Status   *string       `json:"status"`
	Outcome  *string       `json:"outcome"`
	Due      *calendar.Day `json:"due"`
	Steps    []ListedStep  `json:"steps"`
}

// ListedStep is a step that a case in a list requires.
type ListedStep struct {
	Step  string               `json:"step"`
	Actor string               `json:"actor"`
	Due   *calendar.Day        `json:"due"`
	Time  interpreter.Lateness `json:"time"`
}

// Problem is the error of a service that refuses.
type Problem struct {
	Status  int     `json:"status"` // of HTTP
	Code    string  `json:"code"`   // which problem it is, whatever the language; "": one that the client does not know
	Title   string  `json:"title"`
	Detail  string  `json:"detail"`
	Hint    *string `json:"hint"`
	Request string  `json:"request"` // its id, as the log of the service has it
	Faults  []Fault `json:"faults"`  // everything that is wrong with what was sent
}

// Fault is one thing that is wrong with what was sent.
type Fault struct {
	Code    string  `json:"code"`
	Pointer *string `json:"pointer"` // into the body, RFC 6901
	Message string  `json:"message"`
	Hint    *string `json:"hint"`
}

// Error says what is wrong, with all its faults.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "remote: %d %s: %s", p.Status, p.Code, p.Detail)
	for _, f := range p.Faults {
		b.WriteString("\n\t")
		if f.Pointer != nil {
			b.WriteString(*f.Pointer + ": ")
		}
		b.WriteString(f.Message)
	}
	return b.String()
}

// Is tells whether an error is the problem.
func Is(err error, problem string) bool {
	var p *Problem
	return errors.As(err, &p) && p.Code == problem
}

// Open opens a case.
func (c Cases) Open(o Opening) (*Kept, error) { return c.change(http.MethodPost, "", 0, o) }

// Get tells how a case stands now.
func (c Cases) Get(id string) (*Kept, error) { return get[Kept](c, of(id, "")) }

// Next tells how a case stood, or will.
func (c Cases) Next(id string, q Question) (*Kept, error) {
	v := url.Values{}
	if q.At != nil {
		v.Set("at", q.At.String())
	}
	if q.Known != nil {
		v.Set("known", q.Known.UTC().Format(time.RFC3339Nano))
	}
	if q.Explain {
		v.Set("explain", "true")
	}
	return get[Kept](c, of(id, "/next")+"?"+v.Encode())
}

// Record adds to a case of the revision.
func (c Cases) Record(id string, revision int64, x Change) (*Kept, error) {
	return c.change(http.MethodPost, of(id, "/entries"), revision, x)
}

// Close ends the work with a case of the revision.
func (c Cases) Close(id string, revision int64, why string) (*Kept, error) {
	return c.change(http.MethodPost, of(id, "/close"), revision, reason{why})
}

// Reopen takes up the work with a case of the revision again.
func (c Cases) Reopen(id string, revision int64, why string) (*Kept, error) {
	return c.change(http.MethodPost, of(id, "/reopen"), revision, reason{why})
}

type reason struct {
	Why string `json:"why,omitempty"`
}

// SetParties says who the parties to a case of the revision are, besides who opened it.
func (c Cases) SetParties(id string, revision int64, parties []Party) (*Kept, error) {
	if parties == nil {
		parties = []Party{}
	}
	return c.change(http.MethodPut, of(id, "/parties"), revision, map[string]any{"parties": parties})
}

// Timeline tells what happened to a case, in order.
func (c Cases) Timeline(id string) ([]Entry, error) {
	t, err := get[struct{ Entries []Entry }](c, of(id, "/timeline"))
	if err != nil {
		return nil, err
	}
	return t.Entries, nil
}

// Erase erases a case of the revision by a decision, and returns the proof.
func (c Cases) Erase(id string, revision int64, decision string) (*Erasure, error) {
	var e Erasure
	err := c.send(http.MethodPost, of(id, "/erase"), c.guard(revision), map[string]string{"decision": decision}, &e)
	if Is(err, "case-erased") { // it can have been this very request, of which the answer was lost
		if proof, err := c.Erasure(id); err == nil && proof.Decision == decision {
			return proof, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return &e, nil
}

// Erasure returns the proof that a case was erased, and whether it still holds.
func (c Cases) Erasure(id string) (*Erasure, error) { return get[Erasure](c, of(id, "/erasure")) }

// List gives the cases that the filter picks, page by page as they are asked for. An error ends the list.
func (c Cases) List(f Filter) iter.Seq2[*Listed, error] {
	return func(yield func(*Listed, error) bool) {
		for address := "/v1/cases?" + f.query(); address != ""; {
			page, err := get[struct {
				Cases []Listed
				Next  string
			}](c, address)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Cases {
				if !yield(&page.Cases[i], nil) {
					return
				}
			}
			address = page.Next
		}
	}
}

func (f *Filter) query() string {
	v := url.Values{}
	for name, value := range map[string]string{
		"model": f.Model, "version": f.Version, "status": f.Status, "outcome": f.Outcome, "reference": f.Reference, "actor": f.Actor, "step": f.Step, "time": string(f.Time),
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if f.Closed {
		v.Set("state", "closed")
	}
	if f.DueBy != nil {
		v.Set("due_by", f.DueBy.String())
	}
	if f.Urgent {
		v.Set("order", "due")
	}
	return v.Encode()
}

// of is the address of a case, or of a part of it.
func of(id, part string) string { return "/v1/cases/" + url.PathEscape(id) + part }

// guard demands that the case has the revision.
func (c Cases) guard(revision int64) map[string]string {
	if revision == 0 {
		return map[string]string{}
	}
	return map[string]string{"If-Match": `"r` + strconv.FormatInt(revision, 10) + `"`}
}

func (c Cases) change(method, path string, revision int64, body any) (*Kept, error) {
	if path == "" {
		path = "/v1/cases"
	}
	headers := c.guard(revision)
	headers["Idempotency-Key"] = rand.Text()
	var k Kept
	if err := c.send(method, path, headers, body, &k); err != nil {
		return nil, err
	}
	return &k, nil
}

func get[T any](c Cases, path string) (*T, error) {
	var v T
	if err := c.send(http.MethodGet, path, nil, nil, &v); err != nil {
		return nil, err
	}
	return &v, nil
}

// send sends the body and reads the answer into what is given.
func (c Cases) send(method, path string, headers map[string]string, body, into any) error {
	q := request{method: method, address: strings.TrimSuffix(c.asker.client.URL, "/") + path, lang: c.Lang, headers: headers}
	if body != nil {
		var err error
		if q.body, err = json.Marshal(body); err != nil {
			return errors.New("remote: what is to be sent cannot be written as JSON") // without the error, which can hold a value
		}
	}
	status, answer, err := c.asker.send(q)
	var where *url.Error
	if errors.As(err, &where) {
		err = where.Err // without the address, which can hold the name of a case
	}
	if err != nil {
		return fmt.Errorf("remote: the service does not answer: %w", err)
	}
	if status >= 300 {
		p := &Problem{Status: status}
		if json.Unmarshal(answer, p) != nil || p.Code == "" {
			p = &Problem{Status: status, Detail: "the service refuses in a way that the client does not know"}
		}
		return p
	}
	if json.Unmarshal(answer, into) != nil {
		return errors.New("remote: the answer cannot be read")
	}
	return nil
}
