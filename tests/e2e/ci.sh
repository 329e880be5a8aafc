#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# goknot in continuous integration: the recipes of docs/ci.md run as they stand there, on a repository of three packages in a
# subdirectory; -since chooses the right ones, and the reports are what their readers take.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

python=$(for p in python3 /usr/bin/python3; do
	if "$p" -c 'import yaml, jsonschema' 2>/dev/null; then echo "$p"; break; fi
done)

# The schema is OASIS's and not ours to ship; a Go module that is, has it.
schema=-
fetch_schema() {
	local module=github.com/owenrumney/go-sarif/v3@v3.3.1 dir
	mkdir -p schema && cd schema
	dir=$(GOFLAGS='-mod=mod -modcacherw' GOWORK=off timeout 60 "$GO" mod download -json "$module" 2>/dev/null | jq -r '.Dir // empty')
	cd ..
	[ -n "$dir" ] || return 1
	# shellcheck disable=SC2016 # Go's back quotes
	sed -n '/^const schema = `/,/`$/p' "$dir/pkg/report/v210/sarif/schema.go" |
		sed '1s/^const schema = `//; $s/`$//' >schema.json
	[ "$(jq -r .title schema.json)" = "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema" ]
}
if [ -z "$python" ]; then
	skip "the recipes and SARIF" "no python3 with yaml and jsonschema (scripts/install-deps.sh installs them)"
	done_testing
fi
if fetch_schema; then schema=$work/schema.json; else skip "SARIF by its schema" "the Go module proxy gives no schema"; fi

valid_sarif() { # root, file...
	local root=$1
	shift
	"$python" "$here/../lib/check_sarif.py" "$root" "$schema" "$@"
}
valid_junit() { # file
	if command -v xmllint >/dev/null; then
		xmllint --noout --schema "$here/../lib/junit.xsd" "$1" 2>"$work/xmllint" || { cat "$work/xmllint" >&2; return 1; }
	else
		skip "JUnit by its schema" "there is no xmllint"
	fi
}
here=$root/tests/e2e

# --- a repository: user depends on lib, and closing on neither ---------------------------------

export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@example.org GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@example.org
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
git init -q -b main origin
mkdir -p "origin/go mod/lib" "origin/go mod/user" "origin/go mod/closing"
cd "origin/go mod"
printf 'module example.org/ci\n\ngo 1.23\n' >go.mod
cat >lib/lib.go <<'EOF'
// Package lib takes two locks.
package lib

import "sync"

// Both are taken in the order given.
func Both(a, b *sync.Mutex) {
	a.Lock()
	b.Lock()
	b.Unlock()
	a.Unlock()
}
EOF
cat >lib/lib_test.go <<'EOF'
package lib

import (
	"sync"
	"testing"
)

func TestBoth(t *testing.T) { Both(new(sync.Mutex), new(sync.Mutex)) }
EOF
cat >user/user_test.go <<'EOF'
package user_test

import (
	"sync"
	"testing"

	"example.org/ci/lib"
)

func TestTwoOrders(t *testing.T) {
	var a, b sync.Mutex
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		lib.Both(&b, &a)
		wg.Done()
	}()
	lib.Both(&a, &b)
	wg.Wait()
}
EOF
cp "$root/seeds/closerace/buggy/"*.go closing/
sed -i 's/^package buggy/package closing/; s|goknot.example/seeds/closerace/buggy|example.org/ci/closing|' closing/*.go
cd ../..
git -C origin add -A
git -C origin commit -q -m start
git clone -q origin clone
repo="$work/clone"
cd "$repo/go mod"

# --- -since ---------------------------------------------------------------------------------

mkdir "$work/campaign" # or it goes again when nothing runs
chooses() { # revision, words behind the colon ("" = nothing)
	local since=$1 wanted=$2 got
	goknot fuzz -o "$work/campaign" -run '^None$' -since "$since" ./...
	expect_rc 0 "-since $since"
	got=$(sed -n 's/^fuzz: changed since [^:]*: [0-9] of 3 packages\?: //p' "$work/out" | sed 's|example.org/ci/||g')
	expect "-since $since: $got, wanted $wanted" test "$got" = "$wanted"
}
nothing='fuzz: nothing to fuzz: of 3 packages none has changed since .*, nor what they depend on'

goknot fuzz -since origin/main -junit none.xml -sarif none.sarif ./...
expect_rc 0 "nothing has changed"
expect_out "$nothing"
expect "something was built" test ! -e .goknot
expect "empty SARIF" valid_sarif "$repo" none.sarif
expect "empty JUnit" valid_junit none.xml
rm none.xml none.sarif

mkdir ../docs
echo >../docs/x
echo >lib/NOTES.md
chooses HEAD ''
expect_out "$nothing"
mkdir closing/testdata
echo >closing/testdata/untracked
chooses HEAD 'closing'
rm -r closing/testdata
sed -i 's/Both are/Both of them are/' lib/lib.go
chooses HEAD 'lib user'
git add -A
git commit -q -m lib
chooses HEAD ''
chooses HEAD~1 'lib user'
chooses origin/main 'lib user'
echo >>go.mod
chooses HEAD 'closing lib user'
git checkout -q go.mod
git rm -q -r closing
git commit -q -m 'closing is gone'
goknot fuzz -since HEAD~1 ./...
expect_rc 0 "a package is gone"
expect_out 'fuzz: nothing to fuzz: of 2 packages none .*'
git reset -q --hard HEAD~1
# What main did meanwhile is no change of the branch.
echo '// more' >>"$work/origin/go mod/closing/buggy.go"
git -C "$work/origin" commit -q -a -m more
git fetch -q
chooses origin/main 'lib user'
goknot fuzz -since HEAD ./lib
expect_rc 0 "one package that has not changed"
expect_out 'fuzz: nothing to fuzz: of 1 package none has changed since HEAD, nor what it depends on'
# A workspace: what its go.work says counts for all, and when it is gone.
before=$(git rev-parse HEAD)
printf 'go 1.23\n\nuse "./go mod"\n' >../go.work
chooses HEAD 'closing lib user'
expect_out 'fuzz: go\.work has changed, which counts for every package'
git add -A
git commit -q -m workspace
rm ../go.work
chooses HEAD 'closing lib user'
mkdir ../work
printf 'go 1.23\n\nuse "../go mod"\n' >../work/go.work
ln -s ../work/go.work ../work/link
export GOWORK=$repo/work/link
git -C .. add -A
git commit -q -m link
sed -i 's/1\.23/1.24/' ../work/go.work
chooses HEAD 'closing lib user'
expect_out 'fuzz: work/go\.work has changed, which counts for every package'
unset GOWORK
# Another go.mod, by GOFLAGS.
mkdir ../ci
cp go.mod ../ci/alt.mod
git add -A
git commit -q -m alt
echo >>../ci/alt.mod
chooses HEAD ''
GOFLAGS="-modfile=../ci/alt.mod" chooses HEAD 'closing lib user'
expect_out 'fuzz: ci/alt\.mod has changed, which counts for every package'
# What was embedded and is gone.
printf 'package closing\n\nimport "embed"\n\n//go:embed texts\nvar Texts embed.FS\n' >closing/texts.go
mkdir closing/texts
touch closing/texts/{a,b}.md
git add -A
git commit -q -m texts
rm closing/texts/b.md
chooses HEAD closing
expect_out 'fuzz: go mod/closing/texts/b\.md is gone and may have been embedded, .*'
git reset -q --hard "$before"

# --- the recipes ------------------------------------------------------------------------------

mkdir "$work/recipes"
expect "docs/ci.md parses" "$python" "$here/../lib/ci_recipes.py" "$root/docs/ci.md" "$work/recipes"
mkdir "$work/bin"
ln -s "$GOKNOT" "$work/bin/goknot"
export PATH="$work/bin:$PATH"

recipe() { # exit code, name
	rc=0
	last="recipe $2"
	bash -e "$work/recipes/$2.sh" >"$work/out" 2>"$work/err" </dev/null || rc=$?
	expect_rc "$1" "$2"
}

export BASE=main FUZZTIME=3000x
recipe 0 github-1-replay-what-is-kept
expect "nothing is kept" grep -q 'tests="0"' reports/test.xml
recipe 1 github-1-fuzz-what-changed
expect "closing was fuzzed: $(cat reports/fuzz.xml)" test "$(grep -c '<testsuite name' reports/fuzz.xml)" = 2
expect "one test of two fails" grep -q '<testsuites name="goknot fuzz" tests="2" failures="1" errors="0"' reports/fuzz.xml
expect "the deadlock is shown in lib" test "$(jq -r '.runs[0].results[] | [.ruleId,
	.locations[0].physicalLocation.artifactLocation.uri, .locations[0].physicalLocation.region.startLine] | @tsv' reports/fuzz.sarif)" = \
	"$(printf 'deadlock\tgo%%20mod/lib/lib.go\t9')"
hash=$(jq -r '.runs[0].results[0].partialFingerprints.primaryLocationLineHash' reports/fuzz.sarif)

# The campaign is kept from job to job: what is known and comes again is told again.
CI_MERGE_REQUEST_DIFF_BASE_SHA=$(git merge-base origin/main HEAD)
export CI_MERGE_REQUEST_DIFF_BASE_SHA
rm -r reports && mkdir reports # by the job's before_script
recipe 1 gitlab-goknot-changes
expect "known, and told again: $(cat "$work/out" "$work/err")" test "$(jq -r '.runs[0].results[0].partialFingerprints.primaryLocationLineHash' reports/fuzz.sarif)" = "$hash"

recipe 1 github-2-fuzz-everything
expect "both bugs: $(cat reports/fuzz.xml)" grep -q '<testsuites name="goknot fuzz" tests="3" failures="2" errors="0"' reports/fuzz.xml
expect "the stack of the panic" test "$(jq -r '.runs[0].results[] | select(.ruleId == "panic") |
	.stacks[0].frames[0].location.physicalLocation.artifactLocation.uri' reports/fuzz.sarif)" = "go%20mod/closing/buggy.go"
expect "SARIF of the night" valid_sarif "$repo" reports/fuzz.sarif
expect "JUnit of the night" valid_junit reports/fuzz.xml

recipe 0 shell-1
expect "the schedules are committed" test "$(git ls-files '*/testdata/goknot/*.crash' | wc -l)" = 2
recipe 1 github-1-replay-what-is-kept
expect "both come back: $(cat reports/test.xml)" grep -q '<testsuites name="goknot test" tests="2" failures="2" errors="0"' reports/test.xml
sed -i 's/^package lib/\/\/ Moved\n\/\/ down.\n\npackage lib/' lib/lib.go
recipe 1 github-1-replay-what-is-kept
expect "the line is that of now" test "$(jq -r '.runs[0].results[] | select(.ruleId == "deadlock") |
	.locations[0].physicalLocation.region.startLine' reports/test.sarif)" = 12
expect "the fingerprint stays" test "$(jq -r '.runs[0].results[] | select(.ruleId == "deadlock") |
	.partialFingerprints.primaryLocationLineHash' reports/test.sarif)" = "$hash"
expect "SARIF of goknot test" valid_sarif "$repo" reports/test.sarif
expect "JUnit of goknot test" valid_junit reports/test.xml

recipe 0 github-1-make-the-campaign-small
expect "no builds are left" test ! -e .goknot/build
goknot list -sarif list.sarif -junit list.xml .goknot
expect_rc 0 "goknot list"
expect "what was found is listed" test "$(jq '.runs[0].results | length' list.sarif)" = 2
expect "JUnit of goknot list" valid_junit list.xml

# Both are fixed: the jobs pass.
sed -i 's/lib.Both(&b, &a)/lib.Both(\&a, \&b)/' user/user_test.go
cp "$root/seeds/closerace/fixed/fixed.go" closing/buggy.go
sed -i 's/^package fixed/package closing/' closing/buggy.go
recipe 0 gitlab-goknot-test
expect "nothing fails: $(cat reports/test.xml)" grep -q '<testsuites name="goknot test" tests="2" failures="0"' reports/test.xml
recipe 0 gitlab-goknot-nightly
expect "what is fixed is gone: $(cat reports/fuzz.sarif)" test "$(jq '.runs[0].results | length' reports/fuzz.sarif)" = 0
recipe 0 gitlab-goknot-nightly-after_script
recipe 0 gitlab-goknot-changes-after_script

# Installing is not run here, but what it calls is there.
expect "make install" make -n -C "$root" install PREFIX="$work/prefix" >"$work/make.out"
expect "install-deps.sh" test -x "$root/scripts/install-deps.sh"

# --- standard output, an interruption, a package that does not build ----------------------------

git checkout -q user
goknot fuzz -quiet -fuzztime 200x -sarif - ./user
expect_rc 1 "SARIF on standard output"
cp "$work/out" stdout.sarif
expect "nothing else is there" valid_sarif "$repo" stdout.sarif
expect_err '[-]-- FOUND: .*|fuzz: .*'
# Without --foreground timeout sends two signals, of which the second ends goknot at once.
timeout --foreground -s INT 8 "$GOKNOT" fuzz -fuzztime 1h -junit interrupted.xml -sarif interrupted.sarif ./lib ./user >"$work/out" 2>&1 || true
expect "JUnit after an interruption" valid_junit interrupted.xml
expect "SARIF after one: $(cat interrupted.sarif)" test "$(jq '.runs[0].invocations[0].executionSuccessful' interrupted.sarif)" = false
echo 'package lib; func broken( {' >lib/broken_test.go
goknot fuzz -fuzztime 10x -junit broken.xml -sarif broken.sarif ./closing ./lib
expect "a package that does not build: $(cat broken.xml)" grep -q 'tests="2" failures="0" errors="1"' broken.xml
expect "JUnit of that" valid_junit broken.xml
expect "a notification" test "$(jq -r '.runs[0].invocations[0].toolExecutionNotifications[0].level' broken.sarif)" = error
done_testing
