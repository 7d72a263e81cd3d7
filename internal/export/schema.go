package export

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/rule"
	"github.com/stegvis/stegvis/interpreter"
)

// A schema is JSON Schema, as much of it as cases need. The order of its fields is that of the file.
type schema struct {
	Schema      string      `json:"$schema,omitempty"`
	Title       string      `json:"title,omitempty"`
	Description string      `json:"description,omitempty"`
	Type        any         `json:"type,omitempty"` // a name, or names
	Const       any         `json:"const,omitempty"`
	Format      string      `json:"format,omitempty"`
	Minimum     *jsonNumber `json:"minimum,omitempty"`
	Maximum     *jsonNumber `json:"maximum,omitempty"`
	AnyOf       []*schema   `json:"anyOf,omitempty"`
	Items       *schema     `json:"items,omitempty"`
	Enum        []string    `json:"enum,omitempty"`
	Unique      bool        `json:"uniqueItems,omitempty"`
	MaxItems    int         `json:"maxItems,omitempty"`
	MaxLength   int         `json:"maxLength,omitempty"` // characters
	Properties  properties  `json:"properties,omitempty"`
	Required    []string    `json:"required,omitempty"`
	Additional  *bool       `json:"additionalProperties,omitempty"`
}

// jsonNumber is written as people write numbers.
type jsonNumber float64

func (n jsonNumber) MarshalJSON() ([]byte, error) { return []byte(number(float64(n))), nil }

// properties are the keys of an object, in order.
type properties []property

type property struct {
	key   string
	value *schema
}

func (p properties) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, x := range p {
		if i > 0 {
			b = append(b, ',')
		}
		key, err := plainJSON(x.key)
		if err != nil {
			return nil, err
		}
		value, err := plainJSON(x.value)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, key...), ':'), value...)
	}
	return append(b, '}'), nil
}

// plainJSON writes a value without hiding what only HTML would stumble over.
func plainJSON(v any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}

// writeSchema writes which cases the model can be asked about, as JSON Schema 2020-12. A case that passes it can be read;
// what a schema cannot say is left to the reading, such as that a fact which is unobtainable has no value.
func writeSchema(w io.Writer, r Request) error {
	p := newPage(r)
	m := p.m
	no := false
	var facts properties
	ids := make([]string, len(m.Facts))
	for i, f := range m.Facts {
		ids[i] = f.ID
		facts = append(facts, property{f.ID, p.factSchema(f)})
	}
	top := &schema{
		Schema: "https://json-schema.org/draft/2020-12/schema",
		Title:  p.words("schema.title", "Model", p.in(m.Title), "Version", m.Version), Description: p.words("schema.about"),
		Type: "object", Additional: &no,
		Properties: properties{
			{"id", &schema{Description: p.words("schema.id"), Type: "string", MaxLength: interpreter.MaxCaseID}},
			{"at", &schema{Description: p.words("schema.at"), Type: "string", Format: "date"}},
			{"facts", &schema{Description: p.words("schema.facts"), Type: "object", Properties: facts, Additional: &no}},
			{"unobtainable", &schema{
				Description: p.words("schema.unobtainable"), Type: "array", Unique: true, Items: &schema{Type: "string", Enum: ids},
			}},
		},
	}
	text, err := plainJSON(top)
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(json.RawMessage(text))
}

// factSchema says which values a fact can have. null is one of all: nobody can tell.
func (p *page) factSchema(f *dsl.Fact) *schema {
	s := &schema{Title: flat(p.in(f.Title))}
	s.Description = p.factAbout(f)
	switch f.Type.Kind {
	case rule.Bool:
		s.Type = []string{"boolean", "null"}
	case rule.Int, rule.Number:
		low, high := jsonNumber(f.Type.Min), jsonNumber(f.Type.Max)
		s.Minimum, s.Maximum = &low, &high
		s.Type = []string{"number", "null"}
		if f.Type.Kind == rule.Int {
			s.Type = []string{"integer", "null"}
		}
	case rule.Enum:
		s.AnyOf = append(p.values(f), &schema{Type: "null"})
	case rule.Set:
		s.Type, s.Unique, s.MaxItems = []string{"array", "null"}, true, interpreter.MaxSetValues
		s.Items = &schema{AnyOf: p.values(f)}
	case rule.Date, rule.Event:
		s.Type, s.Format = []string{"string", "null"}, "date"
	default: // of a text the bytes are counted, which are at least as many as its characters
		s.Type, s.MaxLength = []string{"string", "null"}, interpreter.MaxTextBytes
	}
	return s
}

// values are those of an enum or a set, each with its title.
func (p *page) values(f *dsl.Fact) []*schema {
	out := make([]*schema, len(f.Type.Values))
	for i, v := range f.Type.Values {
		out[i] = &schema{Const: v, Title: flat(p.in(f.Labels[i]))}
	}
	return out
}

// factAbout is the question for a fact, the help with it, its unit and who can answer.
func (p *page) factAbout(f *dsl.Fact) string {
	var out []string
	for _, t := range []string{p.in(f.Ask), p.in(f.Help)} {
		if t = flat(t); t != "" {
			out = append(out, t)
		}
	}
	switch f.Type.Kind {
	case rule.Int, rule.Number:
		out = append(out, p.words("schema.number", "Text", p.answer(f)[0].bare()))
	}
	if f.AskOf != nil {
		out = append(out, p.words("schema.ask-of", "Actor", p.in(f.AskOf.Title)))
	}
	return strings.Join(out, " ")
}
