#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# doctor: every line has a known status, the exit code follows from them, and a machine without Go or with a
# wrong one is told so.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/module" "$work/bin" "$work/tmp"
cd "$work/module"
export TMPDIR=$work/tmp

fail() {
	echo "doctor: $1" >&2
	cat "$work"/*.txt >&2 || true
	exit 1
}

# run expected-exit-code name arguments...: output into $work/name.txt
run() {
	local want=$1 name=$2 rc=0
	shift 2
	"$GOKNOT" doctor "$@" >"$work/$name.txt" 2>&1 || rc=$?
	[ "$rc" -eq "$want" ] || fail "$name: exit code $rc, not $want"
}

run 0 plain
grep -Evq '^((ok|limited|missing|       ) |$|Fuzzing is)' "$work/plain.txt" && fail "a line without a status"
grep -q '^missing' "$work/plain.txt" && fail "exit code 0 although something is missing"
for check in platform kernel go 'C compiler' 'race detector' cores memory 'worker network' 'worker files' campaign \
	'temporary files' 'open files' processes 'eBPF probe'; do
	grep -Eq "^(ok|limited) +$check " "$work/plain.txt" || fail "no line for $check"
done
# The probe is tried out, and what the user lacks is named, with what grants it and what is used in its place.
probe=$(grep -A1 'eBPF probe' "$work/plain.txt")
case $probe in
ok*) grep -Eq '1000 of 1000 hits recorded \((uprobe_multi|single)' <<<"$probe" || fail "the probe: $probe" ;;
*) echo "skip the probe: $probe" | tr '\n' ' ' && echo ;;
esac
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	lacking() { # capabilities to drop, words
		setpriv --bounding-set="$1" --inh-caps="$1" "$GOKNOT" doctor >"$work/caps.txt" 2>&1 || true
		grep -A1 'eBPF probe' "$work/caps.txt" | grep -q "^limited  eBPF probe .*$2.*the ring in the target is used" ||
			fail "$1: $(grep -A1 'eBPF probe' "$work/caps.txt")"
		grep -A1 'eBPF probe' "$work/caps.txt" | grep -q -- '-> sudo setcap cap_bpf,cap_perfmon+ep' || fail "no remedy"
	}
	case $probe in ok*)
		lacking -sys_admin,-bpf,-perfmon 'CAP_BPF and CAP_PERFMON are missing'
		lacking -sys_admin,-bpf 'CAP_BPF is missing'
		lacking -sys_admin,-perfmon 'CAP_PERFMON is missing'
		if setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$GOKNOT" doctor 2>&1 | grep 'eBPF probe' |
			grep -Eq '^(ok .*uprobe_multi|limited .*CAP_SYS_ADMIN is missing)'; then :; else fail 'without CAP_SYS_ADMIN'; fi ;;
	esac
fi
[ "$(tail -1 "$work/plain.txt")" = 'Fuzzing is possible here.' ] || fail "no last line"

run 0 json -json
jq -es 'all(.[:-1][]; (.check | length > 0) and (.status | IN("ok", "limited", "missing")) and (.text | length > 0)
	and ((.status == "ok") or has("fix"))) and .[-1] == {"possible": true}' "$work/json.txt" >/dev/null ||
	fail "-json"

# A go of a release that is not supported: the first on PATH wins.
cat >"$work/bin/go" <<'GO'
#!/bin/sh
[ "$1" = env ] || exit 1
shift
[ "$1" != -json ] || { echo '{"GOVERSION":"go1.19.8","GOROOT":"/usr/lib/go-1.19"}'; exit 0; }
for name; do
	case $name in
	GOVERSION) echo go1.19.8 ;;
	GOROOT) echo /usr/lib/go-1.19 ;;
	CGO_ENABLED) echo 0 ;;
	*) echo ;;
	esac
done
GO
chmod +x "$work/bin/go"
rc=0
PATH=$work/bin:$PATH "$GOKNOT" doctor >"$work/old.txt" 2>&1 || rc=$?
[ "$rc" -eq 2 ] || fail "an old Go: exit code $rc, not 2"
grep -Eq "^missing +go +$work/bin/go is go1.19.8; Go 1.23 to 1.27 are supported" "$work/old.txt" ||
	fail "an old Go is not named"
[ "$(tail -1 "$work/old.txt")" = 'Fuzzing is not possible here.' ] || fail "an old Go: last line"

# A go that fails says why.
printf '#!/bin/sh\necho "go: broken here" >&2\nexit 1\n' >"$work/bin/go"
rc=0
PATH=$work/bin:$PATH "$GOKNOT" doctor >"$work/broken.txt" 2>&1 || rc=$?
[ "$rc" -eq 2 ] || fail "a broken Go: exit code $rc, not 2"
grep -q 'go: broken here' "$work/broken.txt" || fail "a broken Go's words are lost"

# Nothing stays behind.
left=$(find "$work/module" "$work/tmp" -mindepth 1)
[ -z "$left" ] || fail "left behind: $left"
