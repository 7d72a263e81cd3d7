package describe

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/httpapi"
)

//go:embed page.html
var pageFile embed.FS

// Page writes the document as a page for people: one file without scripts, that loads nothing.
func Page(doc *huma.OpenAPI, l lang.Lang) ([]byte, error) {
	w := writer{l}
	t, err := template.New("page.html").Funcs(template.FuncMap{
		"say": w.say, "prose": prose, "pretty": pretty, "type": w.typeOf, "in": func(p *huma.Param) string { return w.say("page.in." + p.In) }, "needs": w.needs,
		"schemaName": func(ref string) string { return strings.TrimPrefix(ref, prefix) },
	}).ParseFS(pageFile, "page.html")
	if err != nil {
		return nil, err
	}
	other := lang.EN
	if l == lang.EN {
		other = lang.SV
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{"Lang": l, "Other": other, "Doc": doc, "Tags": w.tags(doc), "Problems": w.problems(), "Schemas": schemasOf(doc), "Case": caseLine(), "Ways": ways(doc)})
	return b.Bytes(), err
}

// caseLine is the case of the first example.
func caseLine() string {
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(Example{File: "little-known.json"}.Body())); err != nil {
		panic(err) // the files are built in
	}
	return b.String()
}

// tag is a part of the service, with its operations.
type tag struct {
	*huma.Tag
	Title      string
	Operations []*huma.Operation
}

func (w writer) tags(doc *huma.OpenAPI) (out []tag) {
	for _, t := range doc.Tags {
		x := tag{Tag: t, Title: w.say("part." + t.Name)}
		for _, o := range httpapi.Operations() {
			item := doc.Paths[o.Path]
			for _, op := range []*huma.Operation{item.Post, item.Get, item.Put, item.Delete} {
				if op != nil && op.OperationID == o.ID && op.Tags[0] == t.Name {
					x.Operations = append(x.Operations, op)
				}
			}
		}
		out = append(out, x)
	}
	return out
}

// ways lists the ways to say who asks.
func ways(doc *huma.OpenAPI) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(doc.Components.SecuritySchemes)) {
		out = append(out, doc.Components.SecuritySchemes[name].Description)
	}
	return out
}

// needs tells whether an operation must know who asks.
func (w writer) needs(op *huma.Operation) string {
	switch {
	case len(op.Security) == 0:
		return ""
	case len(op.Security[0]) == 0:
		return w.say("page.who.perhaps")
	}
	return w.say("page.who.must")
}

// problemRow is a problem in the table of them.
type problemRow struct {
	Code        string
	Status      int
	Title, Hint string
}

func (w writer) problems() (out []problemRow) {
	for _, code := range httpapi.Codes() {
		out = append(out, problemRow{Code: code, Status: httpapi.StatusOf(code), Title: httpapi.Catalogue.Text(w.lang, "problem."+code, nil), Hint: hint(w.lang, code)})
	}
	slices.SortStableFunc(out, func(a, b problemRow) int { return cmp.Compare(a.Status, b.Status) })
	return out
}

// hint is what to do about a problem, as far as it can be told before it happens.
func hint(l lang.Lang, problem string) string {
	return httpapi.Catalogue.Text(l, "problem."+problem+".hint", map[string]any{"Model": "{model}", "Known": "…"})
}

// named is a schema with its name.
type named struct {
	Name string
	*huma.Schema
	Fields []field
}

// field is a key of a schema.
type field struct {
	Name     string
	Schema   *huma.Schema
	Required bool
}

func schemasOf(doc *huma.OpenAPI) (out []named) {
	all := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s := all[name]
		n := named{Name: name, Schema: s}
		for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
			n.Fields = append(n.Fields, field{key, s.Properties[key], slices.Contains(s.Required, key)})
		}
		out = append(out, n)
	}
	return out
}

// prose puts what stands in backticks into code.
func prose(text string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			b.WriteString("<code>" + template.HTMLEscapeString(part) + "</code>")
			continue
		}
		b.WriteString(strings.ReplaceAll(template.HTMLEscapeString(part), "\n\n", "<br>"))
	}
	return template.HTML(b.String())
}

// pretty writes an example as people read it.
func pretty(v any) string {
	if s, ok := v.(string); ok {
		return strings.TrimSuffix(s, "\n")
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		panic(err) // it has been read from JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// typeOf tells what a value is.
func (w writer) typeOf(s *huma.Schema) template.HTML {
	link := func(ref string) string {
		name := strings.TrimPrefix(ref, prefix)
		return `<a href="#` + name + `">` + name + `</a>`
	}
	switch {
	case s.Ref != "":
		return template.HTML(link(s.Ref))
	case len(s.AllOf) == 1:
		return w.typeOf(s.AllOf[0])
	case len(s.AnyOf) > 0:
		var parts []string
		for _, a := range s.AnyOf {
			parts = append(parts, string(w.typeOf(a)))
		}
		return template.HTML(strings.Join(parts, " "+w.say("page.or")+" "))
	case s.Type == huma.TypeArray && s.Items != nil:
		return template.HTML(w.say("page.list")+" ") + w.typeOf(s.Items)
	case len(s.Enum) > 0:
		var parts []string
		for _, v := range s.Enum {
			text, _ := json.Marshal(v)
			parts = append(parts, "<code>"+strings.Trim(string(text), `"`)+"</code>")
		}
		return template.HTML(strings.Join(parts, ", "))
	}
	t := s.Type
	if s.Format == "date" || s.Format == "date-time" {
		t = s.Format
	}
	if s.Nullable {
		t += " " + w.say("page.or") + " null"
	}
	return template.HTML(template.HTMLEscapeString(t))
}
