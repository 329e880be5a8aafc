/* SPDX-License-Identifier: BSD-2-Clause */
/* What timeline.c (goroutines, events, spans) and timeline_arrows.c share. Events are said by their index in the timeline. */
#ifndef KNOT_EXPLORE_TIMELINE_INTERNAL_H
#define KNOT_EXPLORE_TIMELINE_INTERNAL_H

#include "explore/timeline.h"

#define NONE KNOT_TIMELINE_NONE

/* What is known of a goroutine so far. */
struct knot_tl_g {
	uint32_t span; /* it is blocked in, NONE = not blocked */
	uint32_t last; /* event of it */
	uint32_t step; /* its last, but for RESUME */
	uint32_t doing; /* the same, or the case that its select took, or RESUME */
	uint32_t spawned; /* by which event, until it begins */
	uint32_t woken,
		waker; /* by which event, and what its goroutine was doing, until it goes on */
	uint32_t message; /* the send or close that it goes on with */
	uint32_t woke; /* the goroutine that it has woken since its last step */
	uint32_t got, wake; /* arrows to its last operation, and to where it went on last */
	bool was_blocked; /* since its last step, but for RESUME */
};

/* What is known of a primitive so far. */
struct knot_tl_prim {
	KNOT_VEC(uint32_t)
	sent; /* sends; the values of those from received on are in the channel */
	KNOT_VEC(uint32_t)
	waiting; /* native: receives that may have found no value; those from served on still may */
	size_t received, served;
	uint32_t closed, unlocked, runlocked;
};

struct knot_tl {
	const struct knot_timeline_input *in;
	struct knot_timeline *t;
	struct knot_tl_g *gs; /* as t->goroutines */
	KNOT_VEC(struct knot_tl_prim) prims; /* as t->primitives */
};

/* The last event of the timeline, which is made of e, has just been added; spans are as they were before it. */
void knot_tl_arrows(struct knot_tl *tl, const struct knot_shm_event *e);
/* Takes out those that turned out to be none. */
void knot_tl_arrows_end(struct knot_tl *tl);

#endif
