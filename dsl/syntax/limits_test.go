package syntax_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// hostile holds texts that are made to cost a reader time or memory, and the fault that each must get first.
var hostile = map[string]struct {
	text string
	code string
}{
	"nested inline tables":     {"a = " + strings.Repeat("{a = ", 8_000) + "1" + strings.Repeat("}", 8_000), "toml-too-deep"},
	"nested inline tables cut": {"a = " + strings.Repeat("{a=", 13_000), "toml-too-deep"},
	"nested lists":             {"a = " + strings.Repeat("[", 200_000), "toml-too-deep"},
	"nested lists in braces":   {"a = " + strings.Repeat("[{a=", 100_000), "toml-too-deep"},
	"brackets only":            {strings.Repeat("[", 500_000), "toml-header-brackets"},
	"braces only":              {strings.Repeat("{", 500_000), "toml-line"},
	"a long dotted key":        {strings.Repeat("a.", 20_000) + "a = 1", "toml-too-deep"},
	"a long dotted header":     {"[" + strings.Repeat("a.", 20_000) + "a]", "toml-too-deep"},
	"dotted keys in braces":    {"a = {" + strings.Repeat("a.", 20_000) + "a = 1}", "toml-too-deep"},
	"many items":               {"a = [" + strings.Repeat("1,", 250_000) + "]", "toml-too-many-items"},
	"many lists":               {"a = [" + strings.Repeat("[],", 170_000) + "]", "toml-too-many-items"},
	"5M items":                 {"a = [" + strings.Repeat("1,", 5_000_000) + "]", "toml-too-large"},
	"5M brackets":              {"a = " + strings.Repeat("[", 5_000_000), "toml-too-large"},
	"many keys":                {strings.Repeat("a=1\n", 130_000), "toml-too-many-keys"},
	"many headers":             {strings.Repeat("[a]\n", 130_000), "toml-too-many-keys"},
	"many keys in braces":      {"a = {" + strings.Repeat("a=1,", 130_000) + "}", "toml-too-many-keys"},
	"lines without a value":    {strings.Repeat("a\n", 260_000), "toml-too-many-keys"},
	"a long key":               {strings.Repeat("a", 500_000) + " = 1", "toml-names-too-long"},
	"a long header":            {"[" + strings.Repeat("a", 400_000) + "]\n" + strings.Repeat("a=1\n", 10_000), "toml-names-too-long"},
	"an endless text":          {"a = \"" + strings.Repeat("x", 500_000), "toml-text-open"},
	"an endless escaped text":  {"a = \"" + strings.Repeat(`\n`, 250_000), "toml-text-open"},
	"endless texts":            {strings.Repeat("a = \"\\n\n", 18_000), "toml-text-open"},
	"texts over lines":         {strings.Repeat("a = \"\"\"\n", 19_999), "toml-lines-open"},
	"an endless list":          {"a = [" + strings.Repeat("\n", 500_000), "toml-list-open"},
	"endless lists":            {strings.Repeat("a = [\n", 19_999), "toml-list-open"},
	"endless braces":           {strings.Repeat("a = {\n", 19_999), "toml-too-deep"},
	"control characters":       {strings.Repeat("\x01\x02", 250_000), "toml-control"},
	"carriage returns":         {strings.Repeat("\r", 500_000), "toml-return"},
	"null bytes":               {strings.Repeat("\x00", 500_000), "toml-not-utf8"},
	"no UTF-8":                 {strings.Repeat("\xff", 500_000), "toml-not-utf8"},
	"doubled keys":             {strings.Repeat("a = 1\n", 19_000), "toml-duplicate-key"},
	"doubled keys in braces":   {"a = [" + strings.Repeat("{a=1,a=1},", 9_000) + "]", "toml-duplicate-key"},
	"old escapes":              {"a = \"" + strings.Repeat(`\e`, 250_000) + "\"", "toml-escape"},
	"an escape every line":     {"a = \"\"\"" + strings.Repeat("\\\n", 250_000) + "\"\"\"\nb", "toml-equals-missing"},
}

func TestHostileTextsAreRefusedWithinTheirMemory(t *testing.T) {
	for name, h := range hostile {
		t.Run(name, func(t *testing.T) {
			src := diag.NewSource("hostile.toml", h.text)
			var faults diag.List
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			f := syntax.Read(src, &faults)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if len(faults) == 0 || faults[0].Code != h.code {
				t.Fatalf("got %v, want %s first", codes(faults), h.code)
			}
			if len(faults) > syntax.MaxFaults+1 {
				t.Errorf("%d faults", len(faults))
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 50<<20 {
				t.Errorf("took %d MB", used>>20)
			}
			if took > slowest(5*time.Second) { // it takes some milliseconds; a quadratic reader takes minutes
				t.Errorf("took %v", took)
			}
			if !f.Broken && h.code != "toml-escape" {
				t.Error("the file is not broken")
			}
		})
	}
}

// within holds texts that are as large as a limit allows, and must be read.
var within = map[string]string{
	"depth":           "a = " + strings.Repeat("[", syntax.MaxDepth-1) + strings.Repeat("]", syntax.MaxDepth-1),
	"depth of tables": "[" + strings.Repeat("a.", syntax.MaxDepth-3) + "a]\nb = {c = 1}",
	"items":           "a = [" + strings.Repeat("1,", syntax.MaxItems-1) + "]",
	"bytes":           "a = '" + strings.Repeat("x", syntax.MaxBytes-len("a = ''")) + "'",
	"keys":            distinctKeys(syntax.MaxKeys),
	"long names":      "[" + strings.Repeat("a", 980) + "]\n" + distinctKeys(syntax.MaxKeys-1),
	"tables":          "[[" + strings.Repeat("a", 900) + "]]\n" + strings.Repeat("[["+strings.Repeat("a", 20)+"]]\n", 15_000),
	"tables in lists": "a = [" + strings.Repeat("{a=1},", 15_000) + "]",
	"escapes":         "a = \"" + strings.Repeat(`\n`, 250_000) + "\"",
}

// distinctKeys returns a text of n keys.
func distinctKeys(n int) string {
	var w strings.Builder
	for i := range n {
		w.WriteString("k")
		for j := i; j > 0; j /= 26 {
			w.WriteByte(byte('a' + j%26))
		}
		w.WriteString("=1\n")
	}
	return w.String()
}

func TestTextsAtALimitAreReadWithinTheirMemory(t *testing.T) {
	for name, text := range within {
		t.Run(name, func(t *testing.T) {
			src := diag.NewSource("large.toml", text)
			var faults diag.List
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			f := syntax.Read(src, &faults)
			runtime.ReadMemStats(&after)
			if len(faults) != 0 || f.Broken || len(f.Root.Entries) == 0 {
				t.Errorf("got %v", codes(faults))
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 50<<20 {
				t.Errorf("took %d MB", used>>20)
			}
		})
	}
}

func TestTextsJustOverALimitAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, code string }{
		"depth":           {"a = " + strings.Repeat("[", syntax.MaxDepth) + strings.Repeat("]", syntax.MaxDepth), "toml-too-deep"},
		"depth of tables": {"[" + strings.Repeat("a.", syntax.MaxDepth-2) + "a]\nb = {c = 1}", "toml-too-deep"},
		"items":           {"a = [" + strings.Repeat("1,", syntax.MaxItems) + "]", "toml-too-many-items"},
		"bytes":           {"a = '" + strings.Repeat("x", syntax.MaxBytes) + "'", "toml-too-large"},
		"keys":            {distinctKeys(syntax.MaxKeys + 1), "toml-too-many-keys"},
	} {
		t.Run(name, func(t *testing.T) {
			f, faults := read(t, "over.toml", c.text)
			if len(faults) != 1 || faults[0].Code != c.code || !f.Broken || len(f.Root.Entries) != 0 {
				t.Errorf("got %v, want %s", codes(faults), c.code)
			}
		})
	}
}

func TestNoMoreThanSomeFaultsAreTold(t *testing.T) {
	f, faults := read(t, "many.toml", "a = 1\n"+strings.Repeat("b = = 1\n", 2*syntax.MaxFaults)+"c = 1\n")
	if len(faults) != syntax.MaxFaults+1 || faults[syntax.MaxFaults].Code != "toml-more-faults" {
		t.Errorf("got %d faults: %v", len(faults), codes(faults))
	}
	if !f.Broken || f.Root.Get("a") == nil || f.Root.Get("a").Int != 1 {
		t.Error("what stands before the faults is not read")
	}
}

// codes returns the codes of a list, without those that repeat the one before.
func codes(l diag.List) []string {
	var out []string
	for _, d := range l {
		if len(out) == 0 || out[len(out)-1] != d.Code {
			out = append(out, d.Code)
		}
	}
	return out
}
