/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reports of Go's race detector (ThreadSanitizer), as it writes them to its log. The target can write
 * anything there, too: whatever does not look like a report is skipped.
 */
#ifndef KNOT_WIRE_RACE_H
#define KNOT_WIRE_RACE_H

#include "base/span.h"
#include "base/vec.h"
#include "wire/gostack.h"

#include <stdbool.h>
#include <stdint.h>

#define KNOT_RACE_MAX_REPORTS 64
#define KNOT_RACE_MAX_FRAMES 64 /* of one stack */

/* KNOT_VEC makes a type of its own at each use. */
struct knot_race_stack {
	struct knot_gostack_frame *data; /* innermost first; empty when the detector has lost it */
	size_t len, cap;
};

/* One of the two accesses. */
struct knot_race_access {
	bool is_write;
	bool is_atomic;
	struct knot_race_stack stack;
	struct knot_race_stack creation; /* of its goroutine; empty for the main one */
	uint64_t goroutine; /* the detector's number of it, 0 = the main one */
};

/* The first is the access that was caught, the second the one before it. */
struct knot_race {
	struct knot_race_access access[2];
};

struct knot_races {
	struct knot_race *data;
	size_t len, cap;
};

/* Appends every whole report of text. Caller frees with knot_races_free. */
void knot_races_parse(struct knot_span text, struct knot_races *ret_races);
void knot_races_free(struct knot_races *races);
/* The first frame outside the Go runtime: what a scheduling point before the access is named by. Borrowed. */
const struct knot_gostack_frame *knot_race_innermost(const struct knot_race_access *access);
/* Whether sites in this frame's package count lines from the head of their function, as the shim decides it. */
bool knot_race_from_head(const struct knot_gostack_frame *frame);
/*
 * The site hash of an access with op in this frame, as the shim has it (base/hash.h). head is the line of the
 * frame's function, 0 = lines count from the head of the file.
 */
uint32_t knot_race_site(const struct knot_gostack_frame *frame, uint32_t head, uint32_t op);
/*
 * Where the program made the access: the first frame outside the Go runtime and the standard library, else
 * the first outside the runtime; NULL when there is none with a position. Borrowed.
 */
const struct knot_gostack_frame *knot_race_position(const struct knot_race_access *access);

#endif
