/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run as an order that the stock scheduler can be held to: whose turn it is, one after another, and the operation that
 * each turn begins with, as the nth that its goroutine executes there. instrument/helper/internal/export/order carries it
 * out. Between two of these operations goroutines run by themselves, so an order means something only where the run had
 * few goroutines at work, as a minimised one has.
 */
#ifndef KNOT_EXPLORE_ORDERING_H
#define KNOT_EXPLORE_ORDERING_H

#include "base/vec.h"
#include "explore/run_view.h"

/* Operations of a turn among which the first is taken that somebody can be held at. */
#define KNOT_ORDERING_POINTS 4
/* What a timer that has fired is given to wake its goroutine for real. */
#define KNOT_ORDERING_MARGIN_NS 20000000ull

struct knot_ordering_point {
	uint32_t site;
	uint32_t nth; /* that g executes there, from 1 */
};

struct knot_ordering_turn {
	uint32_t g; /* in goroutines */
	struct knot_ordering_point points[KNOT_ORDERING_POINTS];
	size_t points_len; /* 0 in the first one only, which the test begins with */
	KNOT_VEC(uint32_t)
	settle; /* goroutines that have gone on meanwhile and must have come to rest */
	uint64_t
		pause_ns; /* real time in which timers fire before it, while its goroutine is held */
	uint64_t slack_ns; /* real time that its goroutine sleeps before it */
};

struct knot_ordering_goroutine {
	uint16_t g; /* number in the run */
	int parent; /* in goroutines; -1: the test, which is the first */
	uint32_t site; /* where it was created */
	uint32_t ordinal;
	bool only; /* its parent created no other there */
};

/* Owns its contents; free with knot_ordering_free. */
struct knot_ordering {
	KNOT_VEC(struct knot_ordering_turn) turns;
	KNOT_VEC(struct knot_ordering_goroutine) goroutines; /* parents before their children */
	size_t unheld; /* turns with operations at none of which somebody can be held */
	uint32_t unheld_op, unheld_site; /* of the last of these */
	size_t strangers; /* turns of goroutines that no go statement of the run created: of timers, of before */
	uint32_t stranger; /* site of an operation of one of them */
};

/* Can a goroutine be held before the operation of a site? */
typedef bool (*knot_ordering_holds)(void *arg, uint32_t site);

/* also: goroutines that are to be among those of the result, whether or not they have turns. ret is zeroed. */
void knot_ordering_make(const struct knot_run_view *run, const uint16_t *also, size_t also_len,
	knot_ordering_holds holds, void *arg, struct knot_ordering *ret);
/* Its index in goroutines, -1 = not among them. */
int knot_ordering_find(const struct knot_ordering *o, uint16_t g);
/* All pauses and slacks. */
uint64_t knot_ordering_waits_ns(const struct knot_ordering *o);
void knot_ordering_free(struct knot_ordering *o);

#endif
