/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/critical.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "explore/describe.h"
#include "explore/names.h"
#include "wire/chain.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <inttypes.h>

size_t knot_critical_count(const struct knot_run_view *run)
{
	size_t n = 0;

	for (size_t i = 0; i < run->len; i++)
		n += run->events[i].kind == KNOT_EV_SWITCH;
	return n;
}

/*
 * What g is in before from: its last step, or where it blocks when that is known, since what the runtime does by itself makes
 * it block behind a step of something else. NULL = nothing.
 */
static const struct knot_shm_event *last_place(
	const struct knot_run_view *run, size_t from, uint16_t g)
{
	for (size_t i = from; i-- > 0;) {
		const struct knot_shm_event *e = &run->events[i];

		if (e->g == g && (e->kind == KNOT_EV_STEP || (e->kind == KNOT_EV_BLOCK && e->site)))
			return e;
	}
	return NULL;
}

/* The last operation of g from there on, before any of other, NULL = none. */
static const struct knot_shm_event *runs_to(
	const struct knot_run_view *run, size_t from, uint16_t g, uint16_t other)
{
	const struct knot_shm_event *last = NULL;

	for (size_t i = from; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (e->kind != KNOT_EV_STEP)
			continue;
		if (e->g == other)
			break;
		if (e->g == g && knot_run_is_operation(e->op))
			last = e;
	}
	return last;
}

static bool has_ended(const struct knot_run_view *run, size_t before, uint16_t g)
{
	for (size_t i = before; i-- > 0;) {
		if (run->events[i].g != g)
			continue;
		if (run->events[i].kind == KNOT_EV_STEP)
			return false;
		if (run->events[i].kind == KNOT_EV_EXIT)
			return true;
	}
	return false;
}

static void add_place(struct knot_text *t, const struct knot_run_view *run, size_t at,
	const char *from, const struct knot_names *names)
{
	const struct knot_shm_event *e = &run->events[at];
	const struct knot_shm_event *in = last_place(run, at, e->g);

	if (e->g == KNOT_G_NONE) {
		knot_text_adds(t, "before anybody runs");
	} else if (e->op != KNOT_OP_NONE) {
		/* The point of a go statement is behind it: the goroutine is there. */
		knot_text_addf(
			t, "%s is stopped %s ", from, e->op == KNOT_OP_GO ? "behind" : "before");
		knot_describe_add_operation(t, e->op, e->site, names);
	} else if (has_ended(run, at, e->g)) {
		knot_text_addf(t, "when %s has ended", from);
	} else {
		knot_text_addf(t, "when %s blocks", from);
		if (in) {
			knot_text_adds(t, " in ");
			knot_describe_add_operation(t, in->op, in->site, names);
		}
	}
}

/* The KNOT_EV_SWITCH, or the length of the run. */
static size_t event_of(const struct knot_run_view *run, size_t nth)
{
	size_t at = 0;

	for (size_t n = 0; at < run->len; at++)
		if (run->events[at].kind == KNOT_EV_SWITCH && n++ == nth)
			break;
	return at;
}

char *knot_critical_line(
	const struct knot_run_view *run, size_t nth, const struct knot_names *names)
{
	const size_t at = event_of(run, nth);
	struct knot_text t = {0};

	if (at == run->len)
		return knot_xstrdup("");
	const struct knot_shm_event *e = &run->events[at];
	const uint16_t to = (uint16_t)e->aux;
	knot_auto_free char *from = knot_describe_path(run, e->g, names);
	const bool stopped = e->op != KNOT_OP_NONE;

	if (stopped && to == e->g) {
		knot_text_addf(&t, "%s goes on at ", from);
		knot_describe_add_operation(&t, e->op, e->site, names);
		knot_text_adds(&t, " instead of giving way");
		return knot_text_steal(&t);
	}
	const struct knot_shm_event *own = last_place(run, at, e->g);

	/* Something has woken it meanwhile. */
	if (own && to == e->g && !has_ended(run, at, e->g)) {
		knot_text_addf(&t, "%s goes on behind ", from);
		knot_describe_add_operation(&t, own->op, own->site, names);
		knot_text_adds(&t, " before those that have waited longer");
		return knot_text_steal(&t);
	}
	add_place(&t, run, at, from, names);
	if (to == KNOT_G_NONE) {
		knot_text_adds(
			&t, stopped ? " while the next timer fires" : ", the next timer fires");
		return knot_text_steal(&t);
	}
	knot_auto_free char *next = knot_describe_path(run, to, names);
	const struct knot_shm_event *last = runs_to(run, at, to, e->g);

	knot_text_addf(&t, stopped ? " while %s" : ", %s", next);
	if (last) {
		knot_text_adds(&t, stopped ? " runs to " : " goes on, to ");
		knot_describe_add_operation(&t, last->op, last->site, names);
	} else {
		knot_text_adds(&t, stopped ? " runs" : " goes on");
	}
	return knot_text_steal(&t);
}

/* What happens while a goroutine stands still, or those who have waited longer do. */
#define WHILE_NAMED 3
#define WHILE_TIMERS 3 /* fewer have a line for each switch */

struct meanwhile {
	size_t end; /* event that it ends before */
	size_t switches;
	uint32_t timers; /* fired by them */
	uint16_t ran[WHILE_NAMED];
	size_t ran_len;
	bool others; /* who is not named */
};

static void add_runner(struct meanwhile *m, uint16_t g)
{
	for (size_t i = 0; i < m->ran_len; i++)
		if (m->ran[i] == g)
			return;
	if (m->ran_len < WHILE_NAMED)
		m->ran[m->ran_len++] = g;
	else
		m->others = true;
}

/*
 * From the switch at on, until another goroutine is stopped; when it stops one, until that goes on: that those who block
 * meanwhile are followed by others, and by timers, is because of who stands still and has waited longest.
 */
static struct meanwhile meanwhile(const struct knot_run_view *run, size_t at)
{
	const bool stops = run->events[at].op != KNOT_OP_NONE;
	const uint16_t g = run->events[at].g;
	struct meanwhile m = {.end = at};

	for (; m.end < run->len; m.end++) {
		const struct knot_shm_event *e = &run->events[m.end];
		const uint16_t to = (uint16_t)e->aux;

		if (stops && e->kind == KNOT_EV_STEP && e->g == g)
			break;
		if (e->kind != KNOT_EV_SWITCH)
			continue;
		if (stops ? to == g || (e->op != KNOT_OP_NONE && e->g != g) : e->op != KNOT_OP_NONE)
			break;
		m.switches++;
		if (to == KNOT_G_NONE)
			m.timers++;
		else
			add_runner(&m, to);
	}
	return m;
}

static void add_runners(struct knot_text *t, const struct knot_run_view *run, size_t at,
	const struct meanwhile *m, const struct knot_names *names)
{
	const struct knot_run_view part = {
		.events = run->events, .len = m->end, .gs = run->gs, .gs_len = run->gs_len};

	for (size_t i = 0; i < m->ran_len; i++) {
		knot_auto_free char *who = knot_describe_path(run, m->ran[i], names);
		const struct knot_shm_event *last = runs_to(&part, at, m->ran[i], KNOT_G_NONE);

		knot_text_addf(t, "%s%s runs", i ? ", " : "", who);
		if (last) {
			knot_text_adds(t, " to ");
			knot_describe_add_operation(t, last->op, last->site, names);
		}
	}
	if (m->others)
		knot_text_adds(t, ", others run");
}

/* Who has waited longer, in words. */
static void add_waiting(struct knot_text *t, const struct knot_run_view *run, size_t end,
	const struct knot_names *names)
{
	knot_auto_free bool *begun = knot_xalloc(run->gs_len + 1);
	uint16_t first = KNOT_G_NONE;
	size_t count = 0;

	for (size_t i = 0; i < end; i++)
		if (run->events[i].kind == KNOT_EV_STEP && run->events[i].g < run->gs_len)
			begun[run->events[i].g] = true;
	for (size_t i = 0; i < end; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (e->kind != KNOT_EV_SPAWN || e->aux >= run->gs_len || begun[e->aux])
			continue;
		if (!count++)
			first = (uint16_t)e->aux;
	}
	if (!count) {
		knot_text_adds(t, ", before those that have waited longer");
		return;
	}
	knot_auto_free char *who = knot_describe_path(run, first, names);

	if (count == 1)
		knot_text_addf(t, " and %s has not begun", who);
	else
		knot_text_addf(t, " and %s and %zu more have not begun", who, count - 1);
}

size_t knot_critical_gathered(const struct knot_run_view *run, size_t nth,
	const struct knot_names *names, char **ret_line)
{
	const size_t at = event_of(run, nth);
	const struct knot_shm_event *e = at < run->len ? &run->events[at] : NULL;
	struct meanwhile m = {0};

	if (e && e->g != KNOT_G_NONE)
		m = meanwhile(run, at);
	if (m.timers < WHILE_TIMERS) {
		*ret_line = knot_critical_line(run, nth, names);
		return 1;
	}
	knot_auto_free char *from = knot_describe_path(run, e->g, names);
	struct knot_text t = {0};

	if (e->op != KNOT_OP_NONE) {
		add_place(&t, run, at, from, names);
		knot_text_adds(&t, " while ");
		add_runners(&t, run, at, &m, names);
		knot_text_addf(&t, "%s%" PRIu32 " timers fire", m.ran_len ? " and " : "", m.timers);
	} else if (m.ran_len) {
		add_runners(&t, run, at, &m, names);
		knot_text_addf(&t, " while %" PRIu32 " timers fire", m.timers);
		add_waiting(&t, run, m.end, names);
	} else {
		add_place(&t, run, at, from, names);
		knot_text_addf(&t, ", the next %" PRIu32 " timers fire", m.timers);
	}
	*ret_line = knot_text_steal(&t);
	return m.switches;
}

static bool to_chain(const struct knot_run_view *run, uint16_t g, uint32_t op, uint32_t site,
	struct knot_chain *chain)
{
	return g < run->gs_len && knot_run_is_operation(op) &&
		knot_chain_push(chain,
			(struct knot_chain_op){.gpath = run->gs[g].path, .site = site, .op = op});
}

void knot_critical_chain(const struct knot_run_view *run, struct knot_chain *ret_chain)
{
	size_t skip = knot_critical_count(run);

	*ret_chain = (struct knot_chain){0};
	skip = skip > KNOT_CHAIN_MAX / 2 ? skip - KNOT_CHAIN_MAX / 2 : 0;
	for (size_t i = 0; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];
		const uint16_t to = (uint16_t)e->aux;

		if (e->kind != KNOT_EV_SWITCH)
			continue;
		if (skip) {
			skip--;
			continue;
		}
		const struct knot_shm_event *last =
			to == KNOT_G_NONE ? NULL : runs_to(run, i, to, e->g);

		if (last)
			to_chain(run, to, last->op, last->site, ret_chain);
		to_chain(run, e->g, e->op, e->site, ret_chain);
	}
}
