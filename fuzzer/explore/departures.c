/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/departures.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "explore/counts.h"
#include "explore/describe.h"
#include "explore/names.h"
#include "explore/switches.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <string.h>

/* What a goroutine did last. */
struct last {
	uint8_t kind; /* KNOT_EV_STEP or KNOT_EV_EXIT; 0 = nothing yet */
	uint8_t op;
	uint32_t site, nth;
};

/* What the events so far say. */
struct passing {
	struct knot_counts counts;
	struct last *last; /* by goroutine number, whatever that is */
};

static uint32_t *count_of(struct passing *p, const struct knot_shm_event *e)
{
	return knot_counts_of(&p->counts, e->g, e->op, e->site);
}

static void pass(struct passing *p, const struct knot_shm_event *e)
{
	if (e->kind == KNOT_EV_STEP)
		p->last[e->g] = (struct last){
			.kind = e->kind, .op = e->op, .site = e->site, .nth = (*count_of(p, e))++};
	else if (e->kind == KNOT_EV_EXIT)
		p->last[e->g].kind = e->kind;
}

static struct knot_crash_departure departure(
	struct passing *p, const struct knot_run_view *run, const struct knot_shm_event *e)
{
	const struct knot_switch s = knot_switch_of_event(run, e);
	const struct last *last = &p->last[e->g];
	struct knot_crash_departure d = {
		.kind = KNOT_DEPARTS_AT, .from = s.from, .to = s.to, .ops = s.ops};

	if (s.at && e->op != KNOT_OP_RESUME) {
		d.op = e->op;
		d.site = e->site;
		d.nth = *count_of(p, e);
		return d;
	}
	d.kind = s.at ? KNOT_DEPARTS_AFTER : KNOT_DEPARTS_BEHIND;
	if (last->kind != KNOT_EV_STEP)
		return d;
	if (!s.at)
		d.kind = KNOT_DEPARTS_IN;
	d.op = last->op;
	d.site = last->site;
	d.nth = last->nth;
	return d;
}

void knot_departures_of_run(const struct knot_run_view *run, size_t max, knot_departures *ret)
{
	struct passing p = {.last = knot_xalloc((UINT16_MAX + 1u) * sizeof(*p.last))};

	for (size_t i = 0; i < run->len && ret->len < max; i++) {
		if (run->events[i].kind == KNOT_EV_SWITCH)
			knot_vec_push(ret, departure(&p, run, &run->events[i]));
		pass(&p, &run->events[i]);
	}
	knot_counts_free(&p.counts);
	free(p.last);
}

static bool has_path(const struct knot_run_view *run, uint16_t g, uint64_t path)
{
	return g < run->gs_len && run->gs[g].path == path;
}

bool knot_departure_is_at(const struct knot_crash_departure *d)
{
	return d->kind == KNOT_DEPARTS_AT || d->kind == KNOT_DEPARTS_AFTER;
}

char *knot_departure_found(const struct knot_run_view *run, const struct knot_crash_departure *d,
	uint32_t ops, const struct knot_names *names, uint32_t *ret_step)
{
	const uint32_t before = ops - (d->kind != KNOT_DEPARTS_AT && ops); /* in it it is counted */
	const struct knot_shm_event *last = NULL;
	struct knot_text t = {0};
	bool started = false;
	uint32_t executed = 0;

	*ret_step = run->len ? run->events[run->len - 1].step : 0;
	for (size_t i = 0; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		started |= e->kind == KNOT_EV_SPAWN && e->aux < run->gs_len &&
			has_path(run, (uint16_t)e->aux, d->from);
		if (!has_path(run, e->g, d->from))
			continue;
		if (knot_departure_is_execution(e)) {
			if (e->op != KNOT_OP_NONE)
				last = e;
			*ret_step = e->step;
			if (executed++ == before)
				break;
		}
	}
	if (!last)
		return knot_xstrdup(started ? "nothing: it executes no operation"
					    : "nothing: it is not started");
	knot_describe_add_operation(&t, last->op, last->site, names);
	return knot_text_steal(&t);
}

static const char *goroutine(const struct knot_crash *c, uint64_t path)
{
	for (size_t i = 0; i < c->goroutines.len; i++)
		if (c->goroutines.data[i].path == path)
			return c->goroutines.data[i].gpath;
	return "a goroutine without a name";
}

const char *knot_departure_to(const struct knot_crash *c, const struct knot_crash_departure *d)
{
	return d->to ? goroutine(c, d->to) : "the next timer";
}

char *knot_departure_expected(const struct knot_crash *c, const struct knot_crash_departure *d)
{
	const char *from = goroutine(c, d->from);
	const struct knot_crash_name *n = knot_crash_name_of(c, d->site);
	struct knot_text t = {0};

	if (!d->from)
		return knot_xstrdup("the beginning of the run");
	if (d->kind == KNOT_DEPARTS_BEHIND) {
		knot_text_addf(&t, "the end of %s", from);
		return knot_text_steal(&t);
	}
	if (d->kind == KNOT_DEPARTS_AFTER)
		knot_text_adds(&t, "the end of ");
	knot_describe_add_place(&t, d->op, n ? n->pos : NULL, n ? n->prim : NULL);
	knot_text_addf(&t, " by %s", from);
	return knot_text_steal(&t);
}
