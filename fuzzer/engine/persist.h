/* SPDX-License-Identifier: BSD-2-Clause */
/* What a campaign keeps: in its store, and as files of chains. */
#ifndef KNOT_ENGINE_PERSIST_H
#define KNOT_ENGINE_PERSIST_H

#include <stddef.h>
#include <stdint.h>

struct knot_campaign;
struct knot_cpop_gain;
struct knot_crash;
struct knot_error;
struct knot_finding;
struct knot_plan;
struct knot_pool_entry;
struct knot_target_state;
struct knot_verified;

/* persist.c: the store. */
int knot_persist_open(struct knot_campaign *c, struct knot_error *err);
/* Everything not written so far; called twice a second and at the end. */
int knot_persist_flush(struct knot_campaign *c, struct knot_error *err);
int knot_persist_finding(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_verified *v, const struct knot_finding *f, const struct knot_crash *crash,
	const char *file, struct knot_error *err);
void knot_persist_close(struct knot_campaign *c);
/* persist_live.c: the same for what goknot status shows of a campaign under way. */
int knot_persist_live_open(struct knot_campaign *c, struct knot_error *err);
int knot_persist_live(struct knot_campaign *c, struct knot_error *err);
/* It runs no more. */
int knot_persist_live_end(struct knot_campaign *c, struct knot_error *err);

/* corpusdir.c: the chains as text files. Makes the directory. */
int knot_corpusdir_open(struct knot_campaign *c, struct knot_error *err);
/* Writes a chain that is new in the corpus of s, if it is to be there and is not. */
void knot_corpusdir_export(
	struct knot_campaign *c, struct knot_target_state *s, const struct knot_pool_entry *e);
/* Takes up what has appeared there since the last call, a chain once and for all sessions. */
int knot_corpusdir_import(struct knot_campaign *c, struct knot_error *err);
void knot_corpusdir_close(struct knot_campaign *c);

/* corpuscover.c: what a run of plan, fed to the portfolio before, showed; kept if its chain is a new entry. */
void knot_corpuscover_note(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_plan *plan, const struct knot_cpop_gain *gain);
/* NULL = not known; borrowed until the next note or clear. */
const uint64_t *knot_corpuscover_find(const struct knot_campaign *c,
	const struct knot_target_state *s, uint32_t entry, size_t *ret_len);
void knot_corpuscover_clear(struct knot_campaign *c);

#endif
