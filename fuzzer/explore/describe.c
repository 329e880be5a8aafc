/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/describe.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "explore/names.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <inttypes.h>
#include <stdlib.h>

#define PATH_DEPTH_MAX 16 /* of a goroutine path in words; the middle of a longer one is left out */

char *knot_describe_site(const struct knot_names *names, uint32_t site)
{
	const struct knot_site_name *s = knot_names_site(names, site);

	if (s && s->file && s->line)
		return knot_xasprintf("%s:%" PRIu32, s->file, s->line);
	if (s && s->function)
		return knot_xstrdup(s->function);
	if (!site)
		return knot_xstrdup("an unknown position");
	return knot_xasprintf("site %08" PRIx32, site);
}

void knot_describe_add_place(
	struct knot_text *t, uint32_t op, const char *where, const char *primitive)
{
	knot_text_adds(t, knot_op_name(op));
	if (where)
		knot_text_addf(t, " %s", where);
	if (primitive && *primitive)
		knot_text_addf(t, " (%s)", primitive);
}

void knot_describe_add_operation(
	struct knot_text *t, uint32_t op, uint32_t site, const struct knot_names *names)
{
	const struct knot_site_name *name = knot_names_site(names, site);
	knot_auto_free char *where = knot_describe_site(names, site);

	knot_describe_add_place(t, op, where, name ? name->primitive : NULL);
}

char *knot_describe_path(
	const struct knot_run_view *view, uint16_t g, const struct knot_names *names)
{
	knot_auto_free char *tail = knot_xstrdup("");

	for (int depth = 0;; depth++) {
		if (g >= view->gs_len)
			return knot_xasprintf("?%s", tail);
		const struct knot_shm_goroutine *x = &view->gs[g];

		if (x->path == KNOT_PATH_ROOT)
			return knot_xasprintf("T%s", tail);
		if (depth == PATH_DEPTH_MAX)
			return knot_xasprintf("T/...%s", tail);
		knot_auto_free char *at = knot_describe_site(names, x->site);
		char *longer = knot_xasprintf("/%s#%" PRIu32 "%s", at, x->ordinal, tail);

		free(tail);
		tail = longer;
		if (x->flags & 3)
			return knot_xasprintf("%s%s", x->flags & 1 ? "before" : "timer", tail);
		g = (uint16_t)x->parent;
	}
}

/* ", held by G3 (...)", ", waits for G1 (...)" for the first wait of each kind; says how many more. */
static char *describe_waits(const struct knot_verdict *v, const struct knot_waiter *x,
	const struct knot_run_view *view, const struct knot_names *names)
{
	static const char *const words[] = {", held by ", ", read-locked by ", ", waits for "};
	char *text = knot_xstrdup("");
	uint32_t before = UINT32_MAX;

	for (size_t i = 0; i < v->graph.waits.len; i++) {
		const struct knot_wait *e = &v->graph.waits.data[i];

		if (e->from != x->g)
			continue;
		knot_auto_free char *path = knot_describe_path(view, e->to, names);
		bool ended = !knot_waitgraph_find(&v->graph, e->to);
		char *longer;

		if (e->to == x->g)
			longer = knot_xasprintf("%s%sitself", text, words[e->why]);
		else
			longer = knot_xasprintf("%s%sG%u (%s)%s", text,
				before == e->why ? (e->why == KNOT_WAIT_PARTNER ? " or " : " and ")
						 : words[e->why],
				e->to, path, ended ? ", which has ended" : "");
		before = e->why;
		free(text);
		text = longer;
	}
	return text;
}

static const char *doing(const struct knot_waiter *x)
{
	switch (x->role) {
	case KNOT_ROLE_LIVE:
		return x->op == KNOT_OP_SLEEP ? "sleeping" : "live";
	case KNOT_ROLE_EXTERNAL:
		return "waiting for the outside";
	case KNOT_ROLE_LIBRARY:
		return "idle library goroutine";
	default:
		return "blocked";
	}
}

static char *describe_waiter(const struct knot_verdict *v, const struct knot_waiter *x,
	const struct knot_run_view *view, const struct knot_names *names)
{
	knot_auto_free char *path = knot_describe_path(view, x->g, names);
	knot_auto_free char *waits = describe_waits(v, x, view, names);
	knot_auto_free char *at = knot_describe_site(names, x->site);
	const struct knot_site_name *s = knot_names_site(names, x->site);
	const char *prim = s && s->primitive && *s->primitive ? s->primitive : NULL;

	return knot_xasprintf("G%u (%s) %s in %s %s%s%s%s", x->g, path, doing(x),
		knot_op_name(x->op), at, prim ? " on " : "", prim ? prim : "", waits);
}

/* "atomic_load a.go:22 and yield a.go:23" */
static char *describe_spots(const struct knot_spinner *s, const struct knot_names *names)
{
	char *text = knot_xstrdup("");

	for (uint32_t i = 0; i < s->spots_len; i++) {
		const struct knot_spot *p = &s->spots[i];
		knot_auto_free char *at = knot_describe_site(names, p->site);
		const char *op = p->op == KNOT_OP_COMPUTE ? "" : knot_op_name(p->op);
		char *longer = knot_xasprintf("%s%s%s%s%s", text,
			!i                             ? ""
				: i + 1 < s->spots_len ? ", "
						       : " and ",
			op, *op ? " " : "", at);

		free(text);
		text = longer;
	}
	return text;
}

static char *describe_spinner(const struct knot_verdict *v, const struct knot_spinner *s,
	const struct knot_run_view *view, const struct knot_names *names)
{
	knot_auto_free char *path = knot_describe_path(view, s->g, names);
	knot_auto_free char *spots = describe_spots(s, names);
	const char *at = *spots ? spots : "an unknown position";

	if (s->preempted)
		return knot_xasprintf(
			"G%u (%s) computes without any operation at %s, preempted %" PRIu32
			" time%s",
			s->g, path, at, s->preempted, knot_text_s(s->preempted));
	/* Without a snapshot nobody knows how they stand. */
	return knot_xasprintf("G%u (%s) %stook %" PRIu32 " of the last %" PRIu32 " steps: %s", s->g,
		path, v->graph.waiters.len ? "spins, " : "", s->steps, v->spinners.steps, at);
}

/* Who spins is told as such, and not once more as one that is left. */
static const struct knot_waiter *nth_waiter(const struct knot_verdict *v, size_t nth)
{
	for (size_t i = 0; i < v->graph.waiters.len; i++) {
		const struct knot_waiter *x = &v->graph.waiters.data[i];

		if (!knot_spinners_find(&v->spinners, x->g) && nth-- == 0)
			return x;
	}
	return NULL;
}

size_t knot_describe_lines(const struct knot_verdict *v)
{
	size_t n = v->spinners.list.len;

	for (size_t i = 0; i < v->graph.waiters.len; i++)
		n += !knot_spinners_find(&v->spinners, v->graph.waiters.data[i].g);
	return n;
}

char *knot_describe_line(const struct knot_verdict *v, size_t nth, const struct knot_run_view *view,
	const struct knot_names *names)
{
	if (nth < v->spinners.list.len)
		return describe_spinner(v, &v->spinners.list.data[nth], view, names);
	const struct knot_waiter *x = nth_waiter(v, nth - v->spinners.list.len);

	knot_assert(x);
	return describe_waiter(v, x, view, names);
}
