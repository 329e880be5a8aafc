#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the papers promise of each policy, measured on made programs with fixed seeds: the deciding part of the shim is
# compiled with a made-up runtime under it (tests/policies).
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

mkdir policies
cp "$root"/tests/policies/*.go "$root"/runtime-shim/runtime/knot_{abi,array,chain,heap,ready,tab}.go \
	"$root"/runtime-shim/runtime/knot_policy*.go policies/
# It is no policy of a campaign, and asks for more of the runtime than is made up here.
rm policies/knot_policy_switch.go
printf 'module goknot.example/policies\n\ngo 1.23\n' >policies/go.mod
checks=$((checks + 1))
if ! (cd policies && "$GO" test -count=1 ./...) >out 2>err; then
	failed "the policies do not keep what they promise"
	cat out err >&2
fi
done_testing
