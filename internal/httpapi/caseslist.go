package httpapi

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

// CaseList is a page of cases.
type CaseList struct {
	Cases []CaseLine `json:"cases"`
	Next  *string    `json:"next"`
}

// CaseLine is a case in a list, as it stood when it was last decided for.
type CaseLine struct {
	ID       string        `json:"id"`
	Model    string        `json:"model"`
	Version  string        `json:"version"`
	State    store.State   `json:"state"`
	Revision int64         `json:"revision"`
	Opened   time.Time     `json:"opened"`
	Changed  time.Time     `json:"changed"`
	Status   *string       `json:"status"`
	Outcome  *string       `json:"outcome"`
	Due      *calendar.Day `json:"due"`
	Steps    []CaseStep    `json:"steps"`
}

// CaseStep is a step that a case in a list requires.
type CaseStep struct {
	Step  string               `json:"step"`
	Actor string               `json:"actor"`
	Due   *calendar.Day        `json:"due"`
	Time  interpreter.Lateness `json:"time"`
}

// listCases answers with a page of cases.
func (s *Service) listCases(x *exchange) {
	f := x.filter()
	if f.State == store.StateClosed {
		var faults []Fault
		for _, name := range []string{"actor", "step", "due_by", "time"} {
			if x.values.Get(name) != "" {
				faults = append(faults, queryFault(x.lang, "only-for-open", name, map[string]any{"Parameter": name}))
			}
		}
		if len(faults) > 0 {
			x.misasked(faults)
			return
		}
	}
	x.work(func(ctx context.Context) error {
		cases, next, err := s.office.List(ctx, x.who, f)
		if err != nil {
			return err
		}
		if len(cases) == 0 {
			if told, err := x.tellMisnamed(ctx, x.ofCases); told || err != nil {
				return err
			}
		}
		out := CaseList{Cases: []CaseLine{}}
		for i := range cases {
			out.Cases = append(out.Cases, lineOf(&cases[i]))
		}
		if next != "" {
			out.Next = x.nextPage(next)
		}
		x.give(out)
		return nil
	})
}

// filter is the query as what picks cases.
func (x *exchange) filter() store.Filter {
	v := x.values
	return store.Filter{
		Model: v.Get("model"), Version: v.Get("version"), Status: v.Get("status"), Outcome: v.Get("outcome"), State: store.State(v.Get("state")),
		Reference: v.Get("reference"), Actor: v.Get("actor"), Step: v.Get("step"), DueBy: x.day("due_by"), Time: interpreter.Lateness(v.Get("time")),
		Urgent: v.Get("order") == "due", After: v.Get("after"), Limit: x.limit(100),
	}
}

// nextPage is the address of the same list, from a place on.
func (x *exchange) nextPage(after string) *string {
	v := url.Values{}
	for name := range x.values {
		v.Set(name, x.values.Get(name))
	}
	v.Set("after", after)
	address := x.r.URL.Path + "?" + v.Encode()
	return &address
}

// limit is how much of a list is asked for at once.
func (x *exchange) limit(usual int) int {
	if n, err := strconv.Atoi(x.values.Get("limit")); err == nil {
		return n
	}
	return usual
}

// day is a parameter that is a day; nil where it is left out.
func (x *exchange) day(name string) *calendar.Day {
	if d, ok := calendar.Parse(x.values.Get(name)); ok {
		return &d
	}
	return nil
}

// moment is a parameter that is a moment; nil where it is left out.
func (x *exchange) moment(name string) *time.Time {
	if t, err := time.Parse(time.RFC3339, x.values.Get(name)); err == nil {
		return &t
	}
	return nil
}

func lineOf(c *store.Listed) CaseLine {
	line := CaseLine{ID: c.ID, Model: c.Model, Version: c.Version, State: c.State, Revision: c.Revision, Opened: c.Opened, Changed: c.Changed, Steps: []CaseStep{}}
	if s := c.Standing; s != nil {
		line.Status, line.Outcome, line.Due = optional(s.Status), optional(s.Outcome), s.Due
		for _, x := range s.Steps {
			line.Steps = append(line.Steps, CaseStep{Step: x.Step, Actor: x.Actor, Due: x.Due, Time: interpreter.Lateness(x.Time)})
		}
	}
	return line
}
