#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Prepares the comparison of C and Go layouts for tests/unit/wire/test_abi.c: fields.h lists every
# constant and member for the C compiler, offsets.txt holds what the Go compiler makes of
# runtime-shim/runtime/knot_abi.go. Fails when the committed Go file is not what the header gives.
#
# usage: check-abi.sh OUTPUT-DIR
set -eu

src_dir=$(cd "$(dirname "$0")/.." && pwd)
out=${1:?usage: check-abi.sh OUTPUT-DIR}
# shellcheck source=scripts/go-env.sh
. "$src_dir/scripts/go-env.sh"
mkdir -p "$out/go"

"$src_dir/scripts/gen-abi.sh" "$out/knot_abi.go"
if ! cmp -s "$out/knot_abi.go" "$src_dir/runtime-shim/runtime/knot_abi.go"; then
	echo "check-abi: runtime-shim/runtime/knot_abi.go is older than fuzzer/wire/abi.h: run make" >&2
	exit 1
fi

"$src_dir/scripts/gen-abi.sh" -l | awk '
	BEGIN { print "/* SPDX-License-Identifier: BSD-2-Clause */" }
	$1 == "const" { printf "KNOT_ABI_CONST(%s)\n", $2 }
	$1 == "struct" { printf "KNOT_ABI_STRUCT(%s)\n", $2 }
	$1 == "field" { printf "KNOT_ABI_FIELD(%s, %s)\n", $2, $3 }' >"$out/fields.h"

sed 's/^package runtime$/package main/' "$out/knot_abi.go" >"$out/go/abi.go"
{
	printf '// SPDX-License-Identifier: BSD-2-Clause\n\npackage main\n\nimport (\n\t"fmt"\n\t"unsafe"\n)\n\nfunc main() {\n'
	"$src_dir/scripts/gen-abi.sh" -l | awk '
	$1 == "const" { printf "\tfmt.Printf(\"%s %%d\\n\", uint64(%s))\n", $2, $3 }
	$1 == "struct" { printf "\tfmt.Printf(\"%s %%d\\n\", unsafe.Sizeof(%s{}))\n", $2, $3 }
	$1 == "field" {
		printf "\tfmt.Printf(\"%s.%s %%d %%d\\n\", ", $2, $3
		printf "unsafe.Offsetof(%s{}.%s), unsafe.Sizeof(%s{}.%s))\n", $4, $5, $4, $5
	}'
	echo "}"
} >"$out/go/main.go"
printf 'module abicheck\n\ngo 1.23\n' >"$out/go/go.mod"

(cd "$out/go" && GOFLAGS='' GOWORK=off GO111MODULE=on "$GO" run .) >"$out/offsets.txt.tmp"
mv "$out/offsets.txt.tmp" "$out/offsets.txt"
