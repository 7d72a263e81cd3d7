package batch

import "github.com/stegvis/stegvis/interpreter"

// BeforeDecision has f called before each decision, and returns what undoes that.
func BeforeDecision(f func(*interpreter.Program, *interpreter.Facts)) (undo func()) {
	beforeDecision = f
	return func() { beforeDecision = func(*interpreter.Program, *interpreter.Facts) {} }
}
