package interpreter

// Catalogue holds the sentences of explanations.
var Catalogue = catalogue

// CodeSize is how many instructions, of both machines, the program has.
func (p *Program) CodeSize() int { return len(p.code) + len(p.values) }
