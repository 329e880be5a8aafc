// SPDX-License-Identifier: BSD-2-Clause

package runtime

// delay: delay-bounded scheduling (Emmi, Qadeer, Rakamaric, "Delay-Bounded Scheduling", POPL 2011) with the
// delays at random places, as GOAT puts its yields (Taheri, Gopalakrishnan, "GoAT: Automated Concurrency
// Analysis and Debugging Tool for Go", IISWC 2021). The schedule is that of fifo, but up to D times (the depth of the
// request) whoever would run goes to the end of the queue instead. Every schedule of at most D delays
// within the k expected steps has a probability of at least 1/k^D.
//
// Differences: POPL's scheduler goes round the tasks in the order of their creation, this one in the order of
// becoming runnable; a goroutine that yields (runtime.Gosched) goes to the end of the queue without using up a
// delay. A delay with nobody else to run has no effect.
//
// Invariants: those of fifo; a goroutine at its scheduling point that was delayed has its entry in the queue
// already (queued), since others may be delayed behind it in the same step.
type knotDelay struct {
	points  knotChangePoints
	yielded bool // the goroutine at its scheduling point asked to be switched away from
}

func knotDelayBegin() {
	knotFifoBegin()
	knot.delay.points.draw(knot.req.depth, knot.req.stepsHint)
	knot.delay.yielded = false
}

func knotDelayYielded(gp *g) { knot.delay.yielded = true }

func knotDelayChoose(self *g) *g {
	d, q := &knot.delay, &knot.fifo
	yielded := d.yielded
	d.yielded = false
	best := self
	if best == nil {
		best = q.first(nil)
	} else if yielded {
		best = knotDelayOnce(best, self)
	}
	for {
		if _, ok := d.points.due(); !ok {
			break
		}
		best = knotDelayOnce(best, self)
	}
	if best == self && best != nil {
		best.knot.queued = false
	}
	return best
}

// knotDelayOnce puts best at the end of the queue and returns the next.
func knotDelayOnce(best, self *g) *g {
	if best == self {
		best.knot.queued = true
	}
	knot.fifo.push(best, self)
	return knot.fifo.first(self)
}
