/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/turns.h"

#include "base/alloc.h"

#include <stdlib.h>

#define FINDING_PAIRS 64 /* pairs that a finding is worth */
#define STEPPED_BACK 8
#define WEIGHT_ONE (1u << 20) /* a pair for the price of a long turn */
#define WEIGHT_LEAST (WEIGHT_ONE / 64) /* what grows slower has stopped */
#define DRY 8 /* a turn without anything new takes so much off */

struct test {
	uint64_t turns;
	uint64_t last; /* number of the turn that was its last, 0 = none so far */
	uint64_t weight; /* pairs lately for their price */
	int64_t credit; /* of turns that its weight would have given it by now */
	uint32_t running;
	bool aside, dry, same;
};

struct knot_turns {
	struct test *tests;
	size_t len;
	uint64_t given;
};

struct knot_turns *knot_turns_new(size_t tests)
{
	struct knot_turns *t = knot_xalloc(sizeof(*t));

	t->tests = knot_xalloc((tests + 1) * sizeof(*t->tests));
	t->len = tests;
	return t;
}

void knot_turns_free(struct knot_turns *t)
{
	if (!t)
		return;
	free(t->tests);
	free(t);
}

/* Who waited longest; a test that has its turn now does not wait. */
static struct test *longest_waiting(struct knot_turns *t)
{
	struct test *best = NULL;

	for (size_t i = 0; i < t->len; i++) {
		struct test *x = &t->tests[i];

		if (x->aside)
			continue;
		if (!best || x->running < best->running ||
			(x->running == best->running && x->last < best->last))
			best = x;
	}
	return best;
}

/* The one that the turns given so far owe most. */
static struct test *most_growing(const struct knot_turns *t)
{
	struct test *best = NULL;

	for (size_t i = 0; i < t->len; i++) {
		struct test *x = &t->tests[i];

		if (!x->aside && x->weight &&
			(!best ||
				x->credit + (int64_t)x->weight >
					best->credit + (int64_t)best->weight))
			best = x;
	}
	return best;
}

/* A turn that x has, whatever for, is one of those that its weight gives it. */
static void pay(struct knot_turns *t, struct test *x)
{
	for (size_t i = 0; x->weight && i < t->len; i++) {
		struct test *y = &t->tests[i];

		if (y->aside)
			continue;
		y->credit += (int64_t)y->weight;
		x->credit -= (int64_t)y->weight;
	}
}

bool knot_turns_next(struct knot_turns *t, size_t *ret_test, bool *ret_short)
{
	struct test *waiting = longest_waiting(t), *x = NULL;

	if (!waiting)
		return false;
	/* Nobody's second turn comes before everybody's first. */
	if (waiting->turns || waiting->running)
		x = t->given % KNOT_TURNS_FAIR_ONE_IN ? most_growing(t) : NULL;
	if (!x)
		x = waiting;
	pay(t, x);
	x->last = ++t->given;
	x->running++;
	*ret_test = (size_t)(x - t->tests);
	*ret_short = !x->turns || x->dry || x->same;
	return true;
}

void knot_turns_end(struct knot_turns *t, size_t test, const struct knot_turn *turn)
{
	struct test *x = &t->tests[test];
	const uint64_t worth = turn->pairs + (uint64_t)turn->findings * FINDING_PAIRS;
	const uint64_t cost = turn->cost > KNOT_TURNS_SHORT / 8 ? turn->cost : KNOT_TURNS_SHORT / 8;
	uint64_t rate = worth < WEIGHT_ONE ? worth * WEIGHT_ONE / cost * KNOT_TURNS_LONG : 0;

	if (worth >= WEIGHT_ONE)
		rate = (uint64_t)WEIGHT_ONE * WEIGHT_ONE;
	x->running--;
	x->turns++;
	x->dry = !worth;
	x->same = turn->runs && turn->known_ends == turn->runs;
	if (x->same)
		rate /= STEPPED_BACK;
	x->weight = worth ? (x->weight + rate) / 2 : x->weight / DRY;
	if (x->weight < WEIGHT_LEAST)
		x->weight = 0;
	if (!x->weight)
		x->credit = 0;
}

void knot_turns_set_aside(struct knot_turns *t, size_t test)
{
	t->tests[test].aside = true;
}

bool knot_turns_stepped_back(const struct knot_turns *t, size_t test)
{
	return t->tests[test].same;
}
