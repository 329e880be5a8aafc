/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is listed of a test, by verdict and reason: how many kinds of end of this session are, and whether an earlier
 * session had it on the same test binary, which holds until something speaks against it. The store follows with every flush.
 */
#ifndef KNOT_ENGINE_LISTED_ROWS_H
#define KNOT_ENGINE_LISTED_ROWS_H

#include <stdbool.h>
#include <stdint.h>

struct knot_campaign;
struct knot_error;
struct knot_kind;
struct knot_target_state;

struct knot_listed_row {
	uint32_t verdict, note;
	uint32_t kinds; /* of this session */
	bool is_earlier; /* an earlier session's, too */
	bool told; /* in this session */
	bool stored, changed; /* changed: the words, since then */
	uint64_t bucket, end; /* the kind that the words are of */
	char *title, *message; /* NULL = not known yet; owned */
};

/* Borrowed until the next call, which may make one. */
struct knot_listed_row *knot_listed_row(
	struct knot_target_state *s, uint32_t verdict, uint32_t note);
/* What happened: k. What an earlier session wrote of another kind stays. */
void knot_listed_row_say(struct knot_listed_row *row, const struct knot_kind *k, const char *title,
	const char *message);
/* Something else has become of the kind that the words of earlier sessions are of. */
void knot_listed_rows_forget(struct knot_target_state *s, const struct knot_kind *k);
/* Adds those that kinds of this session are, and all. */
void knot_listed_rows_count(
	const struct knot_target_state *s, uint32_t *session, uint32_t *ret_all);

/* Behind knot_regress_build: what is of other code than that of the campaign's tests goes from the store. */
int knot_listed_rows_restore(struct knot_campaign *c, struct knot_error *err);
/* What has changed since the last time. */
int knot_listed_rows_save(
	struct knot_campaign *c, struct knot_target_state *s, struct knot_error *err);
void knot_listed_rows_free(struct knot_target_state *s);

#endif
