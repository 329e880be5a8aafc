// SPDX-License-Identifier: BSD-2-Clause

// Package waitgroupmisuse counts a goroutine in from inside it. If Wait comes first it finds a
// counter of zero and returns at once, and the result is read before it is there.
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
	go s.run(numbers)
}

func (s *Sum) run(numbers []int) {
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
