/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Seed chains from a recording (goknot record): what goroutines of a real program did to one object, one after the other,
 * as chains that a campaign can try in a test.
 *
 * The operations whose places are in the site table become a trace, whose CPOP2 pairs cpop.c finds as in any other. Runs of
 * pairs, each begun by the goroutine that the one before it ended with, are chains of 2 to KNOT_MUTATE_LEN_GOOD operations. The
 * goroutines of a program and those of a test have no names in common: in place of its path an operation has a number from
 * 1 on, by which the goroutines of one chain are told apart; knot_recorded_name puts those of a test there.
 *
 * A lock stands where it was taken, which is seen as the last time that its goroutine was run before its next operation. A select
 * is seen to be on the channel of whoever it woke or was woken by; else on that of its first case.
 */
#ifndef KNOT_EXPLORE_RECORDED_H
#define KNOT_EXPLORE_RECORDED_H

#include "base/vec.h"
#include "explore/recorded_sites.h"
#include "wire/chain.h"

#include <stddef.h>

struct knot_recorded_counts {
	uint64_t events, operations; /* of the recording; those that a site can stand for */
	uint64_t why[KNOT_RECORDED_WHYS]; /* of the operations: mapped, and why not */
	uint64_t by_function; /* of those mapped */
	uint64_t
		partly; /* mapped locks and unlocks of which only those are seen that somebody waited for */
	uint64_t meetings; /* neighbours on one object, of two goroutines */
	uint64_t pairs; /* different ones */
	uint64_t gaps; /* where events were lost: what is on both sides of one is no pair */
};

struct knot_recorded {
	struct knot_recorded_counts counts;
	KNOT_VEC(struct knot_chain) chains; /* different ones, the most instructive first */
};

/*
 * The rarest pairs come first, of equally rare ones those that came last: a program that died shows at its end what it died of. Of each
 * pair there is the longest run that goes on from it, the one that ended with it, and the pair alone. Free with knot_recorded_free.
 */
void knot_recorded_find(
	const struct knot_recording *r, const struct knot_sites *sites, struct knot_recorded *ret);
void knot_recorded_free(struct knot_recorded *r);

/* Does a test have that operation, as far as is known? */
typedef bool (*knot_recorded_has_fn)(void *arg, uint64_t gpath, uint32_t site, uint32_t op);
/*
 * The chain for a test with goroutines of those paths: each of its own is another one of the test, the first that has
 * all operations it has in the chain. Where there is none any goroutine will do (path 0).
 */
struct knot_chain knot_recorded_name(const struct knot_chain *chain, const uint64_t *paths,
	size_t len, knot_recorded_has_fn has, void *arg);

#endif
