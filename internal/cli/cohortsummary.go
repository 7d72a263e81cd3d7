package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/stegvis/stegvis/internal/tally"
)

// mostSteps is how many of a model's next steps the table shows.
const mostSteps = 8

// summaryColumns are the widths of the table's columns, with a space on either side; with the borders they make up
// tableWidth.
var summaryColumns = [...]int{14, 27, 36, 36}

// showSummary writes how the cases stand in every model, as a table or as JSON.
func (a *app) showSummary(s *tally.Summary, asJSON bool) error {
	if asJSON {
		return a.summaryJSON(s)
	}
	t := a.summaryHead("all.status", "cohort.next", "cohort.outcomes")
	for i := range s.Models {
		m := &s.Models[i]
		t.Row(a.versionCell(m), a.statusCell(m), a.stepCell(m), a.outcomeCell(m))
	}
	return a.summaryTable(t, "cohort.result", s)
}

func (a *app) summaryJSON(s *tally.Summary) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return err
	}
	return faultyFound(s)
}

// summaryTable writes a table of the summary, and below it the sentence result on how many cases it is of.
func (a *app) summaryTable(t *table.Table, result string, s *tally.Summary) error {
	fmt.Fprintln(a.out, t.String())
	fmt.Fprintln(a.out, a.say(result, map[string]any{
		"Count": s.Cases, "Cases": a.number(s.Cases), "Faulty": s.Faulty,
	}))
	return faultyFound(s)
}

func faultyFound(s *tally.Summary) error {
	if s.Faulty > 0 {
		return errFound
	}
	return nil
}

// summaryHead returns a table with a column for the models and one for each of the titles.
func (a *app) summaryHead(titles ...string) *table.Table {
	head := []string{a.say("all.model", nil)}
	for _, id := range titles {
		head = append(head, a.say(id, nil))
	}
	return table.New().Border(lipgloss.NormalBorder()).BorderRow(true).Width(tableWidth).Wrap(true).Headers(head...).
		StyleFunc(func(row, col int) lipgloss.Style {
			style := lipgloss.NewStyle()
			if row == table.HeaderRow {
				style = strong
			}
			return style.Padding(0, 1).Width(summaryColumns[col])
		})
}

// number writes a number with the digits in groups, as the language does.
func (a *app) number(n int) string {
	return message.NewPrinter(language.Make(string(a.lang))).Sprint(n)
}

// counted is a cell of numbers and what they count, the numbers lined up.
type counted struct{ numbers, names []string }

func (c *counted) add(number, name string) {
	c.numbers, c.names = append(c.numbers, number), append(c.names, name)
}

// in writes the cell for a column of the table. A name that takes several lines stays to the right of its number.
func (c *counted) in(column int) string {
	digits := 0
	for _, n := range c.numbers {
		digits = max(digits, lipgloss.Width(n))
	}
	number := lipgloss.NewStyle().Width(digits + 1).PaddingRight(1).Align(lipgloss.Right)
	name := lipgloss.NewStyle().Width(summaryColumns[column] - 2 - digits - 1)
	var lines []string
	for i, n := range c.numbers {
		lines = append(lines, lipgloss.JoinHorizontal(lipgloss.Top, number.Render(n), name.Render(c.names[i])))
	}
	return strings.Join(lines, "\n")
}

// versionCell names the model and, where it has several versions, how many cases each answers for.
func (a *app) versionCell(m *tally.ModelSummary) string {
	if len(m.Versions) == 1 {
		return m.Model + " " + m.Versions[0].Version
	}
	lines := []string{m.Model}
	for _, v := range m.Versions {
		lines = append(lines, v.Version+": "+a.number(v.Cases))
	}
	return strings.Join(lines, "\n")
}

func (a *app) statusCell(m *tally.ModelSummary) string {
	var c counted
	add := func(n int, id string) {
		if n > 0 {
			c.add(a.number(n), a.say(id, nil))
		}
	}
	add(m.Statuses.Open, "all.status.open")
	add(m.Statuses.Waiting, "all.status.waiting")
	add(m.Statuses.NeedsFacts, "all.status.needs_facts")
	add(m.Statuses.Closed, "all.status.closed")
	add(m.Stuck.Unobtainable, "cohort.stuck.unobtainable")
	add(m.Stuck.NoRule, "cohort.stuck.no_rule")
	return c.in(1)
}

// stepCell lists the most common primary steps.
func (a *app) stepCell(m *tally.ModelSummary) string {
	var c counted
	rest, kinds := 0, 0
	for _, s := range m.Next {
		switch {
		case s.First == 0:
		case len(c.names) < mostSteps:
			c.add(a.number(s.First), s.Title)
		default:
			rest += s.First
			kinds++
		}
	}
	if kinds > 0 {
		c.add(a.number(rest), a.say("cohort.other-steps", map[string]any{"Count": kinds}))
	}
	return c.in(2)
}

func (a *app) outcomeCell(m *tally.ModelSummary) string {
	var c counted
	for _, o := range m.Outcomes {
		c.add(a.number(o.Cases), o.Title)
	}
	return c.in(3)
}
