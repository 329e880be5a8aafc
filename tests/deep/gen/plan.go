// SPDX-License-Identifier: BSD-2-Clause

package main

import "math"

const maxDepth = 12

// A plan is a program before it is written down.
//
// Some goroutines, the actors, carry the constraints. Constraint i: actor links[i].from announces something
// late, and actor links[i].to looks for it early, and once only. Before each announcement stand operations of
// no meaning, which the other side has to be held back for. The order
//
//	announce 1, look 1, announce 2, look 2, ...
//
// is the witness. It agrees with the order of each actor's operations, because it is the order in which they
// are appended to the actors; and nothing else in the program waits for an actor in the middle of its work.
type plan struct {
	seed       uint64
	depth      int
	goroutines int

	typ    string
	actors []string
	shape  shape
	links  []link
	end    *end
	// In a chain the actor that looks announces next, and passes on how many constraints have held so far.
	// In a tally each constraint stands for itself, and what held is summed up at the end.
	tally bool
	// What held shows in what the program does next.
	visible  bool
	services []*service
	promote  []promotion
	crowd    crowd
}

type link struct {
	kind     *linkKind
	from, to int
	name     string
	before   []call // by from, before it announces
	first    []call // by to, before it looks: little, or nothing
}

// call is one call of a service in the loop of so many rounds, 1 for none.
type call struct {
	service *service
	rounds  int
	key     int
}

type promotion struct {
	name  string
	calls []call
}

type crowd struct {
	queue bool // producer and consumers instead of clients
	size  int
	calls []call
}

func newPlan(seed uint64, depth, goroutines int) *plan {
	// Far from each other also for neighbouring seeds and depths.
	d := draws(seed*1000003 + uint64(depth))
	d.next()
	p := &plan{seed: seed, depth: depth, goroutines: goroutines}
	if goroutines == 0 {
		p.goroutines = d.between(5, 50)
		if d.chance(50) {
			p.goroutines = d.between(5, 15)
		}
	}
	p.typ = one(&d, typeNames)
	p.actors = pick(&d, actorNames, d.between(2, min(4, depth+1)))
	p.shape = shape(d.below(int(shapes)))
	p.end = &ends[d.below(len(ends))]
	p.tally = d.chance(40)
	p.visible = d.chance(50)
	p.services = pick(&d, services, d.between(3, 5))
	p.drawLinks(&d)
	names := pick(&d, promotionNames, depth)
	for i := 0; p.visible && i < depth; i++ {
		p.promote = append(p.promote, promotion{names[i], p.drawCalls(&d, d.between(1, 4))})
	}
	p.crowd = crowd{queue: d.chance(40), calls: p.drawCalls(&d, d.between(2, 6))}
	p.crowd.size = max(2, p.goroutines-p.own())
	return p
}

// own counts the goroutines that are there without the crowd.
func (p *plan) own() int {
	n := len(p.actors)
	switch p.shape {
	case workers, broker:
		n++
	case stages:
		n += len(p.actors)
	}
	for _, s := range p.services {
		if s.server {
			n++
		}
	}
	return n
}

// drawLinks chooses who announces to whom. The goroutine that must be late for one constraint must be early
// for the next, or nearly always, and no fixed order of the goroutines meets all constraints.
func (p *plan) drawLinks(d *draws) {
	// A walk with even steps holds one goroutine back for k steps of another with probability 2^-k: so many
	// steps in all.
	bits := float64(d.between(28, 38))
	names := pick(d, linkNames, p.depth)
	to := d.below(len(p.actors))
	for i := range p.depth {
		from := to
		if p.tally && i > 1 && d.chance(30) {
			from = d.below(len(p.actors))
		}
		to = (from + d.between(1, len(p.actors)-1)) % len(p.actors)
		steps := bits/float64(p.depth)*(0.8+0.4*float64(d.below(100))/100) - 1
		l := link{kind: &linkKinds[d.below(len(linkKinds))], from: from, to: to, name: names[i]}
		l.before = p.drawCalls(d, max(2, int(math.Round(steps))))
		if d.chance(30) {
			l.first = p.drawCalls(d, 1)
		}
		p.links = append(p.links, l)
	}
	// The last one closes the circle when chance has not; in a chain it goes on from the one before.
	if p.depth > 1 && !p.alternates() {
		first, last := p.links[0], &p.links[p.depth-1]
		last.to = first.from
		if p.tally {
			last.from = first.to
		}
	}
}

// drawCalls draws calls that take about so many steps.
func (p *plan) drawCalls(d *draws, steps int) []call {
	var calls []call
	for steps > 0 {
		c := call{service: one(d, p.services), rounds: 1, key: d.between(1, 9)}
		if d.chance(25) {
			c.rounds = max(1, min(3, steps/c.service.steps))
		}
		steps -= c.rounds * c.service.steps
		calls = append(calls, c)
	}
	return calls
}

// alternates tells whether the constraints go in a circle, over whole goroutines.
func (p *plan) alternates() bool {
	before := make(map[[2]int]bool)
	for _, l := range p.links {
		before[[2]int{l.from, l.to}] = true
	}
	for via := range p.actors {
		for from := range p.actors {
			for to := range p.actors {
				if before[[2]int{from, via}] && before[[2]int{via, to}] {
					before[[2]int{from, to}] = true
				}
			}
		}
	}
	for actor := range p.actors {
		if before[[2]int{actor, actor}] {
			return true
		}
	}
	return false
}
