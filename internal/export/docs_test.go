package export_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/export"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/workflows"
)

var update = flag.Bool("update", false, "write the pages in docs/models anew")

// shipped returns the models that come with stegvis.
func shipped(t testing.TB) *interpreter.Set {
	t.Helper()
	var faults diag.List
	sources := dsl.ReadFS(workflows.FS, &faults)
	if faults.HasErrors() {
		t.Fatal(faults.Summary(lang.EN))
	}
	return setOf(t, sources)
}

func setOf(t testing.TB, sources []*diag.Source) *interpreter.Set {
	t.Helper()
	read := dsl.Load(sources)
	if read.Faults.HasErrors() {
		var b bytes.Buffer
		read.Faults.WriteText(&b, diag.TextOptions{Lang: lang.EN})
		t.Fatalf("the models have errors:\n%s", b.String())
	}
	return interpreter.NewSet(read)
}

// requests asks for every page of every model of the set.
func requests(set *interpreter.Set) []export.Request {
	var out []export.Request
	for _, p := range set.Programs() {
		for _, l := range lang.All {
			out = append(out, export.Request{Model: p, Versions: set.Versions(p.Model().ID), Lang: l})
		}
	}
	return out
}

func page(t testing.TB, r export.Request) string {
	t.Helper()
	format, err := export.Find("md")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := format.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// fileOf names the page in docs/models: by the model, its version where there are several, and the language unless it is
// Swedish.
func fileOf(r export.Request) string {
	name := r.Model.Model().ID
	if len(r.Versions) > 1 {
		name += "-" + r.Model.Model().Version
	}
	if r.Lang != lang.SV {
		name += "." + string(r.Lang)
	}
	return name + ".md"
}

// index lists the pages, in both languages.
func index(all []export.Request) string {
	var b bytes.Buffer
	b.WriteString(`# Modellerna / The models

En sida om varje modell: stegen, vem som gör dem och när, källorna, det som är tolkat, och vad lagen säger. Sidorna skrivs ur
modellernas filer med ` + "`stegvis export --format md`" + `; ett test ser till att de stämmer.

A page about each model: the steps, who does them and when, the sources, what was read into them, and what the law says. The pages
are written from the models' files with ` + "`stegvis export --format md`" + `; a test sees to it that they are true.

| Modell / Model | På svenska | In English | Gäller från / In force from |
| --- | --- | --- | --- |
`)
	for i := 0; i < len(all); i += 2 {
		sv, en := all[i], all[i+1]
		m := sv.Model.Model()
		name := "`" + m.ID + "`"
		if len(sv.Versions) > 1 {
			name += ", `" + m.Version + "`"
		}
		fmt.Fprintf(&b, "| %s | [%s](%s) | [%s](%s) | %s |\n", name,
			export.Escape(m.Title.SV), fileOf(sv), export.Escape(m.Title.EN), fileOf(en), m.InForce)
	}
	return b.String()
}

// The pages in docs/models are those that the models give today, in both languages, and there are no others.
func TestThePagesInTheDocumentsAreCurrent(t *testing.T) {
	all := requests(shipped(t))
	want := map[string]string{"README.md": index(all)}
	for _, r := range all {
		want[fileOf(r)] = page(t, r)
	}
	dir := filepath.Join("..", "..", "docs", "models")
	if *update {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range want {
		path := filepath.Join(dir, name)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("docs/models/%s is not what the model gives today (%v); go test ./internal/export -update writes it", name, err)
		}
	}
	there, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range there {
		if _, ok := want[entry.Name()]; !ok {
			if *update {
				os.Remove(filepath.Join(dir, entry.Name()))
				continue
			}
			t.Errorf("docs/models/%s is the page of no model", entry.Name())
		}
	}
}
