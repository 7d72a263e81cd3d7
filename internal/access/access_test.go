package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/access"
)

// permitted is what each role may do, and for which purpose, as it is told to people. All else is forbidden.
const permitted = `
service for casework: open record next timeline list close invite follow subscribe decide
actor for casework: record next timeline list follow decide
actor for insight: next timeline list
administrator for maintenance: list erase move follow subscribe keys decide
analyst for statistics: figures decide
auditor for supervision: audit
`

func TestWhatIsNotPermittedIsForbidden(t *testing.T) {
	may := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(permitted), "\n") {
		who, acts, _ := strings.Cut(line, ": ")
		role, purpose, _ := strings.Cut(who, " for ")
		for _, act := range strings.Fields(acts) {
			may[role+" "+purpose+" "+act] = true
		}
	}
	n := 0
	for _, role := range append(slices.Clone(access.Roles), "guest", "") {
		p := &access.Principal{Roles: []access.Role{role}}
		for _, act := range append(slices.Clone(access.Acts), "anything", "") {
			some := false
			for _, purpose := range append(slices.Clone(access.Purposes), "curiosity") {
				want := may[strings.Join([]string{string(role), string(purpose), string(act)}, " ")]
				as, of, ok := p.May(act, purpose)
				if ok != want || ok && (as != role || of != purpose) {
					t.Errorf("%q for %q to %q: %v, as %q for %q", role, purpose, act, ok, as, of)
				}
				if some = some || want; want {
					n++
				}
			}
			if _, _, ok := p.May(act, ""); ok != some {
				t.Errorf("%q to %q for whatever purpose: %v", role, act, ok)
			}
		}
	}
	if n != len(may) {
		t.Errorf("%d of %d cells were come upon", n, len(may))
	}
	if _, _, ok := (&access.Principal{}).May(access.Next, access.Casework); ok {
		t.Error("who has no role may do something")
	}
}

// Whoever has several roles acts in the first that may.
func TestTheFirstRoleThatMayCounts(t *testing.T) {
	p := &access.Principal{Roles: []access.Role{access.Auditor, access.Actor, access.Service}, Actor: "fk"}
	for _, c := range []struct {
		act     access.Act
		purpose access.Purpose
		want    string
	}{
		{access.Next, "", "service casework true"}, {access.Next, access.Insight, "actor insight true"}, {access.Audit, "", "auditor supervision true"},
		{access.Erase, "", "  false"}, {access.Audit, access.Casework, "  false"},
	} {
		as, of, ok := p.May(c.act, c.purpose)
		if got := strings.Join([]string{string(as), string(of), map[bool]string{true: "true", false: "false"}[ok]}, " "); got != c.want {
			t.Errorf("%s for %q: %s, not %s", c.act, c.purpose, got, c.want)
		}
	}
}
