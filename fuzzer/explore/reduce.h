/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Delta debugging (Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28, 2002, ddmin):
 * the fewest of a list of things that still do what all of them do, such that none of those left can be taken out alone.
 */
#ifndef KNOT_EXPLORE_REDUCE_H
#define KNOT_EXPLORE_REDUCE_H

#include <stdbool.h>
#include <stddef.h>

struct knot_error;

/*
 * Do the len things whose numbers (from 0, ascending) stand in kept suffice? When they do, it may take further ones out of
 * kept that turned out to have no part in it. Negative: an error that ends the reduction.
 */
typedef int (*knot_reduce_try)(
	void *arg, size_t *kept, size_t *len, bool *ret_suffice, struct knot_error *err);

/* kept has room for *len numbers; on entry all of those to choose from, on return those left. It is taken for granted that all of them suffice. */
int knot_reduce(
	size_t *kept, size_t *len, knot_reduce_try suffice, void *arg, struct knot_error *err);

#endif
