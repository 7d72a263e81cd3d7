package dsl_test

import (
	"os"
	"time"
)

// slowest returns how long something may take: in the long run, on a machine with nothing else to do, what is promised;
// else so long that only a runaway takes it, on any machine and under the race detector.
func slowest(promised time.Duration) time.Duration {
	if os.Getenv("STEGVIS_SOAK") != "" {
		return promised
	}
	return 2 * time.Minute
}
