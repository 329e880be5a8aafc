#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Who waits for a signal waits for the outside: listed and no finding, until signal.Stop or Reset has taken its
# channel away.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module sig example.org/sig
cat >sig/sig_test.go <<'GO'
package sig

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
)

func listen() chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	return c
}

func TestLeft(t *testing.T) {
	c := listen()
	go func() { <-c }()
}

func TestLeftInSelect(t *testing.T) {
	c, never := listen(), make(chan bool)
	go func() {
		select {
		case <-c:
		case <-never:
		}
	}()
}

func TestWaits(t *testing.T) {
	<-listen()
}

func TestStopped(t *testing.T) {
	c := listen()
	go func() { <-c }()
	signal.Stop(c)
}

func TestReset(t *testing.T) {
	c := listen()
	go func() { <-c }()
	signal.Reset(syscall.SIGUSR1)
}

func TestLeakBesideOne(t *testing.T) {
	c, never := listen(), make(chan bool)
	go func() { <-c }()
	go func() { <-never }()
}

func TestComes(t *testing.T) {
	c := listen()
	go syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	<-c
	signal.Stop(c)
}
GO
line() { grep -n -- "$1" "$work/sig/sig_test.go" | sed -n "${2:-1}p" | cut -d : -f 1; }
of() { # event, test: its titles
	events "$1" "map(select(.test == \"$2\") | .title + \" \" + (.why // \"\")) | join(\"|\")"
}

goknot fuzz -C sig -json -quiet -fuzztime 600x -seed 1 .
expect_rc 1 "what is left behind signal.Stop"
expect "findings: $(events finding 'map(.test)')" \
	test "$(events finding 'map(.test + " " + .verdict) | sort | join(",")')" = \
	"TestLeakBesideOne leak,TestReset leak,TestStopped leak"
expect "of two that are left only one is a leak: $(of finding TestLeakBesideOne)" \
	test "$(of finding TestLeakBesideOne)" = "leak: recv sig_test.go:$(line '<-never }()') "
expect "listed: $(events listed 'map(.test)')" \
	test "$(events listed 'map(.test) | sort | join(",")')" = TestLeft,TestLeftInSelect,TestWaits
expect "left: $(of listed TestLeft)" \
	test "$(of listed TestLeft)" = "ok: recv sig_test.go:$(line '<-c }()') waits for something outside the process"
expect "left in a select: $(of listed TestLeftInSelect)" grep -Eq "^ok: select .* waits for something outside" \
	<(of listed TestLeftInSelect)
expect "waits itself: $(of listed TestWaits)" \
	test "$(of listed TestWaits)" = "ok: recv sig_test.go:$(line '<-listen()') waits for something outside the process"
expect "rejected candidates" test "$(events summary '.[0].rejected')" = 0
done_testing
