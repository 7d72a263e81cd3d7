// Package remote asks a stegvis service elsewhere what interpreter.Set answers at home, in the same way: a case and a query
// go in, a decision comes out, or faults. A program that declares the small interface it needs (Decide, or Explain) takes
// either, and does not know which it has.
//
// To ask so changes nothing at the service, so that what did not come through is simply asked again. Faults of a case have the codes
// and the words they have at home; a service that cannot be asked is a fault too.
//
// A service can also keep cases (cases.go). What is changed of those goes with a key of its own, so that it can be sent again and is
// still done once.
package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/interpreter"
)

// Client asks one service. It is safe for concurrent use; the fields are not to be changed once it is in use.
type Client struct {
	URL  string       // of the service, "http://127.0.0.1:8080"
	HTTP *http.Client // nil: one with a time limit of its own
	Key  string       // the key or token that says who asks; "": nobody in particular

	// Tries is how often a question is sent, where no answer comes or the service is busy; 0: three times.
	Tries int
}

// New returns a client of the service at the address.
func New(address string) *Client { return &Client{URL: address} }

// Asker asks on behalf of one piece of work, and stops with it.
type Asker struct {
	client *Client
	ctx    context.Context
}

// With returns what asks until ctx ends.
func (c *Client) With(ctx context.Context) Asker { return Asker{c, ctx} }

// Decide answers what is next for the case, as interpreter.Set does: it returns nil, with faults, where there is no answer.
func (a Asker) Decide(c *interpreter.Case, q interpreter.Query, faults *diag.List) *interpreter.Decision {
	var d interpreter.Decision
	if !a.ask("next", c, q, &d, faults) {
		return nil
	}
	return &d
}

// Explain answers with the reasons for every step and outcome, as interpreter.Set does: it returns nil, with faults, where
// there is no answer. Values of facts are those of encoding/json.
func (a Asker) Explain(c *interpreter.Case, q interpreter.Query, faults *diag.List) *interpreter.Explanation {
	q.Explain = false // it has them all
	e := interpreter.Explanation{Decision: &interpreter.Decision{}}
	if !a.ask("explain", c, q, &e, faults) {
		return nil
	}
	return &e
}

// ask sends the case and reads the answer into what is given.
func (a Asker) ask(what string, c *interpreter.Case, q interpreter.Query, into any, faults *diag.List) bool {
	body, err := c.MarshalJSON()
	if err != nil {
		faults.Error(diag.Span{}, "remote-case", nil)
		return false
	}
	status, answer, err := a.send(request{method: http.MethodPost, address: a.client.address(what, c, q), body: body, lang: q.Lang})
	switch {
	case err != nil:
		faults.Error(diag.Span{}, "remote-unreachable", nil)
		return false
	case status != http.StatusOK:
		tell(status, answer, faults)
		return false
	}
	if json.Unmarshal(answer, into) != nil {
		faults.Error(diag.Span{}, "remote-unreadable", nil)
		return false
	}
	return true
}

func (c *Client) address(what string, k *interpreter.Case, q interpreter.Query) string {
	values := url.Values{}
	if q.Version != "" {
		values.Set("version", q.Version)
	}
	// Today is the asker's, so that the answer is the one that it would get at home.
	if q.At != nil || k.At == nil {
		values.Set("at", q.Day(k).String())
	}
	if q.Explain {
		values.Set("explain", "true")
	}
	address := strings.TrimSuffix(c.URL, "/") + "/v1/models/" + url.PathEscape(q.Model) + "/" + what
	if len(values) > 0 {
		address += "?" + values.Encode()
	}
	return address
}

// most is how long an answer may be.
const most = 64 << 20

var patient = &http.Client{Timeout: 30 * time.Second}

// request is what is sent.
type request struct {
	method, address string
	body            []byte // nil: none
	lang            lang.Lang
	headers         map[string]string // others
}

// send sends the request until there is an answer.
func (a Asker) send(q request) (status int, answer []byte, err error) {
	tries, client := a.client.Tries, a.client.HTTP
	if tries <= 0 {
		tries = 3
	}
	if client == nil {
		client = patient
	}
	for n := 1; ; n++ {
		status, wait := 0, time.Duration(n)*100*time.Millisecond
		if status, answer, err = a.once(client, q, &wait); n == tries || err == nil && status != http.StatusServiceUnavailable {
			return status, answer, err
		}
		select {
		case <-a.ctx.Done():
			return 0, nil, a.ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (a Asker) once(client *http.Client, q request, wait *time.Duration) (int, []byte, error) {
	r, err := http.NewRequestWithContext(a.ctx, q.method, q.address, bytes.NewReader(q.body))
	if err != nil {
		return 0, nil, err
	}
	if q.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept", "application/json")
	if q.lang == "" {
		q.lang = lang.SV
	}
	r.Header.Set("Accept-Language", string(q.lang))
	if a.client.Key != "" {
		r.Header.Set("Authorization", "Bearer "+a.client.Key)
	}
	for name, value := range q.headers {
		r.Header.Set(name, value)
	}
	res, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s >= 0 && s <= 60 {
		*wait = time.Duration(s) * time.Second
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	if err == nil && len(answer) > most {
		err = errors.New("remote: the answer is too long")
	}
	return res.StatusCode, answer, err
}

// tell makes faults of a problem.
func tell(status int, answer []byte, faults *diag.List) {
	var p struct {
		Title  string `json:"title"`
		Faults []struct {
			Code    string          `json:"code"`
			Message string          `json:"message"`
			Args    json.RawMessage `json:"args"`
		} `json:"faults"`
	}
	if json.Unmarshal(answer, &p) != nil || p.Title == "" {
		faults.Error(diag.Span{}, "remote-unreadable", nil)
		return
	}
	if len(p.Faults) == 0 {
		faults.Error(diag.Span{}, "remote-refused", diag.Args{"Status": status, "Text": p.Title})
		return
	}
	for _, f := range p.Faults {
		args, ok := argsOf(f.Args)
		if !ok || !diag.Catalogue.Has(lang.EN, f.Code) { // the service is of another version than the client
			faults.Error(diag.Span{}, "remote-refused", diag.Args{"Status": status, "Text": f.Message})
			continue
		}
		*faults = append(*faults, &diag.Diagnostic{Code: f.Code, Args: args})
	}
}

// argsOf reads what a message is made of, as it was before it became JSON.
func argsOf(text []byte) (diag.Args, bool) {
	var raw map[string]json.RawMessage
	if json.Unmarshal(text, &raw) != nil {
		return nil, false
	}
	args := diag.Args{}
	for name, value := range raw {
		var n int
		var t lang.Text
		var v any
		switch {
		case len(value) > 0 && value[0] == '{' && json.Unmarshal(value, &t) == nil:
			args[name] = t
		case json.Unmarshal(value, &n) == nil && string(value) != "null":
			args[name] = n
		case json.Unmarshal(value, &v) == nil:
			args[name] = v
		}
	}
	return args, true
}
