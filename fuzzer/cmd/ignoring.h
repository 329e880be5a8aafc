/* SPDX-License-Identifier: BSD-2-Clause */
/* The ignore file of a command: where it is, and what is told of it before anything is run. */
#ifndef KNOT_CMD_IGNORING_H
#define KNOT_CMD_IGNORING_H

#include "wire/ignore.h"

struct knot_crash_run;
struct knot_error;
struct knot_finding;
struct knot_project;
struct knot_record;
struct knot_session;

#define KNOT_IGNORING_FILE ".goknotignore"

/*
 * file: -ignore, NULL = the one in the root of the module that the session's directory lies in, if there is one. Caller
 * frees with knot_ignore_free.
 */
int knot_ignoring_open(const struct knot_session *session, const char *file,
	struct knot_ignore *ret_ignore, struct knot_error *err);
/* Calls say for each line that is worth one: how many entries there are, and which have expired. */
void knot_ignoring_tell(
	const struct knot_ignore *ignore, void (*say)(void *arg, const char *text), void *arg);
/* Only the latter, on standard error. */
void knot_ignoring_warn(const struct knot_ignore *ignore, const char *command);
/* Why it is ignored what a crash file's run ended in, NULL = it is not. Caller frees. */
char *knot_ignoring_reason(struct knot_ignore *ignore, const struct knot_project *project,
	const struct knot_crash_run *run, const struct knot_finding *f,
	const struct knot_record *rec);

#endif
