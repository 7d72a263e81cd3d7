package eventlog

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/diag"
)

// xesLog reads XES token by token. It keeps its own list of open elements, which costs less than the library's check.
type xesLog struct {
	o     Options
	clock clock
	names map[string]bool
	in    *allowance
	dec   *xml.Decoder
	open  []string // elements, from the root
	begun bool     // the root was seen
	ended bool

	prefixes    map[string]string   // of extensions, to those that the standard gives them
	classifiers map[string][]string // the attributes that name an activity
	activity    []string            // those in use
	texts       map[string]string   // names that come time and again, each kept once
	number      int
	bad         bool // the trace at hand is at fault
}

// maxTexts is how many different names are kept once.
const maxTexts = 10_000

// standardExtensions are the prefixes of the standard's extensions by the end of the address that names them.
var standardExtensions = map[string]string{
	"concept.xesext": "concept", "time.xesext": "time", "lifecycle.xesext": "lifecycle", "org.xesext": "org", "cost.xesext": "cost",
	"identity.xesext": "identity", "micro.xesext": "micro", "semantic.xesext": "semantic", "software.xesext": "swevent",
}

func newXES(r *bufio.Reader, o Options, c clock, names map[string]bool) *xesLog {
	in := &allowance{r: r}
	x := &xesLog{
		o: o, clock: c, names: names, in: in, dec: xml.NewDecoder(in), prefixes: map[string]string{}, classifiers: map[string][]string{}, texts: map[string]string{},
	}
	x.o.Case, x.o.Time, x.o.Transition = either(o.Case, nameKey), either(o.Time, timeKey), either(o.Transition, lifecycleKey)
	x.activity = []string{either(o.Activity, nameKey)}
	if o.Classifier != "" {
		x.activity = nil
	}
	return x
}

func either(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func (x *xesLog) line() int {
	line, _ := x.dec.InputPos()
	return line
}

// broken tells why the log cannot be read on.
func (x *xesLog) broken(faults *diag.List, code string, args diag.Args) error {
	faults.Error(diag.LineOf(x.o.Name, x.line()), code, args)
	x.ended = true
	return ErrBroken
}

// token returns the next start or end of an element.
func (x *xesLog) token(faults *diag.List) (xml.Token, error) {
	for {
		x.in.renew()
		tok, err := x.dec.RawToken()
		if err != nil {
			return nil, x.failed(err, faults)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if len(x.open) == 0 && (x.begun || tok.Name.Local != "log") {
				return nil, x.broken(faults, "log-not-xes", nil)
			}
			if len(x.open) >= maxDepth {
				return nil, x.broken(faults, "log-too-deep", diag.Args{"Limit": maxDepth})
			}
			x.begun = true
			x.open = append(x.open, tok.Name.Local)
			return tok, nil
		case xml.EndElement:
			if len(x.open) == 0 || x.open[len(x.open)-1] != tok.Name.Local {
				return nil, x.broken(faults, "log-xml", nil)
			}
			x.open = x.open[:len(x.open)-1]
			return tok, nil
		case xml.Directive:
			return nil, x.broken(faults, "log-doctype", nil)
		}
	}
}

// failed words what the library refuses.
func (x *xesLog) failed(err error, faults *diag.List) error {
	var syntax *xml.SyntaxError
	switch {
	case errors.Is(err, io.EOF) && x.begun && len(x.open) == 0:
		x.ended = true
		return io.EOF
	case errors.Is(err, io.EOF) && !x.begun:
		return x.broken(faults, "log-not-xes", nil)
	case errors.Is(err, io.EOF):
		return x.broken(faults, "log-truncated", nil)
	case errors.As(err, &syntax) && syntax.Msg == "unexpected EOF":
		return x.broken(faults, "log-truncated", nil)
	case errors.As(err, &syntax) && syntax.Msg == "invalid UTF-8":
		return x.broken(faults, "log-not-utf8", nil)
	case errors.As(err, &syntax) && strings.HasPrefix(syntax.Msg, "invalid character entity"):
		return x.broken(faults, "log-entity", nil)
	case errors.As(err, &syntax):
		return x.broken(faults, "log-xml", nil)
	case strings.HasPrefix(err.Error(), "xml: encoding"):
		return x.broken(faults, "log-not-utf8", nil)
	}
	return x.broken(faults, brokenBy(err), nil)
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// next reads up to the end of the next trace.
func (x *xesLog) next(t *Trace, faults *diag.List) error {
	if x.ended {
		return io.EOF
	}
	for {
		tok, err := x.token(faults)
		if err != nil {
			return err
		}
		e, begins := tok.(xml.StartElement)
		if !begins || len(x.open) != 2 { // within a header that says nothing to us
			continue
		}
		switch e.Name.Local {
		case "extension":
			uri := attribute(e, "uri")
			if standard := standardExtensions[uri[strings.LastIndexByte(uri, '/')+1:]]; standard != "" && attribute(e, "prefix") != standard {
				x.prefixes[attribute(e, "prefix")] = standard
			}
		case "classifier":
			if len(x.classifiers) < MaxNames {
				x.classifiers[attribute(e, "name")] = splitKeys(attribute(e, "keys"))
			}
		case "trace":
			return x.trace(t, faults)
		}
	}
}

// splitKeys splits the keys of a classifier at spaces; one that has spaces itself stands in single quotes.
func splitKeys(s string) (keys []string) {
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		end, from := strings.IndexByte(s, ' '), 0
		if s[0] == '\'' {
			if close := strings.IndexByte(s[1:], '\''); close >= 0 {
				from, end = 1, close+1
			}
		}
		if end < 0 {
			end = len(s)
		}
		keys = append(keys, s[from:end])
		s = s[min(len(s), end+from):]
	}
	return keys
}

// fault tells of the trace at hand.
func (x *xesLog) fault(faults *diag.List, t *Trace, line int, code string, args diag.Args) {
	if args == nil {
		args = diag.Args{}
	}
	args["Trace"] = t.ID
	x.bad = true
	tell(faults, diag.LineOf(x.o.Name, line), code, args)
}

func (x *xesLog) trace(t *Trace, faults *diag.List) error {
	x.number++
	x.bad = false
	t.Line, t.ID = x.line(), "#"+strconv.Itoa(x.number)
	t.Values = make([]string, len(x.o.Keep))
	if x.activity == nil {
		if x.activity = x.classifiers[x.o.Classifier]; x.activity == nil {
			var known []string
			for name := range x.classifiers {
				known = append(known, name)
			}
			slices.Sort(known)
			return x.broken(faults, "log-no-classifier", diag.Args{"Name": x.o.Classifier, "Near": diag.Suggest(x.o.Classifier, known), "Known": strings.Join(known, ", ")})
		}
	}
	tooMany := false
	for depth := len(x.open); len(x.open) >= depth; {
		tok, err := x.token(faults)
		if err != nil {
			return err
		}
		e, begins := tok.(xml.StartElement)
		if !begins {
			continue
		}
		if e.Name.Local != "event" {
			err = x.attributes(e, "", faults, t, func(name, value string) {
				if name == x.o.Case && value != "" {
					t.ID = value
				}
				x.keep(t.Values, name, value)
			})
		} else if err = x.event(t, faults); len(t.Events) > MaxEvents {
			t.Events, tooMany = t.Events[:MaxEvents], true
		}
		if err != nil {
			return err
		}
	}
	if tooMany {
		x.fault(faults, t, t.Line, "log-too-many-events", diag.Args{"Limit": MaxEvents})
	}
	return nil
}

// event reads an event into the trace.
func (x *xesLog) event(t *Trace, faults *diag.List) error {
	e := Event{Line: x.line(), Values: make([]string, len(x.o.Keep))}
	parts, given := make([]string, len(x.activity)), make([]bool, len(x.activity))
	when, transition := "", ""
	for depth := len(x.open); len(x.open) >= depth; {
		tok, err := x.token(faults)
		if err != nil {
			return err
		}
		start, begins := tok.(xml.StartElement)
		if !begins {
			continue
		}
		err = x.attributes(start, "", faults, t, func(name, value string) {
			if i := slices.Index(x.activity, name); i >= 0 {
				parts[i], given[i] = value, true
			}
			switch name {
			case x.o.Time:
				when = value
			case x.o.Transition:
				transition = value
			}
			x.keep(e.Values, name, value)
		})
		if err != nil {
			return err
		}
	}
	if transition != "" && x.o.Lifecycle != nil && !slices.Contains(x.o.Lifecycle, strings.ToLower(transition)) {
		t.Aside++
		return nil
	}
	if slices.Contains(given, false) || strings.TrimSpace(strings.Join(parts, "")) == "" {
		x.fault(faults, t, e.Line, "log-no-activity", diag.Args{"Column": strings.Join(x.activity, ", ")})
	}
	var ok bool
	switch e.Instant, e.Day, ok = x.clock.read(when); {
	case ok:
	case when == "":
		x.fault(faults, t, e.Line, "log-no-time", diag.Args{"Column": x.o.Time})
	default:
		x.fault(faults, t, e.Line, "log-bad-time", diag.Args{"Column": x.o.Time, "Format": x.o.TimeFormat})
	}
	e.Activity = once(x.texts, norm.NFC.String(strings.Join(parts, "+")))
	if !x.bad || len(t.Events) == 0 { // a trace at fault is not used: its events need not be kept
		t.Events = append(t.Events, e)
	}
	return nil
}

// attributes gives found the attribute that begins with e, and those within it, under names with slashes between. The values of
// a list become one, with semicolons between.
func (x *xesLog) attributes(e xml.StartElement, within string, faults *diag.List, t *Trace, found func(name, value string)) error {
	key, value := x.standard(attribute(e, "key")), attribute(e, "value")
	name := norm.NFC.String(within + key)
	if len(value) > MaxText || len(name) > MaxText {
		x.fault(faults, t, x.line(), "log-text-too-long", diag.Args{"Limit": MaxText >> 10})
		value = ""
	}
	name = once(x.texts, name)
	if len(x.names) < MaxNames && key != "" {
		x.names[name] = true
	}
	var items []string
	isList := e.Name.Local == "list"
	for depth := len(x.open); len(x.open) >= depth; {
		tok, err := x.token(faults)
		if err != nil {
			return err
		}
		inner, begins := tok.(xml.StartElement)
		if !begins {
			continue
		}
		err = x.attributes(inner, either2(key == "", within, name+"/"), faults, t, func(name, value string) {
			if isList && len(items) < MaxText {
				items = append(items, value)
			}
			found(name, value)
		})
		if err != nil {
			return err
		}
	}
	if isList {
		if value = strings.Join(items, ";"); len(value) > MaxText {
			x.fault(faults, t, x.line(), "log-text-too-long", diag.Args{"Limit": MaxText >> 10})
			return nil
		}
	}
	if key != "" {
		found(name, value)
	}
	return nil
}

// either2 is the first where the condition holds. An element that only groups others, as the values of a list, has no name.
func either2(condition bool, first, second string) string {
	if condition {
		return first
	}
	return second
}

// standard gives a key the prefix that the standard gives its extension.
func (x *xesLog) standard(key string) string {
	if len(x.prefixes) == 0 {
		return key
	}
	if prefix, rest, ok := strings.Cut(key, ":"); ok && x.prefixes[prefix] != "" {
		return x.prefixes[prefix] + ":" + rest
	}
	return key
}

func (x *xesLog) keep(values []string, name, value string) {
	if i := slices.Index(x.o.Keep, name); i >= 0 {
		values[i] = once(x.texts, value)
	}
}

// once returns the one copy of a text that is kept.
func once(texts map[string]string, s string) string {
	if kept, ok := texts[s]; ok {
		return kept
	}
	if len(texts) < maxTexts {
		s = strings.Clone(s)
		texts[s] = s
	}
	return s
}
