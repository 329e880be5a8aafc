/* SPDX-License-Identifier: BSD-2-Clause */
/* A crash file whose code has changed since: is it still the bug, and what becomes of the schedule? */
#ifndef KNOT_CMD_CHANGED_H
#define KNOT_CMD_CHANGED_H

#include "cmd/crash_run.h"
#include "engine/follow.h"

struct knot_error;

/* Owns its texts; free with knot_changed_free. */
struct knot_changed {
	struct knot_followed followed;
	char *title; /* of the first run that ended in a bug, the file's before any other; NULL = none did */
	char *text; /* one line about all of it */
};

struct knot_changed_options {
	uint32_t continuations;
	/* Bugs that count as none; may be NULL. */
	bool (*known)(void *arg, const struct knot_crash_run *r, const struct knot_finding *f,
		const struct knot_outcome *o);
	void *arg;
};

/* The schedule of the file, not of a native one; memory has room for KNOT_MEM_MAX and lives as long as the schedule. */
struct knot_schedule knot_changed_schedule(const struct knot_crash_run *r, uint32_t *memory);
/* Verdict and bucket of the file, wherever its lines are now? */
bool knot_changed_is_same(const struct knot_crash_run *r, const struct knot_finding *f);
/* A replay did not reproduce: may the code be the reason? */
bool knot_changed_may_be_why(const struct knot_crash_run *r, bool diverged, bool same_hash);
/* Follows the schedule as far as it goes, and then so many continuations. */
int knot_changed_follow(struct knot_crash_run *r, const struct knot_changed_options *options,
	struct knot_changed *ret, struct knot_error *err);
/* "reproduced", "fixed", "diverged", "other" (it ends in another bug). */
const char *knot_changed_outcome(const struct knot_changed *c);
void knot_changed_free(struct knot_changed *c);
/* "reproduced (deadlock) at lock a.go:41 (was lock a.go:38)"; NULL when it is where it was. Caller frees. */
char *knot_changed_moved_text(const struct knot_crash_run *r, const struct knot_finding *f);
/* The file is of another Go release: a sentence about it; else NULL. Caller frees. */
char *knot_changed_release_text(const struct knot_crash_run *r);

#endif
