/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/turns.h"

#include "base/rng.h"

#include <criterion/criterion.h>

/* A campaign over made-up tests: what each turn of a test costs and brings is told by a function. */
struct world {
	struct knot_turns *turns;
	size_t tests;
	uint64_t had[64]; /* turns */
	uint64_t cost[64];
	uint64_t waited[64]; /* turns of others since its last one */
	uint64_t longest[64];
	void (*turn)(const struct world *w, size_t test, bool is_short, struct knot_turn *ret);
};

static void give(struct world *w, uint64_t turns)
{
	for (uint64_t n = 0; n < turns; n++) {
		struct knot_turn turn = {.runs = 100};
		bool is_short;
		size_t at;

		cr_assert(knot_turns_next(w->turns, &at, &is_short));
		turn.cost = is_short ? KNOT_TURNS_SHORT : KNOT_TURNS_LONG;
		w->turn(w, at, is_short, &turn);
		knot_turns_end(w->turns, at, &turn);
		w->had[at]++;
		w->cost[at] += turn.cost;
		for (size_t i = 0; i < w->tests; i++)
			w->waited[i]++;
		w->waited[at] = 0;
		for (size_t i = 0; i < w->tests; i++)
			if (w->waited[i] > w->longest[i])
				w->longest[i] = w->waited[i];
	}
}

static uint64_t total(const struct world *w)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < w->tests; i++)
		sum += w->cost[i];
	return sum;
}

/* 0 grows for ever, 1 always ends in one and the same finding, all others show a few pairs at first. */
static void mixed(const struct world *w, size_t test, bool is_short, struct knot_turn *ret)
{
	(void)is_short;
	ret->pairs = test == 0 ? 5 : w->had[test] == 0 ? 3 : 0;
	if (test == 1)
		ret->known_ends = ret->runs;
}

Test(turns, everybody_has_a_short_one_first)
{
	struct knot_turns *t = knot_turns_new(5);

	for (size_t i = 0; i < 5; i++) {
		const struct knot_turn rich = {.cost = 1000, .pairs = 10000, .runs = 1};
		bool is_short = false;
		size_t at;

		cr_assert(knot_turns_next(t, &at, &is_short));
		cr_expect_eq(at, i);
		cr_expect(is_short);
		knot_turns_end(t, at, &rich);
	}
	knot_turns_free(t);
}

Test(turns, time_goes_where_pairs_grow)
{
	struct world w = {.turns = knot_turns_new(32), .tests = 32, .turn = mixed};

	give(&w, 32);
	const uint64_t before = w.cost[0], all = total(&w);

	give(&w, 1000);
	cr_expect_gt((double)(w.cost[0] - before), 0.85 * (double)(total(&w) - all));
	knot_turns_free(w.turns);
}

Test(turns, nobody_waits_longer_than_four_rounds)
{
	struct world w = {.turns = knot_turns_new(32), .tests = 32, .turn = mixed};

	give(&w, 5000);
	for (size_t i = 0; i < w.tests; i++)
		cr_expect_lt(w.longest[i], KNOT_TURNS_FAIR_ONE_IN * w.tests, "test %zu: %llu", i,
			(unsigned long long)w.longest[i]);
	knot_turns_free(w.turns);
}

/* Greedy and stubborn: whatever they show, the one that shows nothing has its turns. */
static void greedy(const struct world *w, size_t test, bool is_short, struct knot_turn *ret)
{
	static struct knot_rng rng = {.seed = 3};

	(void)w;
	(void)is_short;
	ret->pairs = test ? knot_rng_below(&rng, 1000000) : 0;
	ret->findings = test && knot_rng_below(&rng, 2) ? 1000 : 0;
	ret->cost = 1 + knot_rng_below(&rng, 1u << (1 + knot_rng_below(&rng, 30)));
}

Test(turns, not_even_among_the_greediest)
{
	struct world w = {.turns = knot_turns_new(20), .tests = 20, .turn = greedy};

	give(&w, 20000);
	for (size_t i = 0; i < w.tests; i++)
		cr_expect_lt(w.longest[i], KNOT_TURNS_FAIR_ONE_IN * w.tests, "test %zu", i);
	knot_turns_free(w.turns);
}

/* Pairs for their price: both show as many in a turn, but one's turns cost five times as much. */
static void slow_and_fast(const struct world *w, size_t test, bool is_short, struct knot_turn *ret)
{
	(void)w;
	(void)is_short;
	ret->pairs = 4;
	if (test)
		ret->cost *= 5;
}

Test(turns, are_given_in_proportion_to_pairs_for_their_price)
{
	struct world w = {.turns = knot_turns_new(2), .tests = 2, .turn = slow_and_fast};

	give(&w, 20);
	const uint64_t fast = w.had[0], slow = w.had[1];

	give(&w, 4000);
	/* One in four is for who has waited longest, which is the slow one. */
	cr_expect_leq(w.had[1] - slow, 1050);
	cr_expect_geq(w.had[1] - slow, 950);
	cr_expect_eq(w.had[0] - fast + w.had[1] - slow, 4000);
	knot_turns_free(w.turns);
}

/* 0 and 1 grow alike, but 1 does nothing else than end as it always does; later it does not. */
static void repeats(const struct world *w, size_t test, bool is_short, struct knot_turn *ret)
{
	(void)is_short;
	ret->pairs = ret->cost / 100000;
	if (test == 1 && w->had[1] < 100)
		ret->known_ends = ret->runs;
}

Test(turns, who_only_repeats_an_end_steps_back_and_may_come_again)
{
	struct world w = {.turns = knot_turns_new(3), .tests = 3, .turn = repeats};

	give(&w, 3);
	cr_expect(knot_turns_stepped_back(w.turns, 1));
	cr_expect_not(knot_turns_stepped_back(w.turns, 0));
	const uint64_t one = w.cost[0], same = w.cost[1];

	give(&w, 300);
	cr_expect_lt((double)(w.cost[1] - same), 0.25 * (double)(w.cost[0] - one));
	cr_expect_gt(w.had[1], 300 / (3 * KNOT_TURNS_FAIR_ONE_IN), "but it has its turns");
	while (w.had[1] < 110)
		give(&w, 1);
	const uint64_t later = w.cost[0], again = w.cost[1];

	cr_expect_not(knot_turns_stepped_back(w.turns, 1));
	give(&w, 1000);
	cr_expect_gt((double)(w.cost[1] - again), 0.7 * (double)(w.cost[0] - later));
	knot_turns_free(w.turns);
}

static void nothing(const struct world *w, size_t test, bool is_short, struct knot_turn *ret)
{
	(void)w;
	(void)test;
	(void)is_short;
	(void)ret;
}

Test(turns, when_nothing_grows_they_go_round)
{
	struct world w = {.turns = knot_turns_new(7), .tests = 7, .turn = nothing};

	give(&w, 700);
	for (size_t i = 0; i < w.tests; i++) {
		cr_expect_eq(w.had[i], 100);
		cr_expect_eq(w.longest[i], 6);
		cr_expect_eq(w.cost[i], 100 * (uint64_t)KNOT_TURNS_SHORT);
	}
	knot_turns_free(w.turns);
}

Test(turns, several_workers_take_different_tests_and_share_one_that_grows)
{
	struct knot_turns *t = knot_turns_new(3);
	const struct knot_turn dry = {.cost = 1000, .runs = 1};
	const struct knot_turn rich = {.cost = 1000000, .pairs = 1000, .runs = 1};
	size_t at[4];
	uint32_t both = 0;
	bool is_short;

	for (size_t i = 0; i < 4; i++)
		cr_assert(knot_turns_next(t, &at[i], &is_short));
	cr_expect(at[0] == 0 && at[1] == 1 && at[2] == 2);
	cr_expect_eq(at[3], 0, "more workers than tests");
	for (size_t i = 0; i < 4; i++)
		knot_turns_end(t, at[i], at[i] == 2 ? &rich : &dry);
	for (int i = 0; i < 12; i++) {
		cr_assert(knot_turns_next(t, &at[0], &is_short));
		cr_assert(knot_turns_next(t, &at[1], &is_short));
		both += at[0] == 2 && at[1] == 2;
		for (size_t k = 0; k < 2; k++)
			knot_turns_end(t, at[k], at[k] == 2 ? &rich : &dry);
	}
	cr_expect_geq(both, 4);
	knot_turns_free(t);
}

Test(turns, who_is_set_aside_has_none)
{
	struct knot_turns *t = knot_turns_new(2);
	bool is_short;
	size_t at;

	knot_turns_set_aside(t, 0);
	for (int i = 0; i < 9; i++) {
		const struct knot_turn turn = {.cost = 1, .pairs = 9, .runs = 1};

		cr_assert(knot_turns_next(t, &at, &is_short));
		cr_expect_eq(at, 1);
		knot_turns_end(t, at, &turn);
	}
	knot_turns_set_aside(t, 1);
	cr_expect_not(knot_turns_next(t, &at, &is_short));
	knot_turns_free(t);
}
