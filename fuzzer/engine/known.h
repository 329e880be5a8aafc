/* SPDX-License-Identifier: BSD-2-Clause */
/* Findings that are known: those of earlier sessions, and those that the ignore file matches. */
#ifndef KNOT_ENGINE_KNOWN_H
#define KNOT_ENGINE_KNOWN_H

#include "engine/finding.h"

struct knot_campaign;
struct knot_error;
struct knot_ignore;
struct knot_names;
struct knot_places;
struct knot_project;
struct knot_span;
struct knot_store_finding;
struct knot_target_state;

/* The ignore file of that text: knot_ignore_parse with all that a finding's verdict can be. */
int knot_known_parse(struct knot_span text, const char *name, struct knot_ignore *ret_ignore,
	struct knot_error *err);
/* Where a finding is, of a run of a target in that package. ret_places must be empty. */
void knot_known_places(const struct knot_project *project, const char *package,
	const struct knot_finding *f, const struct knot_record *rec, const struct knot_names *names,
	struct knot_places *ret_places);
/* Lines for an ignore file, each ended by a newline, if it is a leak that is most likely meant; else NULL. Caller frees. */
char *knot_known_propose(const struct knot_project *project, const char *package,
	const struct knot_finding *f, const struct knot_record *rec,
	const struct knot_names *names);
/* Why a stored finding is ignored by the ignore file as it is now, NULL = it is not. Caller frees. */
char *knot_known_reason(const struct knot_campaign *c, const struct knot_store_finding *f);
/*
 * The findings that the store has of s. Where the ignore file has changed since, what it matches now is ignored, and
 * what it does not match any more is a finding again.
 */
int knot_known_restore(
	struct knot_campaign *c, struct knot_target_state *s, struct knot_error *err);

#endif
