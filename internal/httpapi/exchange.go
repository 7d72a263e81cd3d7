package httpapi

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/munnerz/goautoneg"
	"golang.org/x/text/language"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/interpreter"
)

// exchange is one request to one operation, with what every operation needs to know of it.
type exchange struct {
	service *Service
	reply   *reply
	r       *http.Request
	lang    lang.Lang
	query   interpreter.Query
	values  url.Values // of the query, all of them as they can be
	desk    *desk
	many    bool   // the body holds cases, a line each
	kind    string // the media type of the answer
	allow   string // the methods that there are

	who       casework.Who // asks, where that matters
	challenge bool         // it must say who it is
}

// begin makes ready for an operation; it returns nil where it has answered with a problem already.
func (s *Service) begin(o *Operation, w http.ResponseWriter, r *http.Request) *exchange {
	rep := w.(*reply)
	x := &exchange{service: s, reply: rep, r: r}
	rep.route = o
	values, malformed := url.Values(nil), false
	if r.URL.RawQuery != "" {
		var err error
		values, err = url.ParseQuery(r.URL.RawQuery)
		malformed = err != nil
	}
	x.lang = s.language(r, values.Get("lang"))
	rep.lang = x.lang
	x.query = interpreter.Query{Lang: x.lang, Today: calendar.Today(s.now())}
	if faults := x.parameters(values, malformed); len(faults) > 0 {
		x.misasked(faults)
		return nil
	}
	x.values = values
	if !s.admit(o, x) {
		return nil
	}
	if len(o.Takes) > 0 && !x.takes(o) || len(o.Takes) == 0 && o.Method != http.MethodGet && !x.bare() || !x.accepts(o) {
		return nil
	}
	x.desk = s.current()
	x.query.Model = r.PathValue("model")
	if x.query.Model != "" && !x.knows(x.query.Model) {
		return nil
	}
	return x
}

var matcher = language.NewMatcher([]language.Tag{language.Swedish, language.English})

// language is the one that the query names, else the one that Accept-Language likes best, else Swedish.
func (s *Service) language(r *http.Request, named string) lang.Lang {
	if l, ok := lang.Parse(named); ok {
		return l
	}
	header := r.Header.Get("Accept-Language")
	if l, ok := lang.Parse(header); ok || header == "" {
		if ok {
			return l
		}
		return lang.SV
	}
	if tags, _, err := language.ParseAcceptLanguage(header); err == nil {
		if _, i, sure := matcher.Match(tags...); sure != language.No {
			return lang.All[i]
		}
	}
	return lang.SV
}

// misasked answers that the query is at fault.
func (x *exchange) misasked(faults []Fault) {
	p := problem(x.lang, "query-at-fault", map[string]any{"Count": len(faults)})
	p.Faults = faults
	x.problem(p)
}

// queryFault tells what is wrong with a parameter. Its text is query.WHAT, with the hint query.WHAT.hint.
func queryFault(l lang.Lang, what, name string, args map[string]any) Fault {
	f := Fault{Code: what, Message: say(l, "query."+what, args), Hint: optional(say(l, "query."+what+".hint", args)), Args: args}
	if interpreter.Repeatable(name) {
		f.Parameter = &name
	}
	return f
}

// parameters reads the query, and tells everything that is wrong with it.
func (x *exchange) parameters(values url.Values, malformed bool) (faults []Fault) {
	if len(values) == 0 && !malformed {
		return nil
	}
	route := x.reply.route
	known := route.parameters()
	add := func(what, name string, args map[string]any) {
		faults = append(faults, queryFault(x.lang, what, name, args))
	}
	if malformed {
		add("malformed-query", "", map[string]any{})
		return faults
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		shown := ""
		if interpreter.Repeatable(name) {
			shown = name
		}
		args := map[string]any{"Parameter": shown}
		value := values.Get(name)
		switch {
		case !slices.Contains(known, name):
			args["Near"], args["Known"] = diag.Suggest(name, known), strings.Join(known, ", ")
			add("unknown-parameter", name, args)
		case len(values[name]) > 1:
			add("parameter-twice", name, args)
		case name == "at":
			day, ok := calendar.Parse(value)
			if !ok {
				add("not-a-day", name, args)
			}
			x.query.At = &day
		case name == "lang":
			if _, ok := lang.Parse(value); !ok {
				add("not-a-language", name, args)
			}
		case name == "explain":
			if x.query.Explain = value == "true"; value != "true" && value != "false" {
				add("not-yes-or-no", name, args)
			}
		case route.Words[name] != nil:
			if words := route.Words[name]; !slices.Contains(words, value) {
				args["Near"], args["Known"] = diag.Suggest(value, words), strings.Join(words, ", ")
				add("not-that-word", name, args)
			}
		case name == "type":
			for t := range strings.SplitSeq(value, ",") {
				if !slices.Contains(eventTypes, t) {
					args["Near"], args["Known"] = diag.Suggest(t, eventTypes), strings.Join(eventTypes, ", ")
					add("not-that-word", name, args)
					break
				}
			}
		case name == "due_by":
			if _, ok := calendar.Parse(value); !ok {
				add("not-a-day", name, args)
			}
		case slices.Contains(moments, name):
			if _, err := time.Parse(time.RFC3339, value); err != nil {
				add("not-a-moment", name, args)
			}
		case name == "limit":
			if n, err := strconv.Atoi(value); err != nil || n < 1 || n > MostInAPage {
				args["Limit"] = MostInAPage
				add("not-a-limit", name, args)
			}
		case !printable(value, longest):
			add("not-a-name", name, args)
		case name == "version":
			x.query.Version = value
		}
	}
	return faults
}

// MostInAPage is how much of a list can be asked for at once.
const MostInAPage = 1000

// longest is how long a name in a query or a header can be, in bytes.
const longest = 255

// moments are the parameters that are a moment.
var moments = []string{"known", "since", "until"}

// printable tells whether a name has something to be seen, and nothing else, and is no longer than most.
func printable(name string, most int) bool {
	return name != "" && len(name) <= most && utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}

// accepts finds the kind of answer that who asks takes; a problem is taken by all.
func (x *exchange) accepts(o *Operation) bool {
	offered := o.Gives
	if len(o.Takes) > 1 { // what comes in decides what goes out
		offered = oneCase
		if x.many {
			offered = lines
		}
	}
	if len(offered) == 0 { // there is nothing to say but that it is done
		return true
	}
	x.kind = offered[0]
	header := strings.Join(x.r.Header["Accept"], ",")
	if header == "" || header == "*/*" || header == x.kind {
		return true
	}
	// A problem is offered last, so that whoever takes nothing but problems is told that there is none to give.
	switch best := goautoneg.Negotiate(header, append(slices.Clip(offered), problemJSON[0])); best {
	case "", problemJSON[0]:
		x.fail("not-acceptable", map[string]any{"Gives": strings.Join(offered, ", ")})
		return false
	default:
		x.kind = best
	}
	return true
}

// takes tells whether the body is of a kind that the operation takes.
func (x *exchange) takes(o *Operation) bool {
	if encoding := x.r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		x.fail("encoded-body", nil)
		return false
	}
	header := x.r.Header.Get("Content-Type")
	kind, params, err := header, map[string]string(nil), error(nil)
	if header != "application/json" {
		kind, params, err = mime.ParseMediaType(header)
	}
	charset := params["charset"]
	switch {
	case err != nil, charset != "" && !strings.EqualFold(charset, "utf-8"), !slices.Contains(o.Takes, kind):
		x.fail("wrong-media-type", map[string]any{"Takes": strings.Join(o.Takes, ", ")})
		return false
	}
	x.many = kind == "application/x-ndjson"
	return true
}

// bare tells whether the request has no body, where nothing would look at one.
func (x *exchange) bare() bool {
	if n := x.r.ContentLength; n >= 0 {
		if n == 0 {
			return true
		}
	} else if n, err := x.r.Body.Read(make([]byte, 1)); n == 0 && err == io.EOF {
		return true
	}
	x.fail("body-of-no-use", nil)
	return false
}

// knows tells whether there is such a model, and answers with a problem where there is none, or none that is live.
func (x *exchange) knows(model string) bool {
	if _, ok := slices.BinarySearch(x.desk.Set.IDs(), model); ok {
		x.reply.model = model
		return true
	}
	for _, m := range x.service.models.Status().Models {
		if m.Model == model && m.Hash == "" {
			x.reply.model = model
			if !x.reply.route.describes {
				x.fail("model-not-live", map[string]any{"Model": model})
			}
			return x.reply.route.describes
		}
	}
	var faults diag.List
	x.desk.Set.Choose(interpreter.NewCase(""), interpreter.Query{Model: model}, &faults)
	x.problem(caseProblem(x.lang, "case-at-fault", faults))
	return false
}

// credit tells who answered, and that the answer is nobody else's to keep.
func (x *exchange) credit(w wanted, p *interpreter.Program) {
	h, c := x.reply.Header(), x.desk.credentials(w, p, x.lang)
	h["Stegvis-Model"], h["Stegvis-Hash"], h["Etag"] = c.model, c.hash, c.etag
	if c.version != nil {
		h["Stegvis-Version"] = c.version
	}
	h["Content-Language"], h["Cache-Control"] = languages[x.lang], noStore
}
