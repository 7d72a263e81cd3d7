package bench

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/rule"
)

// caseFile is a case as encoding/json decodes it.
type caseFile struct {
	ID    string         `json:"id"`
	At    calendar.Day   `json:"at"`
	Facts map[string]any `json:"facts"`
}

// ReadJSON reads a case as a service would that needs no more than this: encoding/json into a map, days and whole numbers
// made of it, and what the rules cannot do without filled in. Nothing that encoding/json lets pass is refused.
func (x *ExprVM) ReadJSON(text []byte, f *Facts) (env map[string]any, at calendar.Day, err error) {
	var c caseFile
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, 0, err
	}
	*f = Facts{}
	env = c.Facts
	for k, id := range askableIDs {
		if err := x.fill(env, id, x.types[k]); err != nil {
			return nil, 0, err
		}
	}
	for k, id := range eventIDs {
		f.Days[k] = never
		if text, ok := env[id].(string); ok {
			day, ok := calendar.Parse(text)
			if !ok {
				return nil, 0, fmt.Errorf("%s is no day", id)
			}
			f.Days[k] = day
		}
		env[id] = int(f.Days[k])
	}
	env["at"] = int(c.At)
	return env, c.At, nil
}

// fill gives what rules can ask of a fact its type, and a value where it is not known.
func (x *ExprVM) fill(env map[string]any, id string, t rule.Type) error {
	v := env[id]
	env[knownName(id)] = v != nil
	ok := true
	switch t.Kind {
	case rule.Bool:
		env[id], ok = v.(bool)
	case rule.Enum:
		env[id], ok = v.(string)
	case rule.Int:
		var n float64
		n, ok = v.(float64)
		env[id] = int(n)
	case rule.Set:
		var values []any
		values, ok = v.([]any)
		names := make([]string, len(values))
		for i := range values {
			if names[i], _ = values[i].(string); !slices.Contains(t.Values, names[i]) {
				return fmt.Errorf("%s has no value %v", id, values[i])
			}
		}
		env[id] = names
	}
	if v != nil && !ok {
		return fmt.Errorf("%s is of the wrong type: %T", id, v)
	}
	return nil
}
