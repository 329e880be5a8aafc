/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/switches.h"

static uint64_t path_of(const struct knot_run_view *run, uint64_t g)
{
	return g < run->gs_len ? run->gs[g].path : 0;
}

void knot_switches_of_run(
	const struct knot_run_view *run, knot_switches *ret, struct knot_switch_counts *ret_counts)
{
	uint16_t last = KNOT_G_NONE;

	*ret_counts = (struct knot_switch_counts){0};
	for (size_t i = 0; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (e->kind == KNOT_EV_STEP) {
			ret_counts->switches += last != KNOT_G_NONE && last != e->g;
			last = e->g;
		}
		if (e->kind != KNOT_EV_SWITCH)
			continue;
		const uint16_t to = (uint16_t)e->aux;
		const struct knot_switch s = {
			.from = path_of(run, e->g),
			.to = to == KNOT_G_NONE ? 0 : path_of(run, to),
			.ops = (uint32_t)(e->aux >> 16),
			.at = e->op != KNOT_OP_NONE,
			.preempts = e->op != KNOT_OP_NONE && e->op != KNOT_OP_YIELD &&
				to != KNOT_G_NONE && to != e->g,
		};

		ret_counts->preemptions += s.preempts;
		ret_counts->timers += !s.to;
		ret_counts->departures++;
		knot_vec_push(ret, s);
	}
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
