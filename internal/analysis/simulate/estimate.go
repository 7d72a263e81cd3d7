package simulate

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/stegvis/stegvis/internal/table"
)

// Confidence is how often the interval of an estimate has the true value in it, over many runs.
const Confidence = 0.95

// Estimate is the mean of a figure over the replications, with its interval by Student's t.
type Estimate struct {
	Value        float64 // NaN: there is none; +Inf: unbounded
	Low, High    float64 // NaN: no interval, since fewer than two replications have the figure, or since it is unbounded
	Replications int     // that have it
}

// Known tells whether there is a number.
func (e Estimate) Known() bool { return !math.IsNaN(e.Value) && !math.IsInf(e.Value, 0) }

// Unbounded tells whether nothing bounds the figure.
func (e Estimate) Unbounded() bool { return math.IsInf(e.Value, 1) }

// Cell returns the value for a table, or why there is none.
func (e Estimate) Cell() table.Cell { return cell(e.Value) }

// Interval returns the ends of the interval for a table, or why there are none.
func (e Estimate) Interval() (low, high table.Cell) {
	if e.Unbounded() {
		return cell(e.Value), cell(e.Value)
	}
	return cell(e.Low), cell(e.High)
}

func cell(f float64) table.Cell {
	switch {
	case math.IsInf(f, 0):
		return table.Lacks(table.Unbounded)
	case math.IsNaN(f):
		return table.Lacks(table.NotApplicable)
	}
	return table.Num(f)
}

// estimate returns the estimate of a figure of which each replication gave a value: NaN where it has none.
func estimate(values []float64) Estimate {
	var have []float64
	for _, v := range values {
		switch {
		case math.IsInf(v, 0):
			return Estimate{Value: math.Inf(1), Low: math.NaN(), High: math.NaN(), Replications: len(values)}
		case !math.IsNaN(v):
			have = append(have, v)
		}
	}
	e := Estimate{Value: math.NaN(), Low: math.NaN(), High: math.NaN(), Replications: len(have)}
	if len(have) == 0 {
		return e
	}
	mean, deviation := stat.MeanStdDev(have, nil)
	e.Value = mean
	if len(have) > 1 {
		half := student(len(have)) * deviation / math.Sqrt(float64(len(have)))
		e.Low, e.High = mean-half, mean+half
	}
	return e
}

// factors are the quantiles of Student's t by the number of values; few numbers are asked for, many times.
var factors sync.Map

func student(n int) float64 {
	if f, known := factors.Load(n); known {
		return f.(float64)
	}
	f := distuv.StudentsT{Sigma: 1, Nu: float64(n - 1)}.Quantile((1 + Confidence) / 2)
	factors.Store(n, f)
	return f
}

// within keeps the interval within what the figure can be.
func (e Estimate) within(low, high float64) Estimate {
	if !math.IsNaN(e.Low) {
		e.Low, e.High = max(e.Low, low), min(e.High, high)
	}
	return e
}
