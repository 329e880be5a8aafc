/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/spinners.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "explore/waitgraph.h"

#include <stdlib.h>

#define SPINNERS_MAX 64

static bool is_preemption(const struct knot_shm_event *e)
{
	return e->kind == KNOT_EV_EXTERNAL && e->aux == KNOT_EXT_WATCHDOG;
}

static int by_steps(const void *a, const void *b)
{
	const struct knot_spinner *x = a, *y = b;

	if (x->steps != y->steps)
		return x->steps < y->steps ? 1 : -1;
	return (x->g > y->g) - (x->g < y->g);
}

static int by_times(const void *a, const void *b)
{
	const struct knot_spot *x = a, *y = b;

	if (x->times != y->times)
		return x->times < y->times ? 1 : -1;
	if (x->site != y->site)
		return x->site < y->site ? -1 : 1;
	return (x->op > y->op) - (x->op < y->op);
}

static void add_spot(struct knot_spinner *s, uint32_t op, uint32_t site)
{
	for (uint32_t i = 0; i < s->spots_len; i++) {
		if (s->spots[i].op == op && s->spots[i].site == site) {
			s->spots[i].times++;
			return;
		}
	}
	if (s->spots_len < KNOT_SPINNER_SPOTS)
		s->spots[s->spots_len++] = (struct knot_spot){.op = op, .site = site, .times = 1};
}

/* One that waits for ever took its last steps before it did. */
static bool may_spin(const struct knot_waitgraph *graph, uint16_t g)
{
	if (!graph || !graph->waiters.len)
		return true;
	const struct knot_waiter *x = knot_waitgraph_find(graph, g);

	return x && !x->stuck && x->role != KNOT_ROLE_OLD && x->role != KNOT_ROLE_LIBRARY;
}

/* Steps in the last part, and preemptions, by goroutine. */
struct count {
	uint32_t steps, preempted;
};

static struct count *count(struct knot_spinners *s, const struct knot_run_view *view, uint32_t from)
{
	struct count *counts = knot_xalloc((KNOT_G_NONE + 1u) * sizeof(*counts));

	s->steps = 0;
	for (size_t i = 0; i < view->len; i++) {
		const struct knot_shm_event *e = &view->events[i];

		if (e->kind == KNOT_EV_STEP && e->step > from) {
			counts[e->g].steps++;
			s->steps++;
		}
		counts[e->g].preempted += is_preemption(e);
	}
	return counts;
}

/* Where they went round. at: number in the list + 1 by goroutine. */
static void take_spots(
	struct knot_spinners *s, const struct knot_run_view *view, uint32_t from, const uint8_t *at)
{
	for (size_t i = 0; i < view->len; i++) {
		const struct knot_shm_event *e = &view->events[i];

		if (!at[e->g])
			continue;
		struct knot_spinner *x = &s->list.data[at[e->g] - 1];

		if (is_preemption(e) ||
			(e->kind == KNOT_EV_STEP && e->step > from && e->site &&
				e->op >= KNOT_OP_YIELD && !x->preempted))
			add_spot(x, e->op, e->site);
	}
}

/* One that is blocked may yet be woken and go round once more, or just have come to where it waits. */
static bool goes_round(const struct knot_spinner *s, const struct knot_waitgraph *graph)
{
	const struct knot_waiter *x = graph ? knot_waitgraph_find(graph, s->g) : NULL;

	return s->preempted || !x || x->role == KNOT_ROLE_LIVE ||
		(s->spots_len && s->spots[0].times >= 3);
}

void knot_spinners_take(struct knot_spinners *s, const struct knot_run_view *view, uint32_t from,
	const struct knot_waitgraph *graph)
{
	knot_auto_free struct count *counts = count(s, view, from);
	knot_auto_free uint8_t *at = knot_xalloc(KNOT_G_NONE + 1u);

	s->list.len = 0;
	for (uint32_t g = 0; g < KNOT_G_NONE; g++) {
		const struct count *c = &counts[g];

		if ((c->steps || c->preempted) && may_spin(graph, (uint16_t)g))
			knot_vec_push(&s->list,
				((struct knot_spinner){.g = (uint16_t)g,
					.steps = c->steps,
					.preempted = c->preempted}));
	}
	if (s->list.len)
		qsort(s->list.data, s->list.len, sizeof(*s->list.data), by_steps);
	if (s->list.len > SPINNERS_MAX)
		s->list.len = SPINNERS_MAX;
	for (size_t i = 0; i < s->list.len; i++)
		at[s->list.data[i].g] = (uint8_t)(i + 1);
	take_spots(s, view, from, at);
	size_t n = 0;
	for (size_t i = 0; i < s->list.len; i++) {
		struct knot_spinner *x = &s->list.data[i];

		qsort(x->spots, x->spots_len, sizeof(*x->spots), by_times);
		if (goes_round(x, graph))
			s->list.data[n++] = *x;
	}
	s->list.len = n;
}

void knot_spinners_free(struct knot_spinners *s)
{
	knot_vec_free(&s->list);
	s->steps = 0;
}

const struct knot_spinner *knot_spinners_find(const struct knot_spinners *s, uint16_t g)
{
	for (size_t i = 0; i < s->list.len; i++)
		if (s->list.data[i].g == g)
			return &s->list.data[i];
	return NULL;
}
