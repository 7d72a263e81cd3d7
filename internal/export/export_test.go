package export

// Headings counts the headings of the page about a model, which no text of the model may add to.
func Headings(r Request) int {
	n := 0
	for _, b := range newPage(r).write() {
		if _, ok := b.(heading); ok {
			n++
		}
	}
	return n
}

// Catalogue is the words of this package.
var Catalogue = catalogue

// Escape and Anchor are how Markdown is written.
var (
	Escape   = escape
	CodeSpan = codeSpan
	Address  = address
	Anchor   = func(text string) string { return anchor(text, map[string]int{}) }
)
