// SPDX-License-Identifier: BSD-2-Clause

package main

import "fmt"

// A shape is how the actors are run.
type shape int

const (
	plain   shape = iota // a goroutine each
	workers              // as jobs of a pool
	stages               // driven by what comes down a channel
	broker               // driven by events of a broker with subscribers
	machine              // going from state to state
	shapes
)

func (s shape) String() string {
	return [...]string{"a goroutine each", "jobs of a worker pool", "stages fed through channels",
		"subscribers of a broker", "state machines"}[s]
}

// An actor's steps: one segment a look, in the order of the witness.
type segment []string

// actorText writes the method of an actor. locals go in front of all segments.
func actorText(s shape, typ, name, locals string, segments []segment, last string) string {
	head, open, feet := "", "", ""
	switch s {
	case plain, workers:
		text := fmt.Sprintf("func (s *%s) %s() {\n%s", typ, name, locals)
		for _, seg := range segments {
			for _, stmt := range seg {
				text += stmt + "\n"
			}
		}
		return text + last + "}\n"
	case stages:
		head = fmt.Sprintf("func (s *%s) %s(in <-chan int) {\n", typ, name)
		open, feet = "for item := range in {\nswitch item {\n", "}\n}\n"
	case broker:
		head = fmt.Sprintf("func (s *%s) %s(events <-chan int) {\n", typ, name)
		open, feet = "for event := range events {\nswitch event {\n", "}\n}\n"
	case machine:
		head = fmt.Sprintf("func (s *%s) %s() {\n", typ, name)
		open, feet = fmt.Sprintf("for state := 0; state < %d; {\nswitch state {\n", len(segments)), "}\nstate++\n}\n"
	}
	text := head + locals + open
	for i, seg := range segments {
		text += fmt.Sprintf("case %d:\n", i)
		for _, stmt := range seg {
			text += stmt + "\n"
		}
	}
	return text + feet + last + "}\n"
}

// runText starts all actors and ends when all have ended; wg is the WaitGroup.
func runText(s shape, actors []string, segments []int) string {
	text := ""
	switch s {
	case plain, machine:
		for _, a := range actors {
			text += fmt.Sprintf("wg.Add(1)\ngo func() {\n\tdefer wg.Done()\n\ts.%s()\n}()\n", a)
		}
	case workers:
		// As many as jobs, so that a job never waits for the end of another.
		text = fmt.Sprintf("jobs := make(chan func())\nfor range %d {\n\twg.Add(1)\n\tgo func() {\n\t\tdefer wg.Done()\n"+
			"\t\tfor job := range jobs {\n\t\t\tjob()\n\t\t}\n\t}()\n}\n", len(actors)+1)
		for _, a := range actors {
			text += fmt.Sprintf("jobs <- s.%s\n", a)
		}
		text += "close(jobs)\n"
	case stages:
		for i, a := range actors {
			text += fmt.Sprintf("%s := make(chan int)\nwg.Add(2)\ngo func() {\n\tdefer wg.Done()\n\tfor item := range %d {\n\t\t%s <- item\n\t}\n\tclose(%s)\n}()\n"+
				"go func() {\n\tdefer wg.Done()\n\ts.%s(%s)\n}()\n", a, segments[i], a, a, a, a)
		}
	case broker:
		most := 0
		for _, n := range segments {
			most = max(most, n)
		}
		text = "var subscribers []chan int\n"
		for i, a := range actors {
			if i == 0 {
				text += "events := "
			} else {
				text += "events = "
			}
			text += fmt.Sprintf("make(chan int, %d)\nsubscribers = append(subscribers, events)\nwg.Add(1)\n"+
				"go func(events chan int) {\n\tdefer wg.Done()\n\ts.%s(events)\n}(events)\n", most, a)
		}
		text += fmt.Sprintf("wg.Add(1)\ngo func() {\n\tdefer wg.Done()\n\tfor event := range %d {\n\t\tfor _, to := range subscribers {\n\t\t\tto <- event\n\t\t}\n\t}\n"+
			"\tfor _, to := range subscribers {\n\t\tclose(to)\n\t}\n}()\n", most)
	}
	return text
}
