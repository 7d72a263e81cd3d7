package httpapi

import (
	"net/http"
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
)

// What requests about kept cases can meet, besides what any can.
var (
	ofKept    = []string{"nothing-kept", "unauthenticated", "bad-purpose", "forbidden", "store-unavailable", "store-slow", "identity-unavailable", "busy"}
	ofOne     = append(slices.Clone(ofKept), "unknown-case", "case-erased", "files-missing")
	ofSending = []string{"body-at-fault", "body-broken-off", "too-slow", "too-large", "wrong-media-type", "encoded-body"}
	ofChange  = slices.Concat(ofOne, ofSending, []string{"stale", "bad-if-match", "bad-key", "key-reused"})
)

// pageOfCases are the parameters that pick cases, and those that turn the pages.
var pageOfCases = []string{"actor", "step", "model", "version", "status", "outcome", "state", "due_by", "time", "reference", "order", "after", "limit"}

// wordsOfCases is what some of them can be.
var wordsOfCases = Words{
	"state":  {string(store.StateOpen), string(store.StateClosed)},
	"time":   {"soon", "late"},
	"order":  {"id", "due"},
	"status": {"open", "waiting", "needs_facts", "closed", "stuck", store.AtFault},
}

// caseOperations are those on cases that are kept.
func caseOperations() []*Operation {
	return []*Operation{
		{
			Method: "POST", Path: "/v1/cases", ID: "open-case", Act: access.Open, Kept: true, Once: true, Marked: true, handle: (*Service).openCase,
			Takes: oneCase, Body: OpenCase{}, Gives: asJSON, Answer: casework.Answer{}, Status: http.StatusCreated,
			Problems: slices.Concat(ofKept, ofSending, []string{"unknown-model", "unknown-version", "model-not-live", "id-taken", "reference-taken", "bad-id", "bad-key", "key-reused", "case-erased"}),
		},
		{
			Method: "GET", Path: "/v1/cases", ID: "list-cases", Act: access.List, Kept: true, handle: (*Service).listCases,
			Query: pageOfCases, Words: wordsOfCases, Gives: asJSON, Answer: CaseList{}, Problems: append(slices.Clone(ofKept), "bad-place"),
		},
		{
			Method: "GET", Path: "/v1/cases/{case}", ID: "case", Act: access.Next, Kept: true, Marked: true, handle: (*Service).showCase,
			Gives: asJSON, Answer: casework.Answer{}, Problems: ofOne,
		},
		{
			Method: "GET", Path: "/v1/cases/{case}/next", ID: "case-next", Act: access.Next, Kept: true, handle: (*Service).caseNext,
			Query: []string{"at", "known", "explain"}, Gives: asJSON, Answer: casework.Answer{}, Problems: append(slices.Clone(ofOne), "not-yet-opened"),
		},
		{
			Method: "POST", Path: "/v1/cases/{case}/entries", ID: "record", Act: access.Record, Kept: true, Once: true, Guarded: true, Marked: true, handle: (*Service).record,
			Takes: oneCase, Body: RecordEntries{}, Gives: asJSON, Answer: casework.Answer{},
			Problems: append(slices.Clone(ofChange), "case-closed", "unknown-entry", "nothing-to-record"),
		},
		{
			Method: "GET", Path: "/v1/cases/{case}/timeline", ID: "timeline", Act: access.Timeline, Kept: true, handle: (*Service).timeline,
			Gives: asJSON, Answer: Timeline{}, Problems: ofOne,
		},
		{
			Method: "PUT", Path: "/v1/cases/{case}/parties", ID: "parties", Act: access.Invite, Kept: true, Once: true, Guarded: true, Marked: true, handle: (*Service).invite,
			Takes: oneCase, Body: SetParties{}, Gives: asJSON, Answer: casework.Answer{}, Problems: ofChange,
		},
		{
			Method: "POST", Path: "/v1/cases/{case}/close", ID: "close-case", Act: access.Close, Kept: true, Once: true, Guarded: true, Marked: true, handle: (*Service).closeCase,
			Takes: oneCase, Body: Reason{}, Gives: asJSON, Answer: casework.Answer{}, Problems: append(slices.Clone(ofChange), "case-closed"),
		},
		{
			Method: "POST", Path: "/v1/cases/{case}/reopen", ID: "reopen-case", Act: access.Close, Kept: true, Once: true, Guarded: true, Marked: true, handle: (*Service).reopenCase,
			Takes: oneCase, Body: Reason{}, Gives: asJSON, Answer: casework.Answer{}, Problems: append(slices.Clone(ofChange), "case-open"),
		},
		{
			Method: "POST", Path: "/v1/cases/{case}/erase", ID: "erase-case", Act: access.Erase, Kept: true, Guarded: true, handle: (*Service).eraseCase,
			Takes: oneCase, Body: EraseCase{}, Gives: asJSON, Answer: Erasure{}, Problems: slices.Concat(ofOne, ofSending, []string{"stale", "bad-if-match"}),
		},
		{
			Method: "GET", Path: "/v1/cases/{case}/erasure", ID: "erasure", Act: access.Erase, Kept: true, handle: (*Service).erasure,
			Gives: asJSON, Answer: Erasure{}, Problems: append(slices.Clone(ofKept), "unknown-case", "not-erased"),
		},
	}
}

// OpenCase is the body that opens a case.
type OpenCase struct {
	ID           string         `json:"id,omitempty"`
	Reference    string         `json:"reference,omitempty"`
	Model        string         `json:"model"`
	Version      string         `json:"version,omitempty"`
	Facts        map[string]any `json:"facts,omitempty"`
	Unobtainable []string       `json:"unobtainable,omitempty"`
	Entries      []NewEntry     `json:"entries,omitempty"`
	Parties      []Party        `json:"parties,omitempty"`
}

// NewEntry is a fact that is known from a day on.
type NewEntry struct {
	Fact  string       `json:"fact"`
	Value any          `json:"value"`
	Held  calendar.Day `json:"held,omitempty"`
	Note  string       `json:"note,omitempty"`
}

// NewCorrection is what should have stood in place of an entry.
type NewCorrection struct {
	Entry int64        `json:"entry"`
	Fact  string       `json:"fact,omitempty"`
	Value any          `json:"value"`
	Held  calendar.Day `json:"held,omitempty"`
	Note  string       `json:"note,omitempty"`
}

// Party is who may see a case, and as which of the model's actors.
type Party struct {
	Actor string `json:"actor"`
	Party string `json:"party"`
}

// RecordEntries is the body that adds to a case.
type RecordEntries struct {
	Facts        map[string]any  `json:"facts,omitempty"`
	Unobtainable []string        `json:"unobtainable,omitempty"`
	Entries      []NewEntry      `json:"entries,omitempty"`
	Correct      []NewCorrection `json:"correct,omitempty"`
	Withdraw     []int64         `json:"withdraw,omitempty"`
}

// SetParties is the body that says who the parties to a case are.
type SetParties struct {
	Parties []Party `json:"parties"`
}

// Reason is the body that closes or reopens a case.
type Reason struct {
	Why string `json:"why,omitempty"`
}

// EraseCase is the body that erases a case.
type EraseCase struct {
	Decision string `json:"decision"`
}
