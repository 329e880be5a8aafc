#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# -junit, -sarif and -since: what cannot be written or compared is refused with one sentence before anything is done.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=scripts/go-env.sh
. "$root/scripts/go-env.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failures=0
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@example.org GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@example.org

bad() {
	echo "reports: $1"
	cat "$work/out" "$work/err"
	failures=$((failures + 1))
}
refuses() { # regular expression for the one sentence, arguments...
	local want=$1 rc=0
	shift
	"$GOKNOT" "$@" >"$work/out" 2>"$work/err" || rc=$?
	[ "$rc" -eq 2 ] || bad "goknot $*: exit code $rc"
	[ ! -s "$work/out" ] || bad "goknot $*: prints"
	[ "$(wc -l <"$work/err")" -eq 1 ] || bad "goknot $*: not one sentence"
	grep -Eqx "$want" "$work/err" || bad "goknot $*: wanted $want"
	[ ! -e .goknot ] || bad "goknot $* leaves a campaign directory"
}

mkdir -p m/p dir
cd m
printf 'module example.org/m\n\ngo 1.23\n' >go.mod
printf 'package p\n' >p/p.go
printf 'package p\n\nimport "testing"\n\nfunc TestP(t *testing.T) {}\n' >p/p_test.go

for c in fuzz test; do
	refuses "goknot $c: -junit wants a file to write: \.\./dir: Is a directory" "$c" -junit ../dir ./...
	refuses "goknot $c: -sarif none/x: no file can be written in none/: No such file or directory" "$c" -sarif none/x ./...
	refuses "goknot $c: -junit and -sarif both want to write to x" "$c" -junit x -sarif x ./...
	refuses "goknot $c: -junit and -sarif both want to write to standard output" "$c" -junit - -sarif - ./...
	refuses "goknot $c: -json and -sarif - both want to write to standard output" "$c" -json -sarif - ./...
	refuses "goknot $c: -junit wants a value" "$c" ./... -junit
done
refuses 'goknot list: -sarif is about findings, and wants one campaign directory \(\./p holds no goknot\.db\)' list -sarif x ./p
refuses 'goknot list: -junit is about findings, and wants one campaign directory \(\. holds no goknot\.db\)' list -junit x

# No repository, no git, no such revision, nothing in common, files instead of packages.
export GIT_CEILING_DIRECTORIES=$work
refuses 'goknot fuzz: -since wants a git repository, and git says of .*/m: fatal: not a git repository.*' fuzz -since HEAD ./...
mkdir "$work/bin"
ln -s "$GO" "$work/bin/go"
(export PATH=$work/bin; "$GOKNOT" fuzz -since HEAD ./... >../out 2>../err) && bad "no git: exit code 0"
grep -qx 'goknot fuzz: -since asks git what has changed, and there is no git command on PATH' ../err || bad "no git"
git init -q -b main .
refuses 'goknot fuzz: -since HEAD: git knows no such commit here .*' fuzz -since HEAD ./...
git add -A
git commit -q -m 1
refuses 'goknot fuzz: -since nowhere: git knows no such commit here .*' fuzz -since nowhere ./...
refuses 'goknot fuzz: -since --output=x: git knows no such commit here .*' fuzz -since=--output=x ./...
refuses 'goknot fuzz: -since \\x1b\[2J: git knows no such commit here .*' fuzz -since $'\e[2J' ./...
[ ! -e x ] || bad "a revision was taken for an option"
refuses 'goknot fuzz: -since chooses among packages, and files are named: name their directory' fuzz -since HEAD p/p.go
git checkout -q --orphan other
git commit -q -m other
refuses 'goknot fuzz: -since main has no commit in common with HEAD here: a shallow clone .*' fuzz -since main ./...

# A package that is not there is refused as without -since; a link or a pipe is written to and stays what it is.
rc=0
"$GOKNOT" fuzz -since HEAD ./none >../out 2>../err || rc=$?
[ "$rc" -eq 2 ] || bad "no such package: exit code $rc"
echo old >../file
ln -s file ../link
mkfifo ../pipe
cat ../pipe >../piped &
"$GOKNOT" fuzz -since HEAD -sarif ../link -junit ../pipe ./... >../out 2>../err || bad "a link and a pipe"
wait
if [ ! -L ../link ] || [ ! -p ../pipe ]; then bad "a link or a pipe was replaced"; fi
grep -q '<testsuites name="goknot fuzz" tests="0"' ../piped || bad "a pipe was not written to"
jq -e '.version == "2.1.0"' ../file >/dev/null || bad "a link was not followed"
"$GOKNOT" fuzz -since HEAD -json ./... 2>../err | jq -e '.event == "note"' >../out || bad "-json"

[ "$failures" -eq 0 ]
