package measure

import "github.com/stegvis/stegvis/dsl/lang"

// Metric is one figure that a model has. Its words are in the catalogue.
type Metric struct {
	ID    string // kebab-case
	Group string // one of Groups
}

// Metrics lists every metric, in the order of tables and pages.
var Metrics = []Metric{
	{"steps", "model"},
	{"actors", "model"},
	{"outcomes", "model"},
	{"initiating", "drivers"},
	{"convening", "drivers"},
	{"following-up", "drivers"},
	{"acting", "drivers"},
	{"handovers-least", "handovers"},
	{"handovers-most", "handovers"},
	{"handovers-mean", "handovers"},
	{"meeting-longest", "time"},
	{"meeting-shortest", "time"},
	{"plan-longest", "time"},
	{"plan-shortest", "time"},
	{"outcome-longest", "time"},
	{"outcome-shortest", "time"},
	{"outcome-bounded", "time"},
	{"outcome-open", "time"},
	{"slack-least", "time"},
	{"consent-points", "consent"},
	{"sharing", "consent"},
	{"sharing-before", "consent"},
	{"outcomes-reachable", "outcomes"},
	{"outcomes-cohort", "outcomes"},
	{"law-met", "law"},
	{"law-broken", "law"},
	{"facts-deciding", "facts"},
	{"facts-top", "facts"},
	{"facts-waiting", "facts"},
	{"sources-stated", "sources"},
	{"sources-chosen", "sources"},
	{"load-arrivals", "load"},
	{"load-cases", "load"},
	{"load-places", "load"},
}

// Groups lists the groups of metrics, in order.
func Groups() (out []string) {
	for _, m := range Metrics {
		if len(out) == 0 || out[len(out)-1] != m.Group {
			out = append(out, m.Group)
		}
	}
	return out
}

// GroupTitle names a group in words of l.
func GroupTitle(group string, l lang.Lang) string { return say(l, "group."+group+".title", nil) }

// GroupText says in words of l what the words of a group mean.
func GroupText(group string, l lang.Lang) string { return say(l, "group."+group+".text", nil) }

// Title names the metric in words of l.
func (m Metric) Title(l lang.Lang) string { return say(l, "metric."+m.ID+".title", nil) }

// Formula says in words of l how the figure is worked out.
func (m Metric) Formula(l lang.Lang) string { return say(l, "metric."+m.ID+".formula", nil) }

// Inputs says in words of l what the figure is worked out from.
func (m Metric) Inputs(l lang.Lang) string { return say(l, "metric."+m.ID+".inputs", nil) }

// Unit says in words of l what the figure counts.
func (m Metric) Unit(l lang.Lang) string { return say(l, "unit."+units[m.ID], nil) }

// units says what each metric counts.
var units = map[string]string{
	"steps": "steps", "actors": "actors", "outcomes": "outcomes",
	"initiating": "share", "convening": "share", "following-up": "share", "acting": "share",
	"handovers-least": "handovers", "handovers-most": "handovers", "handovers-mean": "handovers",
	"meeting-longest": "days", "meeting-shortest": "days", "plan-longest": "days", "plan-shortest": "days",
	"outcome-longest": "days", "outcome-shortest": "days", "outcome-bounded": "days", "outcome-open": "links", "slack-least": "days",
	"consent-points": "steps", "sharing": "steps", "sharing-before": "steps",
	"outcomes-reachable": "share", "outcomes-cohort": "share",
	"law-met": "share", "law-broken": "demands",
	"facts-deciding": "facts", "facts-top": "parts", "facts-waiting": "cases",
	"sources-stated": "share", "sources-chosen": "share",
	"load-arrivals": "per-month", "load-cases": "cases", "load-places": "places",
}
