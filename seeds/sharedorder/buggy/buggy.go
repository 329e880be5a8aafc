// SPDX-License-Identifier: BSD-2-Clause

// Package sharedorder is the shared channel of GoPie's Fig. 4 (ASE 2023), in our words.
//
// Three providers send over one channel. The handler expects header, body and trailer in that
// order: the one in which Go's own scheduler happens to run them on an idle machine. Nothing makes
// them send in it.
package sharedorder

import "fmt"

var parts = []string{"header", "body", "trailer"}

// Exchange starts one provider for each part and handles what they send.
func Exchange() error {
	ch := make(chan string)
	go provide(ch, "body")
	go provide(ch, "trailer")
	go provide(ch, "header")
	return handle([]string{<-ch, <-ch, <-ch})
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
