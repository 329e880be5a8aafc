/* SPDX-License-Identifier: BSD-2-Clause */
/* What cpop.c (operations and pairs) and cpop_rel.c (relations) share. */
#ifndef KNOT_EXPLORE_CPOP_INTERNAL_H
#define KNOT_EXPLORE_CPOP_INTERNAL_H

#include "base/vec.h"
#include "explore/cpop.h"
#include "explore/index.h"

struct knot_cpop_node {
	uint64_t key, gpath;
	uint64_t count;
	uint32_t site, op;
	uint32_t trace; /* last trace that showed it */
	uint32_t visit; /* last walk that touched it */
	uint32_t out[2], in; /* first edge of each type; in is CPOP1 only */
};

struct knot_cpop_edge {
	uint32_t a, b;
	uint32_t type; /* 0 = CPOP1, 1 = CPOP2 */
	uint32_t count;
	uint32_t trace;
	uint32_t next_out, next_in;
};

/* Valid while stamp is the desk's. */
struct knot_cpop_last {
	uint32_t stamp;
	uint32_t op;
	uint32_t g;
	uint32_t at; /* event at which it was tried, or took effect */
};

/* Answers worked out before; version = edges known then, 0 = free. */
struct knot_cpop_rel2 {
	const struct knot_cpop *owner;
	uint32_t op, version, len;
	uint32_t ops[KNOT_CPOP_REL_MAX];
};

struct knot_cpop_reach {
	const struct knot_cpop *owner;
	uint32_t a, b, version;
	int8_t answer;
};

struct knot_cpop_desk {
	KNOT_VEC(struct knot_cpop_last) by_g;
	KNOT_VEC(struct knot_cpop_last) by_prim;
	uint32_t stamp; /* of the trace that is looked at */
	struct knot_cpop_rel2 *rel2;
	struct knot_cpop_reach *reach;
	KNOT_VEC(uint32_t) queue;
};

struct knot_cpop {
	KNOT_VEC(struct knot_cpop_node) nodes;
	KNOT_VEC(struct knot_cpop_edge) edges;
	KNOT_VEC(struct knot_cpop_spawn) spawns;
	struct knot_index node_index, edge_index, spawn_index;
	uint32_t trace; /* number of the trace under way */
	uint32_t visit;
	uint32_t pairs2;
	uint32_t states;
	uint64_t dropped;
	uint32_t at; /* event of the trace that is looked at */
	knot_cpop_meeting_fn meet; /* may be NULL */
	void *meet_arg;
	struct knot_budget *budget; /* borrowed, may be NULL */
	struct knot_cpop_desk *desk; /* borrowed, or own_desk; NULL until it is needed */
	struct knot_cpop_desk *own_desk;
};

struct knot_cpop_desk *knot_cpop_desk_of(struct knot_cpop *c);
/* Index of the go statement that made child, KNOT_CPOP_NONE = unknown. */
uint32_t knot_cpop_spawn_find(const struct knot_cpop *c, uint64_t child);

#endif
