/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/recording_timeline.h"

#include "base/alloc.h"
#include "base/table.h"
#include "wire/abi.h"

#include <inttypes.h>
#include <string.h>

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

#define NONE KNOT_TIMELINE_NONE

struct numbered {
	uint64_t key; /* number of a goroutine, address of an object */
	uint32_t index; /* in the timeline */
	uint32_t span; /* that a goroutine is in, NONE = none */
	uint32_t cause; /* event that a goroutine goes on by, NONE = unknown */
	uint32_t primitive; /* that it last acted on */
	bool new, spawned; /* has not run yet; cause is its creation */
	UT_hash_handle hh;
};

struct building {
	const struct knot_recording *r;
	struct knot_timeline *t;
	struct numbered *gs, *objects;
	uint32_t *sites; /* by position: index in the timeline + 1, 0 = none yet */
};

static struct numbered *look(struct numbered **table, uint64_t key, bool *ret_new)
{
	struct numbered *x;

	HASH_FIND(hh, *table, &key, sizeof(key), x);
	*ret_new = !x;
	if (x)
		return x;
	x = knot_xalloc(sizeof(*x));
	*x = (struct numbered){.key = key, .span = NONE, .cause = NONE, .primitive = NONE};
	HASH_ADD(hh, *table, key, sizeof(x->key), x);
	return x;
}

static void free_table(struct numbered **table)
{
	KNOT_TABLE_FREE(*table);
}

static char *text_or_null(const char *text)
{
	return *text ? knot_xstrdup(text) : NULL;
}

static uint32_t site_of(struct building *b, const struct knot_recording_event *e)
{
	const struct knot_recording_position *p = knot_recording_place(b->r, e);

	if (!p)
		return NONE;
	uint32_t *site = &b->sites[p - b->r->positions.data];
	const char *slash = strrchr(p->file, '/');

	if (!*site) {
		knot_vec_push(&b->t->sites,
			((struct knot_timeline_site){
				.file = text_or_null(slash ? slash + 1 : p->file),
				.path = text_or_null(p->file),
				.function = text_or_null(p->function),
				.line = p->line}));
		*site = (uint32_t)b->t->sites.len;
	}
	return *site - 1;
}

static struct numbered *goroutine(struct building *b, uint64_t id)
{
	bool is_new;
	struct numbered *g = look(&b->gs, id, &is_new);

	if (!is_new)
		return g;
	g->index = (uint32_t)b->t->goroutines.len;
	knot_vec_push(&b->t->goroutines,
		((struct knot_timeline_goroutine){.path = knot_xasprintf("goroutine %" PRIu64, id),
			.number = (uint32_t)id,
			.parent = NONE,
			.site = NONE,
			.created = NONE,
			.state = KNOT_TIMELINE_RUNNING,
			.at = NONE,
			.primitive = NONE}));
	return g;
}

static enum knot_timeline_kind kind_of(uint32_t op)
{
	switch (op) {
	case KNOT_OP_SEND:
	case KNOT_OP_RECV:
	case KNOT_OP_CLOSE:
		return KNOT_TIMELINE_CHANNEL;
	case KNOT_OP_LOCK:
	case KNOT_OP_UNLOCK:
		return KNOT_TIMELINE_LOCK;
	case KNOT_OP_WGADD:
	case KNOT_OP_WGDONE:
	case KNOT_OP_WGWAIT:
		return KNOT_TIMELINE_WAITGROUP;
	default:
		return KNOT_TIMELINE_OTHER;
	}
}

static uint32_t primitive_of(struct building *b, uint64_t object, uint32_t op)
{
	static const char *const names[KNOT_TIMELINE_KINDS] = {[KNOT_TIMELINE_OTHER] = "object",
		[KNOT_TIMELINE_CHANNEL] = "chan",
		[KNOT_TIMELINE_LOCK] = "mutex",
		[KNOT_TIMELINE_WAITGROUP] = "waitgroup"};
	bool is_new;

	if (!object)
		return NONE;
	struct numbered *x = look(&b->objects, object, &is_new);

	if (is_new) {
		x->index = (uint32_t)b->t->primitives.len;
		knot_vec_push(&b->t->primitives,
			((struct knot_timeline_primitive){
				.name = knot_xasprintf("%s 0x%" PRIx64, names[kind_of(op)], object),
				.number = x->index + 1,
				.kind = (uint8_t)kind_of(op)}));
	}
	return x->index;
}

/* --- operations ------------------------------------------------------------------------------ */

static uint32_t op_of(const struct knot_recording_event *e)
{
	switch (e->kind) {
	case KNOT_RECORDING_SEND:
		return KNOT_OP_SEND;
	case KNOT_RECORDING_RECV:
		return KNOT_OP_RECV;
	case KNOT_RECORDING_CLOSE:
		return KNOT_OP_CLOSE;
	case KNOT_RECORDING_SELECT:
		return KNOT_OP_SELECT;
	case KNOT_RECORDING_LOCK:
	case KNOT_RECORDING_LOCK_SLOW:
		return KNOT_OP_LOCK;
	case KNOT_RECORDING_UNLOCK:
	case KNOT_RECORDING_UNLOCK_SLOW:
		return KNOT_OP_UNLOCK;
	case KNOT_RECORDING_WGADD:
		return e->aux == UINT64_MAX ? KNOT_OP_WGDONE : KNOT_OP_WGADD;
	case KNOT_RECORDING_WGWAIT:
		return KNOT_OP_WGWAIT;
	case KNOT_RECORDING_SYSCALL:
		return KNOT_OP_IO;
	case KNOT_RECORDING_YIELD:
	case KNOT_RECORDING_CORO:
		return KNOT_OP_YIELD;
	default:
		return KNOT_OP_NONE;
	}
}

/* In which operation a goroutine waits, of the runtime's reason. */
static uint32_t op_of_reason(const char *reason)
{
	static const struct {
		const char *prefix;
		uint32_t op;
	} ops[] = {{"chan receive", KNOT_OP_RECV}, {"chan send", KNOT_OP_SEND},
		{"select", KNOT_OP_SELECT}, {"sync.Mutex", KNOT_OP_LOCK},
		{"sync.RWMutex.R", KNOT_OP_RLOCK}, {"sync.RWMutex", KNOT_OP_LOCK},
		{"sync.Cond", KNOT_OP_CONDWAIT}, {"sync.WaitGroup", KNOT_OP_WGWAIT},
		{"sleep", KNOT_OP_SLEEP}, {"IO wait", KNOT_OP_IO}};

	for (size_t i = 0; reason && i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strncmp(reason, ops[i].prefix, strlen(ops[i].prefix)) == 0)
			return ops[i].op;
	return KNOT_OP_NONE;
}

static bool is_outside(uint32_t op)
{
	return op == KNOT_OP_NONE || op == KNOT_OP_SLEEP || op == KNOT_OP_IO;
}

/* --- events ---------------------------------------------------------------------------------- */

static uint32_t add(struct building *b, const struct knot_recording_event *e, uint32_t kind,
	const struct numbered *g)
{
	const uint32_t at = (uint32_t)b->t->events.len;
	const uint64_t last = at ? b->t->events.data[at - 1].vtime : 0;

	knot_vec_push(&b->t->events,
		((struct knot_timeline_event){.vtime = e->ns > last ? e->ns : last,
			.step = at,
			.g = g ? g->index : NONE,
			.site = NONE,
			.primitive = NONE,
			.to = NONE,
			.kind = (uint8_t)kind}));
	return at;
}

static void add_step(
	struct building *b, const struct knot_recording_event *e, struct numbered *g, uint32_t op)
{
	const uint32_t at = add(b, e, KNOT_EV_STEP, g);
	struct knot_timeline_event *x = &b->t->events.data[at];

	x->op = (uint8_t)op;
	x->site = site_of(b, e);
	g->primitive = x->primitive = primitive_of(b, e->object, op);
}

static void add_create(
	struct building *b, const struct knot_recording_event *e, const struct numbered *g)
{
	const uint32_t at = add(b, e, KNOT_EV_SPAWN, g), site = site_of(b, e);

	b->t->events.data[at].site = site;
	if (!e->other)
		return;
	struct numbered *child = goroutine(b, e->other);
	struct knot_timeline_goroutine *x = &b->t->goroutines.data[child->index];

	b->t->events.data[at].to = child->index;
	child->cause = at;
	child->new = child->spawned = true;
	if (x->created != NONE || x->parent != NONE)
		return;
	x->created = at;
	x->site = site;
	if (g && g->index < child->index)
		x->parent = g->index;
	if (e->aux) {
		free(x->path);
		x->path = knot_xstrdup(b->r->positions.data[e->aux - 1].function);
	}
}

static void add_park(struct building *b, const struct knot_recording_event *e, struct numbered *g)
{
	const uint32_t at = add(b, e, KNOT_EV_BLOCK, g);
	struct knot_timeline_event *x = &b->t->events.data[at];

	x->op = (uint8_t)op_of_reason(knot_recording_reason(knot_span_str(b->r->go), e->aux));
	x->site = site_of(b, e);
	if (x->op != KNOT_OP_SELECT && !is_outside(x->op))
		x->primitive = g->primitive;
	g->span = (uint32_t)b->t->spans.len;
	knot_vec_push(&b->t->spans,
		((struct knot_timeline_span){.g = g->index,
			.from = at,
			.to = NONE,
			.site = x->site,
			.primitive = x->primitive,
			.op = x->op}));
}

static void add_run(struct building *b, const struct knot_recording_event *e)
{
	struct numbered *g = goroutine(b, e->other);
	const uint32_t at = add(b, e, KNOT_EV_STEP, g);
	struct knot_timeline_event *x = &b->t->events.data[at];

	x->op = g->new ? KNOT_OP_START : KNOT_OP_RESUME;
	if (g->span != NONE) {
		b->t->spans.data[g->span].to = at;
		x->site = b->t->spans.data[g->span].site;
	}
	if (g->cause != NONE)
		knot_vec_push(&b->t->arrows,
			((struct knot_timeline_arrow){.from = g->cause,
				.to = at,
				.kind = g->spawned ? KNOT_TIMELINE_SPAWN : KNOT_TIMELINE_WAKE}));
	g->span = g->cause = NONE;
	g->new = g->spawned = false;
}

static void add_ready(
	struct building *b, const struct knot_recording_event *e, const struct numbered *g)
{
	struct numbered *other = goroutine(b, e->other);

	/* Its creation tells of that. */
	if (other->new)
		return;
	const uint32_t at = add(b, e, KNOT_EV_WAKE, g);

	b->t->events.data[at].to = other->index;
	if (g)
		other->cause = at;
}

static void add_event(struct building *b, const struct knot_recording_event *e)
{
	struct numbered *g = e->g ? goroutine(b, e->g) : NULL;
	const uint32_t op = op_of(e);

	if (e->kind == KNOT_RECORDING_RUN && e->other)
		add_run(b, e);
	else if (e->kind == KNOT_RECORDING_CREATE)
		add_create(b, e, g);
	else if (e->kind == KNOT_RECORDING_READY && e->other)
		add_ready(b, e, g);
	else if (e->kind == KNOT_RECORDING_PARK && g)
		add_park(b, e, g);
	else if (e->kind == KNOT_RECORDING_END && g) {
		add(b, e, KNOT_EV_EXIT, g);
		b->t->goroutines.data[g->index].state = KNOT_TIMELINE_ENDED;
	} else if (op != KNOT_OP_NONE && g)
		add_step(b, e, g, op);
}

/* Where the goroutines stand at the end. */
static void finish(struct knot_timeline *t)
{
	for (size_t i = 0; i < t->spans.len; i++) {
		const struct knot_timeline_span *s = &t->spans.data[i];
		struct knot_timeline_goroutine *g = &t->goroutines.data[s->g];

		if (s->to != NONE || g->state == KNOT_TIMELINE_ENDED)
			continue;
		g->state = is_outside(s->op) ? KNOT_TIMELINE_OUTSIDE : KNOT_TIMELINE_BLOCKED;
		g->op = s->op;
		g->at = s->site;
		g->primitive = s->primitive;
	}
}

void knot_recording_timeline(const struct knot_recording *r, struct knot_timeline *ret)
{
	struct building b = {
		.r = r, .t = ret, .sites = knot_xalloc((r->positions.len + 1) * sizeof(*b.sites))};

	ret->package = knot_xstrdup(r->program);
	ret->test = knot_xasprintf("process %" PRIu64, r->pid);
	ret->title = knot_xasprintf("recorded: %s", r->ended);
	ret->go = knot_xstrdup(r->go);
	ret->native = true;
	for (size_t i = 0; i < r->events; i++) {
		struct knot_recording_event e;

		if (ret->events.len == KNOT_TIMELINE_EVENTS_MAX) {
			ret->left_out = r->events - i;
			break;
		}
		knot_recording_event(r, i, &e);
		add_event(&b, &e);
	}
	ret->left_out += r->lost;
	ret->steps = (uint32_t)ret->events.len;
	if (ret->events.len)
		ret->virtual_ns = ret->events.data[ret->events.len - 1].vtime;
	finish(ret);
	free_table(&b.gs);
	free_table(&b.objects);
	free(b.sites);
}
