package dsl

import (
	"sync/atomic"
	"testing"
)

func TestConcurrentWorkIsAllDoneAndItsPanicsComeOut(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		done := make([]atomic.Int32, n)
		concurrently(n, func(i int) { done[i].Add(1) })
		for i := range done {
			if times := done[i].Load(); times != 1 {
				t.Fatalf("of %d pieces of work, %d was done %d times", n, i, times)
			}
		}
	}
	for _, n := range []int{1, 100} {
		func() {
			defer func() {
				if p := recover(); p != "a fault" {
					t.Errorf("of %d: got %v", n, p)
				}
			}()
			concurrently(n, func(i int) {
				if i == n/2 {
					panic("a fault")
				}
			})
		}()
	}
}
