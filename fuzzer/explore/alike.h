/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which site of a table a site of older code is now. The sites that have as much of a name in common are one group, found by
 * search, and each group knows what of it is left, so that a file with a hundred thousand names takes no longer than it must.
 */
#ifndef KNOT_EXPLORE_ALIKE_H
#define KNOT_EXPLORE_ALIKE_H

#include <stdint.h>

struct knot_alike;
struct knot_crash_name;
struct knot_sites;

/* How much of a name a site has to have: package, operation and ... */
enum knot_alike_way {
	KNOT_ALIKE_NAME, /* all but the number in the function */
	KNOT_ALIKE_CLOSURE, /* in the same function, whichever closure of it */
	KNOT_ALIKE_FUNCTION, /* the primitive is called otherwise */
	KNOT_ALIKE_LINE, /* the function is called otherwise */
	KNOT_ALIKE_WAYS,
};

/* sites is borrowed. Caller frees with knot_alike_free. */
struct knot_alike *knot_alike_new(const struct knot_sites *sites);
void knot_alike_free(struct knot_alike *a);
/*
 * The site that the name is of, 0 = none or no single one. It is taken from then on: no other name finds it.
 *
 * Where there are as many as there were, the same one of them; else the one that has not moved, and then the same one. A
 * primitive is called otherwise only where there are as many operations on any.
 */
uint32_t knot_alike_take(
	struct knot_alike *a, const struct knot_crash_name *n, enum knot_alike_way way);
/* Sets of the name nth, of, op_nth and op_of as they are in this table, for a site of it. */
void knot_alike_count(const struct knot_sites *sites, uint32_t site, struct knot_crash_name *n);
/* How often two sites were compared so far, which is what the time goes with. */
uint64_t knot_alike_compared(const struct knot_alike *a);

#endif
