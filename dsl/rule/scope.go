package rule

// Scope is what the rules of a model may speak of. The model's loader provides it. Names come to it in
// NFC, as Names gives them too.
type Scope interface {
	// Fact returns the type of the fact, and whether there is one. The type's Kind is Invalid when the
	// fact is declared but faulty: rules that use it are then not blamed for that.
	Fact(name string) (Type, bool)
	// Define returns the type of the definition, and whether there is one. The type's Kind is Invalid
	// when its own rule is faulty.
	Define(name string) (Type, bool)
	// Step tells whether there is such a step.
	Step(id string) bool
	// Names lists the facts and the definitions, as candidates for "did you mean".
	Names() []string
	// Steps lists the steps, as candidates for "did you mean".
	Steps() []string
}
