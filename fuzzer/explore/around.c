/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/around.h"

static bool is_execution(const struct knot_shm_event *e)
{
	return e->kind == KNOT_EV_STEP && e->op != KNOT_OP_START && e->op != KNOT_OP_RESUME;
}

void knot_ops_of_run(const struct knot_run_view *run, knot_ops_list *ret)
{
	ret->len = 0;
	for (size_t g = 0; g < run->gs_len; g++)
		knot_vec_push(ret, ((struct knot_ops){.path = run->gs[g].path}));
	for (size_t i = 0; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (e->g < ret->len)
			ret->data[e->g].ops += is_execution(e);
	}
}

/* From the event of a departure on. */
static uint32_t next_block(const struct knot_run_view *run, size_t at)
{
	const uint16_t g = run->events[at].g;
	uint32_t ops = (uint32_t)(run->events[at].aux >> 16);

	for (size_t i = at; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (e->g != g)
			continue;
		if (e->kind == KNOT_EV_BLOCK || e->kind == KNOT_EV_EXIT)
			return ops;
		ops += is_execution(e);
	}
	return 0;
}

/* Back from the event of a departure, to where the one who is left there took over. */
static bool find_lead(const struct knot_run_view *run, size_t at, struct knot_switch *ret)
{
	const uint16_t g = run->events[at].g;
	uint16_t before = KNOT_G_NONE;
	uint32_t ops = 0;
	bool blocked = false;
	size_t i = at;

	while (i-- > 0 && before == KNOT_G_NONE) {
		const struct knot_shm_event *e = &run->events[i];

		if (e->kind == KNOT_EV_STEP && e->g != g)
			before = e->g;
		blocked |= before == KNOT_G_NONE && e->g != g &&
			(e->kind == KNOT_EV_BLOCK || e->kind == KNOT_EV_EXIT);
	}
	if (before >= run->gs_len)
		return false;
	for (size_t k = 0; k <= i + 1; k++)
		ops += run->events[k].g == before && is_execution(&run->events[k]);
	*ret = (struct knot_switch){
		.from = run->gs[before].path, .ops = ops, .at = !blocked, .preempts = !blocked};
	return true;
}

void knot_around_of_run(const struct knot_run_view *run, size_t max, knot_arounds *ret)
{
	ret->len = 0;
	for (size_t i = 0; i < run->len && ret->len < max; i++) {
		struct knot_around a = {0};

		if (run->events[i].kind != KNOT_EV_SWITCH)
			continue;
		a.block = next_block(run, i);
		a.led = find_lead(run, i, &a.lead);
		knot_vec_push(ret, a);
	}
}
