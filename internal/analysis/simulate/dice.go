package simulate

// purpose keeps the chances of one kind of draw apart from those of others.
type purpose uint64

const (
	forLength purpose = iota + 1
	forAnswer
	forArrival
	forChoice
	forValue
)

// dice are the chances of one replication.
type dice struct{ seed, replication uint64 }

// bits returns what is drawn for a purpose: of case i, for the step or fact with index k, for the n-th time. It hangs on nothing else.
func (d dice) bits(for_ purpose, i, k, n int) uint64 {
	x := scatter(d.seed)
	for _, part := range [...]uint64{d.replication, uint64(for_), uint64(i), uint64(k), uint64(n)} {
		x = scatter(x ^ part)
	}
	return x
}

// chance returns a number from 0 up to but not including 1.
func (d dice) chance(for_ purpose, i, k, n int) float64 {
	return float64(d.bits(for_, i, k, n)>>11) / (1 << 53)
}

// scatter turns neighbouring numbers into ones far apart (SplitMix64), and 0 into one that is not.
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
