/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose turn it is: how a campaign's time is shared out among its tests. No clock: a turn's price is told by who
 * gave it.
 *
 * First every test gets one short turn, in order. From then on every KNOT_TURNS_FAIR_ONE_IN-th turn is for the test
 * that has waited longest, and the others go to the tests whose pairs still grow, each in proportion to the new
 * pairs that it showed lately for their price. So with n tests each has a turn among any 4n, however much the others
 * show. When nothing grows any more all turns are for who has waited longest.
 *
 * Turns are short, too, for a test that showed nothing new in its last one. A test that did nothing in its last turn
 * but end in ways that were known steps back: its turns are short and its new pairs count an eighth.
 */
#ifndef KNOT_EXPLORE_TURNS_H
#define KNOT_EXPLORE_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_turns;

#define KNOT_TURNS_FAIR_ONE_IN 4
/* Prices are in steps, and so is what makes up for other work. A step takes some 100 ns. */
#define KNOT_TURNS_SHORT 1000000u
#define KNOT_TURNS_LONG 4000000u

/* What a turn brought. */
struct knot_turn {
	uint64_t cost; /* its price */
	uint64_t pairs; /* new ones */
	uint32_t findings; /* new ones */
	uint64_t runs;
	uint64_t known_ends; /* runs among them that ended in a way that is a finding and no news */
};

/* Caller frees with knot_turns_free. */
struct knot_turns *knot_turns_new(size_t tests);
void knot_turns_free(struct knot_turns *t);

/*
 * Gives a turn. A test may have several at once, when there are more workers than tests that want one. False when
 * all are set aside.
 */
bool knot_turns_next(struct knot_turns *t, size_t *ret_test, bool *ret_short);
void knot_turns_end(struct knot_turns *t, size_t test, const struct knot_turn *turn);
/* No more turns for it. */
void knot_turns_set_aside(struct knot_turns *t, size_t test);
/* It only repeats itself, as of its last turn. */
bool knot_turns_stepped_back(const struct knot_turns *t, size_t test);

#endif
