/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/rng.h"

#include <criterion/criterion.h>
#include <signal.h>

/* Known answers of Random123's kat_vectors for philox4x32, 10 rounds; a draw is words 1 and 0. */
Test(rng, known_answers)
{
	struct knot_rng zero = {0};
	cr_assert_eq(knot_rng_next(&zero), 0xe169c58d6627e8d5ull);
	struct knot_rng ones = {.seed = UINT64_MAX, .stream = UINT64_MAX, .counter = UINT64_MAX};
	cr_assert_eq(knot_rng_next(&ones), 0x41c83b0e408f276dull);
	struct knot_rng pi = {.seed = 0x299f31d0a4093822ull,
		.stream = 0x0370734413198a2eull,
		.counter = 0x85a308d3243f6a88ull};
	cr_assert_eq(knot_rng_next(&pi), 0x94fdccebd16cfe09ull);
	cr_assert_eq(pi.counter, 0x85a308d3243f6a89ull);
}

Test(rng, a_draw_depends_on_seed_stream_and_counter_only)
{
	struct knot_rng a = {.seed = 5, .stream = 6};
	for (int i = 0; i < 41; i++)
		knot_rng_next(&a);
	struct knot_rng b = {.seed = 5, .stream = 6, .counter = 41};
	cr_assert_eq(knot_rng_next(&a), knot_rng_next(&b));
	struct knot_rng c = {.seed = 5, .stream = 7, .counter = 41};
	struct knot_rng d = {.seed = 5, .stream = 6, .counter = 41};
	cr_assert_neq(knot_rng_next(&c), knot_rng_next(&d));
}

Test(rng, below_stays_below_and_reaches_all)
{
	struct knot_rng rng = {.seed = 1};
	int seen[7] = {0};
	for (int i = 0; i < 7000; i++) {
		uint64_t x = knot_rng_below(&rng, 7);
		cr_assert_lt(x, 7);
		seen[x]++;
	}
	for (int i = 0; i < 7; i++)
		cr_assert(seen[i] > 850 && seen[i] < 1150, "%d: %d", i, seen[i]);
	for (int i = 0; i < 100; i++)
		cr_assert_eq(knot_rng_below(&rng, 1), 0);
}

/* With n = 3 * 2^62 a quarter of all draws must be rejected; a plain modulo would give results below
 * 2^62 twice as often as others. */
Test(rng, below_has_no_modulo_bias)
{
	struct knot_rng rng = {.seed = 2};
	const uint64_t third = 1ull << 62;
	int low = 0;
	for (int i = 0; i < 30000; i++)
		low += knot_rng_below(&rng, 3 * third) < third;
	cr_assert(low > 9700 && low < 10300, "%d", low);
	cr_assert_gt(rng.counter, 38000);
}

Test(rng, below_nothing_is_a_broken_invariant, .signal = SIGABRT)
{
	struct knot_rng rng = {0};
	knot_rng_below(&rng, 0);
}
