package syntax_test

import (
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
)

func TestAStrictTableTellsOfEveryKeyAtFault(t *testing.T) {
	var faults diag.List
	f := syntax.Read(diag.NewSource("f.toml", "[head]\nname = \" \"\nnumber = \"3\"\nnamn = \"x\"\n[list]\n[[rows]]\nid = \"a\u030a\"\n"), &faults)
	root := f.Root.Open("f.toml", &faults, "head", "list", "rows", "other")
	head := root.Sub("head").Open("[head]", &faults, "name", "number", "must")
	if head.Text("name", true) != " " || head.Value("number", syntax.Int, false) != nil || head.Text("must", true) != "" || root.Sub("other") != nil {
		t.Error("a key at fault has a value")
	}
	if root.List("list") != nil || len(root.List("rows")) != 1 || root.List("other") != nil {
		t.Error("only [[rows]] is a list of tables")
	}
	if got := root.List("rows")[0].Open("[[rows]]", &faults, "id").Text("id", true); got != "å" {
		t.Errorf("a text is not NFC-normalised: %q", got)
	}
	faults.Sort()
	var codes []string
	for _, x := range faults {
		codes = append(codes, x.Code)
	}
	if got := strings.Join(codes, " "); got != "missing-key blank-text not-a-whole-number unknown-key not-tables" {
		t.Errorf("the faults are %s", got)
	}
}
