#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Nothing but the campaign directory is written: the module and GOROOT lie on read-only mounts, and their
# checksums are the same before and after fuzzing and replay.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

goroot=$("$GO" env GOROOT)
mkdir module outside
cp -R "$root/seeds/go.mod" "$root/seeds/statusmanager" module/
# A test that writes beside its own sources: into its worker's copy.
cat >module/statusmanager/buggy/write_test.go <<'GO'
package statusmanager

import (
	"os"
	"testing"
)

func TestWrite(t *testing.T) {
	if err := os.WriteFile("written-by-the-test", []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile("buggy.go"); err != nil {
		t.Fatal(err)
	}
}
GO
sed -i "s/^package .*/$(grep -h '^package' module/statusmanager/buggy/buggy_test.go)/" \
	module/statusmanager/buggy/write_test.go
tree_before=$(checksum module)
goroot_before=$(checksum "$goroot/src/runtime" "$goroot/src/sync" "$goroot/src/testing" "$goroot/pkg" "$goroot/VERSION")

read_only_trees() {
in_namespace "
for tree in '$work/module' '$goroot'; do
	mount --bind \"\$tree\" \"\$tree\"
	mount -o remount,ro,bind \"\$tree\"
	if : 2>/dev/null >\"\$tree/probe\"; then
		echo \"\$tree is still writable\" >&2
		exit 1
	fi
done
rc=0
'$GOKNOT' fuzz -C module -o outside -quiet -fuzztime 2000x -seed 1 -parallel 2 ./... >fuzz.out 2>fuzz.err || rc=\$?
echo \$rc >fuzz.rc
rc=0
'$GOKNOT' replay -C module -o outside -n 2 -json outside/crashes/TestStatusManager-*.crash >replay.out 2>replay.err || rc=\$?
echo \$rc >replay.rc
"
for command in fuzz replay; do
	cp $command.out out
	cp $command.err err
	rc=$(cat $command.rc)
	last="$command on read-only trees"
	expect_rc 1 "$last"
done
expect "replay: $(cat replay.out)" grep -q '"reproduced":2' replay.out
expect "the writing test failed: $(cat fuzz.out)" test "$(grep -c TestWrite fuzz.out)" -eq 0
expect "the module was changed" test "$tree_before" = "$(checksum module)"
expect "GOROOT was changed" test "$goroot_before" = \
	"$(checksum "$goroot/src/runtime" "$goroot/src/sync" "$goroot/src/testing" "$goroot/pkg" "$goroot/VERSION")"
}
if have_namespaces "a read-only module and GOROOT, a test that writes beside its sources"; then
	read_only_trees
else
	# Nor can a worker have a copy of the module to write in.
	rm module/statusmanager/buggy/write_test.go
	tree_before=$(checksum module)
fi

# Writable it stays untouched just the same; the default campaign directory is the one thing that appears.
goknot fuzz -C module -quiet -first -fuzztime 2000x -seed 1 ./...
expect_rc 1 "fuzzing a writable module"
expect "the campaign directory is not .goknot" test -e module/.goknot/goknot.db
rm -rf module/.goknot
expect "the writable module was changed" test "$tree_before" = "$(checksum module)"
expect "left in TMPDIR: $(ls -A "$TMPDIR")" test -z "$(ls -A "$TMPDIR")"
done_testing
