// SPDX-License-Identifier: BSD-2-Clause

// Package sharedorder is the repaired twin: every provider has its own channel and the handler
// receives from them in the order it needs.
package sharedorder

import "fmt"

var parts = []string{"header", "body", "trailer"}

// Exchange starts one provider for each part and handles what they send.
func Exchange() error {
	chs := make([]chan string, len(parts))
	for i, part := range parts {
		chs[i] = make(chan string)
		go provide(chs[i], part)
	}
	var got []string
	for _, ch := range chs {
		got = append(got, <-ch)
	}
	return handle(got)
}

func provide(ch chan<- string, part string) {
	ch <- part
}

func handle(got []string) error {
	for i, part := range got {
		if part != parts[i] {
			return fmt.Errorf("message %d is %q, want %q", i, part, parts[i])
		}
	}
	return nil
}
