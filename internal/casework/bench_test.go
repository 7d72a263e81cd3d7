package casework_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/casetest"
	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/internal/store/storetest"
	"github.com/stegvis/stegvis/interpreter"
)

// ratio does both in turn, and reports what the second costs beside the first.
func ratio(b *testing.B, name string, plain, audited func() error) {
	var one, other time.Duration
	for b.Loop() {
		began := time.Now()
		err := plain()
		middle := time.Now()
		if err == nil {
			err = audited()
		}
		if err != nil {
			b.Fatal(err)
		}
		one, other = one+middle.Sub(began), other+time.Since(middle)
	}
	b.ReportMetric(float64(other)/float64(one), name+"/plain")
	b.ReportMetric(float64(other.Microseconds())/float64(b.N), "audited-µs/op")
	b.ReportMetric(float64(one.Microseconds())/float64(b.N), "plain-µs/op")
}

// BenchmarkAudit is what it costs that answers are logged: those about cases that are kept, and those of which nothing is.
func BenchmarkAudit(b *testing.B) {
	for _, kind := range storetest.Kinds {
		d := storetest.Fresh(b, kind)
		desk := newBench(b, d, casetest.Models(b, vocabulary, model("1", "2020-01-01", 20)))
		ctx := b.Context()
		a, err := desk.Open(ctx, officer, "", casework.Opening{Model: "m", Facts: []casework.Fact{fact("start", `"2026-02-20"`), fact("ja", "true")}})
		if err != nil {
			b.Fatal(err)
		}
		p := desk.current().Programs()[0]
		b.Run("kept/"+kind, func(b *testing.B) {
			ratio(b, "audited", func() error {
				return desk.store.View(ctx, func(tx *store.Tx) error {
					c, err := tx.Case(a.ID)
					if err != nil {
						return err
					}
					today := calendar.Today(tx.At())
					v, err := tx.Facts(c.ID, store.AsOf{Day: today})
					if err != nil {
						return err
					}
					var faults diag.List
					facts := v.Case.Bind(p, desk.current().Declares, &faults)
					_, err = json.Marshal(p.Decision(facts, today, lang.SV))
					return err
				})
			}, func() error {
				a, err := desk.Next(ctx, officer, a.ID, casework.Ask{})
				if err != nil {
					return err
				}
				_, err = json.Marshal(a.Decision)
				return err
			})
		})
		asked := []byte(`{"facts":{"start":"2026-02-20","ja":true}}`)
		answer := func() ([]byte, error) {
			var faults diag.List
			facts := interpreter.ReadCase(diag.NewSource("case.json", string(asked)), &faults).Bind(p, desk.current().Declares, &faults)
			return json.Marshal(p.Decision(facts, 0, lang.SV))
		}
		for _, many := range []int{1, 100} {
			b.Run(fmt.Sprintf("stateless-%d/%s", many, kind), func(b *testing.B) {
				given := make([]casework.Answered, many)
				all := func() (err error) {
					for i := range given {
						given[i] = casework.Answered{Action: "next", Hash: p.Model().Hash, Asked: asked}
						if given[i].Given, err = answer(); err != nil {
							return err
						}
					}
					return nil
				}
				ratio(b, "audited", all, func() error {
					if err := all(); err != nil {
						return err
					}
					return desk.Answered(ctx, officer, given)
				})
			})
		}
	}
}
