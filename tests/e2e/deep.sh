#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A short campaign on what has no bug among the deep programs (tests/deep): the fixed twins, and generated
# programs in their fixed form. Arguments: seeds of the generator, instead of those below.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

clean() { # what, runs, module, packages...
	goknot fuzz -C "$3" -o "$work/campaign" -json -quiet -fuzztime "$2x" -parallel 1 -seed 1 "${@:4}"
	expect_rc 0 "fuzzing $1"
	expect "$1: $(cat "$work/out")" test "$(events summary ".[0] | .findings == 0 and .rejected == 0 and .listed == 0
		and .set_aside == 0 and .preempted == 0 and .runs >= $2")" = true
}

mapfile -t twins < <(cd "$root/tests/deep" && printf './%s\n' hand/*/fixed)
clean "the twins" $((500 * ${#twins[@]})) "$root/tests/deep" "${twins[@]}"

seeds=("$@")
[ $# -gt 0 ] || seeds=(51 52 53 54)
(cd "$root/tests/deep" && GOFLAGS='' GOWORK=off "$GO" build -o "$work/deepgen" ./gen)
module "$work/drawn" example.org/drawn
for seed in "${seeds[@]}"; do
	expect "seed $seed is not drawn" "$work/deepgen" -seed "$seed" -depth $((3 + seed % 4)) -fixed -gomod=false -o "$work/drawn/$seed"
done
clean "seeds ${seeds[*]}" $((500 * ${#seeds[@]})) "$work/drawn" ./...
done_testing
