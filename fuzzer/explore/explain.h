/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A finding in at most KNOT_EXPLAIN_LINES lines that a colleague can read: what went wrong, who the goroutines are, the
 * interleaving as turns in a column per goroutine, who waits for whom at the end, the lines of source that matter, and what
 * the plain schedule does instead. Made for minimised runs, which have few turns; of others it shows the turns that are
 * near a departure from run-until-block, and the last.
 */
#ifndef KNOT_EXPLORE_EXPLAIN_H
#define KNOT_EXPLORE_EXPLAIN_H

#include "explore/run_view.h"

struct knot_names;

#define KNOT_EXPLAIN_LINES 25

/* All of it borrowed. */
struct knot_explain_input {
	const struct knot_run_view *run; /* with its KNOT_EV_SWITCH, when it has some */
	const struct knot_names *names;
	const char *title, *message; /* either may be NULL; message may be "" */
	const char *const *ends; /* who waits for whom, or the stacks of a race */
	size_t ends_len;
	const char *plain; /* what run-until-block ends in, NULL = not known */
	/* That line of the source without the blanks around it, NULL = not to be had. Caller frees. May be NULL. */
	char *(*source)(void *arg, const char *path, uint32_t line);
	void *arg;
};

/* Calls line for each, without a newline. */
void knot_explain(
	const struct knot_explain_input *in, void (*line)(void *arg, const char *text), void *arg);

#endif
