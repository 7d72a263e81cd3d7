// Package workflows carries the models that ship with stegvis, so that the binary runs without a folder of
// files beside it. The files are read like any others: the vocabulary that the models share, the models, their
// translations (NAME.en.toml) and their tests (NAME_test.toml).
package workflows

import "embed"

// FS holds the shipped workflow files, all in its root.
//
//go:embed *.toml
var FS embed.FS
