/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/derive.h"

#include "base/alloc.h"
#include "base/vec.h"

#include <stdlib.h>

#define STATE_BLOCKED 3

struct operation {
	uint32_t g, site, op;
};

typedef KNOT_VEC(struct operation) operations;

static bool is_blocked_lock(const struct knot_run_view *view, const struct knot_shm_snap *s)
{
	return s->state == STATE_BLOCKED && s->g < view->gs_len &&
		(s->op == KNOT_OP_LOCK || s->op == KNOT_OP_RLOCK);
}

/* Who uses each primitive: goroutine + 1, 0 = nobody yet, SHARED = several. */
#define SHARED UINT32_MAX

static void use(uint32_t *user, uint32_t prim, uint32_t g)
{
	if (prim && prim < KNOT_RUN_PRIMS_MAX)
		user[prim] = !user[prim] || user[prim] == g + 1 ? g + 1 : SHARED;
}

static uint32_t *users(
	const struct knot_run_view *view, const struct knot_shm_snap *snaps, size_t snaps_len)
{
	uint32_t *user = knot_xalloc(KNOT_RUN_PRIMS_MAX * sizeof(*user));

	for (size_t i = 0; i < view->len; i++)
		if (view->events[i].kind == KNOT_EV_STEP)
			use(user, view->events[i].prim, view->events[i].g);
	for (size_t i = 0; i < snaps_len; i++)
		if (is_blocked_lock(view, &snaps[i]))
			use(user, snaps[i].prim, snaps[i].g);
	return user;
}

static void collect(const struct knot_run_view *view, const uint32_t *user, operations *ops)
{
	for (size_t i = 0; i < view->len; i++) {
		const struct knot_shm_event *e = &view->events[i];

		if (e->kind != KNOT_EV_STEP || !knot_run_is_operation(e->op) ||
			e->g >= view->gs_len)
			continue;
		/* A select is on several primitives and names none. */
		if (e->op != KNOT_OP_SELECT &&
			(!e->prim || e->prim >= KNOT_RUN_PRIMS_MAX || user[e->prim] != SHARED))
			continue;
		knot_vec_push(ops, ((struct operation){e->g, e->site, e->op}));
	}
}

/* Locks are written down when they have been taken: those that never were are in the snapshot only. */
static void collect_blocked(const struct knot_run_view *view, const struct knot_shm_snap *snaps,
	size_t snaps_len, operations *ops)
{
	for (size_t i = 0; i < snaps_len; i++) {
		const struct knot_shm_snap *s = &snaps[i];

		if (is_blocked_lock(view, s))
			knot_vec_push(ops, ((struct operation){s->g, s->site, s->op}));
	}
}

bool knot_derive_chain(const struct knot_run_view *view, const struct knot_shm_snap *snaps,
	size_t snaps_len, uint32_t switches, struct knot_chain *ret_chain)
{
	uint32_t *user = users(view, snaps, snaps_len);
	struct operation picked[KNOT_CHAIN_MAX] = {0};
	operations ops = {0};
	uint32_t n = 0, seen = 0;

	collect(view, user, &ops);
	collect_blocked(view, snaps, snaps_len, &ops);
	free(user);
	/* From the end on: both sides of each switch. */
	for (size_t i = ops.len; i-- > 1 && seen < switches && n + 2 <= KNOT_CHAIN_MAX;) {
		if (ops.data[i].g == ops.data[i - 1].g)
			continue;
		seen++;
		/* Its own end of the switch behind it may be the same operation. */
		if (!n || picked[n - 1].g != ops.data[i].g ||
			picked[n - 1].site != ops.data[i].site ||
			picked[n - 1].op != ops.data[i].op)
			picked[n++] = ops.data[i];
		picked[n++] = ops.data[i - 1];
	}
	*ret_chain = (struct knot_chain){0};
	for (uint32_t i = n; i-- > 0;)
		knot_chain_push(ret_chain,
			(struct knot_chain_op){.gpath = view->gs[picked[i].g].path,
				.site = picked[i].site,
				.op = picked[i].op});
	knot_vec_free(&ops);
	return switches && seen == switches;
}
