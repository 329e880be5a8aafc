/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/sharing.h"

#include "base/rng.h"

/* The target looks for shared memory in the first requests and in some later ones: it costs some time. */
#define LEARN_FIRST 12
#define LEARN_EVERY 16
/* Requests with raced positions as points: most, but the program's own points must have their share. */
#define PLAIN_ONE_IN 4
/* Requests that add some of the positions that are only shared. */
#define SHARED_ONE_IN 6
#define SHARED_MAX 8
/* Beyond so many raced positions a request takes a few of them as often as all: points dilute each other. */
#define FEW 4

void knot_sharing_free(struct knot_sharing *s)
{
	knot_vec_free(&s->positions);
	s->raced = 0;
}

static size_t find(const struct knot_sharing *s, uint32_t site)
{
	size_t i = 0;

	while (i < s->positions.len && s->positions.data[i].site != site)
		i++;
	return i;
}

bool knot_sharing_add(struct knot_sharing *s, uint32_t site, uint32_t op, bool raced)
{
	size_t at = find(s, site);
	const bool known = at < s->positions.len;

	if (known && (s->positions.data[at].raced || !raced))
		return false;
	const struct knot_sharing_position fresh = {.site = site, .op = op};
	const bool full = s->positions.len >= KNOT_SHARING_MAX;

	if (!known && full && (!raced || s->raced == s->positions.len))
		return false;
	/* One that raced is worth more than one that is only shared. */
	if (!known && full)
		s->positions.data[at = s->raced] = fresh;
	else if (!known)
		knot_vec_push(&s->positions, fresh);
	s->changes++;
	if (raced) {
		struct knot_sharing_position *first = &s->positions.data[s->raced++];
		struct knot_sharing_position *it = &s->positions.data[at];

		it->raced = true;
		const struct knot_sharing_position swap = *first;

		*first = *it;
		*it = swap;
	}
	return true;
}

uint32_t knot_sharing_op(const struct knot_sharing *s, uint32_t site)
{
	size_t at = find(s, site);

	return at < s->positions.len ? s->positions.data[at].op : KNOT_OP_NONE;
}

static void take(struct knot_shm_request *r, uint32_t site)
{
	for (uint32_t i = 0; i < r->mem_len; i++)
		if (r->mem[i] == site)
			return;
	if (r->mem_len < KNOT_MEM_MAX)
		r->mem[r->mem_len++] = site;
}

/* count of [from, from + len), beginning anywhere. */
static void take_some(const struct knot_sharing *s, struct knot_rng *rng, size_t from, size_t len,
	size_t count, struct knot_shm_request *r)
{
	const size_t at = len ? knot_rng_below(rng, len) : 0;

	for (size_t i = 0; i < len && i < count; i++)
		take(r, s->positions.data[from + (at + i) % len].site);
}

void knot_sharing_choose(const struct knot_sharing *s, struct knot_rng *rng, uint64_t nth,
	struct knot_shm_request *request)
{
	const size_t shared = s->positions.len - s->raced;

	if (nth <= LEARN_FIRST || nth % LEARN_EVERY == 0)
		request->flags |= KNOT_REQ_MEM_LEARN;
	for (uint32_t i = 0; i < request->chain_len; i++)
		if (request->chain[i].op == KNOT_OP_MEMREAD ||
			request->chain[i].op == KNOT_OP_MEMWRITE)
			take(request, request->chain[i].site);
	if (s->raced && knot_rng_below(rng, PLAIN_ONE_IN)) {
		size_t count = s->raced;

		if (count > FEW && knot_rng_below(rng, 2))
			count = 1 + knot_rng_below(rng, FEW);
		take_some(s, rng, 0, s->raced, count, request);
	}
	if (shared && knot_rng_below(rng, SHARED_ONE_IN) == 0)
		take_some(s, rng, s->raced, shared, 1 + knot_rng_below(rng, SHARED_MAX), request);
}
