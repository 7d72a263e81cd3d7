package cli

import "github.com/stegvis/stegvis/internal/tally"

// showBatch writes how the cases stand: of each model first the statuses, next steps and outcomes, then lateness, who acts
// and what is missing.
func (b *batchRun) showBatch(s *tally.Summary) error {
	if b.o.asJSON {
		return b.summaryJSON(s)
	}
	t := b.summaryHead("batch.statuses", "batch.steps", "batch.outcomes")
	for i := range s.Models {
		m := &s.Models[i]
		t.Row(b.versionCell(m), b.statusCell(m), b.stepCell(m), b.outcomeCell(m))
		t.Row("", b.latenessCell(m), b.actorCell(m), b.missingCell(m))
	}
	return b.summaryTable(t, "batch.result", s)
}

func (a *app) latenessCell(m *tally.ModelSummary) string {
	var c counted
	for _, n := range []struct {
		cases int
		id    string
	}{{m.Lateness.Late, "batch.late"}, {m.Lateness.Soon, "batch.soon"}, {m.Lateness.OK, "batch.ok"}} {
		if n.cases > 0 {
			c.add(a.number(n.cases), a.say(n.id, nil))
		}
	}
	return c.in(1)
}

func (a *app) actorCell(m *tally.ModelSummary) string {
	var c counted
	for _, n := range m.Actors {
		c.add(a.number(n.First), n.Title)
	}
	return c.in(2)
}

// missingCell lists the facts that are missing in most cases.
func (a *app) missingCell(m *tally.ModelSummary) string {
	var c counted
	for i, n := range m.Missing {
		if i == mostSteps {
			c.add("", a.say("batch.other-facts", map[string]any{"Count": len(m.Missing) - i}))
			break
		}
		c.add(a.number(n.Cases), n.Title)
	}
	return c.in(3)
}
