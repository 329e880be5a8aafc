/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Findings of older code. Their buckets are named by lines, which have moved since: a bucket of the code as it is now is
 * theirs when their crash files say so. Until one has been met, its bucket is in no table, so that nothing that happens to
 * stand on its lines now is taken for it.
 */
#ifndef KNOT_ENGINE_OLD_H
#define KNOT_ENGINE_OLD_H

#include "engine/again.h"
#include "store/finding.h"

struct knot_bucket;
struct knot_campaign;
struct knot_error;
struct knot_target_state;

/* How the outcome of one begins that could not be looked for. */
#define KNOT_OLD_LEFT "not looked for since the code changed: "

struct knot_old {
	struct knot_target_state *s;
	struct knot_bucket *bucket; /* its own until it is met; NULL then */
	struct knot_store_finding stored; /* its texts are NULL */
	char *title, *file; /* file: absolute */
	bool has_places; /* an ignore file could match it */
	bool is_ignored; /* it does, or would if it came back */
	bool left_out; /* nobody had the time to look for it on the build before */
	struct knot_crash crash;
	struct knot_moved *moved;
	knot_alias_slots aliases;
	struct knot_again again; /* of these */
};

/* What a user has taken away or changed is nobody's fault: false, and nothing. Caller frees with knot_crash_free. */
bool knot_old_read(
	const char *file, const struct knot_target_state *s, struct knot_crash *ret_crash);
/*
 * Takes b when f, which the store has of s, is of older code and its crash file can be read. false: it is for the caller to
 * put into the table. ignored: the ignore file matches it.
 */
bool knot_old_take(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_store_finding *f, bool ignored, struct knot_bucket *b);
/* Where c->olds has the one whose bucket in the code as it is now is that of f, SIZE_MAX = none has. */
size_t knot_old_find(const struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_finding *f);
/*
 * It has been met as f: its bucket is that of f from now on, in the table and in the store. places as the store keeps
 * them. *ret_bucket: NULL when another finding has that bucket already: there are two of one bug then, and they stay.
 */
int knot_old_meet(struct knot_campaign *c, struct knot_old *old, const struct knot_finding *f,
	const char *places, struct knot_bucket **ret_bucket, struct knot_error *err);
/* Gives up what only replays need. */
void knot_olds_replayed(struct knot_campaign *c);
void knot_olds_free(struct knot_campaign *c);

#endif
