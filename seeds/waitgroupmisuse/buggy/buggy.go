// SPDX-License-Identifier: BSD-2-Clause

// Package waitgroupmisuse counts a goroutine in from inside it. Start waits for the goroutine to
// say that it runs, but it says so one line too early: if Wait comes before Add it finds a counter
// of zero and returns at once, and the result is read before it is there.
package waitgroupmisuse

import "sync"

// Sum adds numbers in the background.
type Sum struct {
	wg    sync.WaitGroup
	mu    sync.Mutex
	total int
}

// Start begins to add.
func (s *Sum) Start(numbers []int) {
	started := make(chan struct{})
	go s.run(numbers, started)
	<-started
}

func (s *Sum) run(numbers []int, started chan<- struct{}) {
	close(started)
	s.wg.Add(1)
	defer s.wg.Done()
	for _, n := range numbers {
		s.mu.Lock()
		s.total += n
		s.mu.Unlock()
	}
}

// Result waits for what was started and returns the total.
func (s *Sum) Result() int {
	s.wg.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}
