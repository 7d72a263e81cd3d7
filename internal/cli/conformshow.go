package cli

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/stegvis/stegvis/internal/analysis/conform"
	"github.com/stegvis/stegvis/internal/table"
)

// How much of the report a terminal shows; --tables has it all.
const (
	conformWidth  = 100
	shownGroups   = 6
	shownUnmapped = 15
	shownUnseen   = 12
	shownVariants = 5

	shownResources = 10
)

// showConformed writes the report for people.
func (a *app) showConformed(r *conform.Report, o conformOptions) {
	line := func(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }
	tables := map[string]*table.Table{}
	for _, t := range r.Tables() {
		tables[strings.TrimPrefix(t.ID, "conform-")] = t
	}
	show := func(t *table.Table) {
		if len(t.Rows) > 0 {
			a.printTableWithin(t, conformWidth)
		}
	}
	last := r.Programs[len(r.Programs)-1].Model()
	var versions []string
	for _, p := range r.Programs {
		if n := r.Log.Versions[p.Model().Version]; n > 0 || len(r.Programs) == 1 {
			versions = append(versions, a.say("conform.version", map[string]any{"Version": p.Model().Version, "Count": n, "Cases": a.number(n), "One": len(r.Programs) == 1}))
		}
	}
	line("%s", strong.Render(last.Title.In(a.lang)))
	line("%s", faint.Render(a.say("conform.about", map[string]any{"Model": last.ID, "Versions": strings.Join(versions, ", "), "Log": o.log})))
	line("")
	a.prose("", a.logText(r))
	if r.Log.Events == 0 {
		return
	}
	show(pick(tables["fitness"], "group", "cases", "fitness", "event_fitness", "step_fitness", "perfect", "kept", "handovers_mean"))
	show(transposed(tables["events"], a.say("conform.verdict", nil)))
	all := withAny(ofAll(tables["steps"]), "required", "undetermined", "extra")
	show(pick(all, "title", "required", "done", "skipped", "open", "lapsed", "undetermined"))
	times := pick(withAny(all, "in_time", "late", "overdue", "wait_p50", "wait_p90"), "title", "in_time", "late", "overdue", "wait_p50", "wait_p90")
	times.Title, times.Help = catalogue.In("conform.times", nil), catalogue.In("conform.times.help", nil)
	show(times)
	a.showMissed(r)
	show(pick(ofAll(tables["order"]), "title", "before_title", "times"))
	show(pick(ofAll(tables["limits"]), "title", "limit_kept", "limit_broken", "limit_running", "limit_not_begun"))
	show(pick(withAny(ofAll(tables["outcomes"]), "cases"), "title", "cases", "share"))
	show(pick(withAny(tables["throughput"], "cases"), "group", "state", "cases", "days_p10", "days_p50", "days_p90", "days_max"))
	show(withoutColumn(handing(ofAll(tables["handovers"])), "group"))
	show(firstRows(tables["resources"], shownResources))
	show(pick(firstRows(tables["variants"], shownVariants), "cases", "share", "perfect", "sequence"))
	a.showUnmapped(r)
	a.showUnseen(r)
}

// logText tells the log's own figures.
func (a *app) logText(r *conform.Report) string {
	l := &r.Log
	args := map[string]any{
		"Cases": a.number(l.Cases), "Events": a.number(l.Events), "Activities": a.number(l.Activities), "Variants": a.number(l.Variants),
		"First": l.First.String(), "Last": l.Last.String(), "LeftOut": 0, "Aside": 0, "Unordered": 0, "Empty": 0, "MoreNames": 0, "MoreCases": 0, "Days": "",
	}
	for key, n := range map[string]int{"LeftOut": l.Faulty, "Aside": l.Aside, "Unordered": l.Unordered, "Empty": l.Empty, "MoreNames": l.MoreNames, "MoreCases": l.MoreCases} {
		if n > 0 {
			args[key] = a.number(n)
		}
	}
	if l.Events == 0 {
		return a.say("conform.log-empty", args)
	}
	days := make([]any, 3)
	for i, p := range []int{10, 50, 90} {
		days[i], _ = l.Days.Percentile(p)
	}
	args["P10"], args["P50"], args["P90"] = days[0], days[1], days[2]
	return a.say("conform.log", args)
}

// prose writes a text within the width, its first line after begin and the others below it.
func (a *app) prose(begin, text string) {
	indent := lipgloss.Width(begin)
	for line := range strings.SplitSeq(lipgloss.Wrap(text, conformWidth-indent, ""), "\n") {
		fmt.Fprintln(a.out, strings.TrimRight(begin+line, " "))
		begin = strings.Repeat(" ", indent)
	}
}

// showMissed tells of steps that come back and were not done when they were due.
func (a *app) showMissed(r *conform.Report) {
	for i := range r.All.Steps {
		if s := &r.All.Steps[i]; s.Missed > 0 {
			a.prose("", a.say("conform.missed", map[string]any{"Step": s.Step.Title.In(a.lang), "Count": s.Missed, "Times": a.number(s.Missed)}))
		}
	}
}

func (a *app) showUnmapped(r *conform.Report) {
	list := r.Unmapped()
	if len(list) > 0 {
		fmt.Fprintf(a.out, "\n%s\n", strong.Render(a.say("conform.unmapped", nil)))
		for i, x := range list {
			if i == shownUnmapped {
				fmt.Fprintln(a.out, "  "+a.say("conform.more", map[string]any{"Count": len(list) - i}))
				break
			}
			a.prose("  ", a.say("conform.unmapped-one", map[string]any{"Name": x.Name, "Count": x.Events, "Events": a.number(x.Events), "Near": x.Near}))
		}
	}
	if unused := r.Unused(); len(unused) > 0 {
		fmt.Fprintf(a.out, "\n%s\n", strong.Render(a.say("conform.unused", nil)))
		a.prose("  ", strings.Join(unused, ", "))
	}
}

func (a *app) showUnseen(r *conform.Report) {
	var texts []string
	whole := 0
	for i, list := range r.Unseen {
		if r.Log.Versions[r.Programs[i].Model().Version] == 0 {
			continue
		}
		for k := range list {
			text := list[k].Text(a.lang)
			if slices.Contains(texts, text) {
				continue
			}
			if list[k].Whole { // what weighs most comes first
				texts = slices.Insert(texts, whole, text)
				whole++
				continue
			}
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n%s\n", strong.Render(a.say("conform.unseen", nil)), a.say("conform.unseen.is", nil))
	for i, text := range texts {
		if i == shownUnseen {
			fmt.Fprintln(a.out, "  "+a.say("conform.more-unseen", map[string]any{"Count": len(texts) - i}))
			return
		}
		a.prose("  • ", text+".")
	}
}

// pick returns the table with these of its columns.
func pick(t *table.Table, ids ...string) *table.Table {
	out := &table.Table{ID: t.ID, Title: t.Title, Help: t.Help, Rows: make([][]table.Cell, len(t.Rows))}
	for _, id := range ids {
		c := t.Column(id)
		out.Columns = append(out.Columns, t.Columns[c])
		for i, row := range t.Rows {
			out.Rows[i] = append(out.Rows[i], row[c])
		}
	}
	return out
}

func withoutColumn(t *table.Table, id string) *table.Table {
	var ids []string
	for _, c := range t.Columns {
		if c.ID != id {
			ids = append(ids, c.ID)
		}
	}
	return pick(t, ids...)
}

// rowsWhere returns the table with the rows that the function takes.
func rowsWhere(t *table.Table, take func(i int, row []table.Cell) bool) *table.Table {
	out := *t
	out.Rows = nil
	for i, row := range t.Rows {
		if take(i, row) {
			out.Rows = append(out.Rows, row)
		}
	}
	return &out
}

// ofAll returns the rows of all cases; where there are groups, their rows come after these.
func ofAll(t *table.Table) *table.Table {
	group := t.Column("group")
	return rowsWhere(t, func(_ int, row []table.Cell) bool { return row[group] == t.Rows[0][group] })
}

// withAny returns the rows that have something in one of the columns.
func withAny(t *table.Table, columns ...string) *table.Table {
	return rowsWhere(t, func(_ int, row []table.Cell) bool {
		return slices.ContainsFunc(columns, func(id string) bool { n, _ := row[t.Column(id)].Float(); return n > 0 })
	})
}

func firstRows(t *table.Table, n int) *table.Table {
	return rowsWhere(t, func(i int, _ []table.Cell) bool { return i < n })
}

// handing leaves out actors who never had a case and never got one.
func handing(t *table.Table) *table.Table {
	first := t.Column("from") + 1
	used := make([]bool, len(t.Rows))
	for i, row := range t.Rows {
		for k, c := range row[first:] {
			if n, _ := c.Float(); n > 0 {
				used[i], used[k] = true, true
			}
		}
	}
	ids := []string{"group", "from"}
	for k, c := range t.Columns[first:] {
		if used[k] {
			ids = append(ids, c.ID)
		}
	}
	return pick(rowsWhere(t, func(i int, _ []table.Cell) bool { return used[i] }), ids...)
}

// transposed turns a table of counts by group over: a row for each of its columns, a column for each group.
func transposed(t *table.Table, title string) *table.Table {
	out := &table.Table{ID: t.ID, Title: t.Title, Help: t.Help, Columns: []table.Column{{ID: "figure"}}}
	out.Columns[0].Title.SV, out.Columns[0].Title.EN = title, title
	rows := t.Rows[:min(len(t.Rows), shownGroups+1)]
	for i, row := range rows {
		c := table.Column{ID: fmt.Sprint("group", i), Type: table.Count}
		c.Title.SV, c.Title.EN = row[0].Text(t.Columns[0], "sv"), row[0].Text(t.Columns[0], "en")
		out.Columns = append(out.Columns, c)
	}
	for k, c := range t.Columns[1:] {
		cells := []table.Cell{table.Words(c.Title)}
		for _, row := range rows {
			cells = append(cells, row[k+1])
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}
