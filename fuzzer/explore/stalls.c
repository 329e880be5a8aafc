/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/stalls.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "base/table.h"
#include "explore/cpop.h"
#include "explore/run_view.h"

#define ANYBODY_ONE_IN 2 /* stalls of whoever does the operation */

struct place {
	uint32_t site, op;
};

struct knot_stall {
	struct place place;
	uint64_t gpath; /* one of those who do it, any with the same probability */
	uint32_t known; /* how many do */
	UT_hash_handle hh;
};

/* What is tried is the select, whatever case it takes. */
static bool can_wait(uint32_t op)
{
	return knot_run_is_operation(op) && op != KNOT_OP_SELSEND && op != KNOT_OP_SELRECV &&
		op != KNOT_OP_SELDEFAULT;
}

static void learn(struct knot_stalls *s, const struct knot_cpop *cpop, struct knot_rng *rng)
{
	for (; s->ops_known < knot_cpop_op_count(cpop); s->ops_known++) {
		const struct knot_chain_op op = knot_cpop_chain_op(cpop, s->ops_known);
		const struct place at = {op.site, op.op};
		struct knot_stall *e;

		if (!can_wait(op.op))
			continue;
		HASH_FIND(hh, s->by_place, &at, sizeof(at), e);
		if (!e) {
			e = knot_xalloc(sizeof(*e));
			e->place = at;
			HASH_ADD(hh, s->by_place, place, sizeof(e->place), e);
			knot_vec_push(&s->places, e);
		}
		if (knot_rng_below(rng, ++e->known) == 0)
			e->gpath = op.gpath;
	}
}

bool knot_stalls_draw(struct knot_stalls *s, const struct knot_cpop *cpop, struct knot_rng *rng,
	struct knot_shm_request *r)
{
	learn(s, cpop, rng);
	if (!s->places.len)
		return false;
	const struct knot_stall *e = s->places.data[knot_rng_below(rng, s->places.len)];

	r->stall = (struct knot_shm_chain_op){.site = e->place.site, .op = e->place.op};
	if (knot_rng_below(rng, ANYBODY_ONE_IN))
		r->stall.gpath = e->gpath;
	return true;
}

void knot_stalls_free(struct knot_stalls *s)
{
	KNOT_TABLE_FREE(s->by_place);
	knot_vec_free(&s->places);
}
