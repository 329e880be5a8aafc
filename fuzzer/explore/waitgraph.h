/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who waits for whom at the end of a run.
 *
 * A goroutine that is blocked on a lock waits for its holders. One that is blocked on a channel, a
 * WaitGroup or a Cond waits for a goroutine that did the counterpart on the same primitive in this run
 * (sent where it receives): any one of them would do. A knot is a set of waiting goroutines of which
 * each waits for another one, or for itself.
 *
 * A goroutine is stuck when nothing can wake it. Nothing can: no live goroutine (running, ticking,
 * waiting for I/O) touched its primitive in this run, nor did a goroutine that could be woken so.
 * With nothing live left every blocked goroutine is stuck, and that is a proof.
 *
 * So is a ring: goroutines each of which waits for a lock that the next one holds. Whoever holds a lock has to act
 * before another one gets it, so nothing else that lives is of help to them.
 */
#ifndef KNOT_EXPLORE_WAITGRAPH_H
#define KNOT_EXPLORE_WAITGRAPH_H

#include "base/vec.h"
#include "explore/run_view.h"

struct knot_names;

enum knot_role {
	KNOT_ROLE_BLOCKED, /* on a primitive of the program */
	KNOT_ROLE_LIVE, /* running, runnable, sleeping or ticking */
	KNOT_ROLE_EXTERNAL, /* waits for I/O or is in a system call */
	KNOT_ROLE_LIBRARY, /* known to live for ever */
	KNOT_ROLE_OLD, /* blocked, and was there before the run */
};

enum knot_ring {
	KNOT_RING_NONE,
	KNOT_RING_ITSELF, /* holds what it waits for: another one may unlock that, though few programs do so */
	KNOT_RING_OTHERS,
};

struct knot_waiter {
	uint16_t g;
	uint8_t op;
	uint8_t role; /* enum knot_role */
	uint32_t site;
	uint32_t prim;
	uint32_t goid;
	bool is_test; /* the test's own goroutine */
	bool live; /* can do something by itself */
	bool stuck;
	bool proven; /* by the collector: nothing live reaches what it waits for */
	bool in_knot; /* on, or between, cycles of the graph */
	uint8_t ring; /* enum knot_ring */
};

enum knot_wait_why {
	KNOT_WAIT_HOLDER, /* to holds the lock */
	KNOT_WAIT_READER, /* to holds a read lock */
	KNOT_WAIT_PARTNER, /* to did the counterpart before */
};

/* Goroutine from waits for goroutine to, which need not be alive any more. */
struct knot_wait {
	uint16_t from, to;
	uint32_t why; /* enum knot_wait_why */
};

#define KNOT_WAITS_PER_WAITER 8

struct knot_waitgraph {
	KNOT_VEC(struct knot_waiter) waiters; /* by goroutine number */
	KNOT_VEC(struct knot_wait) waits; /* by waiter */
	uint32_t live; /* waiters that are live */
	uint32_t stuck;
	bool blind; /* no whole trace: with something live left nothing counts as stuck */
};

/* view.len 0 = no trace. truncated: events were lost. The graph is filled anew; free it afterwards. */
void knot_waitgraph_build(struct knot_waitgraph *w, const struct knot_shm_snap *snaps,
	size_t snaps_len, const struct knot_run_view *view, bool truncated,
	const struct knot_names *names);
void knot_waitgraph_free(struct knot_waitgraph *w);

/* NULL when g is not in the graph. */
const struct knot_waiter *knot_waitgraph_find(const struct knot_waitgraph *w, uint16_t g);

/* Is it a function whose goroutines start lazily and live for ever (signals, idle connections, ...)? */
bool knot_waitgraph_is_library(const char *function);

#endif
