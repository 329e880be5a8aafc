/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/cpop_internal.h"

#include "base/error.h"
#include "base/hash.h"
#include "explore/budget.h"
#include "wire/ops.h"

#include <string.h>

#define DESK_PRIMS_KEEP 65536

static uint64_t edge_hash(uint32_t a, uint32_t b, uint32_t type)
{
	return knot_hash_mix((((uint64_t)a << 32) | b) * 2 + type);
}

static uint64_t hash_of_node(const void *c, uint32_t i)
{
	return ((const struct knot_cpop *)c)->nodes.data[i].key;
}

static uint64_t hash_of_edge(const void *c, uint32_t i)
{
	const struct knot_cpop_edge *e = &((const struct knot_cpop *)c)->edges.data[i];

	return edge_hash(e->a, e->b, e->type);
}

static uint64_t hash_of_spawn(const void *c, uint32_t i)
{
	return ((const struct knot_cpop *)c)->spawns.data[i].child;
}

struct knot_cpop_desk *knot_cpop_desk_new(void)
{
	return knot_xalloc(sizeof(struct knot_cpop_desk));
}

void knot_cpop_desk_free(struct knot_cpop_desk *d)
{
	if (!d)
		return;
	knot_vec_free(&d->by_g);
	knot_vec_free(&d->by_prim);
	knot_vec_free(&d->queue);
	free(d->rel2);
	free(d->reach);
	free(d);
}

struct knot_cpop_desk *knot_cpop_desk_of(struct knot_cpop *c)
{
	if (!c->desk)
		c->desk = c->own_desk = knot_cpop_desk_new();
	return c->desk;
}

struct knot_cpop *knot_cpop_new(void)
{
	struct knot_cpop *c = knot_xalloc(sizeof(*c));

	knot_index_init(&c->node_index);
	knot_index_init(&c->edge_index);
	knot_index_init(&c->spawn_index);
	return c;
}

void knot_cpop_free(struct knot_cpop *c)
{
	if (!c)
		return;
	knot_vec_free(&c->nodes);
	knot_vec_free(&c->edges);
	knot_vec_free(&c->spawns);
	knot_cpop_desk_free(c->own_desk);
	free(c->node_index.slots);
	free(c->edge_index.slots);
	free(c->spawn_index.slots);
	free(c);
}

static uint32_t node_lookup(const struct knot_cpop *c, uint64_t key)
{
	const struct knot_index *x = &c->node_index;

	for (uint32_t i = (uint32_t)key & (x->cap - 1); x->slots[i]; i = (i + 1) & (x->cap - 1)) {
		uint32_t n = (uint32_t)x->slots[i] - 1;

		if (x->slots[i] >> 32 == key >> 32 && c->nodes.data[n].key == key)
			return n;
	}
	return KNOT_CPOP_NONE;
}

static uint32_t edge_lookup(const struct knot_cpop *c, uint32_t a, uint32_t b, uint32_t type)
{
	const struct knot_index *x = &c->edge_index;
	uint64_t hash = edge_hash(a, b, type);

	for (uint32_t i = (uint32_t)hash & (x->cap - 1); x->slots[i]; i = (i + 1) & (x->cap - 1)) {
		uint32_t n = (uint32_t)x->slots[i] - 1;
		const struct knot_cpop_edge *e = &c->edges.data[n];

		if (x->slots[i] >> 32 == hash >> 32 && e->a == a && e->b == b && e->type == type)
			return n;
	}
	return KNOT_CPOP_NONE;
}

uint32_t knot_cpop_spawn_find(const struct knot_cpop *c, uint64_t child)
{
	const struct knot_index *x = &c->spawn_index;

	for (uint32_t i = (uint32_t)child & (x->cap - 1); x->slots[i]; i = (i + 1) & (x->cap - 1)) {
		uint32_t n = (uint32_t)x->slots[i] - 1;

		if (c->spawns.data[n].child == child)
			return n;
	}
	return KNOT_CPOP_NONE;
}

static uint32_t node_of(struct knot_cpop *c, uint64_t gpath, uint32_t site, uint32_t op)
{
	uint64_t key = knot_hash_op(gpath, site, op);
	uint32_t n = node_lookup(c, key);

	if (n != KNOT_CPOP_NONE)
		return n;
	if (c->nodes.len >= KNOT_CPOP_OPS_MAX ||
		!knot_share_take(c->budget ? &c->budget->ops : NULL, c->nodes.len, 1)) {
		c->dropped++;
		return KNOT_CPOP_NONE;
	}
	knot_index_grow(&c->node_index, hash_of_node, c);
	n = (uint32_t)c->nodes.len;
	struct knot_cpop_node fresh = {.key = key,
		.gpath = gpath,
		.site = site,
		.op = op,
		.out = {KNOT_CPOP_NONE, KNOT_CPOP_NONE},
		.in = KNOT_CPOP_NONE};
	knot_vec_push(&c->nodes, fresh);
	knot_index_put(&c->node_index, key, n);
	if (knot_op_is_state(op))
		c->states++;
	return n;
}

void knot_cpop_share(struct knot_cpop *c, struct knot_budget *budget, struct knot_cpop_desk *desk)
{
	c->budget = budget;
	c->desk = desk;
}

/* type 0 = CPOP1, 1 = CPOP2. */
static uint32_t edge_of(struct knot_cpop *c, uint32_t a, uint32_t b, uint32_t type)
{
	uint32_t n = edge_lookup(c, a, b, type);

	if (n != KNOT_CPOP_NONE)
		return n;
	if (c->edges.len >= KNOT_CPOP_PAIRS_MAX ||
		!knot_share_take(c->budget ? &c->budget->pairs : NULL, c->edges.len, 1)) {
		c->dropped++;
		return KNOT_CPOP_NONE;
	}
	knot_index_grow(&c->edge_index, hash_of_edge, c);
	n = (uint32_t)c->edges.len;
	struct knot_cpop_edge fresh = {.a = a,
		.b = b,
		.type = type,
		.next_in = KNOT_CPOP_NONE,
		.next_out = c->nodes.data[a].out[type]};
	c->nodes.data[a].out[type] = n;
	if (type == 0) {
		fresh.next_in = c->nodes.data[b].in;
		c->nodes.data[b].in = n;
	} else {
		c->pairs2++;
	}
	knot_vec_push(&c->edges, fresh);
	knot_index_put(&c->edge_index, edge_hash(a, b, type), n);
	return n;
}

static void spawn_of(struct knot_cpop *c, uint64_t child, uint64_t parent, uint32_t site)
{
	if (knot_cpop_spawn_find(c, child) != KNOT_CPOP_NONE)
		return;
	if (c->spawns.len >= KNOT_CPOP_OPS_MAX ||
		!knot_share_take(c->budget ? &c->budget->spawns : NULL, c->spawns.len, 1)) {
		c->dropped++;
		return;
	}
	knot_index_grow(&c->spawn_index, hash_of_spawn, c);
	struct knot_cpop_spawn fresh = {.child = child, .parent = parent, .site = site};
	knot_vec_push(&c->spawns, fresh);
	knot_index_put(&c->spawn_index, child, (uint32_t)c->spawns.len - 1);
}

static void show_edge(struct knot_cpop *c, uint32_t a, uint32_t b, uint32_t type)
{
	uint32_t n = edge_of(c, a, b, type);

	if (n == KNOT_CPOP_NONE)
		return;
	struct knot_cpop_edge *e = &c->edges.data[n];

	if (e->trace != c->trace) {
		e->trace = c->trace;
		e->count++;
	}
}

void knot_cpop_watch(struct knot_cpop *c, knot_cpop_meeting_fn fn, void *arg)
{
	c->meet = fn;
	c->meet_arg = arg;
}

static void show_meeting(
	struct knot_cpop *c, const struct knot_cpop_last *a, const struct knot_cpop_last *b)
{
	const struct knot_cpop_meeting m = {
		.a = a->op, .b = b->op, .a_g = a->g, .b_g = b->g, .a_at = a->at, .b_at = b->at};

	show_edge(c, a->op, b->op, 1);
	if (c->meet)
		c->meet(c->meet_arg, &m);
}

/* now is the operation of a goroutine's last step. */
static void show_on_prim(struct knot_cpop *c, uint32_t prim, struct knot_cpop_last now)
{
	if (!prim || prim >= KNOT_RUN_PRIMS_MAX)
		return;

	struct knot_cpop_desk *d = c->desk;

	if (prim >= d->by_prim.len) {
		knot_vec_reserve(&d->by_prim, prim + 1u);
		memset(d->by_prim.data + d->by_prim.len, 0,
			(d->by_prim.cap - d->by_prim.len) * sizeof(*d->by_prim.data));
		d->by_prim.len = d->by_prim.cap;
	}

	struct knot_cpop_last *l = &d->by_prim.data[prim];
	struct knot_cpop_last before = *l;

	*l = now;
	if (before.stamp == d->stamp && before.g != now.g)
		show_meeting(c, &before, &now);
}

static void show_step(
	struct knot_cpop *c, const struct knot_run_view *run, const struct knot_shm_event *e)
{
	if (!knot_run_is_operation(e->op))
		return;

	uint32_t op = node_of(c, run->gs[e->g].path, e->site, e->op);

	if (op == KNOT_CPOP_NONE)
		return;
	struct knot_cpop_node *n = &c->nodes.data[op];

	if (n->trace != c->trace) {
		n->trace = c->trace;
		n->count++;
	}
	struct knot_cpop_last *l = &c->desk->by_g.data[e->g];
	struct knot_cpop_last before = *l;

	*l = (struct knot_cpop_last){.stamp = c->desk->stamp, .op = op, .g = e->g, .at = c->at};
	if (before.stamp == c->desk->stamp)
		show_edge(c, before.op, op, 0);
	show_on_prim(c, e->prim, *l);
}

/*
 * The operation tried before takes effect on its primitive now. For a select the event names the case
 * taken: last stays the select, so that program order goes on from there.
 */
static void show_effect(
	struct knot_cpop *c, const struct knot_run_view *run, const struct knot_shm_event *e)
{
	struct knot_cpop_last l = c->desk->by_g.data[e->g];

	if (l.stamp != c->desk->stamp)
		return;
	if (e->kind == KNOT_EV_SELECTED) {
		uint32_t taken = node_of(c, run->gs[e->g].path, e->site, e->op);

		if (taken != KNOT_CPOP_NONE && taken != l.op)
			show_edge(c, l.op, taken, 0);
	}
	l.at = c->at;
	show_on_prim(c, e->prim, l);
}

/* What was just executed found its channel, or left it, in a critical state. */
static void show_state(
	struct knot_cpop *c, const struct knot_run_view *run, const struct knot_shm_event *e)
{
	const struct knot_cpop_last l = c->desk->by_g.data[e->g];

	if (l.stamp != c->desk->stamp || !knot_op_is_state(e->op))
		return;
	const uint32_t state = node_of(c, run->gs[e->g].path, e->site, e->op);

	if (state != KNOT_CPOP_NONE)
		show_edge(c, l.op, state, 0);
}

static void show_spawns(struct knot_cpop *c, const struct knot_run_view *run)
{
	for (size_t i = 0; i < run->gs_len; i++) {
		const struct knot_shm_goroutine *g = &run->gs[i];

		if (g->parent < run->gs_len && g->path != KNOT_PATH_ROOT)
			spawn_of(c, g->path, run->gs[g->parent].path, g->site);
	}
}

/* Rows of the trace before are told by their stamp; few runs have so many primitives that they matter. */
static void clear_desk(struct knot_cpop_desk *d, size_t goroutines)
{
	d->stamp++;
	if (d->by_prim.len > DESK_PRIMS_KEEP)
		knot_vec_free(&d->by_prim);
	if (goroutines <= d->by_g.len)
		return;
	knot_vec_reserve(&d->by_g, goroutines);
	memset(d->by_g.data + d->by_g.len, 0, (d->by_g.cap - d->by_g.len) * sizeof(*d->by_g.data));
	d->by_g.len = d->by_g.cap;
}

void knot_cpop_add(
	struct knot_cpop *c, const struct knot_run_view *run, struct knot_cpop_gain *ret_gain)
{
	uint32_t ops = (uint32_t)c->nodes.len, pairs = (uint32_t)c->edges.len, pairs2 = c->pairs2;
	const uint32_t states = c->states;
	uint64_t dropped = c->dropped;

	c->trace++;
	clear_desk(knot_cpop_desk_of(c), run->gs_len);
	show_spawns(c, run);
	for (size_t i = 0; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		c->at = (uint32_t)i;
		if (e->g >= run->gs_len)
			continue;
		if (e->kind == KNOT_EV_STEP) {
			show_step(c, run, e);
		} else if (e->kind == KNOT_EV_ACQUIRE || e->kind == KNOT_EV_SELECTED) {
			show_effect(c, run, e);
		} else if (e->kind == KNOT_EV_STATE) {
			show_state(c, run, e);
		}
	}
	*ret_gain = (struct knot_cpop_gain){
		.ops = (uint32_t)c->nodes.len - ops,
		.pairs2 = c->pairs2 - pairs2,
		.pairs1 = (uint32_t)c->edges.len - pairs - (c->pairs2 - pairs2),
		.states = c->states - states,
		.first_pair = pairs,
		.dropped = (uint32_t)(c->dropped - dropped),
	};
}

uint32_t knot_cpop_op_count(const struct knot_cpop *c)
{
	return (uint32_t)c->nodes.len;
}

uint32_t knot_cpop_pair_count(const struct knot_cpop *c)
{
	return (uint32_t)c->edges.len;
}

uint32_t knot_cpop_pair2_count(const struct knot_cpop *c)
{
	return c->pairs2;
}

uint32_t knot_cpop_state_count(const struct knot_cpop *c)
{
	return c->states;
}

uint32_t knot_cpop_spawn_count(const struct knot_cpop *c)
{
	return (uint32_t)c->spawns.len;
}

uint64_t knot_cpop_dropped(const struct knot_cpop *c)
{
	return c->dropped;
}

void knot_cpop_get_op(const struct knot_cpop *c, uint32_t i, struct knot_cpop_op *ret)
{
	knot_assert(i < c->nodes.len);
	const struct knot_cpop_node *n = &c->nodes.data[i];

	*ret = (struct knot_cpop_op){n->key, n->gpath, n->site, n->op, n->count};
}

struct knot_chain_op knot_cpop_chain_op(const struct knot_cpop *c, uint32_t i)
{
	knot_assert(i < c->nodes.len);
	const struct knot_cpop_node *n = &c->nodes.data[i];

	return (struct knot_chain_op){.gpath = n->gpath, .site = n->site, .op = n->op};
}

void knot_cpop_get_pair(const struct knot_cpop *c, uint32_t i, struct knot_cpop_pair *ret)
{
	knot_assert(i < c->edges.len);
	const struct knot_cpop_edge *e = &c->edges.data[i];

	*ret = (struct knot_cpop_pair){
		c->nodes.data[e->a].key, c->nodes.data[e->b].key, e->type + 1, e->count};
}

bool knot_cpop_shown(const struct knot_cpop *c, uint32_t i)
{
	knot_assert(i < c->edges.len);
	return c->edges.data[i].trace == c->trace;
}

void knot_cpop_get_spawn(const struct knot_cpop *c, uint32_t i, struct knot_cpop_spawn *ret)
{
	knot_assert(i < c->spawns.len);
	*ret = c->spawns.data[i];
}

void knot_cpop_pair_ends(const struct knot_cpop *c, uint32_t i, uint32_t *ret_a, uint32_t *ret_b)
{
	knot_assert(i < c->edges.len);
	*ret_a = c->edges.data[i].a;
	*ret_b = c->edges.data[i].b;
}

int knot_cpop_restore_ops(
	struct knot_cpop *c, const struct knot_cpop_op *ops, size_t len, struct knot_error *err)
{
	for (size_t i = 0; i < len; i++) {
		if (ops[i].key != knot_hash_op(ops[i].gpath, ops[i].site, ops[i].op))
			return knot_error_set(
				err, KNOT_EINPUT, "operation %zu: its key is not its own", i);
		uint32_t n = node_of(c, ops[i].gpath, ops[i].site, ops[i].op);

		if (n != KNOT_CPOP_NONE)
			c->nodes.data[n].count += ops[i].count;
	}
	return KNOT_OK;
}

int knot_cpop_restore_pairs(
	struct knot_cpop *c, const struct knot_cpop_pair *pairs, size_t len, struct knot_error *err)
{
	for (size_t i = 0; i < len; i++) {
		uint32_t a = node_lookup(c, pairs[i].a), b = node_lookup(c, pairs[i].b);

		if (pairs[i].type != 1 && pairs[i].type != 2)
			return knot_error_set(
				err, KNOT_EINPUT, "pair %zu: no type %u", i, pairs[i].type);
		if ((a == KNOT_CPOP_NONE || b == KNOT_CPOP_NONE) && c->dropped) {
			c->dropped++;
			continue;
		}
		if (a == KNOT_CPOP_NONE || b == KNOT_CPOP_NONE)
			return knot_error_set(err, KNOT_EINPUT, "pair %zu: unknown operation", i);
		uint32_t n = edge_of(c, a, b, pairs[i].type - 1);

		if (n == KNOT_CPOP_NONE)
			continue;
		c->edges.data[n].count += pairs[i].count;
		/* What has something behind it, or comes behind another goroutine, was executed. */
		c->nodes.data[a].count += !c->nodes.data[a].count;
		if (pairs[i].type == 2)
			c->nodes.data[b].count += !c->nodes.data[b].count;
	}
	return KNOT_OK;
}

void knot_cpop_restore_spawns(struct knot_cpop *c, const struct knot_cpop_spawn *spawns, size_t len)
{
	for (size_t i = 0; i < len; i++)
		spawn_of(c, spawns[i].child, spawns[i].parent, spawns[i].site);
}

uint32_t knot_cpop_find(const struct knot_cpop *c, uint64_t gpath, uint32_t site, uint32_t op)
{
	return node_lookup(c, knot_hash_op(gpath, site, op));
}
