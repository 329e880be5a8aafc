#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# list: the tests, the sites, and nothing left behind.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=scripts/go-env.sh
. "$root/scripts/go-env.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/m/sub" "$work/tmp"
export TMPDIR=$work/tmp
cd "$work/m"
printf 'module example.org/m\n\ngo 1.23\n' >go.mod
printf 'package m\n\nimport "sync"\n\nvar mu sync.Mutex\n\nfunc F(c chan int) {\n\tmu.Lock()\n\tc <- 1\n\tmu.Unlock()\n}\n' >m.go
printf 'package m\n\nimport "testing"\n\nfunc TestB(t *testing.T) {}\nfunc TestA(t *testing.T) {}\nfunc Testing(t *testing.T) {}\nfunc BenchmarkC(b *testing.B) {}\n' >m_test.go
printf 'package sub\n\nimport "testing"\n\nfunc TestSub(t *testing.T) {}\n' >sub/s_test.go
before=$(find . -type f -exec md5sum {} + | sort)

check() { # wanted output, wanted exit code, arguments...
	local want=$1 code=$2 got rc=0
	shift 2
	got=$("$GOKNOT" list "$@" 2>&1) || rc=$?
	if [ "$got" != "$want" ] || [ "$rc" -ne "$code" ]; then
		echo "list $*: exit code $rc, wanted $code; output, wanted:" >&2
		diff <(echo "$got") <(echo "$want") >&2
		exit 1
	fi
}

check $'example.org/m TestB\nexample.org/m TestA\nexample.org/m/sub TestSub' 0 ./...
check $'example.org/m TestB\nexample.org/m TestA' 0
check 'example.org/m TestA' 0 -run 'A$/sub'
check 'example.org/m/sub TestSub' 0 -C sub
check $'m.go:8:5 lock mu F\nm.go:9:4 send c F\nm.go:10:5 unlock mu F' 0 -sites
check 'goknot list: no test matches -run Nope in ./...' 2 -run Nope ./...
"$GOKNOT" list -json -sites | jq -es 'length == 3 and .[1].op == "send" and .[1].line == 9 and
	.[1].func == "F" and (.[1].site | test("^[0-9a-f]{8}$"))' >/dev/null || { echo "list -sites -json" >&2; exit 1; }
"$GOKNOT" list -json ./... | jq -es '.[2].test == "TestSub" and .[2].package == "example.org/m/sub"' >/dev/null ||
	{ echo "list -json" >&2; exit 1; }
mkdir "$work/none"
check "goknot list: $work/none is not in a Go module: no go.mod there or above (go mod init makes one; -C names another directory)" \
	2 -C "$work/none"

[ "$before" = "$(find . -type f -exec md5sum {} + | sort)" ] || { echo "list changed the module" >&2; exit 1; }
left=$(find "$work/tmp" -mindepth 1 -name "goknot*")
[ -z "$left" ] || { echo "list left: $left" >&2; exit 1; }
