/* SPDX-License-Identifier: BSD-2-Clause */
/* The packages under test: instrumented, built, and their tests, or a program, as targets. */
#ifndef KNOT_ENGINE_PROJECT_H
#define KNOT_ENGINE_PROJECT_H

#include "base/vec.h"
#include "engine/worker.h"
#include "instrument/driver.h"

struct knot_error;
struct knot_lock;
struct knot_sites;

/* The name of a program as a target: no test has it. */
#define KNOT_PROGRAM_NAME "main"

/* All borrowed while the project lives. */
struct knot_project_options {
	const char *dir;
	const char *const *patterns;
	size_t patterns_len;
	const char *run, *skip; /* as those of go test, NULL = all tests */
	const char *tags, *deps;
	bool race, is_short;
	const char *const *args; /* after -args, or the program's; NULL-terminated or NULL */
	bool program; /* the one package is a command, which is run; the target is KNOT_PROGRAM_NAME */
	const char *program_dir; /* where it runs, from the module's directory on; NULL = in dir */
	const char *
		module; /* the one that program_dir and debug are about; NULL or "" = that of dir */
	const char *campaign_dir; /* absolute */
	bool maybe_none; /* no test at all is fine, too: no target then */
	bool aside; /* build beside a campaign that may be running there, not in its place */
	bool debug; /* the module's packages without optimisations, in a place of such builds; with aside */
	int cancel_fd;
};

/* One test, example or fuzz target of one package, or a program. */
struct knot_target {
	char *package;
	char *test;
	char *name; /* as shown: of the test, and where -run selects subtests their pattern */
	char *module, *module_dir; /* the one that has the package; of a dependency, that of dir */
	char *rel_dir; /* where it runs, from module_dir on: the package's directory for tests; "." = the root */
	struct knot_worker_target run; /* its texts are owned by the project */
	char *binary, *dir, *only, *skip;
};

struct knot_project {
	struct knot_project_options options;
	struct knot_instrument_result build;
	struct knot_sites *sites;
	KNOT_VEC(struct knot_target *) targets; /* pointers stay valid */
	KNOT_VEC(char *) failed; /* packages that do not build: the compiler's words */
	size_t packages; /* that have tests, or the one that is run */
	bool commands; /* there are main packages among those that were named */
	struct knot_lock *lock; /* on the campaign directory, or on what was built aside */
};

/* Called with one line about what is being done. */
typedef void (*knot_project_progress)(void *arg, const char *what);

/*
 * Instruments and builds. Packages that do not build are listed in failed; it is KNOT_EBUILD only when none
 * does, and KNOT_EUSAGE when no test matches. Caller closes with knot_project_close.
 */
int knot_project_open(const struct knot_project_options *options, knot_project_progress progress,
	void *arg, struct knot_project *ret_project, struct knot_error *err);
void knot_project_close(struct knot_project *p);

struct knot_project_module {
	const char *path, *dir; /* borrowed from the project */
};

/*
 * The module whose directory a crash file of this package counts from. Files of an older goknot name the one around the directory that
 * was fuzzed from, "" = none, and not the one that has the package.
 */
struct knot_project_module knot_project_module(
	const struct knot_project *p, const char *package, const char *module);
/* The directories that tests are to see a copy of: at most max, borrowed. Returns how many. */
size_t knot_project_copies(const struct knot_project *p, const char **ret_dirs, size_t max);

#endif
