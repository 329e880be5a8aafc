/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a dying Go program printed: panic and fatal texts, goroutine dumps, exit status lines. The bytes
 * come from the target, so nothing here fails: what is not understood is skipped, what exceeds a limit
 * is counted. All texts are escaped (wire/text.h) and of bounded length.
 *
 * A program may print "panic: ..." itself. The line that counts is the last one before the first
 * goroutine header that follows one; without any header it is the last one at all (confirmed = false).
 */
#ifndef KNOT_WIRE_GOSTACK_H
#define KNOT_WIRE_GOSTACK_H

#include "base/span.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

#define KNOT_GOSTACK_MAX_GOROUTINES 10000
#define KNOT_GOSTACK_MAX_FRAMES 256 /* per goroutine; Go itself prints 100 */
#define KNOT_GOSTACK_MAX_FRAMES_TOTAL 100000
#define KNOT_GOSTACK_MAX_TEXT 1024 /* bytes of one escaped text */

enum knot_gostack_kind {
	KNOT_GOSTACK_NONE = 0, /* no sign of a bad end */
	KNOT_GOSTACK_PANIC, /* panic: ... */
	KNOT_GOSTACK_FATAL, /* fatal error: ... */
	KNOT_GOSTACK_DEADLOCK, /* fatal error: all goroutines are asleep - deadlock! */
	KNOT_GOSTACK_TIMEOUT, /* panic: test timed out after ... */
	KNOT_GOSTACK_SIGNAL, /* SIGQUIT: quit, ... */
	KNOT_GOSTACK_RACE, /* WARNING: DATA RACE and nothing worse */
};

struct knot_gostack_frame {
	char *func; /* "main.(*T).run", arguments cut */
	char *file; /* "" when there was no position line */
	uint32_t line;
};

struct knot_gostack_g {
	uint64_t id;
	char *state; /* "chan send", "sync.Mutex.Lock", "running" */
	uint32_t wait_minutes;
	bool locked; /* to its thread */
	bool leaked; /* the collector's word: "(leaked)" */
	KNOT_VEC(struct knot_gostack_frame) frames; /* innermost first */
	bool created; /* the next two are set */
	struct knot_gostack_frame creator; /* position of the go statement */
	uint64_t creator_id; /* 0 = not told */
};

struct knot_gostack {
	enum knot_gostack_kind kind;
	char *message; /* first line, without "panic: " and "[recovered]"; "" when there is none */
	char *detail; /* "[signal SIGSEGV: ...]" line or "" */
	bool recovered; /* was recovered and panicked again, as package testing does */
	bool confirmed; /* a goroutine dump followed */
	int exit_status; /* of an "exit status 2" line, -1 = none */
	KNOT_VEC(struct knot_gostack_g) goroutines;
	uint64_t lost; /* goroutines and frames beyond the limits */
};

/* Caller frees with knot_gostack_free. */
void knot_gostack_parse(struct knot_span output, struct knot_gostack *ret_stack);
void knot_gostack_free(struct knot_gostack *s);
/*
 * A goroutine dump as the stock toolchain would have written it: without the shim's frames, and without the goroutine that wrote
 * it. Caller frees.
 */
char *knot_gostack_plain(struct knot_span dump);
/* "panic", "fatal error", "deadlock", ... (static). */
const char *knot_gostack_kind_name(enum knot_gostack_kind kind);

#endif
