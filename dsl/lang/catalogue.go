package lang

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Catalogue holds sentences by id, in every language.
type Catalogue struct {
	read map[Lang]func() (*sentences, error) // each reads its language once
}

// sentences are those of one language.
type sentences struct {
	localizer *i18n.Localizer
	ids       map[string]bool
}

// NewCatalogue reads every NAME.sv.json and NAME.en.json of fsys: flat objects from id to a
// text/template, or to plural forms ({"one": …, "other": …}). It fails on a file it cannot read and on an
// id that stands twice in one language, in one file or in two.
func NewCatalogue(fsys fs.FS) (*Catalogue, error) {
	c := unread(fsys)
	for _, l := range All {
		if _, err := c.read[l](); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// MustCatalogue is NewCatalogue for files that are built into the binary. Each language is read when it is first asked
// for, since most runs need few sentences, and in one language; what NewCatalogue fails on is a panic then.
func MustCatalogue(fsys fs.FS) *Catalogue { return unread(fsys) }

// Embedded is MustCatalogue of the folder catalogue in files, which is where a package keeps its sentences.
func Embedded(files embed.FS) *Catalogue {
	sub, err := fs.Sub(files, "catalogue")
	if err != nil {
		panic(err) // the name is a path as fs wants it
	}
	return MustCatalogue(sub)
}

func unread(fsys fs.FS) *Catalogue {
	c := &Catalogue{read: map[Lang]func() (*sentences, error){}}
	for _, l := range All {
		c.read[l] = sync.OnceValues(func() (*sentences, error) { return readSentences(fsys, l) })
	}
	return c
}

// in returns the sentences of l.
func (c *Catalogue) in(l Lang) *sentences {
	read, known := c.read[l]
	if !known {
		return &sentences{}
	}
	s, err := read()
	if err != nil {
		panic(err)
	}
	return s
}

// readSentences reads the files of one language.
func readSentences(fsys fs.FS, l Lang) (*sentences, error) {
	names, err := fs.Glob(fsys, "*."+string(l)+".json")
	if err != nil {
		return nil, err
	}
	tag := language.Make(string(l))
	bundle := i18n.NewBundle(tag)
	s := &sentences{localizer: i18n.NewLocalizer(bundle, string(l)), ids: map[string]bool{}}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		messages, err := parse(data)
		if err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
		for _, m := range messages {
			if s.ids[m.ID] {
				return nil, fmt.Errorf("catalogue %s: %q stands twice", name, m.ID)
			}
			s.ids[m.ID] = true
		}
		if err := bundle.AddMessages(tag, messages...); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
	}
	return s, nil
}

// parse reads one file token by token: through the library's maps of anything it takes several times as long, and each
// run waits for it. Of two sentences with one id neither is dropped in silence: the decoder refuses a name twice.
func parse(data []byte) ([]*i18n.Message, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(data))
	var out []*i18n.Message
	err := readObject(dec, func(id string) error {
		m := &i18n.Message{ID: id}
		out = append(out, m)
		if dec.PeekKind() != jsontext.KindBeginObject {
			return readText(dec, &m.Other)
		}
		return readObject(dec, func(form string) error {
			switch form {
			case "one":
				return readText(dec, &m.One)
			case "other":
				return readText(dec, &m.Other)
			}
			return fmt.Errorf("%q: no language here has the plural form %q", id, form)
		})
	})
	if err != nil {
		return nil, err
	}
	if _, err := dec.ReadToken(); err != io.EOF {
		return nil, errors.New("something stands after its end")
	}
	return out, nil
}

// readObject calls member with the name of each member in turn, which reads its value.
func readObject(dec *jsontext.Decoder, member func(name string) error) error {
	tok, err := dec.ReadToken()
	if err == nil && tok.Kind() != jsontext.KindBeginObject {
		err = fmt.Errorf("%q is no object", dec.StackPointer())
	}
	for err == nil {
		if tok, err = dec.ReadToken(); err != nil || tok.Kind() == jsontext.KindEndObject {
			break
		}
		err = member(tok.String())
	}
	return err
}

func readText(dec *jsontext.Decoder, into *string) error {
	tok, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if tok.Kind() != jsontext.KindString {
		return fmt.Errorf("%q is no text", dec.StackPointer())
	}
	*into = tok.String()
	return nil
}

// Has tells whether the sentence id exists in l.
func (c *Catalogue) Has(l Lang, id string) bool { return c.in(l).ids[id] }

// Text returns the sentence id in l with args filled in; an argument that is a Text itself is filled in in l. args["Count"], where it is an integer, chooses
// the plural form; a sentence without the form is given in its "other" form. A sentence that does not
// exist comes back as its id in brackets: a test of every catalogue keeps that from happening.
func (c *Catalogue) Text(l Lang, id string, args map[string]any) string {
	s := c.in(l)
	if !s.ids[id] {
		return "[" + id + "]"
	}
	config := &i18n.LocalizeConfig{MessageID: id, TemplateData: spoken(l, args)}
	if n, ok := args["Count"].(int); ok {
		config.PluralCount = n
	}
	// With a sentence that lacks the plural form comes an error, but the "other" form too.
	text, err := s.localizer.Localize(config)
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
			for id := range c.in(other).ids {
				if !c.Has(l, id) {
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
	for id := range c.in(l).ids {
		if strings.HasPrefix(id, prefix) {
			out = append(out, id)
		}
	}
	sort.Strings(out)
	return out
}
