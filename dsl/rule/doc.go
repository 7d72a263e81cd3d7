// Package rule reads the rules of a workflow file: small expressions over the facts of a case, such as
//
//	happened(introduktion_start) and not (fortsattning == 'avbryts')
//
// A rule must end, fast, for any input, and its author must be told what is wrong in words of their own
// trade. So the grammar is expr's (github.com/expr-lang/expr), but only its lexer and parser are used:
// what it can do beyond that is refused, nothing of it runs, and no wording of it reaches a user.
//
// The passes, in order:
//
//  1. limits: a text that is too long, nested too deeply or full of control characters stops here,
//     before any parser sees it (limits.go)
//  2. normalise: NFC, with a map back, so that "å" is one letter however it was typed and every
//     position stays exact (text.go)
//  3. tokens: expr's lexer; the constructs that a single token gives away are refused, all of them,
//     each at its place (token.go, refuse.go)
//  4. parse: expr's parser. What it rejects is explained from the tokens, not from its message (parse.go,
//     explain.go)
//  5. our tree: expr's nodes know only where their own token is; here they get whole spans, and only
//     what is allowed gets through (node.go). Parse ends here: the names are known, not yet what they mean
//  6. names and types: Check looks the names up in a Scope and gives every part a Type; texts in quotes
//     get their type from what they are compared with (check.go and its neighbours)
//  7. ranges: alongside, the range of every number follows from the declared ranges of the facts, so that
//     no sum can overflow when the rule runs, and a comparison that always comes out the same is pointed
//     out (arithmetic.go)
//
// The result is an Expr: small, typed, immutable, free of expr's types, printable, and equal to what its
// printed form parses to.
//
// Every fault of a rule is reported, not just the first. A part that has a fault is of kind Invalid, and
// Invalid is silent: what surrounds it is checked, but never blamed for it.
package rule
