module github.com/stegvis/stegvis/internal/bench

go 1.26.0

require (
	github.com/expr-lang/expr v1.17.8
	github.com/stegvis/stegvis v0.0.0
)

require (
	github.com/BurntSushi/toml v1.6.0 // indirect
	github.com/agnivade/levenshtein v1.2.2 // indirect
	github.com/clipperhouse/displaywidth v0.11.0 // indirect
	github.com/clipperhouse/uax29/v2 v2.7.0 // indirect
	github.com/go-json-experiment/json v0.0.0-20260820222146-c27c302e5fc3 // indirect
	github.com/nicksnyder/go-i18n/v2 v2.7.0 // indirect
	github.com/pelletier/go-toml/v2 v2.4.3 // indirect
	github.com/rickar/cal/v2 v2.1.13 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace github.com/stegvis/stegvis => ../..
