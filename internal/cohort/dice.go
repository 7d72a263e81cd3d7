package cohort

import (
	"math/bits"
	"math/rand/v2"
)

// dice are the chances of one case. They count in whole numbers alone, since floating point could round otherwise on
// another machine.
type dice struct{ source *rand.PCG }

// diceOf returns the dice of case i of the cohort with the seed.
func diceOf(seed, i uint64) dice {
	return dice{rand.NewPCG(scatter(seed), scatter(scatter(seed)+i))}
}

// scatter turns neighbouring numbers into ones far apart (the finaliser of SplitMix64), so that neighbouring cases have
// nothing to do with each other.
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// below draws a number from 0 to n-1; 0 where n is not positive.
func (d dice) below(n int) int {
	if n <= 0 {
		return 0
	}
	high, _ := bits.Mul64(d.source.Uint64(), uint64(n))
	return int(high)
}

// between draws a number from low to high, both included.
func (d dice) between(low, high int) int { return low + d.below(high-low+1) }

// chance is true as often as perMille of a thousand.
func (d dice) chance(perMille int) bool { return d.below(1000) < perMille }

// weighted draws an index, each as often as its weight says. Where all weights are 0, they count as alike.
func (d dice) weighted(weights []int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	if total == 0 {
		return d.below(len(weights))
	}
	at := d.below(total)
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// one draws one of the list.
func one[T any](d dice, list []T) T { return list[d.below(len(list))] }
