// SPDX-License-Identifier: BSD-2-Clause

// Package lostsignal is a queue whose Pop looks whether it is empty under the lock, lets the lock
// go, and takes it again to wait. An item pushed in between signals nobody, and Pop waits for a
// signal that has already been.
package lostsignal

import "sync"

// Queue is a queue of numbers.
type Queue struct {
	mu    sync.Mutex
	cond  *sync.Cond
	items []int
}

// New returns an empty queue.
func New() *Queue {
	q := new(Queue)
	q.cond = sync.NewCond(&q.mu)
	return q
}

// Push appends an item and wakes one waiter.
func (q *Queue) Push(item int) {
	q.mu.Lock()
	q.items = append(q.items, item)
	q.mu.Unlock()
	q.cond.Signal()
}

func (q *Queue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items) == 0
}

// Pop waits for an item.
func (q *Queue) Pop() int {
	wait := q.empty()
	q.mu.Lock()
	defer q.mu.Unlock()
	if wait {
		q.cond.Wait()
	}
	item := q.items[0]
	q.items = q.items[1:]
	return item
}
