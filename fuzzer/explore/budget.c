/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/budget.h"

#define OPS_MAX (3u << 16)
#define PAIRS_MAX (1u << 18)
#define SPAWNS_MAX (1u << 15)
#define CHAINS_MAX (1u << 13)
#define PREFIX_BYTES_MAX (2u << 20)
#define SEEN_MAX (1u << 20)
#define EVIDENCE_MAX (4u << 20)

/*
 * Half of everything is shared out beforehand, unless that is more than a small target has use for; with
 * thousands of targets each has the least at which things work at all.
 */
static struct knot_share share_of(size_t max, size_t least, size_t enough, size_t targets)
{
	size_t sure = max / 2 / (targets ? targets : 1);

	if (sure > enough)
		sure = enough;
	if (sure < least)
		sure = least;
	return (struct knot_share){
		.sure = sure, .spare = sure * targets < max ? max - sure * targets : 0};
}

void knot_budget_open(struct knot_budget *b, size_t targets)
{
	*b = (struct knot_budget){
		.ops = share_of(OPS_MAX, 64, 2048, targets),
		.pairs = share_of(PAIRS_MAX, 64, 4096, targets),
		.spawns = share_of(SPAWNS_MAX, 16, 512, targets),
		.chains = share_of(CHAINS_MAX, 4, 256, targets),
		.prefixes = share_of(PREFIX_BYTES_MAX, 0, 32768, targets),
		.seen = share_of(SEEN_MAX, 256, 16384, targets),
		.evidence = share_of(EVIDENCE_MAX, 0, 65536, targets),
	};
}

static size_t beyond(const struct knot_share *s, size_t n)
{
	return n > s->sure ? n - s->sure : 0;
}

bool knot_share_take(struct knot_share *s, size_t own, size_t n)
{
	if (!s)
		return true;
	size_t more = beyond(s, own + n) - beyond(s, own);

	if (more > s->spare)
		return false;
	s->spare -= more;
	return true;
}

void knot_share_give(struct knot_share *s, size_t own, size_t n)
{
	if (s)
		s->spare += beyond(s, own) - beyond(s, own - n);
}
