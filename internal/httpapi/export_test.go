package httpapi

import "github.com/stegvis/stegvis/interpreter"

// BeforeDecision has fn run before each decision until undo is called.
func BeforeDecision(fn func(*interpreter.Program, *interpreter.Facts)) (undo func()) {
	was := beforeDecision
	beforeDecision = fn
	return func() { beforeDecision = was }
}
