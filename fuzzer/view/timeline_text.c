/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/timeline_text.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "wire/abi.h"
#include "wire/ops.h"
#include "wire/text.h"
#include "wire/timeline_json.h"

#include <inttypes.h>

#define NONE KNOT_TIMELINE_NONE

char *knot_timeline_site_text(const struct knot_timeline *t, uint32_t site)
{
	const struct knot_timeline_site *s = site == NONE ? NULL : &t->sites.data[site];

	if (s && s->file && s->line)
		return knot_xasprintf("%s:%" PRIu32, s->file, s->line);
	return knot_xstrdup(s && s->function ? s->function : "an unknown position");
}

char *knot_timeline_operation_text(
	const struct knot_timeline *t, uint32_t op, uint32_t site, uint32_t primitive)
{
	const char *expression = site == NONE ? NULL : t->sites.data[site].expression;
	knot_auto_free char *where = knot_timeline_site_text(t, site);
	struct knot_text text = {0};

	if (!expression && primitive != NONE)
		expression = t->primitives.data[primitive].name;
	knot_text_adds(&text, knot_op_name(op));
	if (expression)
		knot_text_addf(&text, " %s", expression);
	if (primitive != NONE)
		knot_text_addf(&text, "#%" PRIu32, t->primitives.data[primitive].number);
	if (site != NONE)
		knot_text_addf(&text, " %s", where);
	return knot_text_steal(&text);
}

char *knot_timeline_state_text(const struct knot_timeline *t, uint32_t g)
{
	const struct knot_timeline_goroutine *x = &t->goroutines.data[g];

	switch (x->state) {
	case KNOT_TIMELINE_ENDED:
		return knot_xstrdup("ended");
	case KNOT_TIMELINE_RUNNING:
		return knot_xstrdup("could go on");
	default:
		break;
	}
	knot_auto_free char *in = knot_timeline_operation_text(t, x->op, x->at, x->primitive);

	return knot_xasprintf("%s%s%s",
		x->state == KNOT_TIMELINE_OUTSIDE ? "waits for time or the outside" : "blocked",
		x->op ? " in " : "", x->op ? in : "");
}

bool knot_timeline_is_behind_go(const struct knot_timeline *t, uint32_t event)
{
	const struct knot_timeline_event *e = &t->events.data[event];

	if (e->kind != KNOT_EV_STEP || e->op != KNOT_OP_GO || e->g == NONE)
		return false;
	for (bool others = false; event-- > 0;) {
		const struct knot_timeline_event *x = &t->events.data[event];

		if (x->g == e->g && x->kind != KNOT_EV_SWITCH)
			return others && x->kind == KNOT_EV_SPAWN;
		others |= x->kind == KNOT_EV_STEP;
	}
	return false;
}

static char *step_text(const struct knot_timeline *t, const struct knot_timeline_event *e)
{
	knot_auto_free char *where = knot_timeline_site_text(t, e->site);

	switch (e->op) {
	case KNOT_OP_NONE:
		return knot_xasprintf("behind %s", where);
	case KNOT_OP_START:
		return knot_xstrdup("starts");
	case KNOT_OP_RESUME:
		return e->site == NONE ? knot_xstrdup("goes on")
				       : knot_xasprintf("goes on after %s", where);
	case KNOT_OP_COMPUTE:
		return knot_xstrdup("goes on computing");
	default:
		break;
	}
	knot_auto_free char *operation =
		knot_timeline_operation_text(t, e->op, e->site, e->primitive);

	if (knot_timeline_is_behind_go(t, (uint32_t)(e - t->events.data)))
		return knot_xasprintf("behind %s", operation);
	return knot_steal(&operation);
}

static char *goroutine_text(const char *what, uint32_t g, const char *unknown)
{
	return g == NONE ? knot_xasprintf("%s%s", what, unknown)
			 : knot_xasprintf("%sG%" PRIu32, what, g);
}

static uint32_t number_of(const struct knot_timeline *t, uint32_t g)
{
	return g == NONE ? NONE : t->goroutines.data[g].number;
}

static char *outside_text(const struct knot_timeline *t, const struct knot_timeline_event *e)
{
	const uint32_t g = number_of(t, e->g);

	switch (e->to) {
	case KNOT_EXT_NETPOLL:
		return goroutine_text("I/O is ready for ", g, "somebody");
	case KNOT_EXT_SYSCALL:
		return goroutine_text("a system call ends of ", g, "somebody");
	case KNOT_EXT_SIGNAL:
		return knot_xstrdup("a signal arrives");
	case KNOT_EXT_WATCHDOG:
		return knot_xstrdup("is preempted while it computes");
	default:
		return knot_xstrdup("memory is collected");
	}
}

char *knot_timeline_event_text(const struct knot_timeline *t, uint32_t event)
{
	const struct knot_timeline_event *e = &t->events.data[event];
	knot_auto_free char *operation =
		knot_timeline_operation_text(t, e->op, e->site, e->primitive);
	knot_auto_free char *where = knot_timeline_site_text(t, e->site);

	switch (e->kind) {
	case KNOT_EV_STEP:
		return step_text(t, e);
	case KNOT_EV_BLOCK:
		/* For a reason that is none of a primitive's. */
		if (e->op == KNOT_OP_NONE)
			return knot_xasprintf("blocks at %s", where);
		return knot_xasprintf("blocks in %s", operation);
	case KNOT_EV_WAKE:
		return goroutine_text("wakes ", number_of(t, e->to), "somebody");
	case KNOT_EV_SPAWN:
		return goroutine_text("creates ", number_of(t, e->to), "somebody");
	case KNOT_EV_EXIT:
		return knot_xstrdup("ends");
	case KNOT_EV_TIMER:
		return knot_xasprintf(
			"a timer fires; the clock shows %.6f s", (double)e->vtime / 1e9);
	case KNOT_EV_EXTERNAL:
		return outside_text(t, e);
	case KNOT_EV_SELECTED:
		return e->op == KNOT_OP_SELDEFAULT ? knot_xstrdup("takes the default case")
						   : knot_xasprintf("takes case %s", operation);
	case KNOT_EV_ACQUIRE:
		return knot_xasprintf("has it: %s", operation);
	case KNOT_EV_CHAIN:
		return knot_xasprintf("element %" PRIu32 " of the chain", e->to + 1);
	case KNOT_EV_SWITCH:
		return goroutine_text("critical switch to ", number_of(t, e->to), "the next timer");
	default:
		return knot_xstrdup(knot_event_name(e->kind));
	}
}
