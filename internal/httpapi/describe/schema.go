package describe

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/interpreter"
)

// Case is the body that holds a case. The service reads it without this type; which facts a model has, its own schema tells.
type Case struct {
	ID           string         `json:"id,omitempty"`
	At           calendar.Day   `json:"at,omitempty"`
	Facts        map[string]any `json:"facts,omitempty"`
	Unobtainable []string       `json:"unobtainable,omitempty"`
}

// words lists the values of the types that are words.
var words = map[reflect.Type][]any{
	reflect.TypeFor[interpreter.Status]():      {interpreter.Open, interpreter.Waiting, interpreter.NeedsFacts, interpreter.Closed, interpreter.StuckCase},
	reflect.TypeFor[interpreter.Lateness]():    {interpreter.OK, interpreter.Soon, interpreter.Late, interpreter.Met},
	reflect.TypeFor[interpreter.StuckReason](): {interpreter.NoRule, interpreter.Unobtainable},
	reflect.TypeFor[httpapi.State]():           {httpapi.StateLive, httpapi.StateKept, httpapi.StateHeld, httpapi.StateSaved, httpapi.StateFailed},
}

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
		p.Enum = words[elem]
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
