/* SPDX-License-Identifier: BSD-2-Clause */
/* What it takes to run a crash file again: its module found and built as it was then, a place to run, and how to judge. */
#ifndef KNOT_CMD_CRASH_RUN_H
#define KNOT_CMD_CRASH_RUN_H

#include "cmd/session.h"
#include "engine/finding.h"
#include "engine/project.h"
#include "engine/replay.h"

struct knot_error;

/* Zeroed before the first call; closed in any case. */
struct knot_crash_run {
	struct knot_crash crash;
	char *module_dir; /* NULL = -C says */
	struct knot_session session;
	struct knot_project project;
	struct knot_sandbox *sandbox;
	struct knot_warden *warden;
	struct knot_replayer *replayer;
	struct knot_sitenames *names;
	const char **args; /* NULL-terminated */
};

struct knot_crash_run_options {
	const char *dir; /* -C, NULL = where the module of the file is found */
	const char *output; /* -o, NULL = .goknot in it */
	uint64_t memory_bytes; /* 0 = as it was then */
};

/* The file itself, and where its module is. */
int knot_crash_run_read(struct knot_crash_run *r, const char *file,
	const struct knot_crash_run_options *options, struct knot_error *err);
/* Builds, and makes ready to replay. */
int knot_crash_run_open(struct knot_crash_run *r, const struct knot_crash_run_options *options,
	struct knot_error *err);
void knot_crash_run_close(struct knot_crash_run *r);

const struct knot_worker_target *knot_crash_run_target(const struct knot_crash_run *r);
/* The file's own schedule, not of a native one; memory has room for KNOT_MEM_MAX and lives as long as the schedule. */
struct knot_schedule knot_crash_run_schedule(const struct knot_crash_run *r, uint32_t *memory);
/* What a replay ended in is not what is asked for when the file tells of a race in it. Caller frees ret. */
void knot_crash_run_judge(
	struct knot_crash_run *r, const struct knot_outcome *o, struct knot_finding *ret);
/* Verdict and bucket of the file? */
bool knot_crash_run_same(struct knot_crash_run *r, const struct knot_outcome *o);

#endif
