/* SPDX-License-Identifier: BSD-2-Clause */
/* goknot corpus import of recordings: what a real program did (explore/recorded.h) as chains for a campaign's tests. */
#ifndef KNOT_ENGINE_CORPUSRECORD_H
#define KNOT_ENGINE_CORPUSRECORD_H

#include "explore/recorded.h"

#include <stdint.h>

struct knot_corpusrecord;
struct knot_error;
struct knot_store;

/* Chains of one recording that a test gets; the first ones, since the most instructive come first. */
#define KNOT_CORPUSRECORD_MAX 64

/* What became of one recording. Chains are counted for each test that gets them. */
struct knot_corpusrecord_report {
	const char *path;
	struct knot_recorded_counts counts;
	uint64_t lost; /* events that the recorder lost */
	uint64_t chains; /* different ones */
	uint64_t tests; /* that they are for */
	uint64_t written, known, left; /* new; there already or tried before; beyond the bound */
};

/*
 * store is that of the campaign in dir, NULL = it has none, whose last build has left its site table there. KNOT_EUSAGE: it has none, or there is no
 * test. Caller frees with knot_corpusrecord_close.
 */
int knot_corpusrecord_open(const char *dir, struct knot_store *store,
	struct knot_corpusrecord **ret_import, struct knot_error *err);
void knot_corpusrecord_close(struct knot_corpusrecord *c);

/* The recording in that file. KNOT_EINPUT: it is none. */
int knot_corpusrecord_file(struct knot_corpusrecord *c, const char *path,
	struct knot_corpusrecord_report *ret_report, struct knot_error *err);

#endif
