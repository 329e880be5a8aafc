/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run as pictures and other tools need it: who its goroutines were, what happened in which order, what goes from
 * one to another, who was blocked when and who waits for whom at the end. Made from a run by explore/timeline.h, kept
 * beside the crash file, drawn and exported by view/. All numbers are indices into the arrays here, or KNOT_TIMELINE_NONE.
 */
#ifndef KNOT_WIRE_TIMELINE_H
#define KNOT_WIRE_TIMELINE_H

#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

#define KNOT_TIMELINE_NONE UINT32_MAX
/* More events than that are counted only: left_out. */
#define KNOT_TIMELINE_EVENTS_MAX 100000
#define KNOT_TIMELINE_SWITCHES_MAX 1000

/* Where in the source, and on what. NULL texts are unknown. */
struct knot_timeline_site {
	char *file; /* base name */
	char *path; /* absolute, of the machine it was made on */
	char *function;
	char *expression; /* "s.mu" */
	uint32_t line; /* 0 = unknown */
};

struct knot_timeline_primitive {
	char *name; /* of the first site that names it: "s.mu", else "lock at a.go:7"; never NULL */
	uint32_t number; /* in the run */
	uint8_t kind; /* enum knot_timeline_kind */
};

enum knot_timeline_kind {
	KNOT_TIMELINE_OTHER,
	KNOT_TIMELINE_CHANNEL,
	KNOT_TIMELINE_LOCK,
	KNOT_TIMELINE_WAITGROUP,
	KNOT_TIMELINE_COND,
	KNOT_TIMELINE_ONCE,
	KNOT_TIMELINE_ATOMIC,
	KNOT_TIMELINE_MEMORY,
	KNOT_TIMELINE_KINDS
};

enum knot_timeline_state {
	KNOT_TIMELINE_ENDED,
	KNOT_TIMELINE_RUNNING, /* could go on when the run was over */
	KNOT_TIMELINE_BLOCKED, /* on a primitive */
	KNOT_TIMELINE_OUTSIDE, /* waits for I/O, a system call, a timer */
	KNOT_TIMELINE_STATES
};

struct knot_timeline_goroutine {
	char *path; /* "T/manager.go:26#0" */
	uint32_t number; /* in the run: 1 is G1 */
	uint32_t parent; /* goroutine, of a smaller index */
	uint32_t site; /* of its go statement */
	uint32_t created; /* event; NONE = before the run */
	uint8_t state; /* enum knot_timeline_state: at the end */
	uint8_t op; /* KNOT_OP_* it is blocked in */
	uint32_t at; /* site of that */
	uint32_t primitive;
};

/* KNOT_EV_CANDIDATE, RARE and STATE, which serve the search, are not among them. */
struct knot_timeline_event {
	uint64_t
		vtime; /* virtual ns since the start of the run, never less than that of the event before; native: 0 */
	uint32_t step; /* likewise */
	uint32_t g; /* goroutine, NONE = nobody's: a timer, the outside */
	uint32_t site, primitive;
	uint32_t
		to; /* goroutine: of a wake, a spawn, a switch; index of a select's case, of a chain's element; KNOT_EXT_* */
	uint8_t kind; /* KNOT_EV_* */
	uint8_t op; /* KNOT_OP_* */
};

/*
 * From the event in which a goroutine is blocked to the one in which it goes on; when that has been left out, to the last
 * that is here. Of a native run, which tells of neither, from the last event of who is blocked at the end.
 */
struct knot_timeline_span {
	uint32_t g;
	uint32_t from, to; /* events, from <= to; to NONE = for ever */
	uint32_t site, primitive;
	uint8_t op;
};

enum knot_timeline_arrow_kind {
	KNOT_TIMELINE_SPAWN,
	KNOT_TIMELINE_WAKE, /* where it is neither of those below */
	KNOT_TIMELINE_MESSAGE, /* send to receive, close to receive; who had blocked has it where it goes on */
	KNOT_TIMELINE_HANDOVER, /* unlock to the next lock of another goroutine */
	KNOT_TIMELINE_ARROWS
};

struct knot_timeline_arrow {
	uint32_t from, to; /* events, from < to */
	uint8_t kind; /* enum knot_timeline_arrow_kind */
};

enum knot_timeline_why { /* as enum knot_wait_why */
	KNOT_TIMELINE_HOLDER,
	KNOT_TIMELINE_READER,
	KNOT_TIMELINE_PARTNER,
	KNOT_TIMELINE_WHYS
};

/* At the end goroutine from waits for goroutine to. */
struct knot_timeline_wait {
	uint32_t from, to;
	uint8_t why;
	bool in_cycle;
};

/* A critical switch. */
struct knot_timeline_switch {
	uint32_t event; /* its KNOT_EV_SWITCH */
	char *text;
};

/* Owns all it points to. Texts are escaped (wire/text.h); NULL = unknown. */
struct knot_timeline {
	char *package, *test, *verdict, *title, *message, *proof;
	char *policy, *go;
	char *crash_file; /* base name */
	uint64_t bucket, schedule_hash, seed;
	uint64_t virtual_ns;
	uint32_t steps;
	uint64_t left_out; /* events behind the last that is here */
	bool native, minimized;
	KNOT_VEC(struct knot_timeline_site) sites;
	KNOT_VEC(struct knot_timeline_primitive) primitives;
	KNOT_VEC(struct knot_timeline_goroutine) goroutines;
	KNOT_VEC(struct knot_timeline_event) events;
	KNOT_VEC(struct knot_timeline_span) spans;
	KNOT_VEC(struct knot_timeline_arrow) arrows;
	KNOT_VEC(struct knot_timeline_wait) waits;
	KNOT_VEC(struct knot_timeline_switch) switches;
	KNOT_VEC(char *) explanation; /* its lines (explore/explain.h) */
	KNOT_VEC(char *) signature; /* what the bucket is made of */
};

/* Frees the contents; t is empty and usable afterwards. */
void knot_timeline_free(struct knot_timeline *t);

#endif
