// Package dsl turns workflow files into checked models.
//
// A workflow file is TOML with rules in it. Load takes the texts of any number of files and gives a Set:
// every model that is whole, and every fault of those that are not. A Model is self-contained and never
// changes: all its names are resolved, all its rules typed, its graph put in order. Whoever holds one has
// nothing left to look up and nothing left that can fail.
//
// The passes, each in a file of its own, go from the text to the whole:
//
//	file.go       what kind each file is, by its head table
//	fields.go     the strict reading of a table's keys, which all that follow use
//	glossary.go   actors, kinds, tags, sources and facts (facts.go): a vocabulary is no more than this
//	model_file.go a model: its head, the vocabularies it uses, definitions, stages, steps, outcomes, limits;
//	              names resolved, rules parsed (those of a large model on all cores: ahead.go)
//	graph.go      one order over definitions, stages and steps; cycles refused with their path
//	typing.go     the rules typed, definitions first, in that order
//	structure.go  what no case can ever reach (satisfiable.go), what nothing uses
//	texts.go      the translations that lie beside a model or a vocabulary (translate.go)
//	together.go   what only shows when models stand side by side
//	hash.go       the digest of all that an answer can depend on (set.go)
//
// reload.go loads a set time and again, and goes through the passes only for what has changed.
// need.go finds out, at a glance at each file, which of them one model takes: who wants no more loads only those.
//
// No pass stops at the first fault, and none reports what is only the consequence of another fault: a name
// whose declaration is faulty is still a name, a rule with a fault has the type Invalid, and what may have
// stood in a part of a file that could not be read is not said to be missing.
package dsl
