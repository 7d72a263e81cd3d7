package httpapi

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/interpreter"
)

// The limits of what a body about a kept case can hold.
const (
	mostFacts   = 1000 // of each kind: facts, entries, corrections, withdrawals
	mostParties = 200
	mostCases   = 1000
	longNote    = 4000 // characters of a note
	longName    = 200
)

// read reads the body, which holds one table with the keys of the operation's Body, through read. It returns false where it has
// answered with a problem, which tells every fault.
func (x *exchange) read(read func(*interpreter.Object)) bool {
	found, ok := x.find(read)
	if ok && len(found) > 0 {
		x.problem(caseProblem(x.lang, "body-at-fault", diag.List(found)))
		return false
	}
	return ok
}

// find reads as read does, and leaves it to what is asked for to tell of the faults, with those that it finds itself. It returns false
// where it has answered with a problem, as where there is nothing to be read.
func (x *exchange) find(read func(*interpreter.Object)) (found casework.Found, ok bool) {
	b := buffers.Get().(*buffer)
	defer b.giveBack()
	if !x.body(b) {
		return nil, false
	}
	var faults diag.List
	o := interpreter.ReadObject(diag.NewSource("", string(b.in)), &faults, keysOf(x.reply.route.Body)...)
	if read(o); !o.Readable() {
		x.problem(caseProblem(x.lang, "body-at-fault", faults))
		return nil, false
	}
	return casework.Found(faults), true
}

// notLive answers where the version that is asked for, or of a model without a version any that could have been meant, has faults and
// was never live: a case would be told that there is no such model, or keep another version for good.
func (x *exchange) notLive(model, version string) bool {
	for _, m := range x.service.models.Status().Models {
		if m.Model == model && m.Hash == "" && (version == "" || version == m.Version) {
			name := model
			if m.Version != "" {
				name += " " + m.Version
			}
			x.fail("model-not-live", map[string]any{"Model": name})
			return true
		}
	}
	return false
}

// keysOf lists the keys of the JSON of a struct.
func keysOf(v any) (keys []string) {
	for f := range reflect.TypeOf(v).Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		keys = append(keys, name)
	}
	return keys
}

// work does what is asked for, within its time, once there is a place among what is done at once. Where do fails the answer
// is a problem.
func (x *exchange) work(do func(context.Context) error) {
	if !x.enter(x.service.requests) {
		return
	}
	defer func() { <-x.service.requests }()
	ctx, cancel := x.within()
	defer cancel()
	if err := do(ctx); err != nil {
		x.refused(err)
	}
}

// within is the time that the database has. The answer must still get out in what is left of the limit, also where the body took its
// time, and where the answer is that the database has none.
func (x *exchange) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(x.r.Context(), x.service.limits.Write*2/5)
}

// key returns the Idempotency-Key of the request, "" for none; false where it has answered with a problem.
func (x *exchange) key() (key string, ok bool) {
	values := x.r.Header["Idempotency-Key"]
	if len(values) == 0 {
		return "", true
	}
	if key = values[0]; len(values) > 1 || len(key) > longest || !printable(key, longest) || strings.ContainsFunc(key, func(r rune) bool { return r > '~' }) {
		x.fail("bad-key", map[string]any{"Limit": longest})
		return "", false
	}
	return key, true
}

// revisions returns the revisions that If-Match names, the lowest first; 0 is whichever there is. It returns false where it has
// answered with a problem: the header cannot be read, or none of its tags can be that of a case.
func (x *exchange) revisions() (out []int64, ok bool) {
	header := strings.TrimSpace(strings.Join(x.r.Header["If-Match"], ","))
	if header == "" || header == "*" {
		return []int64{0}, true
	}
	const most = 20
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimSpace(tag)
		strong, weak := strings.CutPrefix(tag, "W/")
		if len(strong) < 2 || strong[0] != '"' || strong[len(strong)-1] != '"' || strings.Contains(strong[1:len(strong)-1], `"`) || len(out) == most {
			x.fail("bad-if-match", nil)
			return nil, false
		}
		// A weak tag matches nothing here (RFC 9110, 13.1.1), and neither does one that is none of ours.
		n, err := strconv.ParseInt(strings.TrimPrefix(strong[1:len(strong)-1], "r"), 10, 64)
		if !weak && err == nil && n > 0 && tag == etagOf(n) {
			out = append(out, n)
		}
	}
	if len(out) == 0 {
		x.fail("stale", nil)
		return nil, false
	}
	slices.Sort(out)
	return slices.Compact(out), true
}

// etagOf is the tag of a revision of a case. It is strong, since If-Match takes no other: it marks what is kept of the case, and
// not in which language or on which day that is told.
func etagOf(revision int64) string { return `"r` + strconv.FormatInt(revision, 10) + `"` }
