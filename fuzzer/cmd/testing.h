/* SPDX-License-Identifier: BSD-2-Clause */
/* Kept schedules that are replayed, and what became of each. */
#ifndef KNOT_CMD_TESTING_H
#define KNOT_CMD_TESTING_H

#include "base/vec.h"
#include "cmd/crash_run.h"
#include "view/emit_schedule.h"
#include "wire/ignore.h"

struct knot_reports;
struct knot_sources;
struct knot_test_options;

struct knot_testing_schedule {
	char *file;
	struct knot_crash_run run;
	bool told;
};

struct knot_testing {
	const struct knot_test_options *options;
	const struct knot_emit_ops *emit;
	struct knot_session session;
	struct knot_ignore ignore;
	KNOT_VEC(struct knot_testing_schedule *) schedules;
	struct knot_emit_tested sum;
	struct knot_reports *reports;
	struct knot_sources *places; /* of the build in use */
	char *replay_flags;
	KNOT_VEC(char *) left_out; /* directories of other modules below what was named */
	bool bad; /* a file cannot be read, or code does not build */
};

/* What one run of a schedule came to. */
struct knot_testing_result {
	const char *outcome; /* as in struct knot_emit_schedule */
	const struct knot_finding
		*finding; /* reproduced, other; NULL where continuations found it */
	const struct knot_outcome *run;
	const char *title, *text; /* of continuations */
	const char *why; /* stale, ignored */
	bool broken; /* stale: the file or the code is no good */
	uint32_t step; /* diverged */
};

/* Counts and shows it, and takes it into the reports. */
void knot_testing_tell(struct knot_testing *t, struct knot_testing_schedule *s,
	const struct knot_testing_result *r);
void knot_testing_stale(
	struct knot_testing *t, struct knot_testing_schedule *s, const char *why, bool broken);
/* What an interruption, or a failure of goknot's own, left undone is in the reports, too; whole says that there was none. */
int knot_testing_write_reports(struct knot_testing *t, bool whole, struct knot_error *err);

#endif
