/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/recorded.h"

#include "base/hash.h"
#include "base/table.h"
#include "explore/cpop.h"
#include "explore/mutate.h"
#include "wire/recording.h"
#include "wire/sites.h"

#include <stdlib.h>
#include <string.h>

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

#define RUN_MAX KNOT_MUTATE_LEN_GOOD
#define NONE UINT32_MAX
/* Of a piece of the recording that is looked at as one trace: what is on both sides of its end is no pair. */
#define PIECE_STEPS (1u << 20)
#define PIECE_GOROUTINES 60000
/* A step that stands for nothing yet. */
#define PENDING KNOT_EV_BLOCK

/* Where the semaphores of a RWMutex lie in it; only they are seen when somebody waits for readers, or for a writer. */
#define RWMUTEX_WRITER 8
#define RWMUTEX_READER 12

/* A recording is looked at twice, since a chain can ask for both. What blocks stands where ... */
enum pass {
	BY_EFFECT, /* it went on */
	BY_TRY /* it began, locks excepted */
};

struct goroutine {
	UT_hash_handle hh;
	uint64_t id; /* key */
	uint32_t piece; /* of which the following are */
	uint16_t g;
	uint32_t last; /* its last operation, as a step; NONE = none, or without a site */
	uint64_t object; /* of that operation */
	uint8_t kind; /* of that operation, 0 = none since it went on */
	uint8_t blocked; /* the same, while it waits in it */
	bool waiting; /* its last operation has not taken effect yet */
	uint32_t lock; /* step of the lock that it is taking, NONE = none */
	uint64_t lock_object;
};

struct object {
	UT_hash_handle hh;
	uint64_t address; /* key */
	uint32_t piece, prim;
};

/* What led to an operation, the last one. */
struct run {
	uint32_t ops[RUN_MAX];
	uint32_t gs[RUN_MAX]; /* who did it */
	uint32_t pairs
		[RUN_MAX]; /* that each of them ends; NONE = the one before it is of the same goroutine */
	uint32_t len;
	uint32_t at; /* step of its last operation */
};

/* A run by the place that a pair has in it. */
struct around {
	uint32_t ops[RUN_MAX];
	uint32_t gs[RUN_MAX];
	uint32_t len;
};

struct pair {
	UT_hash_handle hh;
	uint64_t key; /* both operations */
	uint64_t count, last_seen; /* event of the recording */
	uint32_t index;
	struct around around[RUN_MAX -
		1]; /* with so many operations before it; the first ones of the longest */
};

struct work {
	const struct knot_recording *r;
	struct knot_recorded_sites *sites;
	struct knot_recorded *ret;
	bool locks_seen; /* all of them */
	struct knot_cpop *cpop;
	enum pass pass;
	size_t at; /* event that is looked at */
	/* The piece. */
	uint32_t piece;
	KNOT_VEC(struct knot_shm_event) steps;
	KNOT_VEC(size_t) events; /* of the recording, that the steps are of */
	KNOT_VEC(struct knot_shm_goroutine) gs;
	uint32_t prims;
	KNOT_VEC(struct run) runs; /* by goroutine */
	/* The whole. */
	struct goroutine *goroutines;
	struct object *objects;
	struct pair *table;
	KNOT_VEC(struct pair *) pairs;
};

/* --- pairs and runs -------------------------------------------------------------------------- */

static struct pair *pair_of(struct work *w, uint32_t a, uint32_t b)
{
	const uint64_t key = (uint64_t)a << 32 | b;
	struct pair *p;

	/* NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND(hh, w->table, &key, sizeof(key), p);
	if (p)
		return p;
	p = knot_xalloc(sizeof(*p));
	p->key = key;
	p->index = (uint32_t)w->pairs.len;
	HASH_ADD(hh, w->table, key, sizeof(p->key), p);
	/* A list of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
	knot_vec_push(&w->pairs, p);
	return p;
}

static void append(struct run *r, uint32_t op, uint32_t g, uint32_t pair)
{
	if (r->len == RUN_MAX) {
		memmove(r->ops, r->ops + 1, (RUN_MAX - 1) * sizeof(*r->ops));
		memmove(r->gs, r->gs + 1, (RUN_MAX - 1) * sizeof(*r->gs));
		memmove(r->pairs, r->pairs + 1, (RUN_MAX - 1) * sizeof(*r->pairs));
		r->len--;
	}
	r->ops[r->len] = op;
	r->gs[r->len] = g;
	r->pairs[r->len++] = pair;
}

static void note_around(struct work *w, const struct run *r)
{
	for (uint32_t i = 1; i < r->len; i++) {
		if (r->pairs[i] == NONE)
			continue;
		struct around *x = &w->pairs.data[r->pairs[i]]->around[i - 1];

		if (x->len >= r->len)
			continue;
		memcpy(x->ops, r->ops, sizeof(x->ops));
		memcpy(x->gs, r->gs, sizeof(x->gs));
		x->len = r->len;
	}
}

/* What a's goroutine was led to by others, what it did then, and b. */
static void on_meeting(void *arg, const struct knot_cpop_meeting *m)
{
	struct work *w = arg;
	struct pair *p = pair_of(w, m->a, m->b);
	struct run run = w->runs.data[m->a_g];

	p->count++;
	p->last_seen = w->events.data[m->b_at];
	w->ret->counts.meetings++;
	if (run.at > m->a_at)
		run.len = 0;
	if (!run.len || run.at < m->a_at)
		append(&run, m->a, m->a_g, NONE);
	append(&run, m->b, m->b_g, p->index);
	run.at = m->b_at;
	note_around(w, &run);
	w->runs.data[m->b_g] = run;
}

static void end_piece(struct work *w)
{
	const struct knot_run_view view = {.events = w->steps.data,
		.len = w->steps.len,
		.gs = w->gs.data,
		.gs_len = w->gs.len};
	struct knot_cpop_gain gain;

	knot_vec_reserve(&w->runs, w->gs.len + 1);
	w->runs.len = w->gs.len;
	memset(w->runs.data, 0, w->runs.cap * sizeof(*w->runs.data));
	knot_cpop_add(w->cpop, &view, &gain);
	w->ret->counts.pairs += gain.pairs2;
	w->steps.len = w->events.len = w->gs.len = 0;
	w->prims = 0;
	w->piece++;
}

/* --- the trace ------------------------------------------------------------------------------- */

static struct goroutine *goroutine_of(struct work *w, uint64_t id)
{
	struct goroutine *x;

	/* NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND(hh, w->goroutines, &id, sizeof(id), x);
	if (!x) {
		x = knot_xalloc(sizeof(*x));
		x->id = id;
		HASH_ADD(hh, w->goroutines, id, sizeof(x->id), x);
	}
	if (x->piece == w->piece)
		return x;
	/* One path for all: an operation is what it is, whoever does it. */
	const struct knot_shm_goroutine g = {.path = KNOT_PATH_ROOT, .parent = KNOT_G_NONE};

	x->piece = w->piece;
	x->g = (uint16_t)w->gs.len;
	x->last = x->lock = NONE;
	x->kind = x->blocked = 0;
	x->waiting = false;
	knot_vec_push(&w->gs, g);
	return x;
}

static uint32_t prim_of(struct work *w, uint64_t address)
{
	struct object *o;

	if (!address)
		return 0;
	/* NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND(hh, w->objects, &address, sizeof(address), o);
	if (!o) {
		o = knot_xalloc(sizeof(*o));
		o->address = address;
		HASH_ADD(hh, w->objects, address, sizeof(o->address), o);
	}
	if (o->piece != w->piece) {
		o->piece = w->piece;
		o->prim = ++w->prims;
	}
	return o->prim;
}

static uint32_t push_step(struct work *w, struct knot_shm_event step)
{
	knot_vec_push(&w->steps, step);
	knot_vec_push(&w->events, w->at);
	return (uint32_t)w->steps.len - 1;
}

static uint32_t add_step(struct work *w, const struct goroutine *g, uint8_t kind,
	const struct knot_recorded_site *s, uint64_t object)
{
	const struct knot_shm_event step = {.g = g->g,
		.kind = kind,
		.op = (uint8_t)s->op,
		.site = s->site,
		.prim = prim_of(w, object)};

	return push_step(w, step);
}

/* It has come to something else, so that it had the lock before. */
static void take_lock(struct work *w, struct goroutine *g)
{
	if (g->lock != NONE)
		w->steps.data[g->lock].kind = KNOT_EV_STEP;
	g->lock = NONE;
}

static bool is_channel(uint8_t kind)
{
	return kind == KNOT_RECORDING_SEND || kind == KNOT_RECORDING_RECV ||
		kind == KNOT_RECORDING_CLOSE || kind == KNOT_RECORDING_SELECT;
}

static void put_on(struct work *w, const struct goroutine *select, uint64_t object)
{
	if (select->last != NONE)
		w->steps.data[select->last].prim = prim_of(w, object);
}

/* What waited goes on, and takes effect now. */
static void take_effect(struct work *w, struct goroutine *g)
{
	if (!g->waiting)
		return;
	struct knot_shm_event step = w->steps.data[g->last];

	step.kind = KNOT_EV_STEP;
	g->last = push_step(w, step);
	g->waiting = false;
}

/* Both sides of a channel. A select does not tell which channel it is on, the other side does. */
static void on_ready(struct work *w, const struct goroutine *g, struct goroutine *woken)
{
	if (is_channel(g->kind) && is_channel(woken->blocked)) {
		if (woken->blocked == KNOT_RECORDING_SELECT)
			put_on(w, woken, g->object);
		else if (g->kind == KNOT_RECORDING_SELECT)
			put_on(w, g, woken->object);
		take_effect(w, woken);
	}
	woken->blocked = 0;
}

/* In an operation on a channel, and not asleep behind it. */
static bool is_at_channel(const struct work *w, uint64_t reason)
{
	const char *text = knot_recording_reason(knot_span_str(w->r->go), reason);

	return text && (!strncmp(text, "chan ", 5) || !strncmp(text, "select", 6));
}

static void on_park(struct work *w, struct goroutine *g, uint64_t reason)
{
	const uint8_t kind = g->kind;

	g->kind = 0;
	if (!is_channel(kind) || !is_at_channel(w, reason))
		return;
	g->blocked = kind;
	if (w->pass != BY_EFFECT || g->last == NONE)
		return;
	w->steps.data[g->last].kind = PENDING;
	g->waiting = true;
}

static bool is_lock(const struct knot_recorded_site *s)
{
	return s->op == KNOT_OP_LOCK || s->op == KNOT_OP_RLOCK;
}

/* The lock that is waited for at one of its semaphores. */
static uint64_t lock_of(const struct knot_recording_event *e, const struct knot_recorded_site *s)
{
	const bool reader = s->op == KNOT_OP_RLOCK || s->op == KNOT_OP_UNLOCK;

	if (e->kind != KNOT_RECORDING_ACQUIRE && e->kind != KNOT_RECORDING_RELEASE)
		return e->object;
	return e->object - (reader ? RWMUTEX_READER : RWMUTEX_WRITER);
}

/* One function of the runtime entered by another one, for the same operation. */
static bool is_part(const struct goroutine *g, const struct knot_recording_event *e)
{
	switch (e->kind) {
	case KNOT_RECORDING_LOCK_SLOW:
		return g->lock != NONE && g->lock_object == e->object;
	case KNOT_RECORDING_ACQUIRE:
		return g->lock != NONE || g->kind == KNOT_RECORDING_WGWAIT;
	case KNOT_RECORDING_UNLOCK_SLOW:
		return g->kind == KNOT_RECORDING_UNLOCK && g->object == e->object;
	case KNOT_RECORDING_RELEASE:
		return g->kind == KNOT_RECORDING_UNLOCK || g->kind == KNOT_RECORDING_UNLOCK_SLOW ||
			g->kind == KNOT_RECORDING_WGADD;
	default:
		return false;
	}
}

static bool is_slow(uint8_t kind)
{
	return kind == KNOT_RECORDING_LOCK_SLOW || kind == KNOT_RECORDING_UNLOCK_SLOW ||
		kind == KNOT_RECORDING_ACQUIRE || kind == KNOT_RECORDING_RELEASE;
}

static void on_operation(struct work *w, struct goroutine *g, const struct knot_recording_event *e)
{
	struct knot_recorded_counts *c = &w->ret->counts;

	if (is_part(g, e))
		return;
	const struct knot_recorded_site s = knot_recorded_site_of(w->sites, e);

	take_lock(w, g);
	take_effect(w, g);
	c->operations++;
	c->why[s.why]++;
	g->last = NONE;
	g->kind = e->kind;
	g->object = e->object;
	if (s.why != KNOT_RECORDED_MAPPED)
		return;
	c->by_function += s.by_function;
	c->partly += !w->locks_seen && is_slow(e->kind);
	const uint64_t object = lock_of(e, &s);

	if (!is_lock(&s)) {
		g->last = add_step(w, g, KNOT_EV_STEP, &s, object);
		return;
	}
	g->lock = add_step(w, g, PENDING, &s, object);
	g->lock_object = e->object;
}

/* A lock may have been taken only now. */
static void on_run(struct work *w, struct goroutine *g)
{
	if (g->lock != NONE) {
		const struct knot_shm_event step = w->steps.data[g->lock];

		g->lock = push_step(w, step);
	}
	take_effect(w, g);
	g->blocked = 0;
}

static void on_event(struct work *w, const struct knot_recording_event *e)
{
	struct goroutine *g = e->g ? goroutine_of(w, e->g) : NULL;

	switch (e->kind) {
	case KNOT_RECORDING_RUN:
		if (e->other)
			on_run(w, goroutine_of(w, e->other));
		return;
	case KNOT_RECORDING_READY:
		if (g && e->other && e->other != e->g)
			on_ready(w, g, goroutine_of(w, e->other));
		return;
	case KNOT_RECORDING_PARK:
		if (g)
			on_park(w, g, e->aux);
		return;
	case KNOT_RECORDING_END:
		if (g)
			take_lock(w, g);
		return;
	default:
		if (g && knot_recorded_is_operation(e))
			on_operation(w, g, e);
	}
}

static void walk(struct work *w)
{
	uint64_t next = 0;

	for (size_t i = 0; i < w->r->events; i++) {
		struct knot_recording_event e;

		w->at = i;
		knot_recording_event(w->r, i, &e);
		if (e.seq > next && w->r->lost) {
			w->ret->counts.gaps++;
			end_piece(w);
		}
		next = e.seq + 1;
		if (w->steps.len >= PIECE_STEPS || w->gs.len >= PIECE_GOROUTINES)
			end_piece(w);
		on_event(w, &e);
	}
	end_piece(w);
}

/* --- chains ---------------------------------------------------------------------------------- */

static int by_rarity(const void *a, const void *b)
{
	const struct pair *x = *(struct pair *const *)a, *y = *(struct pair *const *)b;

	if (x->count != y->count)
		return x->count < y->count ? -1 : 1;
	return (x->last_seen < y->last_seen) - (x->last_seen > y->last_seen);
}

struct made {
	UT_hash_handle hh;
	uint64_t hash; /* key */
};

/* From 1 on, in the order in which they come. */
static uint64_t number_of(const struct around *x, uint32_t at)
{
	uint64_t numbers[RUN_MAX] = {0}, next = 1;

	for (uint32_t i = 0; i <= at; i++) {
		for (uint32_t k = 0; k < i && !numbers[i]; k++)
			if (x->gs[k] == x->gs[i])
				numbers[i] = numbers[k];
		if (!numbers[i])
			numbers[i] = next++;
	}
	return numbers[at];
}

/* One that every run executes says nothing: all of it the same operation. */
static void add_chain(struct work *w, struct made **made, const struct around *x)
{
	struct knot_chain chain = {.len = 0};
	bool same = true;
	struct made *m;

	for (uint32_t i = 0; i < x->len; i++) {
		struct knot_chain_op op = knot_cpop_chain_op(w->cpop, x->ops[i]);

		same = same && x->ops[i] == x->ops[0];
		op.gpath = number_of(x, i);
		knot_chain_push(&chain, op);
	}
	if (same || x->len < KNOT_MUTATE_LEN_MIN)
		return;
	const uint64_t hash = knot_chain_hash(&chain);

	/* NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND(hh, *made, &hash, sizeof(hash), m);
	if (m)
		return;
	m = knot_xalloc(sizeof(*m));
	m->hash = hash;
	HASH_ADD(hh, *made, hash, sizeof(m->hash), m);
	knot_vec_push(&w->ret->chains, chain);
}

static void make_chains(struct work *w)
{
	struct made *made = NULL;

	if (w->pairs.len)
		qsort(w->pairs.data, w->pairs.len, sizeof(struct pair *), by_rarity);
	for (size_t i = 0; i < w->pairs.len; i++) {
		const struct pair *p = w->pairs.data[i];
		const struct around alone = {.ops = {(uint32_t)(p->key >> 32), (uint32_t)p->key},
			.gs = {0, 1},
			.len = 2};

		/* That has something on both sides, then those it begins and ends. */
		for (size_t k = 0; k < RUN_MAX - 1; k++) {
			add_chain(w, &made, &p->around[(k + 1) % (RUN_MAX - 1)]);
		}
		add_chain(w, &made, &alone);
	}
	KNOT_TABLE_FREE(made);
}

static void free_work(struct work *w)
{
	KNOT_TABLE_FREE(w->goroutines);
	KNOT_TABLE_FREE(w->objects);
	HASH_CLEAR(hh, w->table);
	for (size_t i = 0; i < w->pairs.len; i++)
		free(w->pairs.data[i]);
	knot_vec_free(&w->pairs);
	knot_vec_free(&w->steps);
	knot_vec_free(&w->events);
	knot_vec_free(&w->gs);
	knot_vec_free(&w->runs);
	knot_recorded_sites_free(w->sites);
	knot_cpop_free(w->cpop);
}

void knot_recorded_find(
	const struct knot_recording *r, const struct knot_sites *sites, struct knot_recorded *ret)
{
	struct work w = {.r = r, .ret = ret, .piece = 1};

	*ret = (struct knot_recorded){.counts.events = r->events};
	for (size_t i = 0; i < r->points.len; i++)
		if (r->points.data[i].address &&
			!strcmp(r->points.data[i].kind,
				knot_recording_kind_name(KNOT_RECORDING_LOCK)))
			w.locks_seen = true;
	w.sites = knot_recorded_sites_new(r, sites);
	w.cpop = knot_cpop_new();
	knot_cpop_watch(w.cpop, on_meeting, &w);
	walk(&w);
	struct knot_recorded_counts counts = ret->counts;

	w.pass = BY_TRY;
	walk(&w);
	/* Operations and who met are the same. */
	counts.pairs = ret->counts.pairs;
	ret->counts = counts;
	make_chains(&w);
	free_work(&w);
}

void knot_recorded_free(struct knot_recorded *r)
{
	knot_vec_free(&r->chains);
}
