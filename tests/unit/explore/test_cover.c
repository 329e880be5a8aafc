/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/cover.h"

#include "base/rng.h"
#include "explore/cpop.h"
#include "fake.h"
#include "wire/chain.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY(n, c, ...) \
	{ \
		.pairs = (const uint64_t[]){__VA_ARGS__}, \
		.len = sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), .cost = (c), \
		.name = (n) \
	}

Test(cover, what_others_cover_goes)
{
	const struct knot_cover_entry e[] = {ENTRY(1, 2, 10), ENTRY(2, 3, 10, 20),
		ENTRY(3, 2, 20, 20), ENTRY(4, 2, 30), ENTRY(5, 2, 30, 20)};
	bool keep[5];

	knot_cover_min(e, 5, keep);
	const bool want[] = {true, false, false, false, true};
	cr_expect_arr_eq(keep, want, sizeof(want));
}

Test(cover, of_equals_the_shorter_stays_and_then_the_lesser_name)
{
	const struct knot_cover_entry e[] = {
		ENTRY(9, 3, 10, 20), ENTRY(8, 2, 10, 20), ENTRY(7, 2, 20, 10)};
	bool keep[3];

	knot_cover_min(e, 3, keep);
	const bool want[] = {false, false, true};
	cr_expect_arr_eq(keep, want, sizeof(want));
}

/* The greedy choice takes the great middle first, which the two that are needed anyway make superfluous. */
Test(cover, nothing_superfluous_is_left_of_the_greedy_choice)
{
	const struct knot_cover_entry e[] = {
		ENTRY(1, 2, 1, 2, 3, 4), ENTRY(2, 2, 1, 2, 5), ENTRY(3, 2, 3, 4, 6)};
	bool keep[3];

	knot_cover_min(e, 3, keep);
	const bool want[] = {false, true, true};
	cr_expect_arr_eq(keep, want, sizeof(want));
}

Test(cover, nothing_is_kept_of_nothing)
{
	const struct knot_cover_entry none = {.pairs = NULL};
	bool keep = true;

	knot_cover_min(&none, 1, &keep);
	cr_expect_not(keep);
	knot_cover_min(NULL, 0, NULL);
}

#define MANY 300
#define WIDE 40
#define NUMBERS 500

static bool covers_all(const struct knot_cover_entry *e, const bool *keep, size_t but)
{
	for (size_t i = 0; i < MANY; i++) {
		for (size_t k = 0; k < e[i].len; k++) {
			bool there = false;

			for (size_t j = 0; j < MANY && !there; j++)
				for (size_t l = 0; keep[j] && j != but && l < e[j].len; l++)
					there |= e[j].pairs[l] == e[i].pairs[k];
			if (!there)
				return false;
		}
	}
	return true;
}

Test(cover, keeps_everything_covered_and_nothing_to_spare_in_whatever_order)
{
	static uint64_t numbers[MANY][WIDE];
	struct knot_cover_entry e[MANY], turned[MANY];
	struct knot_rng rng = {.seed = 1};
	bool keep[MANY], turned_keep[MANY];
	size_t kept = 0;

	for (size_t i = 0; i < MANY; i++) {
		const size_t len = 1 + knot_rng_below(&rng, WIDE);

		for (size_t k = 0; k < len; k++)
			numbers[i][k] = knot_rng_below(&rng, NUMBERS) << 50;
		e[i] = (struct knot_cover_entry){
			.pairs = numbers[i], .len = len, .cost = 2 + i % 3, .name = MANY - i};
		turned[MANY - 1 - i] = e[i];
	}
	knot_cover_min(e, MANY, keep);
	knot_cover_min(turned, MANY, turned_keep);
	cr_expect(covers_all(e, keep, MANY));
	for (size_t i = 0; i < MANY; i++) {
		kept += keep[i];
		cr_expect(!keep[i] || !covers_all(e, keep, i), "%zu could go", i);
		cr_expect_eq(keep[i], turned_keep[MANY - 1 - i]);
	}
	cr_expect_lt(kept, MANY / 4);
}

Test(cover, neighbours_in_a_chain_are_pairs_with_a_direction)
{
	struct knot_chain ab = {.len = 2, .ops = {{1, 2, 3}, {4, 5, 6}}};
	struct knot_chain bab = {.len = 3, .ops = {{4, 5, 6}, {1, 2, 3}, {4, 5, 6}}};
	uint64_t x[KNOT_CHAIN_MAX], y[KNOT_CHAIN_MAX];

	cr_assert_eq(knot_cover_of_chain(&ab, x), 1);
	cr_assert_eq(knot_cover_of_chain(&bab, y), 2);
	cr_expect_eq(x[0], y[1]);
	cr_expect_neq(x[0], y[0]);
	ab.len = 0;
	cr_expect_eq(knot_cover_of_chain(&ab, x), 0);
}

static bool has(const uint64_t *list, size_t len, uint64_t number)
{
	for (size_t i = 0; i < len; i++)
		if (list[i] == number)
			return true;
	return false;
}

Test(cover, of_a_trace_it_is_what_that_trace_showed_new_pairs_first)
{
	struct fake *f = fake_new(&fake_fig1);
	struct knot_cpop *all = knot_cpop_new();
	uint64_t of_all[KNOT_COVER_PAIRS_MAX], alone[KNOT_COVER_PAIRS_MAX];
	uint32_t later_ones = 0;

	for (uint64_t seed = 1; seed < 20; seed++) {
		const struct knot_shm_request r = {.seed = seed,
			.count = 1,
			.policy = KNOT_POLICY_RANDOM,
			.step_limit = 1000,
			.fair_after = 900};
		const struct fake_run *run = fake_run(f, &r, NULL, 0);
		struct knot_cpop *one = knot_cpop_new();
		struct knot_cpop_gain gain, gain_alone;
		struct knot_cpop_pair p;

		knot_cpop_add(all, &run->view, &gain);
		knot_cpop_add(one, &run->view, &gain_alone);
		const size_t len = knot_cover_of_trace(all, gain.first_pair, of_all);

		cr_assert_eq(len, knot_cover_of_trace(one, 0, alone));
		cr_assert_gt(len, 0);
		for (size_t i = 0; i < len; i++)
			cr_expect(has(of_all, len, alone[i]));
		later_ones += gain.pairs1 + gain.pairs2 && gain.first_pair;
		if (gain.pairs1 + gain.pairs2) {
			const struct knot_chain_op none = {0};
			struct knot_chain chain = {.len = 2, .ops = {none, none}};
			uint64_t number;

			knot_cpop_get_pair(all, gain.first_pair, &p);
			for (uint32_t i = 0; i < knot_cpop_op_count(all); i++) {
				struct knot_cpop_op op;

				knot_cpop_get_op(all, i, &op);
				const struct knot_chain_op o = {op.gpath, op.site, op.op};

				if (op.key == p.a)
					chain.ops[0] = o;
				if (op.key == p.b)
					chain.ops[1] = o;
			}
			cr_assert_eq(knot_cover_of_chain(&chain, &number), 1);
			cr_expect_eq(of_all[0], number, "a pair of a run is that of a chain");
		}
		knot_cpop_free(one);
	}
	cr_expect_gt(later_ones, 0);
	knot_cpop_free(all);
	fake_free(f);
}
