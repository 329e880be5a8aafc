/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A Go program for amd64 as its own runtime sees it: version, functions and where they begin, file and line of each
 * instruction. All of that is in tables that the program needs to run (.go.buildinfo, .gopclntab, moduledata), and so in
 * stripped programs, too; symbols and debugging information are not read.
 *
 * Addresses are those in the file. What lies in memory lies higher by the same amount everywhere.
 */
#ifndef KNOT_WIRE_GOBINARY_H
#define KNOT_WIRE_GOBINARY_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_error;
struct knot_gobinary;

/* Releases whose tables and structures are known: minor numbers of Go 1. */
#define KNOT_GOBINARY_OLDEST 23
#define KNOT_GOBINARY_NEWEST 27

/* Borrows file until knot_gobinary_close. KNOT_EINPUT: no program, not of Go, too old, too new, too stripped. */
int knot_gobinary_open(struct knot_span file, struct knot_gobinary **ret_b, struct knot_error *err);
/* Accepts NULL. */
void knot_gobinary_close(struct knot_gobinary *b);

/* "go1.26.8"; borrowed until the close, may hold anything. */
struct knot_span knot_gobinary_version(const struct knot_gobinary *b);
unsigned knot_gobinary_minor(const struct knot_gobinary *b);

struct knot_gobinary_function {
	uint64_t entry, end; /* addresses, entry < end */
	struct knot_span code; /* of entry, up to end */
	uint64_t offset; /* of entry in the file */
	struct knot_span name; /* may hold anything */
};

/* By its name without ABI suffix: "runtime.gopark". False: there is none, or its code is not in the file. */
bool knot_gobinary_find(const struct knot_gobinary *b, const char *name,
	struct knot_gobinary_function *ret_function);
/* Has the compiler put the body of a function of that name into the place of any call of it? */
bool knot_gobinary_inlines(const struct knot_gobinary *b, const char *name);
/* That pc lies in. */
bool knot_gobinary_at(
	const struct knot_gobinary *b, uint64_t pc, struct knot_gobinary_function *ret_function);

struct knot_gobinary_position {
	struct knot_span function, file; /* may hold anything; borrowed until the close */
	uint32_t line; /* 0 = unknown */
};

/*
 * Where the instruction at pc comes from: the innermost of the functions that were inlined there first. Returns how many
 * of max were written, 0 = pc is in no function.
 */
size_t knot_gobinary_positions(const struct knot_gobinary *b, uint64_t pc,
	struct knot_gobinary_position *positions, size_t max);

/* Of the segment that holds the code: where it lies in the file, and at which address. */
void knot_gobinary_text(const struct knot_gobinary *b, uint64_t *ret_offset, uint64_t *ret_address);

#endif
