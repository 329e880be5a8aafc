/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/cpop.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/vec.h"
#include "explore/index.h"

#include <string.h>

#define REL2_CACHE 512 /* entries, a power of two */
#define REACH_CACHE 4096
#define VISITS_MAX 512 /* nodes one walk may touch: keeps a proposal in the microseconds */
#define ANCESTORS_MAX 64

struct node {
	uint64_t key, gpath;
	uint64_t count;
	uint32_t site, op;
	uint32_t trace; /* last trace that showed it */
	uint32_t visit; /* last walk that touched it */
	uint32_t out[2], in; /* first edge of each type; in is CPOP1 only */
};

struct edge {
	uint32_t a, b;
	uint32_t type; /* 0 = CPOP1, 1 = CPOP2 */
	uint32_t count;
	uint32_t trace;
	uint32_t next_out, next_in;
};

/* Valid while stamp is the number of the trace under way. */
struct last {
	uint32_t stamp;
	uint32_t op;
	uint32_t g;
};

struct rel2_entry {
	uint32_t op, version, len;
	uint32_t ops[KNOT_CPOP_REL_MAX];
};

struct reach_entry {
	uint32_t a, b, version;
	int8_t answer;
};

struct knot_cpop {
	KNOT_VEC(struct node) nodes;
	KNOT_VEC(struct edge) edges;
	KNOT_VEC(struct knot_cpop_spawn) spawns;
	struct knot_index node_index, edge_index, spawn_index;
	KNOT_VEC(struct last) by_g;
	KNOT_VEC(struct last) by_prim;
	uint32_t trace; /* number of the trace under way */
	uint32_t visit;
	uint32_t pairs2;
	uint32_t dropped;
	struct knot_cpop_budget *budget; /* borrowed, may be NULL */
	struct rel2_entry *rel2;
	struct reach_entry *reach;
	KNOT_VEC(uint32_t) queue;
};

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
	const struct edge *e = &((const struct knot_cpop *)c)->edges.data[i];

	return edge_hash(e->a, e->b, e->type);
}

static uint64_t hash_of_spawn(const void *c, uint32_t i)
{
	return ((const struct knot_cpop *)c)->spawns.data[i].child;
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
	knot_vec_free(&c->by_g);
	knot_vec_free(&c->by_prim);
	knot_vec_free(&c->queue);
	free(c->node_index.slots);
	free(c->edge_index.slots);
	free(c->spawn_index.slots);
	free(c->rel2);
	free(c->reach);
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
		const struct edge *e = &c->edges.data[n];

		if (x->slots[i] >> 32 == hash >> 32 && e->a == a && e->b == b && e->type == type)
			return n;
	}
	return KNOT_CPOP_NONE;
}

static uint32_t spawn_lookup(const struct knot_cpop *c, uint64_t child)
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
	if (c->nodes.len >= KNOT_CPOP_OPS_MAX) {
		c->dropped++;
		return KNOT_CPOP_NONE;
	}
	knot_index_grow(&c->node_index, hash_of_node, c);
	n = (uint32_t)c->nodes.len;
	struct node fresh = {.key = key,
		.gpath = gpath,
		.site = site,
		.op = op,
		.out = {KNOT_CPOP_NONE, KNOT_CPOP_NONE},
		.in = KNOT_CPOP_NONE};
	knot_vec_push(&c->nodes, fresh);
	knot_index_put(&c->node_index, key, n);
	return n;
}

void knot_cpop_share(struct knot_cpop *c, struct knot_cpop_budget *budget)
{
	c->budget = budget;
}

static bool pairs_full(const struct knot_cpop *c)
{
	return c->edges.len >= KNOT_CPOP_PAIRS_MAX ||
		(c->budget && c->budget->pairs >= c->budget->pairs_max &&
			c->edges.len >= KNOT_CPOP_PAIRS_SURE);
}

/* type 0 = CPOP1, 1 = CPOP2. */
static uint32_t edge_of(struct knot_cpop *c, uint32_t a, uint32_t b, uint32_t type)
{
	uint32_t n = edge_lookup(c, a, b, type);

	if (n != KNOT_CPOP_NONE)
		return n;
	if (pairs_full(c)) {
		c->dropped++;
		return KNOT_CPOP_NONE;
	}
	knot_index_grow(&c->edge_index, hash_of_edge, c);
	n = (uint32_t)c->edges.len;
	struct edge fresh = {.a = a,
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
	if (c->budget)
		c->budget->pairs++;
	knot_index_put(&c->edge_index, edge_hash(a, b, type), n);
	return n;
}

static void spawn_of(struct knot_cpop *c, uint64_t child, uint64_t parent, uint32_t site)
{
	if (spawn_lookup(c, child) != KNOT_CPOP_NONE || c->spawns.len >= KNOT_CPOP_OPS_MAX)
		return;
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
	struct edge *e = &c->edges.data[n];

	if (e->trace != c->trace) {
		e->trace = c->trace;
		e->count++;
	}
}

static void show_on_prim(struct knot_cpop *c, uint32_t prim, uint32_t g, uint32_t op)
{
	if (!prim || prim >= KNOT_RUN_PRIMS_MAX)
		return;
	if (prim >= c->by_prim.len) {
		knot_vec_reserve(&c->by_prim, prim + 1u);
		memset(c->by_prim.data + c->by_prim.len, 0,
			(c->by_prim.cap - c->by_prim.len) * sizeof(*c->by_prim.data));
		c->by_prim.len = c->by_prim.cap;
	}

	struct last *l = &c->by_prim.data[prim];
	struct last before = *l;

	*l = (struct last){.stamp = c->trace, .op = op, .g = g};
	if (before.stamp == c->trace && before.g != g)
		show_edge(c, before.op, op, 1);
}

static void show_step(
	struct knot_cpop *c, const struct knot_run_view *run, const struct knot_shm_event *e)
{
	if (!knot_run_is_operation(e->op))
		return;

	uint32_t op = node_of(c, run->gs[e->g].path, e->site, e->op);

	if (op == KNOT_CPOP_NONE)
		return;
	struct node *n = &c->nodes.data[op];

	if (n->trace != c->trace) {
		n->trace = c->trace;
		n->count++;
	}
	struct last *l = &c->by_g.data[e->g];
	struct last before = *l;

	*l = (struct last){.stamp = c->trace, .op = op, .g = e->g};
	if (before.stamp == c->trace)
		show_edge(c, before.op, op, 0);
	show_on_prim(c, e->prim, e->g, op);
}

/*
 * The operation tried before takes effect on its primitive now. For a select the event names the case
 * taken: last stays the select, so that program order goes on from there.
 */
static void show_effect(
	struct knot_cpop *c, const struct knot_run_view *run, const struct knot_shm_event *e)
{
	struct last l = c->by_g.data[e->g];

	if (l.stamp != c->trace)
		return;
	if (e->kind == KNOT_EV_SELECTED) {
		uint32_t taken = node_of(c, run->gs[e->g].path, e->site, e->op);

		if (taken != KNOT_CPOP_NONE && taken != l.op)
			show_edge(c, l.op, taken, 0);
	}
	show_on_prim(c, e->prim, e->g, l.op);
}

static void show_spawns(struct knot_cpop *c, const struct knot_run_view *run)
{
	for (size_t i = 0; i < run->gs_len; i++) {
		const struct knot_shm_goroutine *g = &run->gs[i];

		if (g->parent < run->gs_len && g->path != KNOT_PATH_ROOT)
			spawn_of(c, g->path, run->gs[g->parent].path, g->site);
	}
}

void knot_cpop_add(
	struct knot_cpop *c, const struct knot_run_view *run, struct knot_cpop_gain *ret_gain)
{
	uint32_t ops = (uint32_t)c->nodes.len, pairs = (uint32_t)c->edges.len, pairs2 = c->pairs2;
	uint32_t dropped = c->dropped;

	c->trace++;
	if (run->gs_len > c->by_g.len) {
		knot_vec_reserve(&c->by_g, run->gs_len);
		memset(c->by_g.data + c->by_g.len, 0,
			(c->by_g.cap - c->by_g.len) * sizeof(*c->by_g.data));
		c->by_g.len = c->by_g.cap;
	}
	show_spawns(c, run);
	for (size_t i = 0; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (e->g >= run->gs_len)
			continue;
		if (e->kind == KNOT_EV_STEP) {
			show_step(c, run, e);
		} else if (e->kind == KNOT_EV_ACQUIRE || e->kind == KNOT_EV_SELECTED) {
			show_effect(c, run, e);
		}
	}
	*ret_gain = (struct knot_cpop_gain){
		.ops = (uint32_t)c->nodes.len - ops,
		.pairs2 = c->pairs2 - pairs2,
		.pairs1 = (uint32_t)c->edges.len - pairs - (c->pairs2 - pairs2),
		.first_pair = pairs,
		.dropped = c->dropped - dropped,
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

uint32_t knot_cpop_spawn_count(const struct knot_cpop *c)
{
	return (uint32_t)c->spawns.len;
}

void knot_cpop_get_op(const struct knot_cpop *c, uint32_t i, struct knot_cpop_op *ret)
{
	knot_assert(i < c->nodes.len);
	const struct node *n = &c->nodes.data[i];

	*ret = (struct knot_cpop_op){n->key, n->gpath, n->site, n->op, n->count};
}

void knot_cpop_get_pair(const struct knot_cpop *c, uint32_t i, struct knot_cpop_pair *ret)
{
	knot_assert(i < c->edges.len);
	const struct edge *e = &c->edges.data[i];

	*ret = (struct knot_cpop_pair){
		c->nodes.data[e->a].key, c->nodes.data[e->b].key, e->type + 1, e->count};
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
		if (a == KNOT_CPOP_NONE || b == KNOT_CPOP_NONE)
			return knot_error_set(err, KNOT_EINPUT, "pair %zu: unknown operation", i);
		uint32_t n = edge_of(c, a, b, pairs[i].type - 1);

		if (n != KNOT_CPOP_NONE)
			c->edges.data[n].count += pairs[i].count;
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

uint32_t knot_cpop_rel1(const struct knot_cpop *c, uint32_t op, enum knot_cpop_way way,
	uint32_t *ret_ops, uint32_t max)
{
	const struct node *n = &c->nodes.data[op];
	bool after = way == KNOT_CPOP_AFTER;
	uint32_t i = after ? n->out[0] : n->in, len = 0;

	while (i != KNOT_CPOP_NONE && len < max) {
		const struct edge *e = &c->edges.data[i];
		uint32_t other = after ? e->b : e->a;

		if (c->nodes.data[other].count)
			ret_ops[len++] = other;
		i = after ? e->next_out : e->next_in;
	}
	return len;
}

/*
 * Breadth first over both kinds of edge. A node may be entered by a CPOP1 edge first and by a CPOP2
 * edge later; it is a result only by the latter, so membership is kept apart from the visit mark.
 */
static void walk_rel2(struct knot_cpop *c, uint32_t op, struct rel2_entry *r)
{
	uint32_t level_end = 1, depth = 0;

	c->visit++;
	c->queue.len = 0;
	knot_vec_push(&c->queue, op);
	c->nodes.data[op].visit = c->visit;
	for (size_t at = 0; at < c->queue.len && depth < KNOT_CPOP_DEPTH; at++) {
		for (uint32_t type = 2; type-- > 0;) {
			uint32_t i = c->nodes.data[c->queue.data[at]].out[type];

			for (; i != KNOT_CPOP_NONE && c->queue.len < VISITS_MAX;
				i = c->edges.data[i].next_out) {
				uint32_t to = c->edges.data[i].b;
				bool have =
					c->nodes.data[to].gpath == c->nodes.data[op].gpath || !type;

				for (uint32_t k = 0; k < r->len && !have; k++)
					have = r->ops[k] == to;
				if (!have)
					r->ops[r->len++] = to;
				if (r->len == KNOT_CPOP_REL_MAX)
					return;
				if (c->nodes.data[to].visit != c->visit) {
					c->nodes.data[to].visit = c->visit;
					knot_vec_push(&c->queue, to);
				}
			}
		}
		if (at + 1 == level_end) {
			level_end = (uint32_t)c->queue.len;
			depth++;
		}
	}
}

uint32_t knot_cpop_rel2(struct knot_cpop *c, uint32_t op, const uint32_t **ret_ops)
{
	/* version 0 marks a free entry */
	uint32_t version = (uint32_t)c->edges.len + 1;

	if (!c->rel2)
		c->rel2 = knot_xalloc(REL2_CACHE * sizeof(*c->rel2));
	struct rel2_entry *r = &c->rel2[op & (REL2_CACHE - 1)];

	if (r->version != version || r->op != op) {
		r->version = version;
		r->op = op;
		r->len = 0;
		walk_rel2(c, op, r);
	}
	*ret_ops = r->ops;
	return r->len;
}

/* Is there a walk of at least one CPOP1 edge from a to b? 1 yes, 0 no, -1 too far to say. */
static int walk_reach(struct knot_cpop *c, uint32_t a, uint32_t b)
{
	c->visit++;
	c->queue.len = 0;
	knot_vec_push(&c->queue, a);
	for (size_t at = 0; at < c->queue.len; at++) {
		uint32_t i = c->nodes.data[c->queue.data[at]].out[0];

		for (; i != KNOT_CPOP_NONE; i = c->edges.data[i].next_out) {
			uint32_t to = c->edges.data[i].b;

			if (to == b)
				return 1;
			if (c->nodes.data[to].visit == c->visit)
				continue;
			if (c->queue.len >= VISITS_MAX)
				return -1;
			c->nodes.data[to].visit = c->visit;
			knot_vec_push(&c->queue, to);
		}
	}
	return 0;
}

static int reach(struct knot_cpop *c, uint32_t a, uint32_t b)
{
	uint32_t version = (uint32_t)c->edges.len + 1;

	if (!c->reach)
		c->reach = knot_xalloc(REACH_CACHE * sizeof(*c->reach));
	struct reach_entry *r = &c->reach[(a * 0x9e3779b1u ^ b) & (REACH_CACHE - 1)];

	if (r->version != version || r->a != a || r->b != b)
		*r = (struct reach_entry){a, b, version, (int8_t)walk_reach(c, a, b)};
	return r->answer;
}

/* In every walk seen, first lies before second and never after it. */
static bool always_before(struct knot_cpop *c, uint32_t first, uint32_t second)
{
	if (first == second)
		return reach(c, first, first) == 0;
	return reach(c, first, second) == 1 && reach(c, second, first) == 0;
}

bool knot_cpop_can_follow(struct knot_cpop *c, uint32_t a, uint32_t b)
{
	uint64_t path = c->nodes.data[a].gpath, other = c->nodes.data[b].gpath;

	if (path == other)
		return !always_before(c, b, a);
	for (int depth = 0; depth < ANCESTORS_MAX; depth++) {
		uint32_t s = spawn_lookup(c, path);

		if (s == KNOT_CPOP_NONE)
			return true;
		const struct knot_cpop_spawn *spawn = &c->spawns.data[s];

		path = spawn->parent;
		if (path != other)
			continue;
		uint32_t at = knot_cpop_find(c, path, spawn->site, KNOT_OP_GO);

		if (at == KNOT_CPOP_NONE)
			at = knot_cpop_find(c, path, spawn->site, KNOT_OP_WGGO);
		return at == KNOT_CPOP_NONE || at == b || !always_before(c, b, at);
	}
	return true;
}
