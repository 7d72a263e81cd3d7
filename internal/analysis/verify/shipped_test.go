package verify_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/analysis/verify"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/workflows"
)

// shipped verifies the models that ship, by id and version.
func shipped(t testing.TB) map[string]*verify.Report {
	t.Helper()
	set := casetest.Shipped(t)
	out := map[string]*verify.Report{}
	for _, p := range set.Programs() {
		m := p.Model()
		out[m.ID+" "+m.Version] = verify.Run(p, verify.DefaultDay(p, set.Versions(m.ID)))
	}
	return out
}

// unaided verifies the models that ship, by id and version, without what their files accept.
func unaided(t testing.TB) map[string]*verify.Report {
	t.Helper()
	var faults diag.List
	var sources []*diag.Source
	for _, s := range dsl.ReadFS(workflows.FS, &faults) {
		text := s.Text
		for _, table := range []string{"\n[[accept]]", "\n[accept."} { // they stand last
			text, _, _ = strings.Cut(text, table)
		}
		sources = append(sources, diag.NewSource(s.Name, text))
	}
	set := dsl.Load(sources)
	casetest.Refuse(t, append(faults, set.Faults...))
	models := interpreter.NewSet(set)
	out := map[string]*verify.Report{}
	for _, p := range models.Programs() {
		m := p.Model()
		if len(m.Accepts) > 0 {
			t.Fatalf("%s still accepts something", m.ID)
		}
		out[m.ID+" "+m.Version] = verify.Run(p, verify.DefaultDay(p, models.Versions(m.ID)))
	}
	return out
}

// The gaps that the models' sheets tell of are found unaided, and nothing else is a fault. The files accept those that are the
// sources' own, each at its place; what our reading of a source brings with it they do not.
func TestTheGapsOfTheSourcesAreFound(t *testing.T) {
	duties := func(ids ...string) (out []string) {
		for _, id := range ids {
			out = append(out, "duty/sfb30+sfb30_"+id)
		}
		return out
	}
	// No conditions, lastingly reduced, and the benefit refused: nothing is left, whether an employer was told or not.
	eskilstuna := append([]string{"stuck/sjukersattning", "stuck/involvera_arbetsgivare+sjukersattning"}, duties("2_grund", "10_parter", "11_snarast")...)
	type gaps struct{ sources, ours []string }
	wanted := map[string]gaps{
		"eskilstuna 2014": {sources: eskilstuna},
		"eskilstuna 2020": {sources: eskilstuna},
		// 4 + 12 + 50 weeks do not fit into 12 months; consent is nowhere asked for. That a case can stay with the agency
		// before any step of the agency is done comes of the outcome that we chose for it.
		"faros 1": {append([]string{"long-way/tolv_manader"}, duties("10_samtycke", "10_parter", "11_snarast")...), duties("8_samordning")},
		// Entitled to a benefit, and well again.
		"halland 1": {sources: append([]string{"clash/ratt_ersattning+arbete_studier", "clash/ratt_ersattning+narmare_arbetsmarknaden"},
			duties("8_samordning", "10_samtycke", "10_parter", "11_snarast")...)},
		// That a case can end before it has begun is our choice too.
		"nu 1": {duties("2_grund", "10_samtycke", "10_parter", "11_snarast"), duties("8_samordning")},
		// Prevention, with no employer and no need of care: nobody coordinates.
		"samordning 1": {sources: append([]string{"stuck/samtycke"}, duties("2_grund", "9_klarlagg", "10_parter", "11_snarast")...)},
	}
	as, without := shipped(t), unaided(t)
	if len(as) != len(wanted) || len(without) != len(wanted) {
		t.Errorf("%d models ship, %d are expected", len(as), len(wanted))
	}
	ids := func(r *verify.Report, w verify.Weight) (out []string) {
		for _, f := range r.Findings {
			if f.Weight == w {
				out = append(out, f.ID())
			}
		}
		slices.Sort(out)
		return out
	}
	for name, want := range wanted {
		if as[name] == nil {
			t.Errorf("%s does not ship", name)
			continue
		}
		check := func(what string, got, want []string) {
			want = slices.Sorted(slices.Values(want))
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s\n%s\nnot\n%s", name, what, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		check("unaided, the faults are", ids(without[name], verify.Fault), slices.Concat(want.sources, want.ours))
		check("the faults are", ids(as[name], verify.Fault), want.ours)
		check("it accepts", ids(as[name], verify.Accepted), want.sources)
	}
}

// The cases that show the gaps are those that the sheets describe, and a history leads to each.
func TestTheGapsAreShownByTheCasesThatTheSheetsDescribe(t *testing.T) {
	reports := shipped(t)
	for _, test := range []struct {
		model, finding string
		facts          map[string]any // among others
		size           int            // how many facts are known
		status         interpreter.Status
	}{
		{"eskilstuna 2020", "stuck/sjukersattning", map[string]any{"forutsattningar": false, "varaktigt_nedsatt": true, "fk_beslut_sjukersattning": "avslag"}, 22, interpreter.StuckCase},
		{"samordning 1", "stuck/samtycke", map[string]any{
			"arbetsformaga_nedsatt": false, "forebyggande_behov": true, "har_arbetsgivare": false, "vard_behov": false, "samtycke": true,
		}, 5, interpreter.StuckCase},
		{"halland 1", "clash/ratt_ersattning+narmare_arbetsmarknaden", map[string]any{"arbetsformaga_nedsatt": true, "sgi_noll": true, "ekonomiskt_bistand": true}, 12, interpreter.Closed},
		{"faros 1", "duty/sfb30+sfb30_10_samtycke", map[string]any{"arbetsformaga_nedsatt": true}, 9, interpreter.Open},
		{"nu 1", "duty/sfb30+sfb30_10_samtycke", map[string]any{"svarighet_arbete": true}, 4, interpreter.Open},
	} {
		t.Run(test.model+" "+test.finding, func(t *testing.T) {
			r := reports[test.model]
			f := finding(t, r, test.finding)
			c := f.Case.Case()
			for id, want := range test.facts {
				if got, _ := c.Get(id); got != want {
					t.Errorf("%s is %v, not %v", id, got, want)
				}
			}
			if n := len(c.Names()); n != test.size {
				t.Errorf("%d facts are known, not %d", n, test.size)
			}
			if !f.Case.Lived {
				t.Error("no history leads to it")
			}
			relive(t, r, f.Case)
			if d := decide(t, r, c); d.Status != test.status {
				t.Errorf("the case is %s, not %s", d.Status, test.status)
			}
		})
	}
	way := finding(t, reports["faros 1"], "long-way/tolv_manader").Way
	if way.Most != 66*7 || len(way.Parts) != 3 {
		t.Errorf("the longest way through FAROS is %d days in %d stages", way.Most, len(way.Parts))
	}
}
