package rule_test

import (
	"fmt"
	"os"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/rule"
)

// A rule is read from a place in a file, and checked against what its model declares.
func ExampleParse() {
	src := diag.NewSource("faros.toml", `when = "happened(start) and not (beslut=='samverkan')"`)
	at := func(from, to int) diag.Span { return src.At(8+from, 8+to) } // the rule begins after the quote
	var faults diag.List
	tree := rule.Parse(src.Text[8:len(src.Text)-1], at, &faults)
	for _, name := range tree.Names() {
		fmt.Println("uses", name.Name)
	}
	e := tree.Check(small, rule.Bool, &faults)
	fmt.Println(e)
	fmt.Println(e.Args[1].Span.Text())
	// Output:
	// uses start
	// uses beslut
	// happened(start) and not (beslut == 'samverkan')
	// not (beslut=='samverkan')
}

// Every fault is reported, at its place and with the way out.
func ExampleParse_faults() {
	src := diag.NewSource("regel", "hapened(start) && beslut == 'samverkn'")
	var faults diag.List
	e := rule.Parse(src.Text, src.At, &faults).Check(small, rule.Bool, &faults)
	faults.Sort()
	if err := faults.WriteText(os.Stdout, diag.TextOptions{Lang: "en"}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(e.Valid())
	// Output:
	// regel:1:1: error: there is no function called `hapened` [rule-unknown-function]
	//   1 | hapened(start) && beslut == 'samverkn'
	//     | ^^^^^^^
	//     = hint: Did you mean `happened`?
	//
	// regel:1:16: error: `&&` cannot be used in a rule [rule-symbol]
	//   1 | hapened(start) && beslut == 'samverkn'
	//     |                ^^
	//     = hint: Write `and` instead.
	//
	// regel:1:29: error: there is no value `samverkn` [rule-unknown-value]
	//   1 | hapened(start) && beslut == 'samverkn'
	//     |                             ^^^^^^^^^^
	//     = hint: Did you mean `samverkan`? The values are `samverkan`, `arbetsformedlingen`, `forsakringskassan`.
	// false
}
