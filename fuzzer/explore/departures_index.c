/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a run comes to the places of departures. A file may have as many of these as a run has events, so a place is found by
 * search: each goroutine path has its steps and ends in order, and once somebody asks, sorted by operation and site, too.
 */
#include "explore/departures.h"

#include "base/alloc.h"
#include "explore/moved.h"
#include "explore/switches.h"

#include <string.h>

/* A KNOT_EV_STEP or KNOT_EV_EXIT of a path. */
struct visit {
	uint32_t event, executed; /* operations that the path has executed with it */
};

struct path {
	uint64_t path;
	size_t begin, len; /* in visits */
	bool is_sorted; /* in by_place */
};

struct taken {
	struct knot_switch s;
	size_t event;
};

struct knot_departure_index {
	const struct knot_run_view *run;
	struct path *paths; /* by path */
	size_t paths_len;
	uint32_t *of; /* by goroutine number, in paths */
	struct visit *visits,
		*by_place; /* those of a path one behind the other, the former in order */
	struct taken *taken; /* sorted */
	size_t taken_len;
	uint64_t looked;
};

bool knot_departure_is_execution(const struct knot_shm_event *e)
{
	return e->kind == KNOT_EV_STEP && e->op != KNOT_OP_START && e->op != KNOT_OP_RESUME &&
		e->op != KNOT_OP_COMPUTE;
}

/* --- made of a run --------------------------------------------------------------------------- */

static int by_path(const void *x, const void *y)
{
	const struct path *a = x, *b = y;

	return (a->path > b->path) - (a->path < b->path);
}

static struct path *find_path(const struct knot_departure_index *x, uint64_t path)
{
	const struct path key = {.path = path};

	return bsearch(&key, x->paths, x->paths_len, sizeof(*x->paths), by_path);
}

static void add_paths(struct knot_departure_index *x)
{
	const struct knot_run_view *run = x->run;

	x->paths = knot_xalloc((run->gs_len + 1) * sizeof(*x->paths));
	x->of = knot_xalloc((run->gs_len + 1) * sizeof(*x->of));
	for (size_t g = 0; g < run->gs_len; g++)
		x->paths[g].path = run->gs[g].path;
	qsort(x->paths, run->gs_len, sizeof(*x->paths), by_path);
	for (size_t i = 0; i < run->gs_len; i++)
		if (!i || x->paths[i].path != x->paths[x->paths_len - 1].path)
			x->paths[x->paths_len++] = x->paths[i];
	for (size_t g = 0; g < run->gs_len; g++)
		x->of[g] = (uint32_t)(find_path(x, run->gs[g].path) - x->paths);
}

static struct path *path_of(const struct knot_departure_index *x, const struct knot_shm_event *e)
{
	return (e->kind == KNOT_EV_STEP || e->kind == KNOT_EV_EXIT) && e->g < x->run->gs_len
		? &x->paths[x->of[e->g]]
		: NULL;
}

static void add_visits(struct knot_departure_index *x)
{
	const struct knot_run_view *run = x->run;
	size_t count = 0;

	for (size_t i = 0; i < run->len; i++) {
		struct path *p = path_of(x, &run->events[i]);

		if (p)
			p->len++;
	}
	for (size_t i = 0; i < x->paths_len; i++) {
		x->paths[i].begin = count;
		count += x->paths[i].len;
		x->paths[i].len = 0;
	}
	x->visits = knot_xalloc((count + 1) * sizeof(*x->visits));
	x->by_place = knot_xalloc((count + 1) * sizeof(*x->by_place));
	for (size_t i = 0; i < run->len; i++) {
		struct path *p = path_of(x, &run->events[i]);

		if (!p)
			continue;
		struct visit *v = &x->visits[p->begin + p->len++];

		v->event = (uint32_t)i;
		v->executed = (p->len > 1 ? v[-1].executed : 0) +
			knot_departure_is_execution(&run->events[i]);
	}
}

static int compare_switches(const struct knot_switch *a, const struct knot_switch *b)
{
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	if (a->ops != b->ops)
		return a->ops < b->ops ? -1 : 1;
	return a->at - b->at;
}

static int by_switch(const void *x, const void *y)
{
	const struct taken *a = x, *b = y;
	const int c = compare_switches(&a->s, &b->s);

	return c ? c : (a->event > b->event) - (a->event < b->event);
}

static void add_taken(struct knot_departure_index *x)
{
	const struct knot_run_view *run = x->run;

	for (size_t i = 0; i < run->len; i++)
		x->taken_len += run->events[i].kind == KNOT_EV_SWITCH;
	x->taken = knot_xalloc((x->taken_len + 1) * sizeof(*x->taken));
	for (size_t i = 0, n = 0; i < run->len; i++)
		if (run->events[i].kind == KNOT_EV_SWITCH)
			x->taken[n++] = (struct taken){
				.s = knot_switch_of_event(run, &run->events[i]), .event = i};
	qsort(x->taken, x->taken_len, sizeof(*x->taken), by_switch);
}

struct knot_departure_index *knot_departure_index_new(const struct knot_run_view *run)
{
	struct knot_departure_index *x = knot_xalloc(sizeof(*x));

	x->run = run;
	add_paths(x);
	add_visits(x);
	add_taken(x);
	return x;
}

void knot_departure_index_free(struct knot_departure_index *x)
{
	if (!x)
		return;
	free(x->paths);
	free(x->of);
	free(x->visits);
	free(x->by_place);
	free(x->taken);
	free(x);
}

uint64_t knot_departure_index_looked(const struct knot_departure_index *x)
{
	return x->looked;
}

/* --- where it comes to the place ------------------------------------------------------------- */

/* Ends behind all steps. */
static int compare_places(const struct knot_shm_event *a, const struct knot_shm_event *b)
{
	if (a->kind != b->kind || a->kind != KNOT_EV_STEP)
		return (a->kind == KNOT_EV_EXIT) - (b->kind == KNOT_EV_EXIT);
	if (a->op != b->op)
		return a->op < b->op ? -1 : 1;
	return (a->site > b->site) - (a->site < b->site);
}

static int by_place_and_event(const void *x, const void *y, void *arg)
{
	const struct visit *a = x, *b = y;
	struct knot_departure_index *index = arg;
	const int c = compare_places(&index->run->events[a->event], &index->run->events[b->event]);

	index->looked++;
	return c ? c : (a->event > b->event) - (a->event < b->event);
}

static void sort_places(struct knot_departure_index *x, struct path *p)
{
	struct visit *places = x->by_place + p->begin;

	if (p->is_sorted || !p->len)
		return;
	memcpy(places, x->visits + p->begin, p->len * sizeof(*places));
	qsort_r(places, p->len, sizeof(*places), by_place_and_event, x);
	p->is_sorted = true;
}

/* The nth visit of a place, NULL = there are not so many. */
static const struct visit *find_visit(struct knot_departure_index *x, struct path *p,
	const struct knot_shm_event *place, uint32_t nth)
{
	const struct visit *places = x->by_place + p->begin;
	size_t low = 0, high = p->len;

	sort_places(x, p);
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		x->looked++;
		if (compare_places(&x->run->events[places[middle].event], place) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (nth >= p->len - low ||
		compare_places(&x->run->events[places[low + nth].event], place) != 0)
		return NULL;
	return &places[low + nth];
}

bool knot_departure_find(struct knot_departure_index *x, const struct knot_crash_departure *d,
	const struct knot_moved *moved, struct knot_departure_place *ret)
{
	const bool is_end = d->kind == KNOT_DEPARTS_BEHIND;
	const struct knot_shm_event place = {.kind = is_end ? KNOT_EV_EXIT : KNOT_EV_STEP,
		.op = (uint8_t)d->op,
		.site = d->site ? knot_moved_now(moved, d->site) : 0};
	struct path *p = find_path(x, d->from);

	if (!d->from) { /* nobody has run yet */
		*ret = (struct knot_departure_place){.ops = 0};
		return true;
	}
	if (!p || (d->site && !place.site) || (!is_end && d->op > UINT8_MAX))
		return false;
	const struct visit *v = find_visit(x, p, &place, is_end ? 0 : d->nth);

	if (!v)
		return false;
	const struct knot_shm_event *e = &x->run->events[v->event];

	*ret = (struct knot_departure_place){
		.ops = v->executed - (d->kind == KNOT_DEPARTS_AT && knot_departure_is_execution(e)),
		.step = e->step};
	return true;
}

/* --- and goes on as it should ---------------------------------------------------------------- */

/* The first step with which the path has executed so many operations. */
static bool find_executed(
	struct knot_departure_index *x, const struct path *p, uint32_t ops, size_t *ret_event)
{
	const struct visit *visits = x->visits + p->begin;
	size_t low = 0, high = p->len;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		x->looked++;
		if (visits[middle].executed < ops)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < p->len && x->run->events[visits[low].event].kind != KNOT_EV_STEP)
		low++;
	if (low == p->len || visits[low].executed != ops)
		return false;
	*ret_event = visits[low].event;
	return true;
}

/* By run-until-block itself, which makes no KNOT_EV_SWITCH: the step behind that of from is one of to. */
static bool comes_by_itself(struct knot_departure_index *x, const struct knot_crash_departure *d,
	uint32_t ops, size_t *ret_event)
{
	const struct knot_run_view *run = x->run;
	const struct path *p = find_path(x, d->from);
	size_t at;

	if (d->kind == KNOT_DEPARTS_AFTER || !p || !find_executed(x, p, ops, &at))
		return false;
	for (size_t i = at + 1; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		x->looked++;
		if (e->kind == KNOT_EV_TIMER && !d->to)
			break;
		if (e->kind != KNOT_EV_STEP)
			continue;
		if (!d->to || e->g >= run->gs_len || run->gs[e->g].path != d->to)
			return false;
		break;
	}
	*ret_event = at;
	return true;
}

bool knot_departure_taken(struct knot_departure_index *x, const struct knot_crash_departure *d,
	uint32_t ops, size_t *ret_event)
{
	const struct knot_switch wanted = {
		.from = d->from, .to = d->to, .ops = ops, .at = knot_departure_is_at(d)};
	size_t low = 0, high = x->taken_len;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		x->looked++;
		if (compare_switches(&x->taken[middle].s, &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < x->taken_len && !compare_switches(&x->taken[low].s, &wanted)) {
		*ret_event = x->taken[low].event;
		return true;
	}
	return comes_by_itself(x, d, ops, ret_event);
}
