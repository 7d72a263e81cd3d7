package eventlog

// SetSort makes sorting keep no more than so many bytes in memory, and merge so many runs at once, until restore is called.
func SetSort(bytes, runs int) (restore func()) {
	b, r := sortBytes, sortRuns
	sortBytes, sortRuns = bytes, runs
	return func() { sortBytes, sortRuns = b, r }
}
