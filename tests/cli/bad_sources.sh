#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Sources that cannot be read, parsed or named, and a helper that dies over them: one sentence with the position,
# exit code 2, and what an earlier start has written stays whole.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

fuzz() { # directory, words...
	goknot fuzz -C "$1" -o "$work/campaign-$1" -quiet -fuzztime 20x "${@:2}"
}
refused() { # directory, sentence, words...
	fuzz "$1" "${@:3}"
	expect_refusal 2 "goknot fuzz: $2"
}
# One test with one site, on line 5 of a_test.go.
good() { # directory
	module "$1" "example.org/$1"
	printf 'package m\n\nimport "testing"\n\nfunc TestA(t *testing.T) { c := make(chan int, 1); c <- 1 }\n' >"$1/a_test.go"
}

good syntax
printf 'package m\n\nfunc F( {\n' >syntax/b.go
refused syntax 'example\.org/syntax does not build: \./b\.go:3:9: syntax error.*'
good below
mkdir below/dep
printf 'package dep\n\nfunc F() int {\n\treturn }\n}\n' >below/dep/b.go
printf 'package m\n\nimport _ "example.org/below/dep"\n' >below/c.go
refused below 'example\.org/below does not build: dep/b\.go:5:1: syntax error.*' ./...

for broken in 'requite x v1:4: unknown directive: requite' 'module y:4: repeated module statement'; do
	good gomod
	printf '%s\n' "${broken%%:*}" >>gomod/go.mod
	refused gomod "errors parsing (\.\./)*(.*/)?go\.mod: (.*/)?go\.mod:${broken#*:}"
done
good overlaid
printf '{"Replace":\n{"/x' >overlay.json
GOFLAGS=-overlay=$work/overlay.json refused overlaid "overlay $work/overlay\.json: line 2: .*"
echo "{\"Replace\":{\"$work/overlaid/x.go\":\"/none/x.go\"}}" >overlay.json
GOFLAGS=-overlay=$work/overlay.json refused overlaid 'example\.org/overlaid does not build: open /none/x\.go: no such file.*'

# Files that are listed and are not there: a link to nowhere, links in a circle, one that goes after the list.
good links
ln -s nowhere.go links/x.go
refused links "example\.org/links does not build: open $work/links/x\.go: no such file.*"
ln -sf y.go links/x.go
ln -s x.go links/y.go
refused links "example\.org/links does not build: open $work/links/[xy]\.go: too many levels of symbolic links"
rm links/[xy].go
ln -s . links/circle
ln -s ../links links/parent
fuzz links ./...
expect_rc 0 "directories linked in a circle"
good goes
printf 'package m\n' >goes/later.go
mkdir vanishing
cat >vanishing/go <<SH
#!/bin/sh
"$GO" "\$@" || exit
[ "\$1" != list ] || rm -f "$work/goes/later.go"
SH
chmod +x vanishing/go
PATH=$work/vanishing:$PATH refused goes "go list names a file that cannot be read: open $work/goes/later\.go: no such file.*"

# Names that are not UTF-8: a file is built without hooks, which is told; a directory cannot be worked in.
good names
printf 'package m\n\nfunc F() { c := make(chan int, 1); c <- 1 }\n' >names/$'b\xff.go'
fuzz names
expect_rc 0 "a file whose name is not UTF-8"
goknot list -C names -sites
expect_rc 0 "list -sites with such a file"
expect_err $'.*/b\ufffd\\.go:1:1 file has no hook: its name is not valid UTF-8, so no overlay can name it'
mkdir names/$'sub\xff'
cp names/a_test.go names/$'sub\xff/'
refused names $'example\\.org/names/sub\ufffd: malformed import path "example\\.org/names/sub\\\\xff": invalid UTF-8' ./...
good other && mv other $'other\xff'
goknot fuzz -C $'other\xff' -o campaign -quiet -fuzztime 1x
expect_refusal 2 "goknot fuzz: $work/other\\\\xff: the name of the directory is not valid UTF-8.*"
goknot fuzz -C names -o $'campaign\xff' -quiet -fuzztime 1x
expect_refusal 2 "goknot fuzz: $work/campaign\\\\xff/build: the name of the campaign directory is not valid UTF-8.*"

# Root may read everything, but for capabilities that can be laid down.
good closed
mkdir closed/sub
cp closed/a_test.go closed/sub/
chmod 0 closed/sub
real=$GOKNOT
if [ "$(id -u)" -eq 0 ]; then
	caps=-dac_override,-dac_read_search
	printf '#!/bin/sh\nexec setpriv --bounding-set=%s --inh-caps=%s "%s" "$@"\n' $caps $caps "$GOKNOT" >less && chmod +x less
	GOKNOT=$work/less
fi
if [ "$(id -u)" -eq 0 ] && ! setpriv --bounding-set="$caps" --inh-caps="$caps" true 2>/dev/null; then
	skip "a directory without read permission" "root cannot lay down its capabilities here"
else
	refused closed 'pattern \./\.\.\.: open sub: permission denied' ./...
	refused closed "\./sub: open $work/closed/sub: permission denied" ./sub
	chmod 0 closed/a_test.go
	# The go command remembers what was in a file that has not changed; then it is goknot that finds out.
	either='(go list names a file that cannot be read|example\.org/closed does not build): '
	refused closed "($either)?open $work/closed/a_test\.go: permission denied"
	printf 'package m\n' >closed/b.go && chmod 0 closed/b.go && chmod 600 closed/a_test.go
	refused closed "${either}open $work/closed/b\.go: permission denied"
fi
GOKNOT=$real
chmod 700 closed/sub

# A generated file of 10,000 operations: nothing lost, line numbers right, in no time; and it builds in seconds, where inlined
# hooks would take the compiler two minutes.
good generated
{
	printf 'package m\n\nfunc F(c chan int) {\n'
	for _ in $(seq 10000); do printf '\tc <- 1\n'; done
	printf '}\n'
} >generated/g.go
start=$SECONDS
goknot list -C generated -sites
expect_rc 0 "10,000 lines"
expect "10,000 lines: $(wc -l <out) sites" test "$(wc -l <out)" -eq 10001
expect_out 'generated/g\.go:10003:4 send c F'
expect "10,000 lines take $((SECONDS - start)) s" test $((SECONDS - start)) -lt 60
start=$SECONDS
fuzz generated
expect_rc 0 "10,000 lines do not build"
expect "10,000 lines take $((SECONDS - start)) s to build" test $((SECONDS - start)) -lt 60

# A helper that dies. The go command here builds the real one and puts a script in its place.
good dies
fuzz dies
expect_rc 0 "before the helper dies"
kept=$(cd campaign-dies/build && md5sum overlay.json sites.json tests.json src/*/*)
mkdir dying
cat >dying/go <<SH
#!/bin/sh
[ "\$1 \$2" != "build -trimpath" ] || rm -f "\$5"
"$GO" "\$@" || exit
[ "\$1 \$2" = "build -trimpath" ] || exit 0
mv "\$5" "\$5.real"
cp "$work/dying/helper" "\$5"
SH
chmod +x dying/go
# A helper that was built is not built again.
with_dying() { # module, sentence
	rm -f "campaign-$1/build/helper.stamp"
	PATH=$work/dying:$PATH refused "$@"
}
dies() { # script, sentence
	printf '#!/bin/sh\n%s\n' "$1" >dying/helper
	chmod +x dying/helper
	# Something to write, so that a helper that works would change the files.
	printf '\n' >>dies/a_test.go
	with_dying dies "$2"
	expect "$1: what was there before is changed" test "$kept" = "$(cd campaign-dies/build && md5sum overlay.json sites.json tests.json src/*/*)"
}
# shellcheck disable=SC2016  # for the shell that the script is for
dies 'kill -9 $$' "goknot's helper died of signal 9 while rewriting the packages"
dies 'exit 7' "goknot's helper ended with exit code 7 while rewriting the packages"
dies 'echo "panic: oh
goroutine 1 [running]:" >&2; exit 2' "goknot's helper ended with exit code 2 while rewriting the packages: panic: oh"
# shellcheck disable=SC2016
dies '[ "$1" = rewrite ] || kill -11 $$' "goknot's helper died of signal 11 while editing the Go runtime"

# Killed anywhere in its work: each file is there whole, or not at all.
whole() {
	local f
	for f in campaign-generated/build/*.json; do
		jq empty "$f" || return 1
	done
	for f in campaign-generated/build/src/*/*.go; do
		case $f in */.tmp-*) continue ;; esac
		gofmt -e "$f" >/dev/null || return 1
	done
}
for delay in 0.01 0.03 0.06 0.1 0.15 0.2 0.3; do
	cat >dying/helper <<SH
#!/bin/sh
"\$0.real" "\$@" <&0 &
sleep $delay
kill -9 \$!
kill -9 \$\$
SH
	sed -i "s/^}/\tc <- 2\n&/" generated/g.go
	with_dying generated "goknot's helper died of signal 9 .*"
	expect "something is half-written after $delay s" whole
done
rm campaign-generated/build/helper
fuzz generated
expect_rc 0 "after the helper was killed"

# One that cuts its output short without a word.
cut_short() { # option, sentence
	cat >dying/helper <<SH
#!/bin/sh
"\$0.real" "\$@" || exit
while [ \$# -gt 1 ]; do
	if [ "\$1" = $1 ]; then head -c 40 "\$2" >"\$2.cut" && mv "\$2.cut" "\$2"; fi
	shift
done
SH
	with_dying dies "$2"
}
cut_short -sites 'site table: .*'
cut_short -tests 'list of tests: .*'
cut_short -overlay "overlay $work/campaign-dies/build/overlay-source\.json: line .*"
rm campaign-dies/build/helper
fuzz dies
expect_rc 0 "after the helper died"
expect "left behind: $(find campaign-* -name '.tmp-*')" test -z "$(find campaign-* -name '.tmp-*')"
done_testing
