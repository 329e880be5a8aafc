# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Sourced by the tests under tests/cli and tests/e2e. Sets root (the repository), work (a scratch directory,
# gone at the end) and cd's there; all checks go on after a failure and the sum is told by done_testing.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
me=$(basename "$0" .sh)
GOKNOT=$(realpath "${GOKNOT:-$root/build/goknot}")
# shellcheck source=scripts/go-env.sh
. "$root/scripts/go-env.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/goknot-$me.XXXXXX")
cd "$work"
mkdir -p "$work/tmp"
export TMPDIR=$work/tmp
failures=0
checks=0
skips=0
rc=0

# A test may add commands (unmounting, killing) that run before the scratch directory goes.
on_exit=()
finish() {
	local c
	for c in "${on_exit[@]}"; do eval "$c" || true; done
	chmod -R u+rwx "$work" 2>/dev/null || true
	rm -rf "$work"
}
trap finish EXIT

failed() { # what
	echo "$me: $1" >&2
	failures=$((failures + 1))
}

# Of what cannot be checked here. scripts/run-tests.sh shows and counts the lines.
skip() { # what, why
	echo "skip $1: $2"
	skips=$((skips + 1))
}

# goknot's output goes to out and err in the scratch directory, its exit code to rc.
goknot() {
	rc=0
	timeout -k 5 120 "$GOKNOT" "$@" >"$work/out" 2>"$work/err" </dev/null || rc=$?
	last="goknot $*"
}

shown() {
	echo "  $last: exit code $rc"
	tail -n 8 "$work/out" | cut -c 1-400 | sed 's/^/  stdout: /'
	tail -n 12 "$work/err" | cut -c 1-400 | sed 's/^/  stderr: /'
}

expect_rc() { # wanted exit code, what this is about
	checks=$((checks + 1))
	[ "$rc" -eq "$1" ] || { failed "$2: exit code $rc, wanted $1"; shown >&2; }
}

# A regular expression that one line of standard error (or output) has to match as a whole.
expect_err() {
	checks=$((checks + 1))
	grep -Eqx "$1" "$work/err" || { failed "standard error has no line: $1"; shown >&2; }
}
expect_out() {
	checks=$((checks + 1))
	grep -aEqx "$1" "$work/out" || { failed "standard output has no line: $1"; shown >&2; }
}

# One clear sentence: exactly one line on standard error, none on standard output.
expect_refusal() { # exit code, regular expression for the sentence
	expect_rc "$1" "$last"
	expect_err "$2"
	checks=$((checks + 1))
	[ "$(wc -l <"$work/err")" -eq 1 ] || { failed "more than one sentence"; shown >&2; }
}

expect() { # what, command...: the command succeeds
	local what=$1
	shift
	checks=$((checks + 1))
	"$@" || failed "$what"
}

# Objects of one event from the -json output, picked by a filter.
events() { # event, jq filter
	jq -rn --arg e "$1" "[inputs] | map(select(.event == \$e)) | $2" "$work/out"
}

# A Go module with one package in the current directory; the package's files follow with `package NAME`.
module() { # directory, path
	mkdir -p "$1"
	printf 'module %s\n\ngo 1.23\n' "$2" >"$1/go.mod"
}

# Processes whose executable or argument lies in a directory: workers of a campaign there.
processes_below() { # directory
	local p
	for p in /proc/[0-9]*; do
		if [[ "$(readlink "$p/exe" 2>/dev/null || true)" == "$1"/* ]]; then echo "${p#/proc/}"; fi
	done
}

checksum() { # directory...: of names, modes and contents
	find "$@" -printf '%y %m %p %l\n' | sort | md5sum
	find "$@" -type f -print0 | sort -z | xargs -0 md5sum | md5sum
}

# Runs a script in a mount namespace of its own, where even root can make a tree read-only.
in_namespace() { # script text
	printf '%s\n' "$1" >"$work/namespace.sh"
	unshare "$(namespace_flags)" bash -euo pipefail "$work/namespace.sh"
}
namespace_flags() { if [ "$(id -u)" -eq 0 ]; then echo -m; else echo -rm; fi; }

# Containers often allow no namespaces; what needs one is then skipped.
have_namespaces() { # what
	mkdir -p "$work/probe"
	if ! command -v unshare >/dev/null; then
		skip "$1" "there is no unshare(1) to make a mount namespace with"
	elif ! unshare "$(namespace_flags)" mount -t tmpfs none "$work/probe" 2>/dev/null; then
		skip "$1" "mount namespaces are refused here"
	else
		return 0
	fi
	return 1
}

# The N of the Go release 1.N that targets are built with.
go_minor() { "${GOKNOT_GO:-$GO}" env GOVERSION | sed 's/^go1\.\([0-9]*\).*/\1/'; }

done_testing() {
	if [ $((checks + failures)) -eq 0 ] && [ "$skips" -gt 0 ]; then exit 77; fi
	[ "$checks" -gt 0 ] || { echo "$me: nothing was checked" >&2; exit 1; }
	[ "$failures" -eq 0 ] || { echo "$me: $failures of $checks checks failed" >&2; exit 1; }
	echo "$me: $checks checks"
}
