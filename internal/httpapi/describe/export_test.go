package describe

// Catalogue is the words of this package.
var Catalogue = catalogue

// Listen has fn told of every sentence that is said, until undo is called.
func Listen(fn func(id string)) (undo func()) {
	heard = fn
	return func() { heard = func(string) {} }
}
