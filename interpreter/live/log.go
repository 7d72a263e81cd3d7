package live

import "github.com/stegvis/stegvis/dsl/diag"

// tell logs what a swap did. Texts of files are not logged: the code and the place of a fault are enough to find it,
// and the status has the words.
func (l *Live) tell(was, is *state) {
	c, differs := difference(was, is)
	if !differs {
		return
	}
	if is.Generation != was.Generation {
		l.log.Info("swapped", "generation", is.Generation, "models", len(is.live()))
	}
	for _, m := range c.Models {
		args := []any{"model", m.Model, "version", m.Version, "generation", is.Generation}
		if m.Hash != "" {
			args = append(args, "hash", m.Hash)
		}
		switch m.Kind {
		case Added, Changed:
			l.log.Info("live", args...)
		case Removed:
			l.log.Warn("removed", args...)
		case Healed:
			l.log.Info("healed", args...)
		case Failed:
			args = append(args, firstOf(m.Faults)...)
			if m.Hash == "" {
				l.log.Error("not live", args...)
			} else {
				l.log.Warn("kept as it was", args...)
			}
		}
	}
	if len(c.Models) == 0 {
		l.log.Info("faults changed", firstOf(is.faults)...)
	}
}

// firstOf returns log arguments that tell how many errors there are, and which is the first.
func firstOf(faults diag.List) []any {
	errors := errorsOf(faults)
	if len(errors) == 0 {
		return []any{"errors", 0}
	}
	return []any{"errors", len(errors), "first", where(errors[0]) + " " + errors[0].Code}
}
