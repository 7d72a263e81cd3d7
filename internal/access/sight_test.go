package access_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/workflows"
)

func TestEverySentenceIsThereInBothLanguages(t *testing.T) {
	casetest.Sentences(t, access.Catalogue, casetest.Naming{})
}

// The ways in which a fact can stand, consent among them.
const (
	isTrue       = "true"
	isFalse      = "false"
	notAsked     = "not asked"
	unobtainable = "unobtainable"
)

var standings = []string{isTrue, isFalse, notAsked, unobtainable}

// may is the rule of who sees what, as it is told to people: nobody sees anything but for what is listed here.
func may(r *rights, role, actor, purpose, fact string, stands func(fact string) string) bool {
	switch role {
	case "service":
		return purpose == "casework"
	case "actor":
		if !r.actors[actor] || purpose != "casework" && purpose != "insight" {
			return false
		}
		if slices.Contains(r.seenBy[fact], actor) {
			return true
		}
		if own := r.consents[actor]; own != "" {
			return stands(own) == isTrue
		}
		return r.consent != "" && stands(r.consent) == isTrue
	}
	return false
}

// checkMatrix holds every cell of role, actor, fact, purpose and consent against the rule.
func checkMatrix(t rapid.TB, p *interpreter.Program, r *rights) (seen, unseen int) {
	t.Helper()
	m := p.Model()
	roles := []string{"service", "actor", "administrator", "analyst", "auditor", "guest", ""}
	purposes := []string{"casework", "insight", "maintenance", "statistics", "supervision", "curiosity", ""}
	actors := []string{"", "nobody"}
	for _, a := range m.Actors {
		actors = append(actors, a.ID)
	}
	consents := map[string]bool{}
	for _, f := range append([]string{r.consent}, values(r.consents)...) {
		if f != "" {
			consents[f] = true
		}
	}
	for n, states := range combinations(len(consents)) {
		facts, at := p.NewFacts(), map[string]string{}
		for k, f := range sorted(consents) {
			at[f] = states[k]
			i, ok := p.FactIndex(f)
			if !ok {
				t.Fatalf("%s has no fact %s", m.ID, f)
			}
			switch states[k] {
			case isTrue, isFalse:
				facts.SetBool(i, states[k] == isTrue)
			case unobtainable:
				facts.SetUnobtainable(i)
			}
		}
		for _, role := range roles {
			for _, actor := range actors {
				for _, purpose := range purposes {
					who := &access.Principal{Roles: []access.Role{access.Role(role)}, Actor: actor}
					s := access.SightOf(who, access.Role(role), access.Purpose(purpose), m, consentIn(p, facts))
					for _, f := range m.Facts {
						want := may(r, role, actor, purpose, f.ID, func(f string) string { return at[f] })
						if got := s.Fact(f.ID); got != want {
							t.Fatalf("%s %s, %q %q for %q, consent %v, sees %s: %v, not %v", m.ID, m.Version, role, actor, purpose, at, f.ID, got, want)
						}
						if want {
							seen++
						} else {
							unseen++
						}
					}
					if s.Whole() != (role == "service" && purpose == "casework") {
						t.Fatalf("%q for %q: whole is %v", role, purpose, s.Whole())
					}
					if s.Fact("no_such_fact") && !s.Whole() {
						t.Fatal("a fact that the model lacks is seen")
					}
				}
			}
			if n > 0 && role != "actor" {
				continue // consent is nothing to them; once is enough
			}
			for _, as := range roles { // in a role that is not theirs
				if as != role && role != "" {
					s := access.SightOf(&access.Principal{Roles: []access.Role{access.Role(role)}, Actor: m.Actors[0].ID}, access.Role(as), access.Casework, m, always)
					if s.Whole() || slices.ContainsFunc(m.Facts, func(f *dsl.Fact) bool { return s.Fact(f.ID) }) {
						t.Fatalf("%s sees as %s", role, as)
					}
				}
			}
		}
	}
	return seen, unseen
}

func always(*dsl.Fact) bool { return true }

// consentIn tells whether a fact is known to be true in a case.
func consentIn(p *interpreter.Program, facts *interpreter.Facts) func(*dsl.Fact) bool {
	return func(f *dsl.Fact) bool {
		i, ok := p.FactIndex(f.ID)
		return ok && facts.Value(i) == true
	}
}

// combinations lists every way in which n facts can stand.
func combinations(n int) [][]string {
	out := [][]string{{}}
	for range n {
		var longer [][]string
		for _, x := range out {
			for _, s := range standings {
				longer = append(longer, append(slices.Clone(x), s))
			}
		}
		out = longer
	}
	return out
}

func values(m map[string]string) (out []string) {
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

func sorted(set map[string]bool) (out []string) {
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func TestWhoSeesAFactOfAShippedModelIsWhatItsFilesSay(t *testing.T) {
	for _, p := range casetest.Shipped(t).Programs() {
		r := shippedRights(t, p.Model())
		seen, unseen := checkMatrix(t, p, r)
		t.Logf("%s %s: %d cells seen, %d not", p.Model().ID, p.Model().Version, seen, unseen)
		if seen == 0 || unseen == 0 {
			t.Errorf("%s: the matrix shows nothing", p.Model().ID)
		}
	}
}

func TestWhoSeesAFactOfAnyModelIsWhatItsFilesSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawnModel.Draw(t, "model")
		checkMatrix(t, d.Program, d.rights)
	})
}

// An employer has a consent of its own where the person was asked for one: that to the authorities opens nothing to it.
func TestConsentToTheAuthoritiesIsNoneToTheEmployer(t *testing.T) {
	for _, p := range casetest.Shipped(t).Versions("eskilstuna") {
		facts := p.NewFacts()
		set := func(fact string, v bool) {
			i, _ := p.FactIndex(fact)
			facts.SetBool(i, v)
		}
		sees := func(actor, fact string) bool {
			who := &access.Principal{Roles: []access.Role{access.Actor}, Actor: actor, Party: "x"}
			return access.SightOf(who, access.Actor, access.Casework, p.Model(), consentIn(p, facts)).Fact(fact)
		}
		set("samtycke", true)
		set("samtycke_arbetsgivare", false)
		if sees("arbetsgivare", "problematik") || sees("arbetsgivare", "samtycke_arbetsgivare") || !sees("af", "problematik") {
			t.Errorf("%s: the consent to the authorities is taken for one to the employer, or for none", p.Model().Version)
		}
		set("samtycke", false)
		set("samtycke_arbetsgivare", true)
		if !sees("arbetsgivare", "problematik") || sees("af", "problematik") {
			t.Errorf("%s: the consent to the employer is taken for one to the authorities, or for none", p.Model().Version)
		}
	}
}

func TestNobodyAndNothingSeesNothing(t *testing.T) {
	m := casetest.Shipped(t).Programs()[0].Model()
	for _, s := range []*access.Sight{
		{},
		access.SightOf(nil, access.Service, access.Casework, m, always),
		access.SightOf(&access.Principal{}, access.Service, access.Casework, m, always),
		access.SightOf(&access.Principal{}, access.Actor, access.Casework, m, always),
	} {
		if s.Whole() || slices.ContainsFunc(m.Facts, func(f *dsl.Fact) bool { return s.Fact(f.ID) }) {
			t.Error("who is nobody sees something")
		}
	}
}

// shippedRights reads what the shipped files say of a model, line by line.
func shippedRights(t testing.TB, m *dsl.Model) *rights {
	t.Helper()
	r := &rights{actors: map[string]bool{}, seenBy: map[string][]string{}, consents: map[string]string{}}
	files := []string{"vocabulary.toml"}
	names, _ := fs.Glob(workflows.FS, "*.toml")
	head := regexp.MustCompile(`(?s)^.*?\[model\].*?\bid *= *"` + m.ID + `".*?version *= *"` + regexp.QuoteMeta(m.Version) + `"`)
	for _, name := range names {
		if text, _ := fs.ReadFile(workflows.FS, name); !strings.HasSuffix(name, "_test.toml") && head.Match(text) {
			files = append(files, name)
		}
	}
	if len(files) != 2 {
		t.Fatalf("%s %s is in %v", m.ID, m.Version, files)
	}
	value := regexp.MustCompile(`^(\w+) *= *(.*)$`)
	quoted := regexp.MustCompile(`"([^"]*)"`)
	for _, name := range files {
		text, err := fs.ReadFile(workflows.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		table, id := "", ""
		for _, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, "[") {
				table, id = strings.Trim(strings.TrimSpace(line), "[]"), ""
				if use, ok := strings.CutPrefix(table, "use."); ok {
					table, id = "fact", use
				}
				continue
			}
			x := value.FindStringSubmatch(line)
			if x == nil {
				continue
			}
			var words []string
			for _, w := range quoted.FindAllStringSubmatch(x[2], -1) {
				words = append(words, w[1])
			}
			switch key := table + " " + x[1]; key {
			case "fact id":
				id = words[0]
			case "fact seen_by":
				r.seenBy[id] = words
			case "actor id":
				r.actors[words[0]] = true
			case "model consent":
				r.consent = words[0]
			case "model consent_for":
				actors := regexp.MustCompile(`(\w+) *=`).FindAllStringSubmatch(x[2], -1)
				for i, a := range actors {
					r.consents[a[1]] = words[i]
				}
			}
		}
	}
	return r
}
