package rule_test

import (
	"maps"
	"slices"

	"github.com/stegvis/stegvis/dsl/rule"
)

// model is a small scope: at least one fact of every kind.
type model struct {
	facts, defines map[string]rule.Type
	steps          []string
}

func (m model) Fact(name string) (rule.Type, bool)   { t, ok := m.facts[name]; return t, ok }
func (m model) Define(name string) (rule.Type, bool) { t, ok := m.defines[name]; return t, ok }
func (m model) Step(id string) bool                  { return slices.Contains(m.steps, id) }
func (m model) Steps() []string                      { return m.steps }
func (m model) Names() []string {
	return append(slices.Sorted(maps.Keys(m.facts)), slices.Sorted(maps.Keys(m.defines))...)
}

var (
	roads = []string{"samverkan", "arbetsformedlingen", "forsakringskassan"}
	needs = []string{"rehab", "arbete", "studier", "vård"}
)

var small = model{
	facts: map[string]rule.Type{
		"samtycke":     {Kind: rule.Bool},
		"fardig":       {Kind: rule.Bool},
		"timmar":       {Kind: rule.Int, Min: 0, Max: 40},
		"barn":         {Kind: rule.Int, Min: 0, Max: 20},
		"stor":         {Kind: rule.Int, Min: -1e9, Max: 1e9},
		"grad":         {Kind: rule.Number, Min: 0, Max: 1},
		"inkomst":      {Kind: rule.Number, Min: 0, Max: 1e12},
		"beslut":       {Kind: rule.Enum, Values: roads},
		"forslag":      {Kind: rule.Enum, Values: roads},
		"fortsattning": {Kind: rule.Enum, Values: []string{"fortsatt", "avbryts"}},
		"behov":        {Kind: rule.Set, Values: needs},
		"onskan":       {Kind: rule.Set, Values: needs},
		"ett_behov":    {Kind: rule.Enum, Values: needs},
		"ansokan":      {Kind: rule.Date},
		"lova":         {Kind: rule.Date},
		"mote":         {Kind: rule.Event},
		"start":        {Kind: rule.Event},
		"ort":          {Kind: rule.Text},
		"land":         {Kind: rule.Text},
		"åtgärd":       {Kind: rule.Bool},
		"trasigt":      {},
	},
	defines: map[string]rule.Type{
		"i_samverkan": {Kind: rule.Bool},
		"veckor":      {Kind: rule.Int, Min: 0, Max: 52},
		"vag":         {Kind: rule.Enum, Values: roads},
		"forsta_dag":  {Kind: rule.Date},
		"trasig":      {},
	},
	steps: []string{"uppfoljningsmote", "avslutssamtal"},
}
