package lang

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Catalogue holds sentences by id, in every language.
type Catalogue struct {
	localizers map[Lang]*i18n.Localizer
	ids        map[Lang]map[string]bool
}

// NewCatalogue reads every NAME.sv.json and NAME.en.json of fsys: flat objects from id to a
// text/template, or to plural forms ({"one": …, "other": …}). It fails on a file it cannot read and on an
// id that stands twice in one language, in one file or in two.
func NewCatalogue(fsys fs.FS) (*Catalogue, error) {
	c := &Catalogue{localizers: map[Lang]*i18n.Localizer{}, ids: map[Lang]map[string]bool{}}
	for _, l := range All {
		bundle := i18n.NewBundle(language.Make(string(l)))
		bundle.RegisterUnmarshalFunc("json", unmarshal)
		c.ids[l] = map[string]bool{}
		names, err := fs.Glob(fsys, "*."+string(l)+".json")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				return nil, err
			}
			file, err := bundle.ParseMessageFileBytes(data, name)
			if err != nil {
				return nil, fmt.Errorf("catalogue %s: %w", name, err)
			}
			for _, m := range file.Messages {
				if c.ids[l][m.ID] {
					return nil, fmt.Errorf("catalogue %s: %q stands twice", name, m.ID)
				}
				c.ids[l][m.ID] = true
			}
		}
		c.localizers[l] = i18n.NewLocalizer(bundle, string(l))
	}
	return c, nil
}

// unmarshal reads JSON in which no name stands twice: of two sentences with one id, neither is dropped
// in silence.
func unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }

// MustCatalogue is NewCatalogue for files that are built into the binary.
func MustCatalogue(fsys fs.FS) *Catalogue {
	c, err := NewCatalogue(fsys)
	if err != nil {
		panic(err)
	}
	return c
}

// Has tells whether the sentence id exists in l.
func (c *Catalogue) Has(l Lang, id string) bool { return c.ids[l][id] }

// Text returns the sentence id in l with args filled in; an argument that is a Text itself is filled in in l. args["Count"], where it is an integer, chooses
// the plural form; a sentence without the form is given in its "other" form. A sentence that does not
// exist comes back as its id in brackets: a test of every catalogue keeps that from happening.
func (c *Catalogue) Text(l Lang, id string, args map[string]any) string {
	if !c.Has(l, id) {
		return "[" + id + "]"
	}
	config := &i18n.LocalizeConfig{MessageID: id, TemplateData: spoken(l, args)}
	if n, ok := args["Count"].(int); ok {
		config.PluralCount = n
	}
	// With a sentence that lacks the plural form comes an error, but the "other" form too.
	text, err := c.localizers[l].Localize(config)
	if err != nil && text == "" {
		return "[" + id + "]"
	}
	return text
}

// spoken returns args with every Text in it put into l.
func spoken(l Lang, args map[string]any) map[string]any {
	isText := func(v any) bool { _, ok := v.(Text); return ok }
	if !slices.ContainsFunc(slices.Collect(maps.Values(args)), isText) {
		return args
	}
	out := maps.Clone(args)
	for k, v := range out {
		if t, ok := v.(Text); ok {
			out[k] = t.In(l)
		}
	}
	return out
}

// In returns the sentence id in every language.
func (c *Catalogue) In(id string, args map[string]any) Text {
	return Text{SV: c.Text(SV, id, args), EN: c.Text(EN, id, args)}
}

// Lacking lists what one language has and another lacks, as "en: id", sorted; it is empty when
// the catalogue is complete.
func (c *Catalogue) Lacking() []string {
	var out []string
	for _, l := range All {
		for _, other := range All {
			for id := range c.ids[other] {
				if !c.ids[l][id] {
					out = append(out, string(l)+": "+id)
				}
			}
		}
	}
	sort.Strings(out)
	return out
}

// IDs lists the ids of l that start with prefix, sorted.
func (c *Catalogue) IDs(l Lang, prefix string) []string {
	var out []string
	for id := range c.ids[l] {
		if strings.HasPrefix(id, prefix) {
			out = append(out, id)
		}
	}
	sort.Strings(out)
	return out
}
