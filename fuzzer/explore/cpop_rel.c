/* SPDX-License-Identifier: BSD-2-Clause */
/* The relations over the pairs: Rel1, Rel2 and what happens-before forbids. */
#include "explore/cpop_internal.h"

#define REL2_CACHE 512 /* entries, a power of two */
#define REACH_CACHE 4096
#define VISITS_MAX 512 /* nodes one walk may touch: keeps a proposal in the microseconds */
#define ANCESTORS_MAX 64

uint32_t knot_cpop_rel1(const struct knot_cpop *c, uint32_t op, enum knot_cpop_way way,
	uint32_t *ret_ops, uint32_t max)
{
	const struct knot_cpop_node *n = &c->nodes.data[op];
	bool after = way == KNOT_CPOP_AFTER;
	uint32_t i = after ? n->out[0] : n->in, len = 0;

	while (i != KNOT_CPOP_NONE && len < max) {
		const struct knot_cpop_edge *e = &c->edges.data[i];
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
static void walk_rel2(struct knot_cpop *c, uint32_t op, struct knot_cpop_rel2 *r)
{
	struct knot_cpop_desk *d = knot_cpop_desk_of(c);
	uint32_t level_end = 1, depth = 0;

	c->visit++;
	d->queue.len = 0;
	knot_vec_push(&d->queue, op);
	c->nodes.data[op].visit = c->visit;
	for (size_t at = 0; at < d->queue.len && depth < KNOT_CPOP_DEPTH; at++) {
		for (uint32_t type = 2; type-- > 0;) {
			uint32_t i = c->nodes.data[d->queue.data[at]].out[type];

			for (; i != KNOT_CPOP_NONE && d->queue.len < VISITS_MAX;
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
					knot_vec_push(&d->queue, to);
				}
			}
		}
		if (at + 1 == level_end) {
			level_end = (uint32_t)d->queue.len;
			depth++;
		}
	}
}

uint32_t knot_cpop_rel2(struct knot_cpop *c, uint32_t op, const uint32_t **ret_ops)
{
	/* version 0 marks a free entry */
	uint32_t version = (uint32_t)c->edges.len + 1;

	struct knot_cpop_desk *d = knot_cpop_desk_of(c);

	if (!d->rel2)
		d->rel2 = knot_xalloc(REL2_CACHE * sizeof(*d->rel2));
	struct knot_cpop_rel2 *r = &d->rel2[op & (REL2_CACHE - 1)];

	if (r->version != version || r->op != op || r->owner != c) {
		r->owner = c;
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
	struct knot_cpop_desk *d = knot_cpop_desk_of(c);

	c->visit++;
	d->queue.len = 0;
	knot_vec_push(&d->queue, a);
	for (size_t at = 0; at < d->queue.len; at++) {
		uint32_t i = c->nodes.data[d->queue.data[at]].out[0];

		for (; i != KNOT_CPOP_NONE; i = c->edges.data[i].next_out) {
			uint32_t to = c->edges.data[i].b;

			if (to == b)
				return 1;
			if (c->nodes.data[to].visit == c->visit)
				continue;
			if (d->queue.len >= VISITS_MAX)
				return -1;
			c->nodes.data[to].visit = c->visit;
			knot_vec_push(&d->queue, to);
		}
	}
	return 0;
}

static int reach(struct knot_cpop *c, uint32_t a, uint32_t b)
{
	uint32_t version = (uint32_t)c->edges.len + 1;

	struct knot_cpop_desk *d = knot_cpop_desk_of(c);

	if (!d->reach)
		d->reach = knot_xalloc(REACH_CACHE * sizeof(*d->reach));
	struct knot_cpop_reach *r = &d->reach[(a * 0x9e3779b1u ^ b) & (REACH_CACHE - 1)];

	if (r->version != version || r->a != a || r->b != b || r->owner != c)
		*r = (struct knot_cpop_reach){c, a, b, version, (int8_t)walk_reach(c, a, b)};
	return r->answer;
}

/* In every walk seen, first lies before second and never after it. Where pairs found no room there may be others. */
static bool always_before(struct knot_cpop *c, uint32_t first, uint32_t second)
{
	if (c->dropped)
		return false;
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
		uint32_t s = knot_cpop_spawn_find(c, path);

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
