/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the entries of a corpus cover, and the few of them that cover all of it. An entry covers the pairs of
 * operations that its run showed when it came in, where these are known, and the neighbours in its chain, which
 * every run under it is to execute in that order. A pair is a number here, whether one goroutine or one primitive
 * makes the two operations neighbours.
 */
#ifndef KNOT_EXPLORE_COVER_H
#define KNOT_EXPLORE_COVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_chain;
struct knot_cpop;

#define KNOT_COVER_PAIRS_MAX 512 /* of a run; one of more leaves out pairs that were known before */

/* Doubles in pairs do no harm. */
struct knot_cover_entry {
	const uint64_t *pairs;
	size_t len;
	uint32_t
		cost; /* operations of the chain: of two that cover as much the shorter one stays */
	uint64_t name; /* decides between equals, so that the order of the entries does not */
};

/* Pairs of the last trace that was added to c, those from index first_new on first. Returns how many. */
size_t knot_cover_of_trace(
	const struct knot_cpop *c, uint32_t first_new, uint64_t ret_pairs[KNOT_COVER_PAIRS_MAX]);
/* Room for KNOT_CHAIN_MAX numbers; returns how many were written. */
size_t knot_cover_of_chain(const struct knot_chain *chain, uint64_t *ret_pairs);

/*
 * Greedy set cover, and behind it what that has made superfluous goes, too. What is kept covers all that the
 * entries cover together; without any one of them it would not.
 */
void knot_cover_min(const struct knot_cover_entry *entries, size_t len, bool *ret_keep);

#endif
