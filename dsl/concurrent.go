package dsl

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// concurrently does n pieces of work that do not touch each other, on all cores. A panic in one of them comes out here,
// where whoever called can catch it.
func concurrently(n int, work func(i int)) {
	var next atomic.Int64
	var panicked atomic.Pointer[any]
	one := func() {
		defer func() {
			if p := recover(); p != nil {
				panicked.CompareAndSwap(nil, &p)
			}
		}()
		for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
			work(int(i))
		}
	}
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) - 1 {
		workers.Go(one)
	}
	one()
	workers.Wait()
	if p := panicked.Load(); p != nil {
		panic(*p)
	}
}
