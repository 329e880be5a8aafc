/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The site table, written by the instrumenter: every operation it put a hook at, what it could not,
 * and how much of each package. wire/tests.h reads its list of tests.
 */
#ifndef KNOT_WIRE_SITES_H
#define KNOT_WIRE_SITES_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_error;
struct knot_sites;

#define KNOT_SITES_VERSION 1
#define KNOT_SITES_MAX_BYTES (256u << 20)
#define KNOT_SITES_MAX (1u << 20) /* entries of each list */

struct knot_site {
	uint32_t id; /* site hash, unique, not 0 */
	uint32_t line, col;
	uint32_t op; /* KNOT_OP_* as in the source: RANGE, SELSEND ... */
	uint32_t parent; /* id of the select that this is a case of, 0 = none */
	bool after; /* a hook stands after the operation as well */
	const char *pkg; /* import path */
	const char *file; /* absolute */
	const char *prim; /* expression of the primitive */
	const char *func; /* enclosing function */
};

struct knot_unplaced {
	const char *file;
	uint32_t line, col;
	const char *op; /* an operation's name, "file" for a whole file */
	const char *reason;
};

struct knot_sites_package {
	const char *path;
	uint32_t files, instrumented; /* files in all, files that carry a hook */
	const char *reason; /* why not, "" */
};

/* Caller frees with knot_sites_free; every text is borrowed until then. */
int knot_sites_decode(struct knot_span text, struct knot_sites **ret_sites, struct knot_error *err);
void knot_sites_free(struct knot_sites *s);

const char *knot_sites_module(const struct knot_sites *s);
/* The site with that id or NULL; constant time. */
const struct knot_site *knot_sites_find(const struct knot_sites *s, uint32_t id);
/* In the order of the file; i < count. */
size_t knot_sites_count(const struct knot_sites *s);
const struct knot_site *knot_sites_at(const struct knot_sites *s, size_t i);
size_t knot_sites_unplaced_count(const struct knot_sites *s);
const struct knot_unplaced *knot_sites_unplaced_at(const struct knot_sites *s, size_t i);
size_t knot_sites_package_count(const struct knot_sites *s);
const struct knot_sites_package *knot_sites_package_at(const struct knot_sites *s, size_t i);

#endif
