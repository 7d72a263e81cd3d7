package remote_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stegvis/stegvis/interpreter/remote"
)

// More cases than a page has are moved, and counted.
func TestCasesAreMovedAndCountedElsewhere(t *testing.T) {
	h, key := keep(t)
	server := httptest.NewServer(h)
	defer server.Close()
	cases := (&remote.Client{URL: server.URL, HTTP: server.Client(), Key: key}).Cases(context.Background())
	const many = 106 // what is left after a page is enough to be counted
	for i := range many {
		_, err := cases.Open(remote.Opening{ID: fmt.Sprintf("c%03d", i), Model: "eskilstuna", Version: "2014"})
		must(t, err)
	}
	counted := func(version string) (n int64) {
		f, err := cases.Figures()
		must(t, err)
		if len(f.Models) != 1 || f.Cases == nil || *f.Cases != many || f.Models[0].Model != "eskilstuna" {
			t.Fatalf("%+v", f)
		}
		for _, v := range f.Models[0].Versions {
			if v.Version == version {
				n = *v.Cases
				if len(v.States) != 1 || v.States[0].State != "open" || *v.States[0].Cases != n || len(v.States[0].Statuses) == 0 {
					t.Errorf("%+v", v)
				}
			}
		}
		return n
	}
	count := func(version string, want int64) int64 { // they are counted now and then
		for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
			if n := counted(version); n == want || time.Now().After(end) {
				return n
			}
		}
	}
	for _, dry := range []bool{true, false} {
		n := 0
		for m, err := range cases.Move(remote.Moving{Model: "eskilstuna", From: "2014", To: "2020", DryRun: dry, Why: "ny överenskommelse"}) {
			must(t, err)
			if m.Case != fmt.Sprintf("c%03d", n) || !m.Moved || m.Left != "" || m.Before.Version != "2014" || m.After.Version != "2020" || len(m.Faults) != 0 {
				t.Errorf("%+v", m)
			}
			n++
		}
		if n != many {
			t.Errorf("%d cases in the list", n)
		}
		want := map[bool]int64{true: many, false: 0}[dry]
		if n, m := count("2014", want), count("2020", many-want); n != want || m != many-want {
			t.Errorf("dry run %t: %d and %d", dry, n, m)
		}
	}
	for m, err := range cases.Move(remote.Moving{Model: "eskilstuna", To: "2020", Cases: []string{"c001", "none"}}) {
		must(t, err)
		if m.Moved || m.Before != nil || m.Left != map[string]string{"c001": "other", "none": "unknown"}[m.Case] {
			t.Errorf("%+v", m)
		}
	}
	for range cases.Move(remote.Moving{Model: "eskilstuna", To: "2014", Cases: []string{}}) {
		t.Error("of no cases one is moved")
	}
	for _, err := range cases.Move(remote.Moving{Model: "eskilstuna", To: "1999"}) {
		if !remote.Is(err, "unknown-version") {
			t.Error(err)
		}
	}
	for range cases.Move(remote.Moving{Model: "eskilstuna", To: "2014"}) {
		break // the rest stays
	}
	if n := count("2020", many-100); n != many-100 {
		t.Errorf("%d cases are left", n)
	}
}
