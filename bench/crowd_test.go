package bench

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// workers is how many phones are on their way at once, and how many
// connections of a floor: enough to keep two cores busy on both ends.
const workers = 16

// crowd does job 0 to n-1 from the workers and returns how many were done a
// second.
func crowd(t testing.TB, n int, job func(i int) error) float64 {
	t.Helper()
	began := time.Now()
	if err := eachOf(n, job); err != nil {
		t.Fatal(err)
	}
	return float64(n) / time.Since(began).Seconds()
}

// eachOf does job 0 to n-1 from the workers; the first error ends it.
func eachOf(n int, job func(i int) error) error {
	var (
		wait sync.WaitGroup
		next atomic.Int64
		mu   sync.Mutex
		errs []error
	)
	for range workers {
		wait.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := job(i); err != nil {
					next.Store(int64(n))
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}
