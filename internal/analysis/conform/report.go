package conform

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"sort"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// What is told apart at the most, so that a log of very many names does not fill the memory. All further ones are counted together.
const (
	MaxActivities = 10_000
	MaxResources  = 2_000
	MaxGroups     = 40
	maxVariants   = 200_000
	maxShown      = 60 // activities of a variant
)

// topVariants is how many variants the report has where no other number is asked for.
const topVariants = 10

// Report is what was found.
type Report struct {
	Mapping  *Mapping
	Programs []*interpreter.Program // the versions that may have answered, in the order they came into force
	At       *calendar.Day          // of the options
	Log      LogFigures
	All      *Figures
	Groups   []*Group // by name; none where none were asked for
	Actors   []*dsl.Term
	Unseen   [][]Unseen // what the log never tells, by version

	Activities []*ActivityFigures // by how often they come
	Variants   []*Variant         // the most common
	Resources  []ResourcePair     // handovers from one resource to another, the most common first
	Broken     diag.List          // why the log could not be read to its end

	union     *union
	top       int
	groups    map[string]*Group
	others    *Group
	variants  map[[16]byte]*Variant
	names     map[string]int
	byName    []*ActivityFigures
	resources map[string]bool
	pairs     map[[2]string]int
}

// LogFigures are the log's own, whatever the model.
type LogFigures struct {
	Cases       int
	Faulty      int // traces left out, since something is wrong with them
	Empty       int // traces without an event that counts
	Events      int // of the cases, without those set aside
	Aside       int // events left out for their lifecycle transition
	Unordered   int // cases whose events were not in the order of their times
	Activities  int // different names
	MoreNames   int // events of further names, where there are more than are told apart
	Variants    int // different sequences of activities
	MoreCases   int // cases of further variants, where there are more than are told apart
	First, Last calendar.Day
	Days        Histogram // from the first to the last event of a case
	Length      Histogram // events of a case
	PerResource Histogram // handovers of a case from one resource to another
	Versions    map[string]int
}

// ActivityFigures is an activity of the log.
type ActivityFigures struct {
	Name   string
	Events int
	Cases  int
	Mapped bool
	Near   string // a name of the mapping that may have been meant
	last   int    // the last case that has it
}

// Variant is a sequence of activities, and how many cases have it.
type Variant struct {
	Activities  []string
	More        int // further activities, not listed
	Cases       int
	CasesJudged int // those in which something was judged
	Perfect     int // of these, those in which all of it fits
	order       int
}

// ResourcePair is how often one resource came after another.
type ResourcePair struct {
	From, To string
	Times    int
}

func newReport(m *Mapping, o *Options, plans []*plan) *Report {
	u := unionOf(plans)
	r := &Report{
		Mapping: m, Programs: m.programs, At: o.At, All: newFigures(u), Actors: u.actors, union: u, top: cmp.Or(o.Variants, topVariants), groups: map[string]*Group{},
		variants: map[[16]byte]*Variant{}, names: map[string]int{}, resources: map[string]bool{}, pairs: map[[2]string]int{},
	}
	r.Log.Versions = map[string]int{}
	for _, x := range plans {
		r.Unseen = append(r.Unseen, x.unseen)
	}
	return r
}

// add counts a case. Cases come in the order of the log.
func (r *Report) add(c *Case) {
	l := &r.Log
	l.Cases++
	l.Aside += c.Aside
	if len(c.Verdicts)+c.Ignored == 0 {
		l.Empty++
		return
	}
	if c.Sorted {
		l.Unordered++
	}
	if l.Events == 0 {
		l.First, l.Last = c.First, c.Last
	}
	l.First, l.Last = min(l.First, c.First), max(l.Last, c.Last)
	l.Events += len(c.Verdicts) + c.Ignored
	l.Days.Add(c.Days())
	l.Length.Add(len(c.Verdicts) + c.Ignored)
	l.Versions[c.Version]++
	r.All.add(c, r.union)
	if r.Mapping.Group != "" {
		r.group(c.Group).add(c, r.union)
	}
	r.activities(c)
	r.variant(c)
	r.handed(c)
}

func (r *Report) group(name string) *Group {
	if g := r.groups[name]; g != nil {
		return g
	}
	if len(r.groups) >= MaxGroups {
		if r.others == nil {
			r.others = &Group{Other: true, Figures: newFigures(r.union)}
		}
		return r.others
	}
	g := &Group{Name: name, Figures: newFigures(r.union)}
	r.groups[name] = g
	return g
}

func (r *Report) activities(c *Case) {
	for _, name := range c.Names {
		i, known := r.names[name]
		if !known {
			if len(r.names) >= MaxActivities {
				r.Log.MoreNames++
				continue
			}
			i = len(r.byName)
			r.names[name] = i
			r.byName = append(r.byName, &ActivityFigures{Name: name, last: -1})
			_, r.byName[i].Mapped = r.Mapping.byName[name]
		}
		a := r.byName[i]
		a.Events++
		if a.last != r.Log.Cases {
			a.last, a.Cases = r.Log.Cases, a.Cases+1
		}
	}
}

func (r *Report) variant(c *Case) {
	sum := sha256.New()
	for _, name := range c.Names {
		sum.Write([]byte(name))
		sum.Write([]byte{0})
	}
	var key [16]byte
	copy(key[:], sum.Sum(nil))
	v := r.variants[key]
	if v == nil {
		if len(r.variants) >= maxVariants {
			r.Log.MoreCases++
			return
		}
		n := min(len(c.Names), maxShown)
		v = &Variant{Activities: slices.Clone(c.Names[:n]), More: len(c.Names) - n, order: len(r.variants)}
		r.variants[key] = v
	}
	v.Cases++
	if fit := c.Fit(); fit.Some() {
		v.CasesJudged++
		if fit.Perfect() {
			v.Perfect++
		}
	}
}

// handed counts from whom to whom a case went, where the log has resources.
func (r *Report) handed(c *Case) {
	if r.Mapping.Resource == "" {
		return
	}
	before, n := "", 0
	for i := range c.Verdicts {
		who := c.Verdicts[i].Resource
		if who == "" {
			continue
		}
		if !r.resources[who] {
			if len(r.resources) >= MaxResources {
				who = "…"
			} else {
				r.resources[who] = true
			}
		}
		if before != "" && who != before {
			n++
			r.pairs[[2]string{before, who}]++
		}
		before = who
	}
	r.Log.PerResource.Add(n)
}

// finish puts what was counted in order.
func (r *Report) finish() {
	for _, name := range slices.Sorted(maps.Keys(r.groups)) {
		r.Groups = append(r.Groups, r.groups[name])
	}
	if r.others != nil {
		r.Groups = append(r.Groups, r.others)
	}
	var mapped []string
	for _, a := range r.Mapping.Activities {
		mapped = append(mapped, a.Name)
	}
	for _, a := range r.byName {
		if !a.Mapped {
			a.Near = diag.Suggest(a.Name, mapped)
		}
	}
	r.Activities = slices.Clone(r.byName)
	slices.SortStableFunc(r.Activities, func(a, b *ActivityFigures) int { return cmp.Or(b.Events-a.Events, cmp.Compare(a.Name, b.Name)) })
	r.Log.Activities, r.Log.Variants = len(r.names), len(r.variants)
	all := slices.Collect(maps.Values(r.variants))
	sort.Slice(all, func(i, j int) bool {
		if all[i].Cases != all[j].Cases {
			return all[i].Cases > all[j].Cases
		}
		return all[i].order < all[j].order
	})
	r.Variants = all[:min(len(all), r.top)]
	for pair, n := range r.pairs {
		r.Resources = append(r.Resources, ResourcePair{pair[0], pair[1], n})
	}
	slices.SortFunc(r.Resources, func(a, b ResourcePair) int {
		return cmp.Or(b.Times-a.Times, cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
}

// Unused lists the activities of the mapping that the log does not have.
func (r *Report) Unused() (out []string) {
	for _, a := range r.Mapping.Activities {
		if _, seen := r.names[a.Name]; !seen {
			out = append(out, a.Name)
		}
	}
	return out
}

// Unmapped lists the activities of the log that the mapping does not name, the most common first.
func (r *Report) Unmapped() (out []*ActivityFigures) {
	for _, a := range r.Activities {
		if !a.Mapped {
			out = append(out, a)
		}
	}
	return out
}

// Found tells whether anything deviates from the model: an event that does not fit, a step skipped, something late or a limit broken.
func (r *Report) Found() bool {
	f := r.All
	if f.Fit.Judged != f.Fit.Fitting || f.Fit.Asked != f.Fit.Done || f.Late > 0 {
		return true
	}
	for i := range f.Steps {
		if s := &f.Steps[i]; s.Late+s.Overdue > 0 {
			return true
		}
	}
	return slices.ContainsFunc(f.Limits, func(l LimitFigures) bool { return l.States[Broken] > 0 })
}
