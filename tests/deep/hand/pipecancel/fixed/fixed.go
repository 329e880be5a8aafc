// SPDX-License-Identifier: BSD-2-Clause

// Package pipecancel is a pipeline of parsers between a source and a sink, that the sink cancels on a bad record.
//
// A parser sends or is cancelled, whichever comes first. What is left in the channel when the sink ends goes with it.
package pipecancel

import "sync"

const bad = -1

// Pipeline is one run over a source.
type Pipeline struct {
	records chan int
	parsed  chan int
	done    chan struct{}
	mu      sync.Mutex
	written []int
}

// New returns a pipeline.
func New() *Pipeline {
	return &Pipeline{records: make(chan int), parsed: make(chan int, 1), done: make(chan struct{})}
}

// Run starts the stages and returns when the sink has ended.
func (p *Pipeline) Run(source []int, parsers int) {
	go p.read(source)
	var running sync.WaitGroup
	for range parsers {
		running.Add(1)
		go func() {
			defer running.Done()
			p.parse()
		}()
	}
	go func() {
		running.Wait()
		close(p.parsed)
	}()
	p.sink()
}

func (p *Pipeline) read(source []int) {
	defer close(p.records)
	for _, record := range source {
		select {
		case p.records <- record:
		case <-p.done:
			return
		}
	}
}

func (p *Pipeline) parse() {
	for record := range p.records {
		select {
		case p.parsed <- record:
		case <-p.done:
			return
		}
	}
}

func (p *Pipeline) sink() {
	for record := range p.parsed {
		if record == bad {
			close(p.done)
			p.rollback()
			p.empty()
			return
		}
		p.mu.Lock()
		p.written = append(p.written, record)
		p.mu.Unlock()
	}
}

func (p *Pipeline) rollback() {
	for range segments {
		p.mu.Lock()
		if len(p.written) > 0 {
			p.written = p.written[1:]
		}
		p.mu.Unlock()
	}
}

func (p *Pipeline) empty() {
	for {
		select {
		case _, open := <-p.parsed:
			if !open {
				return
			}
		default:
			return
		}
	}
}
