package casetest

import (
	"bytes"
	"sync"
)

// Output is what something writes while a test reads it. The zero value is empty and ready.
type Output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write adds to what was written.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// String is what was written so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}
