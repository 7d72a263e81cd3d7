package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var pages = []struct {
	name string
	l    *language
}{{"performance.md", &english}, {"prestanda.md", &swedish}}

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// existing are the benchmarks of the package above.
func existing(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatal("no tests above", err)
	}
	for _, file := range files {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Benchmark\w+)\(`).FindAllStringSubmatch(string(code), -1) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return names
}

func TestThePagesNameEveryBenchmark(t *testing.T) {
	want := existing(t)
	for _, p := range pages {
		var named []string
		for _, m := range regexp.MustCompile("(?m)^\\| `(Benchmark\\w+)`").FindAllStringSubmatch(page(t, p.name), -1) {
			named = append(named, m[1])
		}
		slices.Sort(named)
		if !slices.Equal(named, want) {
			t.Errorf("%s tells of %v, and there are %v", p.name, named, want)
		}
	}
}

func TestEveryClaimIsAboutABenchmarkThatExists(t *testing.T) {
	all := existing(t)
	for _, name := range needed() {
		if base, _, _ := strings.Cut(name, "/"); !slices.Contains(all, "Benchmark"+base) {
			t.Errorf("nothing measures %s", name)
		}
	}
}

// measured is the output of so many runs in which everything takes as long as it is said to.
func measured(runs int, times map[string]float64) string {
	var b strings.Builder
	for run := range runs {
		b.WriteString("goos: linux\ncpu: A Processor\n")
		for _, name := range needed() {
			ns := times[name]
			if ns == 0 {
				ns = 100
			}
			ns += float64(run)
			fmt.Fprintf(&b, "Benchmark%s-2 \t 1000 \t %g ns/op \t %g ns/step \t %g cases/s \t 0 B/op \t 0 allocs/op\n", name, ns, ns/10, 1e9/ns)
		}
	}
	return b.String()
}

func TestThePagesCanBeFilled(t *testing.T) {
	o, err := read(strings.NewReader(measured(10, map[string]float64{
		complete + "stegvis":  300,
		complete + "go-three": 200,
		complete + "expr":     3_000,
		complete + "cel":      12_000,
	})), "output")
	if err != nil {
		t.Fatal(err)
	}
	if lacking := o.lacks(); len(lacking) > 0 {
		t.Fatalf("these are lacking: %v", lacking)
	}
	for _, p := range pages {
		filled, err := fill(page(t, p.name), p.l.tables(o))
		if err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		for _, want := range map[*language][]string{
			&english: {
				"Medians of 10 runs on A Processor, 2 cores, go1",
				"| decision, complete cases: stegvis beside hand-written three-valued Go | 1.49 × | 1.45–1.53 | at most 2 × | yes |",
				"| the same decision: expr beside stegvis | 9.87 × | 9.74–9.99 | at least 20 × | **no** |",
				"| the same decision: CEL beside stegvis | 39 × |",
				"| `Decide/cases=complete/by=expr` | 3.00 µs | 0% | 0 B | 0 |",
				"allocates nothing",
			},
			&swedish: {
				"Medianer av 10 körningar på A Processor, 2 kärnor, go1",
				"| samma beslut: expr mot stegvis | 9,87 × | 9,74–9,99 | minst 20 × | **nej** |",
				"| `Decide/cases=complete/by=expr` | 3,00 µs | 0% | 0 B | 0 |",
			},
		}[p.l] {
			if !strings.Contains(filled, want) {
				t.Errorf("%s lacks %q:\n%s", p.name, want, filled)
			}
		}
		again, err := fill(filled, p.l.tables(o))
		if err != nil || again != filled {
			t.Errorf("%s is another when it is filled again (%v)", p.name, err)
		}
	}
}

func TestWhatIsNotMeasuredIsTold(t *testing.T) {
	text := measured(10, nil)
	lost := "BenchmarkDecide/cases=complete/by=opa"
	o, err := read(strings.NewReader(regexp.MustCompile(`(?m)^`+lost+`.*\n`).ReplaceAllString(text, "")), "output")
	if err != nil {
		t.Fatal(err)
	}
	if got := o.lacks(); !slices.Equal(got, []string{strings.TrimPrefix(lost, "Benchmark")}) {
		t.Errorf("it lacks %v", got)
	}
	if _, err := read(strings.NewReader("PASS\n"), "output"); err == nil {
		t.Error("an output without results is taken")
	}
	if _, err := fill("no marks", english.tables(o)); err == nil {
		t.Error("a page without marks is filled")
	}
	wasteful, err := read(strings.NewReader(strings.ReplaceAll(text, "0 allocs/op", "3 allocs/op")), "output")
	if err != nil {
		t.Fatal(err)
	}
	if table := english.ratios(wasteful); !strings.Contains(table, "**These allocate, and should not: Decide/cases=complete/by=stegvis,") {
		t.Errorf("allocations are not told of:\n%s", table)
	}
}
