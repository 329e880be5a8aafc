#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A campaign directory that cannot be used: from a newer goknot, read-only, in use, on a full disk, not a
# directory. One sentence, the right exit code, and what is there stays as it is.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
printf 'package m\n\nimport "testing"\n\nfunc TestA(t *testing.T) {\n\tc := make(chan int, 1)\n\tgo func() { c <- 1 }()\n\t<-c\n}\n' >m/m_test.go
fuzz() { # campaign, flags...
	goknot fuzz -C m -o "$@" -quiet -fuzztime 100x -parallel 1
}
fuzz campaign
expect_rc 0 "a first campaign"
runs=$("$GOKNOT" status -json campaign | jq 'select(.event == "status").runs')

# The version is a big-endian number in the header of an SQLite file.
cp -R campaign newer
printf '\0\0\047\017' | dd of=newer/goknot.db bs=1 seek=60 conv=notrunc status=none
before=$(md5sum <newer/goknot.db)
fuzz newer
expect_refusal 2 'goknot fuzz: .*newer/goknot\.db was written by a newer goknot \(format 9999, this one knows [0-9]+\)'
goknot status newer
expect_refusal 2 'goknot status: newer/goknot\.db was written by a newer goknot \(format 9999, this one knows [0-9]+\)'
expect "the newer database was changed" test "$before" = "$(md5sum <newer/goknot.db)"

# A database that is none.
cp -R campaign noise
head -c 8192 /dev/urandom >noise/goknot.db
fuzz noise
expect "a database that is none: exit code $rc" test "$rc" -eq 2 -o "$rc" -eq 3
expect "a database that is none: not one sentence" test "$(wc -l <err)" -eq 1
expect "a database that is none is not named" grep -q 'goknot\.db' err

: >file
fuzz file
expect_rc 2 "the campaign directory is a file"
goknot status nowhere
expect_refusal 2 'goknot status: nowhere is no campaign directory: it has no goknot\.db'

# Nobody may look into it: that is what is wrong, and neither the database nor a package.
cp -R campaign closed
chmod 711 "$work"
as_other() { # goknot as a user who may not read
	if [ "$(id -u)" -eq 0 ]; then
		rc=0
		setpriv --reuid 65534 --regid 65534 --clear-groups timeout 60 "$GOKNOT" "$@" >out 2>err </dev/null || rc=$?
		last="goknot $* as another user"
	else
		goknot "$@"
	fi
}
if [ "$(id -u)" -eq 0 ] && ! setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$GOKNOT" 2>/dev/null; then
	skip "a campaign directory of another user" "another user cannot run $GOKNOT"
else
	if [ "$(id -u)" -eq 0 ]; then chmod 700 closed; else chmod 0 closed; fi
	for command in status list report; do
		as_other "$command" closed
		expect_refusal 2 "goknot $command: closed/goknot\.db: Permission denied"
	done
	chmod 700 closed
fi

# In use: by a campaign that runs, which goes on.
"$GOKNOT" fuzz -C m -o campaign -quiet -parallel 1 >running.out 2>running.err </dev/null &
running=$!
on_exit+=("kill $running 2>/dev/null")
for _ in $(seq 300); do
	if [ -n "$(processes_below "$work/campaign/build/bin")" ]; then break; fi
	sleep 0.1
done
built=$(checksum campaign/build)
fuzz campaign -tags other
expect_refusal 2 "goknot fuzz: campaign directory $work/campaign is in use by another goknot.*"
expect "the build of the campaign in use was changed" test "$built" = "$(checksum campaign/build)"
goknot clean campaign
expect_rc 2 "clean of a campaign in use"
goknot status campaign
expect_rc 0 "status of a campaign in use"
expect "the running campaign died" kill -0 "$running"
kill -INT "$running"
running_rc=0
wait "$running" || running_rc=$?
expect "the running campaign: exit code $running_rc: $(cat running.err)" test "$running_rc" -eq 0
now=$("$GOKNOT" status -json campaign | jq 'select(.event == "status").runs')
expect "runs went from $runs to $now" test "$now" -gt "$runs"

have_namespaces "a read-only campaign directory, a full disk" || { done_testing; exit 0; }

# Read-only, with and without a campaign in it.
in_namespace "
cp -R campaign ro && mkdir ro-empty
mount --bind ro ro && mount -o remount,ro,bind ro
mount --bind ro-empty ro-empty && mount -o remount,ro,bind ro-empty
for dir in ro ro-empty ro-empty/new; do
	rc=0
	'$GOKNOT' fuzz -C m -o \$dir -quiet -fuzztime 100x >\${dir//\\//-}.out 2>\${dir//\\//-}.err || rc=\$?
	echo \$rc >\${dir//\\//-}.rc
done
rc=0
'$GOKNOT' status ro >ro-status.out 2>ro-status.err || rc=\$?
echo \$rc >ro-status.rc
"
for name in ro ro-empty ro-empty-new ro-status; do
	rc=$(cat $name.rc)
	last="on the read-only $name"
	cp $name.out out
	cp $name.err err
	if [ $name = ro-status ]; then
		expect_rc 0 "status of a read-only campaign"
	else
		expect_refusal 2 'goknot fuzz: .*ro.* ([Rr]ead-only|cannot be written to).*'
	fi
done

# A disk that is full from the start, one that fills up before the run, and one that fills up during it. What
# was saved before is still there.
in_namespace "
mkdir full filled
run() { # name, flags...
	local name=\$1 rc=0
	shift
	'$GOKNOT' fuzz \"\$@\" -quiet -parallel 1 >\$name.out 2>\$name.err || rc=\$?
	echo \$rc >\$name.rc
}
mount -t tmpfs -o size=1m none full
run full -C m -o full -fuzztime 100x
mount -t tmpfs -o size=64m none filled
run first -C m -o filled -fuzztime 100x
'$GOKNOT' status -json filled >first.status
dd if=/dev/zero of=filled/ballast bs=64k status=none || true
run filled -C m -o filled -fuzztime 100x
rm filled/ballast
'$GOKNOT' status -json filled >filled.status
run again -C m -o filled -fuzztime 100x
( sleep 2; dd if=/dev/zero of=filled/ballast bs=64k status=none || true ) &
run during -C m -o filled -fuzztime 20s
wait
rm filled/ballast
'$GOKNOT' status -json filled >during.status
fallocate -l \$((\$(df -k --output=avail filled | tail -n 1) - 4096))K filled/ballast
run short -C m -o filled -fuzztime 20s
rm filled/ballast
" 2>/dev/null
runs_of() { jq 'select(.event == "status").runs' "$1"; }
for name in full filled during short; do
	rc=$(cat $name.rc)
	last="a full disk: $name"
	cp $name.out out
	cp $name.err err
	expect_rc 3 "a full disk: $name"
	expect "a full disk: $name: $(cat err)" grep -Eiq 'disk.*full|no space left' err
done
for name in first again; do
	rc=$(cat $name.rc)
	last="room on the disk: $name"
	cp $name.out out
	cp $name.err err
	expect_rc 0 "room on the disk: $name"
done
expect "runs were lost on a full disk" test "$(runs_of first.status)" -ge 100 -a \
	"$(runs_of filled.status)" -ge "$(runs_of first.status)" -a "$(runs_of during.status)" -gt "$(runs_of filled.status)"
expect "whose room is short: $(cat short.out)" grep -Eq \
	"fuzz: the disk of $work/filled had only [0-9.]+ MB left, and goknot keeps 8\.0 MB free: what tests wrote was removed" short.out
expect "how much is to be free: $(cat short.err)" grep -Eq 'is full: .* are left, and goknot keeps 8\.0 MB free' short.err
done_testing
