#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# -deps instruments dependencies wherever they lie: in the module cache (where the go command refuses overlays), with
# and without a go.mod, replaced by a fork or by a directory, vendored, in a workspace. The bugs here are races of
# atomics, which only an inserted hook can show. Positions stay those of the stock build.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/goproxy.sh
. "$root/tests/lib/goproxy.sh"

counter() { # directory, package
	mkdir -p "$1"
	cat >"$1/$2.go" <<GO
package $2

import (
	"runtime"
	"sync/atomic"
)

// Counter loses counts.
type Counter struct{ n atomic.Int32 }

func (c *Counter) Inc() { v := c.n.Load(); c.n.Store(v + 1) }
func (c *Counter) Get() int32 { return c.n.Load() }

func Where() string { _, file, _, _ := runtime.Caller(0); return file }
GO
}

# A dependency with all that a module can hold: a package that is not chosen and has no hook, assembly, cgo, a file
# that it embeds, tests of its own.
counter lib locks
printf 'module example.org/lib\n\ngo 1.20\n' >lib/go.mod
mkdir -p lib/plain lib/c
cat >lib/plain/plain.go <<'GO'
package plain

import (
	_ "embed"
	"runtime"
)

//go:embed plain.txt
var Text string


func add(a, b int) int
// Self is the text of a Go file, which must not be that of the instrumented one.
//
//go:embed self.go
var Self string

func Add(a, b int) int { return add(a, b) }
func Where() string { _, file, _, _ := runtime.Caller(0); return file }
GO
printf 'package plain\n\nvar C = make(chan int, 1)\n\nfunc Put() { C <- 1 }\n' >lib/plain/self.go
# shellcheck disable=SC2016  # $0-24 is the assembler's
printf '#include "textflag.h"\n\nTEXT \xc2\xb7add(SB), NOSPLIT, $0-24\n\tMOVQ a+0(FP), AX\n\tADDQ b+8(FP), AX\n\tMOVQ AX, ret+16(FP)\n\tRET\n' >lib/plain/add_amd64.s
echo text >lib/plain/plain.txt
cat >lib/c/c.go <<'GO'
package c

// #include "twice.h"
import "C"

func Twice(n int) int { return int(C.twice(C.int(n))) }
GO
echo 'static int twice(int n) { return 2 * n; }' >lib/c/twice.h
printf 'package locks\n\nimport "testing"\n\nfunc TestOwn(t *testing.T) {}\n' >lib/own_test.go
publish lib example.org/lib v1.0.0
counter old old
# Without a go.mod the language is that of Go 1.16, which has no generic functions.
publish old example.org/old v0.9.0
counter fork orig
printf 'module example.org/fork\n\ngo 1.20\n' >fork/go.mod
publish fork example.org/fork v1.1.0
counter orig orig
printf 'module example.org/orig\n\ngo 1.20\n' >orig/go.mod
publish orig example.org/orig v1.0.0

# A test for each counter, and one of the names of files.
user() { # directory
	mkdir -p "$1"
	cat >"$1/user_test.go" <<'GO'
package user

import (
	"os"
	"strings"
	"testing"

	"example.org/lib"
	"example.org/lib/c"
	"example.org/lib/plain"
	"example.org/old"
	"example.org/orig"
)

type counter interface {
	Inc()
	Get() int32
}

func race(t *testing.T, c counter) {
	done := make(chan bool)
	for i := 0; i < 2; i++ {
		go func() { c.Inc(); done <- true }()
	}
	<-done
	<-done
	if c.Get() != 2 {
		t.Error("lost")
	}
}

func TestLib(t *testing.T)  { race(t, new(locks.Counter)) }
func TestOld(t *testing.T)  { race(t, new(old.Counter)) }
func TestOrig(t *testing.T) { race(t, new(orig.Counter)) }

func TestNames(t *testing.T) {
	for _, file := range []string{locks.Where(), plain.Where(), old.Where(), orig.Where()} {
		if strings.Contains(file, "campaign") || !strings.HasPrefix(file, os.Getenv("WHERE")) {
			t.Error(file)
		}
	}
	if plain.Text != "text\n" || !strings.HasPrefix(plain.Self, "package") || plain.Add(1, 2) != 3 || c.Twice(2) != 4 {
		t.Error("what is beside Go files is lost")
	}
}
GO
	cat >"$1/go.mod" <<'GO'
module example.org/user

go 1.23

require (
	example.org/lib v1.0.0
	example.org/old v0.9.0
	example.org/orig v1.0.0
)

replace example.org/orig => example.org/fork v1.1.0
GO
	(cd "$1" && GOWORK=off "$GO" mod tidy 2>"$work/err") || failed "go mod tidy: $(cat err)"
}
export WHERE=$GOMODCACHE
on_exit+=("chmod -R u+w '$GOMODCACHE'")

lost() { # what, flags...: the three bugs are found, nothing else; what is found replays
	local what=$1 crash
	shift
	chmod -R u+w campaign 2>/dev/null || true
	rm -rf campaign
	goknot fuzz -o campaign -json -quiet -fuzztime 600x -seed 1 -parallel 1 "$@"
	expect_rc 1 "$what"
	expect "$what: $(events finding 'map(.test + " " + .title)')" \
		test "$(events finding 'map(.test) | unique == ["TestLib", "TestOld", "TestOrig"]')" = true
	expect "$what: $(grep -a listed out)" test "$(grep -ac '"event":"listed"' out)" -eq 0
	crash=$(events finding '.[0].crash_file')
	goknot replay -C "$2" -o campaign -json -n 2 "$crash"
	expect_rc 1 "$what: replay"
	expect "$what: replay: $(cat out)" test "$(events replay '.[0] | .reproduced == 2 and .same_hash == 2')" = true
}
all=example.org/lib,example.org/old/...,example.org/o...g

user user
before=$(checksum user "$GOMODCACHE/example.org")
goknot fuzz -C user -o campaign -json -quiet -fuzztime 600x -seed 1
expect_rc 0 "without -deps there is nothing to see"
lost "in the module cache" -C user -deps $all
expect "the crash file does not name the dependencies" grep -qx "deps: $all" campaign/crashes/TestLib-*.crash
copy=campaign/build/deps/mod/example.org/lib@v1.0.0
expect "no copy of the dependency at $copy" test -w $copy/locks.go -a -w $copy
expect "tests of the dependency are run" test "$(grep -c TestOwn out)" -eq 0

# The next start copies nothing.
inode=$(stat -c %i:%Y $copy $copy/locks.go | tr '\n' ' ')
goknot fuzz -C user -o campaign -json -quiet -fuzztime 200x -deps $all
expect "the copy was made again" test "$inode" = "$(stat -c %i:%Y $copy $copy/locks.go | tr '\n' ' ')"

goknot list -C user -sites -deps example.org/lib
expect_rc 0 "list -sites"
expect_out '(.*/)?modcache/example\.org/lib@v1\.0\.0/locks\.go:11:[0-9]+ .* Counter\.Inc|(.*/)?modcache/example\.org/lib@v1\.0\.0/locks\.go:11:[0-9]+ .*Inc'
expect "a dependency that was not chosen has sites" test "$(grep -c old out)" -eq 0

# A pattern that matches nothing is named, and the module's packages are offered where it is a module.
goknot fuzz -C user -o nothing -quiet -fuzztime 1x -deps example.org/lib,example.org/none/...
expect_refusal 2 'goknot fuzz: -deps example\.org/none/\.\.\.: nothing that is built here is or imports such a package'
goknot fuzz -C user -o nothing -quiet -fuzztime 1x -deps example.org/lib,,x
expect_refusal 2 'goknot fuzz: -deps example\.org/lib,,x: an empty pattern'
goknot list -C user -sites -deps example.org/none
expect_refusal 2 'goknot list: -deps example\.org/none: nothing .*'

# The user's own choice of go.mod, its updates allowed; paths trimmed.
mkdir alt
cp user/go.mod alt/alt.mod
cp user/go.sum alt/alt.sum
sed -i '/example.org\/orig v1\|^replace/d' user/go.mod
GOFLAGS="-mod=mod '-modfile=$work/alt/alt.mod'" lost "-modfile and -mod=mod in GOFLAGS" -C user -deps $all
cp alt/alt.mod user/go.mod
WHERE=example.org/ GOFLAGS=-trimpath lost "-trimpath in GOFLAGS" -C user -deps $all
expect "the module or the cache was changed" test "$before" = "$(checksum user "$GOMODCACHE/example.org")"

# A workspace: paths in go.work are relative to where it lies; one dependency is a module of the workspace.
mkdir -p space
user space/user
cp -R lib space/lib
cat >space/go.work <<'GO'
go 1.23

use (
	./user
	./lib
)

replace example.org/orig v1.0.0 => ../orig
GO
WHERE=$work lost "a workspace" -C space/user -deps $all
expect "a module of the workspace was copied" test ! -e campaign/build/deps/mod/example.org/lib@v1.0.0
expect "a module that the workspace replaces by a directory was copied" \
	test "$(ls campaign/build/deps/mod/example.org)" = old@v0.9.0
GOWORK=off lost "a workspace that is off" -C space/user -deps $all

# Vendored: nothing is copied, whether vendoring is asked for or found.
(cd user && "$GO" mod vendor)
WHERE=$work/user/vendor lost "vendored" -C user -deps $all
expect "what is vendored was copied" test ! -e campaign/build/deps/mod
rm -rf campaign
WHERE=$work/user/vendor GOFLAGS=-mod=vendor lost "-mod=vendor" -C user -deps all
GOFLAGS=-mod=mod lost "vendored, but -mod=mod" -C user -deps $all
done_testing
