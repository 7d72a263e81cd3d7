package dsl_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/lang"
)

// hostile are texts within the limits of a file, each made to cost as much as it can.
func hostile() map[string]string {
	repeat := func(n int, f func(b *strings.Builder, i int)) string {
		var b strings.Builder
		for i := range n {
			f(&b, i)
			if b.Len() > 500<<10 {
				break
			}
		}
		return b.String()
	}
	head := model("")
	ring := func(n int) string {
		return head + "[define]\n" + repeat(n, func(b *strings.Builder, i int) {
			fmt.Fprintf(b, "d%d = \"d%d\"\n", i, (i+1)%n)
		})
	}
	long := strings.Repeat("(v == 'x' or n > 3) and (v == 'y' or n < 7) and ", 80) + "b"
	return map[string]string{
		"a long chain of definitions": head + "[define]\nd0 = \"b\"\n" + repeat(15000, func(b *strings.Builder, i int) {
			fmt.Fprintf(b, "d%d = \"d%d\"\n", i+1, i)
		}) + step("one", `when = "d15000"`),
		"a great ring of definitions": ring(15000),
		"all definitions in each other": head + "[define]\n" + repeat(500, func(b *strings.Builder, i int) {
			fmt.Fprintf(b, "d%d = \"", i)
			for j := range 150 {
				fmt.Fprintf(b, "d%d or ", (i*7+j*13)%500)
			}
			b.WriteString("b\"\n")
		}),
		"unknown names": head + "[define]\n" + repeat(10000, func(b *strings.Builder, i int) {
			fmt.Fprintf(b, "known_name_%d = \"unknown_name_%d\"\n", i, i)
		}),
		"unknown names in one rule": head + "[define]\n" + repeat(120, func(b *strings.Builder, i int) {
			fmt.Fprintf(b, "d%d = \"%s b\"\n", i, strings.Repeat("x or ", 800))
		}),
		"steps that are not there": head + repeat(400, func(b *strings.Builder, i int) {
			b.WriteString(step(fmt.Sprintf("step_%d", i), "after = ["+strings.Repeat(fmt.Sprintf("%q, ", fmt.Sprintf("stepp_%d", i)), 45)+"]"))
		}),
		"keys that are not there": head + "[[step]]\n" + repeat(15000, func(b *strings.Builder, i int) {
			fmt.Fprintf(b, "unknown_key_%d = 1\n", i)
		}),
		"tables that are not there": head + repeat(15000, func(b *strings.Builder, i int) {
			fmt.Fprintf(b, "[unknown_table_%d]\n", i)
		}),
		"a rule that is hard to rule out": head + repeat(400, func(b *strings.Builder, i int) {
			b.WriteString(step(fmt.Sprintf("s%d", i), "after = []\nwhen = \""+long[:min(len(long), 1000)]+"b\""))
		}),
		"hard checklists": head + step("one", "done = [\n"+repeat(120, func(b *strings.Builder, i int) {
			fmt.Fprintf(b, "%q,\n", long)
		})+"]"),
		"every step after every other": head + repeat(480, func(b *strings.Builder, i int) {
			var after []string
			for j := range min(i, 60) {
				after = append(after, fmt.Sprintf("%q", fmt.Sprintf("s%d", i-j-1)))
			}
			b.WriteString(step(fmt.Sprintf("s%d", i), "after = ["+strings.Join(after, ",")+"]"))
		}),
	}
}

func TestHostileFilesAreRefusedQuicklyAndInLittleMemory(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			set := load("m.toml", text, "w.toml", words)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
			if took > slowest(2*time.Second) || allocated > 300 { // far above what is seen, for busy machines
				t.Errorf("it took %v and %d MiB", took, allocated)
			}
			if len(set.Faults) > 510 {
				t.Errorf("%d faults are told", len(set.Faults))
			}
			render(set.Faults, lang.SV)
		})
	}
}
