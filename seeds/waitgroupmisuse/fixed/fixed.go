// SPDX-License-Identifier: BSD-2-Clause

// Package waitgroupmisuse is the repaired twin: the goroutine is counted in before it is started.
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
	s.wg.Add(1)
	go s.run(numbers, started)
	<-started
}

func (s *Sum) run(numbers []int, started chan<- struct{}) {
	close(started)
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
