/* SPDX-License-Identifier: BSD-2-Clause */
/* How each kind of value is spelled in a crash file. For wire/crash.c, which has the list of keys. */
#ifndef KNOT_WIRE_CRASH_FIELDS_H
#define KNOT_WIRE_CRASH_FIELDS_H

#include "base/span.h"

struct knot_crash;
struct knot_crash_field;
struct knot_error;
struct knot_text;

struct knot_crash_reader {
	struct knot_span body;
	size_t line; /* number of the line taken last */
	const char *key;
	struct knot_error *err;
};

struct knot_crash_kind {
	void (*put)(
		struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c);
	int (*get)(struct knot_crash_reader *r, const struct knot_crash_field *f,
		struct knot_span value, struct knot_crash *c);
	void (*free)(const struct knot_crash_field *f, struct knot_crash *c);
};

struct knot_crash_field {
	const char *key;
	const struct knot_crash_kind *kind;
	size_t offset; /* of the member of struct knot_crash */
	size_t optional; /* where to find a length or a text; the key is left out when it is 0. 0 = never */
};

extern const struct knot_crash_kind knot_crash_kind_text, knot_crash_kind_u32, knot_crash_kind_u64,
	knot_crash_kind_hex32, knot_crash_kind_hex64, knot_crash_kind_bool, knot_crash_kind_sched,
	knot_crash_kind_end, knot_crash_kind_texts, knot_crash_kind_chain,
	knot_crash_kind_goroutines, knot_crash_kind_decisions, knot_crash_kind_names,
	knot_crash_kind_about, knot_crash_kind_departures;

/* KNOT_EINPUT, naming line and key. */
int knot_crash_bad(struct knot_crash_reader *r, const char *what);
int knot_crash_take_count(
	struct knot_crash_reader *r, struct knot_span value, uint64_t max, uint64_t *ret_count);
/*
 * The next line of a list; of the two spaces that indent it the second stays, as every word has one before it.
 */
int knot_crash_take_entry(struct knot_crash_reader *r, struct knot_span *ret_line);
/* A word behind a space, and the rest of a line as free text: " text" or nothing. They replace *slot. */
int knot_crash_take_word(struct knot_crash_reader *r, struct knot_span *rest, char **slot);
int knot_crash_take_rest(struct knot_crash_reader *r, struct knot_span rest, char **slot);
void knot_crash_add_word(struct knot_text *t, const char *s);
void knot_crash_add_rest(struct knot_text *t, const char *s);

#endif
