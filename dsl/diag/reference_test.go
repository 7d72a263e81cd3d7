package diag_test

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
)

// referenceTexts are the words of the reference around those of the catalogue.
var referenceTexts = map[lang.Lang]struct {
	path, title, intro string
	parts              map[string]string
}{
	lang.EN: {
		path:  "diagnostics.md",
		title: "What stegvis can find wrong with a file",
		intro: "Every fault has a code, which stands in brackets after its message, `[like-this]`. Below are the message of each code and, " +
			"where there is one, the hint on what to do, or the hints, of which one is chosen. What stands in ‹angle quotes› is filled in.",
		parts: map[string]string{"syntax": "The form of a file", "rule": "Rules", "model": "Models and vocabularies", "overlay": "Overlays, and the use of shared facts", "case": "Cases", "test": "Tests", "live": "Files in service", "log": "Event logs and their mappings", "config": "Settings of the service", "body": "What a service is sent", "kept": "Cases that are kept", "remote": "A service elsewhere"},
	},
	lang.SV: {
		path:  "diagnostics.sv.md",
		title: "Vad stegvis kan finna för fel i en fil",
		intro: "Varje fel har en kod, som står inom hakparentes efter meddelandet, `[så-här]`. Nedan följer meddelandet för varje kod och, " +
			"där det finns, tipset om vad man kan göra, eller tipsen, av vilka ett väljs. Det som står inom ‹vinkelcitattecken› fylls i.",
		parts: map[string]string{"syntax": "Filens form", "rule": "Regler", "model": "Modeller och ordlistor", "overlay": "Överlägg, och hur delade fakta används", "case": "Ärenden", "test": "Prov", "live": "Filer i drift", "log": "Händelseloggar och deras mappningar", "config": "Tjänstens inställningar", "body": "Det som skickas till en tjänst", "kept": "Ärenden som sparas", "remote": "En tjänst någon annanstans"},
	},
}

// reference writes docs/diagnostics.md, or its Swedish sister, from the catalogue.
func reference(t *testing.T, l lang.Lang) []byte {
	words := referenceTexts[l]
	sentences := readSentences(t, l)
	parts, hints := map[string][]string{}, map[string][]string{}
	for _, id := range slices.Sorted(maps.Keys(sentences)) {
		part, _, _ := strings.Cut(sentences[id].file, ".")
		code, _, _ := strings.Cut(id, ".")
		switch {
		case isHint(id):
			hints[code] = append(hints[code], id)
		case !isWord(id):
			parts[part] = append(parts[part], id)
		}
	}
	// The parts in the order a file goes through them, then any others by name.
	order := []string{"syntax", "rule", "model", "overlay", "case", "test", "live", "config", "body", "kept", "remote"}
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		if !slices.Contains(order, part) {
			order = append(order, part)
		}
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "<!-- Written by go generate ./dsl/diag from dsl/diag/catalogue; edit the sentences there. -->\n\n# %s\n\n%s\n", words.title, words.intro)
	for _, part := range order {
		ids := parts[part]
		if len(ids) == 0 {
			continue
		}
		title := words.parts[part]
		if title == "" {
			title = part
		}
		fmt.Fprintf(&out, "\n## %s\n", title)
		for _, id := range ids {
			fmt.Fprintf(&out, "\n### `%s`\n\n%s\n", id, markdown(diag.Catalogue.Text(l, id, sentences[id].arguments(2))))
			for _, hint := range hints[id] {
				fmt.Fprintf(&out, "\n> %s\n", markdown(diag.Catalogue.Text(l, hint, sentences[hint].arguments(2))))
			}
		}
	}
	return out.Bytes()
}

// markdown keeps what Markdown would read as a mark, outside code, from being one.
func markdown(text string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = strings.NewReplacer("<", "&lt;", "*", `\*`, "_", `\_`, "[", `\[`).Replace(parts[i])
	}
	return strings.Join(parts, "`")
}

func TestReferenceIsCurrent(t *testing.T) {
	for _, l := range lang.All {
		golden(t, filepath.Join("..", "..", "docs", referenceTexts[l].path), reference(t, l))
	}
}
