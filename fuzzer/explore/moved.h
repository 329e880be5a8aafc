/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sites of older code in newer code. A site's hash has its line in it, so every edit above changes it. What survives is the
 * function, the operation, the expression of the primitive, and which of those in the function it is.
 */
#ifndef KNOT_EXPLORE_MOVED_H
#define KNOT_EXPLORE_MOVED_H

#include "base/vec.h"
#include "wire/crash.h"

struct knot_moved;
struct knot_names;
struct knot_sites;
struct knot_verdict;

typedef KNOT_VEC(uint16_t) knot_alias_slots;

/*
 * What a site is called in a crash file. sites may be NULL, as where the site is in no table: then names alone say what
 * there is to say. Caller frees the texts.
 */
struct knot_crash_name knot_moved_name(
	const struct knot_sites *sites, const struct knot_names *names, uint32_t site);

/* crash and sites (of the code as it is now) are borrowed. Caller frees with knot_moved_free. */
struct knot_moved *knot_moved_new(const struct knot_crash *crash, const struct knot_sites *sites);
void knot_moved_free(struct knot_moved *m);
/* How often two sites were compared to make it, which is what the time goes with. */
uint64_t knot_moved_compared(const struct knot_moved *m);
/* Where a site of the crash file is now, 0 = nowhere. One that is in no table (the standard library) is where it was. */
uint32_t knot_moved_now(const struct knot_moved *m, uint32_t was);
/* What a site was in the code of the crash file: itself when the file does not name it, 0 when another had that name then. */
uint32_t knot_moved_was(const struct knot_moved *m, uint32_t now);
/* Is a site that the file names not where it was? */
bool knot_moved_any(const struct knot_moved *m);
/* Of the operations that the bucket of the file is made of: is one still there? */
bool knot_moved_has_about(const struct knot_moved *m);
/*
 * As a request wants them (KNOT_ALIAS_SLOTS each), so that goroutines have the paths that they had: sites of go
 * statements. Caller frees with knot_vec_free.
 */
void knot_moved_aliases(const struct knot_moved *m, knot_alias_slots *ret);
/*
 * Where an entry of the file's memory is now, 0 = it is no such entry. Accesses are in no table: they move with the
 * operation of the same file that is nearest.
 */
uint32_t knot_moved_memory(const struct knot_moved *m, const char *entry);
/*
 * Is it the bug of the crash file, wherever its lines are now? message: of the run that v is of. A file that does not say
 * what its bucket is made of is compared by files and operations.
 */
bool knot_moved_same(const struct knot_moved *m, const struct knot_verdict *v, const char *message,
	const struct knot_names *names);

#endif
