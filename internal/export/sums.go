package export

import (
	"strconv"
	"strings"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/analysis/ways"
)

// verdict tells how the longest times that follow on one another within a limit stand to it.
type verdict string

const (
	fits    verdict = "fits"
	exceeds verdict = "exceeds" // whatever days it falls on
	may     verdict = "may"     // some days it does
)

func verdictOf(c *ways.Chain) verdict {
	switch {
	case c.Fewest > c.Limit.Max.MaxDays():
		return exceeds
	case c.Most > c.Limit.Max.MinDays():
		return may
	}
	return fits
}

// longestStages finds the stages with longest times that follow on one another within the limit, and whose times come to
// most together; nil where there are none.
func (p *page) longestStages(limit *dsl.Limit) *ways.Chain {
	return p.order.Chain(limit, ways.StagesOf(p.m), ways.LongestTime)
}

// sum tells what the times of a chain of stages come to, beside its limit.
func (p *page) sum(c *ways.Chain) string {
	var stages, terms []string
	total := calendar.Duration{Unit: c.Parts[0].Time.Max.Unit}
	alike := true
	for _, x := range c.Parts {
		d := *x.Time.Max
		stages = append(stages, p.words("sum.stage", "Stage", p.in(x.Stage.Title), "Duration", p.duration(d)))
		terms = append(terms, strconv.Itoa(d.N))
		total.N += d.N
		alike = alike && d.Unit == total.Unit
	}
	come := p.days(c.Fewest, c.Most)
	if alike {
		come = p.inDays(total, c.Fewest, c.Most)
	}
	if len(stages) == 1 {
		stages[0] = p.in(c.Parts[0].Stage.Title)
	} else if alike {
		come = strings.Join(terms, " + ") + " = " + come
	}
	return p.words("sum.times", "Count", len(stages), "Stages", p.list(stages), "Total", come) + " " +
		p.words("sum."+string(verdictOf(c)), "Limit", p.inDays(c.Limit.Max, c.Limit.Max.MinDays(), c.Limit.Max.MaxDays()))
}

// inDays writes a duration and how many days it is.
func (p *page) inDays(d calendar.Duration, fewest, most int) string {
	if d.Unit == calendar.Days {
		return p.duration(d)
	}
	return p.words("sum.days", "Duration", p.duration(d), "Days", p.days(fewest, most))
}

// days writes a number of days, or the fewest and the most.
func (p *page) days(fewest, most int) string {
	text := p.duration(calendar.Duration{N: most, Unit: calendar.Days})
	if fewest < most {
		text = strconv.Itoa(fewest) + "–" + text
	}
	return text
}
