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
done_testing
