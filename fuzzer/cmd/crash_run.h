/* SPDX-License-Identifier: BSD-2-Clause */
/* What it takes to run a crash file again: its module found and built as it was then, a place to run, and how to judge. */
#ifndef KNOT_CMD_CRASH_RUN_H
#define KNOT_CMD_CRASH_RUN_H

#include "cmd/session.h"
#include "engine/again.h"
#include "engine/finding.h"
#include "engine/project.h"
#include "engine/replay.h"
#include "explore/moved.h"

struct knot_error;

/* What crash files that were built alike share: the build, and where their tests run. Zeroed before it is opened. */
struct knot_crash_place {
	struct knot_project project;
	struct knot_sandbox *sandbox;
	struct knot_warden *warden;
	struct knot_sitenames *names;
	const char **args; /* NULL-terminated */
	char *tests; /* -run */
	bool debug; /* built for a debugger; set before it is opened */
};

/* The code that is built, to the one that a crash file is of. */
enum knot_code { KNOT_CODE_SAME, KNOT_CODE_CHANGED, KNOT_CODE_UNKNOWN /* an older file */ };

/* Zeroed before the first call; closed in any case. */
struct knot_crash_run {
	struct knot_crash crash;
	char *module_dir; /* NULL = -C says, and it is not there */
	char *dir; /* to build from; NULL = -C says */
	struct knot_session session; /* of one file alone, as the place */
	struct knot_crash_place own;
	const struct knot_crash_place *place; /* where it runs */
	struct knot_sitenames *names; /* of the place */
	struct knot_replayer *replayer;
	const struct knot_worker_target *target;
	enum knot_code code;
	struct knot_moved *moved; /* where the sites of the file are in the code as it is now */
	knot_alias_slots aliases;
};

struct knot_crash_run_options {
	const char *dir; /* -C, NULL = where the module of the file is found */
	const char *output; /* -o, NULL = .goknot in it */
	uint64_t memory_bytes; /* 0 = as it was then */
	bool debug; /* build for a debugger */
};

/* The file itself, and where its module is. */
int knot_crash_run_read(struct knot_crash_run *r, const char *file,
	const struct knot_crash_run_options *options, struct knot_error *err);
/* Builds, and makes ready to replay. */
int knot_crash_run_open(struct knot_crash_run *r, const struct knot_crash_run_options *options,
	struct knot_error *err);
void knot_crash_run_close(struct knot_crash_run *r);
/* Leaves the place, and keeps the file: after knot_crash_run_attach. */
void knot_crash_run_detach(struct knot_crash_run *r);

/*
 * Builds what crash files of one kind need: those for which knot_crash_alike says so. session and crashes are borrowed
 * while the place is open.
 */
int knot_crash_place_open(struct knot_crash_place *place, const struct knot_session *session,
	const struct knot_crash *const *crashes, size_t len, struct knot_error *err);
void knot_crash_place_close(struct knot_crash_place *place);
/* Zero when one build does for both; else an order. */
int knot_crash_alike(const struct knot_crash *a, const struct knot_crash *b);
/*
 * Instead of knot_crash_run_open: in a place that is shared, one at a time. KNOT_EUSAGE when the test is not there any
 * more.
 */
int knot_crash_run_attach(struct knot_crash_run *r, struct knot_crash_place *place,
	const struct knot_crash_run_options *options, const volatile int *cancel,
	struct knot_error *err);

/* The file's own schedule, not of a native one; memory has room for KNOT_MEM_MAX and lives as long as the schedule. */
struct knot_schedule knot_crash_run_schedule(const struct knot_crash_run *r, uint32_t *memory);
/* The file in the code that it was attached to; borrowed from r. */
struct knot_again knot_crash_run_again(const struct knot_crash_run *r);
/* That of a native file. */
struct knot_schedule knot_crash_run_native_schedule(const struct knot_crash_run *r);
/* What a replay ended in is not what is asked for when the file tells of a race in it. Caller frees ret. */
void knot_crash_run_judge(
	struct knot_crash_run *r, const struct knot_outcome *o, struct knot_finding *ret);
/* Verdict and bucket of the file? */
bool knot_crash_run_same(struct knot_crash_run *r, const struct knot_outcome *o);

#endif
