#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The table "Stack traces" of docs/instrumenter.md: a test is put beside those of a module that writes down the stack of a
# panic or of all goroutines of something that runs. The frames in files of the module have to be the same, file, line
# and function, stock, instrumented, and attached.
#
# usage: modules-stacks.sh
# from the environment: BUILD (default build)
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=scripts/bench/modules.bash
. scripts/bench/modules.bash

work=$(mktemp -d "${TMPDIR:-/tmp}/goknot-stacks.XXXXXX")
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
failures=0

head_of() { # package, imports...
	local i
	echo "package $1"
	echo 'import ("os"; "runtime"; "testing"'
	for i in "${@:2}"; do echo "\"$i\""; done
	cat <<'TEXT'
)

func stacks(all bool) {
	buf := make([]byte, 1<<22)
	os.WriteFile(os.Getenv("STACKS"), buf[:runtime.Stack(buf, all)], 0o644)
}
TEXT
}

# A panic below a router and two middlewares.
chi_test() {
	head_of chi_test net/http net/http/httptest github.com/go-chi/chi/v5 github.com/go-chi/chi/v5/middleware
	cat <<'TEXT'
func TestStacks(t *testing.T) {
	r := chi.NewRouter()
	r.Use(middleware.RequestID, middleware.NoCache)
	r.Route("/a", func(r chi.Router) { r.Get("/{id}", func(http.ResponseWriter, *http.Request) { panic("stop") }) })
	defer func() {
		recover()
		stacks(false)
	}()
	r.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/a/b", nil))
}
TEXT
}

# All goroutines of a leader: selects of many cases, replication, snapshots.
raft_test() {
	head_of raft time
	cat <<'TEXT'
func TestStacks(t *testing.T) {
	c := MakeCluster(1, t, nil)
	c.Leader()
	time.Sleep(300 * time.Millisecond)
	stacks(true)
	c.Close()
}
TEXT
}

# Workers at a channel each, one submitter at the condition of a full pool.
ants_test() {
	head_of ants_test time github.com/panjf2000/ants/v2
	cat <<'TEXT'
func TestStacks(t *testing.T) {
	p, _ := ants.NewPool(2)
	stop := make(chan bool)
	for i := 0; i < 2; i++ {
		p.Submit(func() { <-stop })
	}
	go p.Submit(func() {})
	time.Sleep(300 * time.Millisecond)
	stacks(true)
	close(stop)
	p.Release()
}
TEXT
}

# "function file:line" of the frames in files below a directory, as often as they occur.
frames() { # file, directory
	awk -v dir="$2/" '/^\t/ { if (index($1, dir) == 1) print f, substr($1, length(dir) + 1); next }
		{ f = $0; sub(/\([^()]*\)$/, "", f); sub(/ in goroutine [0-9]+$/, "", f) }' "$1" | sort
}

echo "| module | frames in its files | differ, hooks off | differ, hooks on |"
echo "| --- | --- | --- | --- |"
for entry in 'github.com/go-chi/chi/v5@v5.5.0 chi_test' 'github.com/hashicorp/raft@v1.8.0 raft_test' \
	'github.com/panjf2000/ants/v2@v2.12.1 ants_test'; do
	read -r module writer <<<"$entry"
	name=${module%@*}
	dir=$work/${name//\//_}
	fetch_module "$module" "$dir"
	"$writer" >"$dir/stacks_of_goknot_test.go"
	(
		cd "$dir"
		STACKS=$work/stock go test -count=1 -vet=off -run '^TestStacks$' . >/dev/null
		# The module's directory is a copy in a run.
		STACKS=$work/on "$GOKNOT" fuzz -o "$work/campaign-$writer" -quiet -sched native -policy none -parallel 1 -fuzztime 1x -run '^TestStacks$' . \
			>"$work/log" || true
		STACKS=$work/off "$work/campaign-$writer/build/bin/${name//\//+}.test" -test.run '^TestStacks$' >/dev/null
	)
	for way in stock off on; do frames "$work/$way" "$dir" >"$work/$way.frames"; done
	off=$(diff "$work/stock.frames" "$work/off.frames" | grep -c '^[<>]' || true)
	on=$(diff "$work/stock.frames" "$work/on.frames" | grep -c '^[<>]' || true)
	diff "$work/stock.frames" "$work/off.frames" >&2 || true
	diff "$work/stock.frames" "$work/on.frames" >&2 || true
	n=$(wc -l <"$work/stock.frames")
	[ "$n" -gt 0 ] && [ "$off" -eq 0 ] && [ "$on" -eq 0 ] || failures=$((failures + 1))
	echo "| $module | $n | $off | $on |"
done
[ "$failures" -eq 0 ]
