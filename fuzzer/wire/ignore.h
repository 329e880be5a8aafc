/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ignore file: findings that are known and lived with. A line is
 *
 *     VERDICT function|site PATTERN [until DATE] -- REASON
 *
 * with * for any verdict; empty lines and those that begin with # are nothing. In a pattern * stands for any
 * characters. A function is written with its package and stands for the functions inside it, too; a site is the end of a
 * path, "store/store.go:41" or without the line. A finding is ignored when each of its goroutines is matched.
 */
#ifndef KNOT_WIRE_IGNORE_H
#define KNOT_WIRE_IGNORE_H

#include "base/span.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_error;
struct knot_places;

#define KNOT_IGNORE_MAX_BYTES (1u << 20)
#define KNOT_IGNORE_MAX_ENTRIES 10000
#define KNOT_IGNORE_MAX_PATTERN 1024

struct knot_ignore_entry {
	size_t line;
	const char *verdict; /* one of those that were given; NULL = any */
	bool is_site;
	char *pattern; /* as written */
	char *until; /* "2027-01-31", the last day on which it applies; "" = it always does */
	bool expired;
	char *reason; /* escaped */
	char *text; /* all of the line, escaped */
	uint64_t matched; /* findings that it had a part in, each time they were looked at */
};

/* Owns its contents; {0} is an empty one. */
struct knot_ignore {
	char *name; /* of the file, as shown */
	KNOT_VEC(struct knot_ignore_entry) entries;
};

/*
 * name stands in errors: KNOT_EINPUT, "name:3: why". verdicts are the words that may stand there, ends with NULL, borrowed
 * by the result. now_s is seconds since 1970. Caller frees with knot_ignore_free.
 */
int knot_ignore_parse(struct knot_span text, const char *name, const char *const *verdicts,
	int64_t now_s, struct knot_ignore *ret_ignore, struct knot_error *err);
void knot_ignore_free(struct knot_ignore *ignore);

/*
 * Why a finding is ignored: the reasons of the entries that match its goroutines, each once. NULL = it is not: a
 * goroutine is matched by none, or nothing is known of where it is. ignore may be NULL. Caller frees.
 */
char *knot_ignore_reason(
	struct knot_ignore *ignore, const char *verdict, const struct knot_places *places);

/*
 * The lines that ignore a finding, each ended by a newline: by a function of each goroutine, or where none is known by a
 * site. NULL where neither is. reason is escaped and not empty. Caller frees.
 */
char *knot_ignore_propose(
	const char *verdict, const struct knot_places *places, const char *reason);

#endif
