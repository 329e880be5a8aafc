/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/timeline_internal.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/table.h"
#include "explore/critical.h"
#include "explore/describe.h"
#include "explore/names.h"
#include "explore/waitgraph.h"
#include "wire/text.h"

#include <inttypes.h>

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

#define TEXT_MAX 400

struct site {
	uint32_t hash;
	uint32_t index; /* in the timeline, NONE = nothing is known of it */
	UT_hash_handle hh;
};

struct building {
	struct knot_tl tl;
	struct site *sites;
	uint32_t *prims; /* by number in the run: index in the timeline + 1, 0 = none yet */
	uint32_t prims_len;
	size_t switches; /* so far */
};

static char *tame(const char *text)
{
	return text && *text ? knot_text_tame(knot_span_str(text), TEXT_MAX) : NULL;
}

static struct site *find_site(struct building *b, uint32_t hash)
{
	struct site *s;

	/* NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND(hh, b->sites, &hash, sizeof(hash), s);
	return s;
}

static uint32_t site_of(struct building *b, uint32_t hash)
{
	struct site *s = find_site(b, hash);

	if (s || !hash)
		return s ? s->index : NONE;
	const struct knot_site_name *name = knot_names_site(b->tl.in->names, hash);

	s = knot_xalloc(sizeof(*s));
	*s = (struct site){.hash = hash, .index = NONE};
	if (name && (name->file || name->function)) {
		s->index = (uint32_t)b->tl.t->sites.len;
		knot_vec_push(&b->tl.t->sites,
			((struct knot_timeline_site){.file = tame(name->file),
				.path = tame(name->path),
				.function = tame(name->function),
				.expression = tame(name->primitive),
				.line = name->line}));
	}
	HASH_ADD(hh, b->sites, hash, sizeof(s->hash), s);
	return s->index;
}

static void free_sites(struct building *b)
{
	KNOT_TABLE_FREE(b->sites);
}

/* --- primitives ------------------------------------------------------------------------------ */

static enum knot_timeline_kind kind_of(uint32_t op)
{
	if ((op >= KNOT_OP_SEND && op <= KNOT_OP_RANGE) || op == KNOT_OP_SELSEND ||
		op == KNOT_OP_SELRECV)
		return KNOT_TIMELINE_CHANNEL;
	if (op >= KNOT_OP_LOCK && op <= KNOT_OP_TRYRLOCK)
		return KNOT_TIMELINE_LOCK;
	if (op >= KNOT_OP_WGADD && op <= KNOT_OP_WGGO)
		return KNOT_TIMELINE_WAITGROUP;
	if (op >= KNOT_OP_CONDWAIT && op <= KNOT_OP_BROADCAST)
		return KNOT_TIMELINE_COND;
	if (op == KNOT_OP_ONCE)
		return KNOT_TIMELINE_ONCE;
	if (op >= KNOT_OP_ATOMIC_LOAD && op <= KNOT_OP_ATOMIC_RMW)
		return KNOT_TIMELINE_ATOMIC;
	if (op == KNOT_OP_MEMREAD || op == KNOT_OP_MEMWRITE)
		return KNOT_TIMELINE_MEMORY;
	return KNOT_TIMELINE_OTHER;
}

/* Names and kinds are those of the first operation that tells them. */
static uint32_t primitive_of(struct building *b, uint32_t number, uint32_t op, uint32_t site)
{
	struct knot_timeline *t = b->tl.t;

	if (!number || number >= b->prims_len)
		return NONE;
	if (!b->prims[number]) {
		knot_vec_push(&t->primitives, ((struct knot_timeline_primitive){.number = number}));
		knot_vec_push(&b->tl.prims,
			((struct knot_tl_prim){
				.closed = NONE, .unlocked = NONE, .runlocked = NONE}));
		b->prims[number] = (uint32_t)t->primitives.len;
	}
	const uint32_t index = b->prims[number] - 1;
	struct knot_timeline_primitive *p = &t->primitives.data[index];

	if (p->kind == KNOT_TIMELINE_OTHER)
		p->kind = (uint8_t)kind_of(op);
	if (!p->name && site != NONE && knot_run_is_operation(op) && t->sites.data[site].expression)
		p->name = knot_xstrdup(t->sites.data[site].expression);
	return index;
}

/* Those without an expression, as in packages that are not instrumented, are named after the first place they were met. */
static void name_primitives(struct building *b)
{
	static const char *const kinds[KNOT_TIMELINE_KINDS] = {
		"primitive", "channel", "lock", "waitgroup", "cond", "once", "atomic", "memory"};
	struct knot_timeline *t = b->tl.t;

	for (size_t i = 0; i < t->events.len; i++) {
		const struct knot_timeline_event *e = &t->events.data[i];

		if (e->primitive == NONE || e->site == NONE)
			continue;
		struct knot_timeline_primitive *p = &t->primitives.data[e->primitive];
		const struct knot_timeline_site *s = &t->sites.data[e->site];

		if (!p->name && s->file)
			p->name = knot_xasprintf(
				"%s at %s:%" PRIu32, kinds[p->kind], s->file, s->line);
	}
	for (size_t i = 0; i < t->primitives.len; i++)
		if (!t->primitives.data[i].name)
			t->primitives.data[i].name =
				knot_xstrdup(kinds[t->primitives.data[i].kind]);
}

/* --- goroutines ------------------------------------------------------------------------------ */

static uint32_t count_goroutines(const struct knot_timeline_input *in)
{
	size_t most = in->run->gs_len;

	for (size_t i = 0; i < in->snaps_len; i++)
		if (in->snaps[i].g < KNOT_MAX_GOROUTINES && in->snaps[i].g >= most)
			most = in->snaps[i].g + 1u;
	return most < KNOT_MAX_GOROUTINES ? (uint32_t)most : KNOT_MAX_GOROUTINES;
}

static void add_goroutines(struct building *b)
{
	const struct knot_timeline_input *in = b->tl.in;
	const uint32_t len = count_goroutines(in);

	b->tl.gs = knot_xalloc((len + 1) * sizeof(*b->tl.gs));
	for (uint32_t i = 0; i < len; i++) {
		const struct knot_shm_goroutine *x = i < in->run->gs_len ? &in->run->gs[i] : NULL;
		knot_auto_free char *path = knot_describe_path(in->run, (uint16_t)i, in->names);

		knot_vec_push(&b->tl.t->goroutines,
			((struct knot_timeline_goroutine){
				.path = knot_text_tame(knot_span_str(path), SIZE_MAX - 8),
				.number = i,
				.parent = x && x->parent < i ? x->parent : NONE,
				.site = x ? site_of(b, x->site) : NONE,
				.created = NONE,
				.state = KNOT_TIMELINE_RUNNING,
				.at = NONE,
				.primitive = NONE}));
		b->tl.gs[i] = (struct knot_tl_g){.span = NONE,
			.last = NONE,
			.step = NONE,
			.doing = NONE,
			.spawned = NONE,
			.woken = NONE,
			.waker = NONE,
			.message = NONE,
			.woke = NONE,
			.got = NONE,
			.wake = NONE};
	}
}

static bool is_outside(uint32_t op)
{
	return op == KNOT_OP_SLEEP || op == KNOT_OP_IO;
}

/* What the snapshot says is surer than what the last event tells. */
static void add_states(struct building *b)
{
	const struct knot_timeline_input *in = b->tl.in;
	static const uint8_t states[] = {[1] = KNOT_TIMELINE_RUNNING,
		KNOT_TIMELINE_RUNNING,
		KNOT_TIMELINE_BLOCKED,
		KNOT_TIMELINE_OUTSIDE,
		KNOT_TIMELINE_OUTSIDE,
		KNOT_TIMELINE_OUTSIDE};

	for (size_t i = 0; i < in->snaps_len; i++) {
		const struct knot_shm_snap *s = &in->snaps[i];

		if (s->g >= b->tl.t->goroutines.len || !s->state || s->state >= sizeof(states))
			continue;
		struct knot_timeline_goroutine *g = &b->tl.t->goroutines.data[s->g];

		g->state = states[s->state];
		g->op = g->state == KNOT_TIMELINE_RUNNING || s->op >= KNOT_OP_LAST ? KNOT_OP_NONE
										   : s->op;
		g->at = g->op ? site_of(b, s->site) : NONE;
		g->primitive = g->op ? primitive_of(b, s->prim, s->op, g->at) : NONE;
	}
}

/* --- events ---------------------------------------------------------------------------------- */

static bool is_told(uint32_t kind)
{
	switch (kind) {
	case KNOT_EV_STEP:
	case KNOT_EV_BLOCK:
	case KNOT_EV_WAKE:
	case KNOT_EV_SPAWN:
	case KNOT_EV_EXIT:
	case KNOT_EV_TIMER:
	case KNOT_EV_EXTERNAL:
	case KNOT_EV_SELECTED:
	case KNOT_EV_ACQUIRE:
	case KNOT_EV_CHAIN:
	case KNOT_EV_SWITCH:
		return true;
	default:
		return false;
	}
}

static uint32_t to_of(const struct building *b, const struct knot_shm_event *e)
{
	switch (e->kind) {
	case KNOT_EV_WAKE:
	case KNOT_EV_SPAWN:
		return e->aux < b->tl.t->goroutines.len ? (uint32_t)e->aux : NONE;
	case KNOT_EV_SWITCH:
		return (e->aux & 0xffff) < b->tl.t->goroutines.len ? (uint32_t)(e->aux & 0xffff)
								   : NONE;
	case KNOT_EV_SELECTED:
		/* Native: which case it was is not among what the event holds. */
		return b->tl.in->native || e->aux > NONE ? NONE : (uint32_t)e->aux;
	case KNOT_EV_CHAIN:
		return e->aux < NONE ? (uint32_t)e->aux : NONE;
	case KNOT_EV_EXTERNAL:
		return e->aux && e->aux <= KNOT_EXT_WATCHDOG ? (uint32_t)e->aux : NONE;
	default:
		return NONE;
	}
}

static void add_event(struct building *b, const struct knot_shm_event *e)
{
	struct knot_timeline *t = b->tl.t;
	const struct knot_timeline_event *before =
		t->events.len ? &t->events.data[t->events.len - 1] : NULL;
	const bool spawn = e->kind == KNOT_EV_SPAWN;
	/* The step has the site of an operation, and a sleep is none. */
	const bool woken = e->kind == KNOT_EV_STEP && e->op == KNOT_OP_RESUME &&
		e->g < t->goroutines.len && t->goroutines.data[e->g].op == KNOT_OP_SLEEP;
	struct knot_timeline_event x = {
		/* That of a SPAWN is a path, its primitive an ordinal. */
		.vtime = spawn || b->tl.in->native ? 0 : e->vtime,
		.step = e->step,
		.g = e->g < t->goroutines.len ? e->g : NONE,
		.site = woken ? t->goroutines.data[e->g].at : site_of(b, e->site),
		.primitive = NONE,
		.to = to_of(b, e),
		.kind = e->kind,
		.op = e->op < KNOT_OP_LAST ? e->op : KNOT_OP_NONE,
	};

	if (!spawn)
		x.primitive = primitive_of(b, e->prim, e->op, x.site);
	if (before && x.vtime < before->vtime)
		x.vtime = before->vtime;
	if (before && x.step < before->step)
		x.step = before->step;
	/* A vector without room has none. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	knot_vec_push(&t->events, x);
}

static void begin_span(struct building *b, const struct knot_shm_event *e)
{
	const uint32_t at = (uint32_t)b->tl.t->events.len - 1;
	const struct knot_timeline_event *x = &b->tl.t->events.data[at];

	b->tl.gs[e->g].span = (uint32_t)b->tl.t->spans.len;
	knot_vec_push(&b->tl.t->spans,
		((struct knot_timeline_span){.g = e->g,
			.from = at,
			.to = NONE,
			.site = x->site,
			.primitive = x->primitive,
			.op = x->op}));
}

/* The end of a goroutine's block, and its state, are followed behind the last event that is kept, too. */
static void follow(struct building *b, const struct knot_shm_event *e, bool kept)
{
	struct knot_timeline_goroutine *g = &b->tl.t->goroutines.data[e->g];
	struct knot_tl_g *x = &b->tl.gs[e->g];

	if (e->kind == KNOT_EV_STEP || e->kind == KNOT_EV_BLOCK || e->kind == KNOT_EV_EXIT) {
		if (x->span != NONE)
			b->tl.t->spans.data[x->span].to = (uint32_t)b->tl.t->events.len - 1;
		x->span = NONE;
		g->state = e->kind == KNOT_EV_EXIT ? KNOT_TIMELINE_ENDED : KNOT_TIMELINE_RUNNING;
		g->op = KNOT_OP_NONE;
		g->at = g->primitive = NONE;
	}
	if (e->kind != KNOT_EV_BLOCK)
		return;
	g->op = e->op < KNOT_OP_LAST ? e->op : KNOT_OP_NONE;
	g->state = is_outside(g->op) ? KNOT_TIMELINE_OUTSIDE : KNOT_TIMELINE_BLOCKED;
	g->at = site_of(b, e->site);
	g->primitive = primitive_of(b, e->prim, g->op, g->at);
	if (kept)
		begin_span(b, e);
}

static void add_switch(struct building *b)
{
	const struct knot_timeline_input *in = b->tl.in;

	if (b->tl.t->switches.len >= KNOT_TIMELINE_SWITCHES_MAX)
		return;
	knot_auto_free char *line = knot_critical_line(in->run, b->switches, in->names);

	knot_vec_push(&b->tl.t->switches,
		((struct knot_timeline_switch){.event = (uint32_t)b->tl.t->events.len - 1,
			.text = knot_text_tame(knot_span_str(line), SIZE_MAX - 8)}));
}

static void note_created(struct building *b)
{
	const uint32_t at = (uint32_t)b->tl.t->events.len - 1;
	const uint32_t g = b->tl.t->events.data[at].to;
	const struct knot_run_view *run = b->tl.in->run;

	if (g < run->gs_len && !(run->gs[g].flags & 1))
		b->tl.t->goroutines.data[g].created = at;
}

static void add_events(struct building *b)
{
	const struct knot_run_view *run = b->tl.in->run;
	struct knot_timeline *t = b->tl.t;

	for (size_t i = 0; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];
		const bool nobody = e->g == KNOT_G_NONE;

		if (!is_told(e->kind) || (!nobody && e->g >= t->goroutines.len))
			continue;
		const bool kept = t->events.len < KNOT_TIMELINE_EVENTS_MAX;

		if (kept) {
			add_event(b, e);
			if (e->kind == KNOT_EV_SPAWN)
				note_created(b);
			if (e->kind == KNOT_EV_SWITCH)
				add_switch(b);
			knot_tl_arrows(&b->tl, e);
		} else {
			t->left_out++;
		}
		b->switches += e->kind == KNOT_EV_SWITCH;
		if (!nobody)
			follow(b, e, kept);
	}
	knot_tl_arrows_end(&b->tl);
}

/* --- the end --------------------------------------------------------------------------------- */

/* Whoever is blocked at the end has a span, also when no event told of it. */
static void add_last_spans(struct building *b)
{
	struct knot_timeline *t = b->tl.t;

	for (uint32_t i = 0; i < t->goroutines.len; i++) {
		const struct knot_timeline_goroutine *g = &t->goroutines.data[i];

		if (g->state != KNOT_TIMELINE_BLOCKED || b->tl.gs[i].span != NONE ||
			b->tl.gs[i].last == NONE)
			continue;
		knot_vec_push(&t->spans,
			((struct knot_timeline_span){.g = i,
				.from = b->tl.gs[i].last,
				.to = NONE,
				.site = g->at,
				.primitive = g->primitive,
				.op = g->op}));
	}
}

static void add_waits(struct building *b)
{
	const struct knot_waitgraph *w = b->tl.in->graph;
	static const uint8_t why[] = {[KNOT_WAIT_HOLDER] = KNOT_TIMELINE_HOLDER,
		[KNOT_WAIT_READER] = KNOT_TIMELINE_READER,
		[KNOT_WAIT_PARTNER] = KNOT_TIMELINE_PARTNER};

	for (size_t i = 0; w && i < w->waits.len; i++) {
		const struct knot_wait *e = &w->waits.data[i];
		const struct knot_waiter *from = knot_waitgraph_find(w, e->from);
		const struct knot_waiter *to = knot_waitgraph_find(w, e->to);

		if (e->from >= b->tl.t->goroutines.len || e->to >= b->tl.t->goroutines.len)
			continue;
		knot_vec_push(&b->tl.t->waits,
			((struct knot_timeline_wait){.from = e->from,
				.to = e->to,
				.why = why[e->why],
				.in_cycle = from && to && from->in_knot && to->in_knot}));
	}
}

static uint32_t most_primitives(const struct knot_timeline_input *in)
{
	uint32_t len = knot_run_prims(in->run);

	for (size_t i = 0; i < in->snaps_len; i++)
		if (in->snaps[i].prim >= len && in->snaps[i].prim < KNOT_RUN_PRIMS_MAX)
			len = in->snaps[i].prim + 1;
	return len;
}

void knot_timeline_build(const struct knot_timeline_input *in, struct knot_timeline *ret_timeline)
{
	struct building b = {.tl = {.in = in, .t = ret_timeline}};

	b.prims_len = most_primitives(in);
	b.prims = knot_xalloc(b.prims_len * sizeof(*b.prims));
	ret_timeline->left_out = in->lost;
	add_goroutines(&b);
	add_events(&b);
	add_states(&b);
	add_last_spans(&b);
	add_waits(&b);
	name_primitives(&b);
	for (size_t i = 0; i < b.tl.prims.len; i++) {
		knot_vec_free(&b.tl.prims.data[i].sent);
		knot_vec_free(&b.tl.prims.data[i].waiting);
	}
	knot_vec_free(&b.tl.prims);
	free(b.tl.gs);
	free(b.prims);
	free_sites(&b);
}
