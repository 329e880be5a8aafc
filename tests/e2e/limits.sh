#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A program with more positions than goknot can name: the loss is told, and a finding has its names all the same.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

# Positions in a dependency are known by what the target writes down of them alone.
module dep example.org/dep
{
	printf 'package dep\n\nimport (\n\t"runtime"\n\t"sync"\n)\n\n'
	for f in $(seq 26); do
		printf 'func f%d() {\n' "$f"
		for _ in $(seq 500); do printf '\truntime.Gosched()\n'; done
		printf '}\n\n'
	done
	printf 'func Many() {\n'
	for f in $(seq 26); do printf '\tf%d()\n' "$f"; done
	printf '}\n\nfunc Twice(mu *sync.Mutex) {\n\tmu.Lock()\n\tmu.Lock() // deadlock\n}\n'
} >dep/dep.go
line=$(grep -n '// deadlock' dep/dep.go | cut -d: -f1)

module many example.org/many
printf '\nrequire example.org/dep v0.0.0\n\nreplace example.org/dep => ../dep\n' >>many/go.mod
cat >many/many_test.go <<'GO'
package many

import (
	"sync"
	"testing"

	"example.org/dep"
)

func TestAMany(t *testing.T) { dep.Many() }

func TestZLast(t *testing.T) {
	var mu sync.Mutex
	dep.Twice(&mu)
}
GO

goknot fuzz -C many -o text -seed 1 -parallel 1 -fuzztime 40x -run TestAMany .
expect_rc 0 "many positions"
expect_out 'fuzz: without a name: positions beyond the limit, met [1-9][0-9]* times; primitives, met 0 times'
goknot fuzz -C many -o json -seed 1 -parallel 1 -fuzztime 40x -json .
expect_rc 1 "many positions, then a deadlock"
expect "no sites_full: $(tail -1 out)" test "$(events summary '.[0].sites_full > 0')" = true
title=$(events finding '.[0].title')
expect "the deadlock has no position: $title" test "${title#*dep.go:"$line"}" != "$title"

# Many tests that meet some positions each are no such program: one worker names them all, test after test.
module shelf example.org/shelf
module tour example.org/tour
printf '\nrequire example.org/shelf v0.0.0\n\nreplace example.org/shelf => ../shelf\n' >>tour/go.mod
printf 'package shelf\n\nimport "sync"\n\nvar mu sync.Mutex\n\n' >shelf/shelf.go
printf 'package tour\n\nimport (\n\t"testing"\n\n\t"example.org/shelf"\n)\n\n' >tour/tour_test.go
for f in $(seq 14); do
	{
		printf 'func F%d() {\n' "$f"
		for _ in $(seq 500); do printf '\tmu.Lock()\n\tmu.Unlock()\n'; done
		printf '}\n\n'
	} >>shelf/shelf.go
	printf 'func TestF%d(t *testing.T) { shelf.F%d() }\n\n' "$f" "$f" >>tour/tour_test.go
done
goknot fuzz -C tour -o tours -seed 1 -parallel 1 -fuzztime 200x -json .
expect_rc 0 "many tests with many positions"
expect "positions without a name: $(tail -1 out)" test "$(events summary '.[0] | .targets == 14 and .runs >= 200 and
	.sites_full == 0')" = true
done_testing
