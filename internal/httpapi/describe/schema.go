package describe

import (
	"cmp"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/events"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// Case is the body that holds a case. The service reads it without this type; which facts a model has, its own schema tells.
type Case struct {
	ID           string         `json:"id,omitempty"`
	At           calendar.Day   `json:"at,omitempty"`
	Facts        map[string]any `json:"facts,omitempty"`
	Unobtainable []string       `json:"unobtainable,omitempty"`
}

// words lists the values of the types that are words. Each gets a schema of its own, so that clients have one type of it.
var words = map[reflect.Type][]any{
	reflect.TypeFor[interpreter.Status]():       {interpreter.Open, interpreter.Waiting, interpreter.NeedsFacts, interpreter.Closed, interpreter.StuckCase},
	reflect.TypeFor[interpreter.Lateness]():     {interpreter.OK, interpreter.Soon, interpreter.Late, interpreter.Met},
	reflect.TypeFor[interpreter.StuckReason]():  {interpreter.NoRule, interpreter.Unobtainable},
	reflect.TypeFor[casework.WhyLeft]():         {"", casework.LeftFaulty, casework.LeftClosed, casework.LeftOther, casework.LeftUnknown, casework.LeftBroken},
	reflect.TypeFor[httpapi.EventType]():        eventTypes(),
	reflect.TypeFor[events.SubscriptionState](): {events.Active, events.Paused, events.Gone},
	reflect.TypeFor[events.DeliveryState]():     {events.Waiting, events.Delivered, events.Dead},
	reflect.TypeFor[httpapi.State]():            {httpapi.StateLive, httpapi.StateKept, httpapi.StateHeld, httpapi.StateSaved, httpapi.StateFailed},
}

// texts are the fields that hold words of a kind without being of a type of their own: TYPE.FIELD, and the name of the kind.
var texts = map[string]string{
	"Reasons.status": "StepStatus", "AfterState.status": "StepStatus", "Change.status": "StepStatus", "OutcomeReasons.status": "OutcomeStatus",
	"FactState.state": "Knowledge", "FactState.value": factValue, "Change.to": factValue, "NewEntry.value": factValue, "NewCorrection.value": factValue, "Entry.value": factValue,
}

// kinds lists the values of those words.
var kinds = map[string][]any{
	"StepStatus": {
		interpreter.NotApplicable.String(), interpreter.Done.String(), interpreter.WaitingStep.String(), interpreter.Scheduled.String(),
		interpreter.Required.String(), interpreter.Undetermined.String(),
	},
	"OutcomeStatus": {"closes", "waiting", "not", "unknown", "shadowed"},
	"Knowledge":     {"known", "not_asked", "unobtainable", "not_happened"},
	"Language":      {"sv", "en"},
	"CaseState":     {store.StateOpen, store.StateClosed, store.StateErased},
	"CaseStatus":    {interpreter.Open, interpreter.Waiting, interpreter.NeedsFacts, interpreter.Closed, interpreter.StuckCase, store.AtFault},
	"EntryKind":     {store.Opening, store.Recording, store.Correction, store.Withdrawal, store.Moving, store.Closing, store.Reopening, store.Inviting, store.Deciding},
}

// factValue is the name of the schema of what a case can say of a fact.
const factValue = "FactValue"

// day is how a calendar.Day is written.
type day struct{}

// Schema makes a day a date, for huma.
func (day) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date"}
}

// prefix is where a document has its schemas.
const prefix = "#/components/schemas/"

// schemas makes the schemas of Go types.
type schemas struct {
	writer
	huma.Registry
	done map[reflect.Type]bool
}

func (w writer) schemas() *schemas {
	huma.DefaultArrayNullable = false // our lists are always there
	s := &schemas{writer: w, Registry: huma.NewMapRegistry(prefix, huma.DefaultSchemaNamer), done: map[reflect.Type]bool{}}
	s.RegisterTypeAlias(reflect.TypeFor[calendar.Day](), reflect.TypeFor[day]())
	return s
}

// of returns the schema of the type of v, as a reference.
func (s *schemas) of(v any) *huma.Schema {
	t := reflect.TypeOf(v)
	ref := s.Schema(t, true, "")
	s.finish(t)
	return ref
}

// word returns the schema of a kind of words, as a reference.
func (s *schemas) word(name string, values []any) *huma.Schema {
	if s.Map()[name] == nil {
		s.Map()[name] = &huma.Schema{Type: huma.TypeString, Enum: values, Description: s.say("schema." + name)}
	}
	return &huma.Schema{Ref: prefix + name}
}

// value returns the schema of what a case can say of a fact, as a reference.
func (s *schemas) value() *huma.Schema {
	if s.Map()[factValue] == nil {
		s.Map()[factValue] = &huma.Schema{Description: s.say("schema." + factValue), AnyOf: []*huma.Schema{
			{Type: "boolean"}, {Type: "number", Format: "double"}, {Type: "string"}, {Type: "array", Items: &huma.Schema{Type: "string"}}, {Type: "null"},
		}}
	}
	return &huma.Schema{Ref: prefix + factValue}
}

// refer returns the reference that a field is, where its words or values have a schema of their own; else nil.
func (s *schemas) refer(elem reflect.Type, field string) *huma.Schema {
	name := cmp.Or(texts[field], keptTexts[field])
	switch {
	case words[elem] != nil:
		return s.word(elem.Name(), words[elem])
	case name == factValue:
		return s.value()
	case name != "":
		return s.word(name, kinds[name])
	}
	return nil
}

// finish says of the fields of a type what huma does not see: which can be null, which values words have, and what
// each of them means.
func (s *schemas) finish(t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || s.done[t] || s.Map()[t.Name()] == nil {
		return
	}
	s.done[t] = true
	schema := s.Map()[t.Name()]
	schema.Description = s.say("schema." + t.Name())
	s.fields(t, t.Name(), schema)
}

func (s *schemas) fields(t reflect.Type, name string, schema *huma.Schema) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && tag == "" {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			s.fields(inner, inner.Name(), schema)
			continue
		}
		p := schema.Properties[tag]
		if p == nil {
			continue
		}
		s.finish(f.Type)
		elem := f.Type
		if elem.Kind() == reflect.Pointer {
			elem = elem.Elem()
		}
		if ref := s.refer(elem, name+"."+tag); ref != nil {
			p = ref
			schema.Properties[tag] = p
		}
		if tag == "facts" && elem == reflect.TypeFor[map[string]any]() {
			p.AdditionalProperties = s.value()
		}
		if elem.Kind() == reflect.Slice && words[elem.Elem()] != nil {
			p.Items = s.word(elem.Elem().Name(), words[elem.Elem()])
		}
		p.Description = s.meaning(name, tag)
		switch optional := strings.Contains(f.Tag.Get("json"), "omitempty"); {
		case p.Ref != "" && f.Type.Kind() == reflect.Pointer && !optional:
			schema.Properties[tag] = &huma.Schema{AnyOf: []*huma.Schema{{Ref: p.Ref}, {Type: "null"}}, Description: p.Description}
		case p.Ref != "":
			schema.Properties[tag] = &huma.Schema{AllOf: []*huma.Schema{{Ref: p.Ref}}, Description: p.Description}
		case f.Type.Kind() == reflect.Pointer && !optional:
			p.Nullable = true
		}
	}
}

// meaning tells what a field means: what is said of it in this type, or else of every field of its name.
func (s *schemas) meaning(name, field string) string {
	own := "schema." + name + "." + field
	if catalogue.Has(s.lang, own) {
		return s.say(own)
	}
	return s.say("schema." + field)
}
