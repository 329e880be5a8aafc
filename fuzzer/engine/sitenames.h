/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What sites are called: from the instrumenter's site table, from the positions a target met (shared
 * memory), and from positions in its output.
 */
#ifndef KNOT_ENGINE_SITENAMES_H
#define KNOT_ENGINE_SITENAMES_H

#include "explore/names.h"

struct knot_shm;
struct knot_sites;
struct knot_sitenames;

/* sites is borrowed and may be NULL. Caller frees with knot_sitenames_free. */
struct knot_sitenames *knot_sitenames_new(const struct knot_sites *sites);
void knot_sitenames_free(struct knot_sitenames *n);
/* Positions unknown so far are looked up in shm, shared from now on, and kept; NULL = nowhere. */
void knot_sitenames_use(struct knot_sitenames *n, struct knot_shm *shm);
/* Keeps all names of the shared memory in use: it is about to go, and they are still needed. */
void knot_sitenames_learn(struct knot_sitenames *n);
/* Names a position that is no operation (a failing line); returns its site hash. */
uint32_t knot_sitenames_add(
	struct knot_sitenames *n, const char *file, uint32_t line, const char *function);
/* Names a site whose hash is known, unless it has a name. */
void knot_sitenames_name(struct knot_sitenames *n, uint32_t site, const char *file, uint32_t line,
	const char *function);
/* The table it was made with; may be NULL. */
const struct knot_sites *knot_sitenames_table(const struct knot_sitenames *n);
/* For explore/. Borrowed from n. */
const struct knot_names *knot_sitenames_view(const struct knot_sitenames *n);

#endif
