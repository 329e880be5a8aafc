/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/switches.h"

#include "base/cleanup.h"

static uint64_t path_of(const struct knot_run_view *run, uint64_t g)
{
	return g < run->gs_len ? run->gs[g].path : 0;
}

struct knot_switch knot_switch_of_event(
	const struct knot_run_view *run, const struct knot_shm_event *e)
{
	const uint16_t to = (uint16_t)e->aux;

	return (struct knot_switch){
		.from = path_of(run, e->g),
		.to = to == KNOT_G_NONE ? 0 : path_of(run, to),
		.ops = (uint32_t)(e->aux >> 16),
		.visit = (uint16_t)(e->aux >> 48),
		.at = e->op != KNOT_OP_NONE,
		.preempts = e->op != KNOT_OP_NONE && e->op != KNOT_OP_YIELD && to != KNOT_G_NONE &&
			to != e->g,
	};
}

/*
 * Counts changes of goroutine. To go on behind somebody who gives way is none: the program asks for it, or waits by looking
 * (knotSwitchSpins in the shim).
 */
struct changes {
	uint16_t ran;
	bool *left; /* by goroutine: its last step was followed by another's */
	size_t len;
	uint32_t looks; /* steps in a row that only looked */
	uint32_t count;
};

static bool only_looks(uint32_t op)
{
	return op == KNOT_OP_YIELD || op == KNOT_OP_ATOMIC_LOAD || op == KNOT_OP_TRYLOCK ||
		op == KNOT_OP_TRYRLOCK || op == KNOT_OP_MEMREAD;
}

/* A goroutine that goes on with a yield had been left because of it. */
static void resolve(struct changes *c, const struct knot_shm_event *e)
{
	if (e->g >= c->len)
		return;
	if (c->left[e->g] && e->op == KNOT_OP_YIELD)
		c->count--;
	c->left[e->g] = false;
}

static void count_change(struct changes *c, const struct knot_shm_event *e)
{
	if (c->ran != KNOT_G_NONE && c->ran != e->g && c->looks < KNOT_SWITCH_SPINS) {
		c->count++;
		if (c->ran < c->len)
			c->left[c->ran] = true;
	}
	resolve(c, e);
	c->looks = only_looks(e->op) ? c->looks + 1 : 0;
	c->ran = e->g;
}

void knot_switches_of_run(const struct knot_run_view *run, uint32_t last, knot_switches *ret,
	struct knot_switch_counts *ret_counts)
{
	knot_auto_free bool *left = knot_xalloc(run->gs_len + 1);
	struct changes changes = {.ran = KNOT_G_NONE, .left = left, .len = run->gs_len};

	*ret_counts = (struct knot_switch_counts){0};
	for (size_t i = 0; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (last && e->step > last) {
			/* Who was left before may turn out to have given way. */
			if (e->kind == KNOT_EV_STEP)
				resolve(&changes, e);
			continue;
		}
		if (e->kind == KNOT_EV_STEP)
			count_change(&changes, e);
		if (e->kind != KNOT_EV_SWITCH)
			continue;
		const struct knot_switch s = knot_switch_of_event(run, e);

		ret_counts->preemptions += s.preempts;
		ret_counts->timers += !s.to;
		ret_counts->departures++;
		knot_vec_push(ret, s);
	}
	ret_counts->switches = changes.count;
}

static int by(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

int knot_switch_counts_compare(
	const struct knot_switch_counts *a, const struct knot_switch_counts *b)
{
	int c = by(a->preemptions, b->preemptions);

	c = c ? c : by(a->switches, b->switches);
	c = c ? c : by(a->timers, b->timers);
	return c ? c : by(a->departures, b->departures);
}
