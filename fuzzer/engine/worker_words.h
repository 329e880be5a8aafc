/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of a target process, and its setting for the race detector: for engine/worker.c. */
#ifndef KNOT_ENGINE_WORKER_WORDS_H
#define KNOT_ENGINE_WORKER_WORDS_H

#include "base/vec.h"

struct knot_worker_options;
struct knot_worker_target;

/* Zeroed before it is made; borrows from options and target beside what it owns. */
struct knot_worker_words {
	KNOT_VEC(const char *) argv; /* NULL-terminated */
	char *run, *skip;
};

/* go test's own flags for a test; a program gets its arguments and nothing else. The debugger, if there is one, stands before. */
void knot_worker_words_make(struct knot_worker_words *w, const struct knot_worker_options *options,
	const struct knot_worker_target *target);
void knot_worker_words_free(struct knot_worker_words *w);

/*
 * The user's own settings for the race detector, then ours. Its reports go to a file of the process, which
 * the shim reads; a race alone neither ends the program nor changes its exit code. Caller frees.
 */
char *knot_worker_race_setting(const struct knot_worker_options *options);

#endif
