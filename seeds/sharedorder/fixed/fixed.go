// SPDX-License-Identifier: BSD-2-Clause

// Package sharedorder is the repaired twin: every provider has its own channel and the handler
// receives from them in the order it needs.
package sharedorder

import "fmt"

var parts = []string{"header", "body", "trailer"}

// Exchange starts one provider for each part and handles what they send.
func Exchange() error {
	header, body, trailer := make(chan string), make(chan string), make(chan string)
	go provide(body, "body")
	go provide(trailer, "trailer")
	go provide(header, "header")
	return handle([]string{<-header, <-body, <-trailer})
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
