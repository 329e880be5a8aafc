/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A verdict in words:
 *
 *   G2 (T/manager.go:26#0) blocked in lock manager.go:17 on s.mu, held by G3 (T/manager.go:27#0)
 */
#ifndef KNOT_EXPLORE_DESCRIBE_H
#define KNOT_EXPLORE_DESCRIBE_H

#include "explore/verdict.h"

struct knot_names;
struct knot_text;

/* "manager.go:17", or "site 1a2b3c4d" for one without a name. Caller frees. */
char *knot_describe_site(const struct knot_names *names, uint32_t site);
/* Adds "lock manager.go:17 (s.mu)". where NULL: it is not known; primitive NULL or "": it has no name. */
void knot_describe_add_place(
	struct knot_text *t, uint32_t op, const char *where, const char *primitive);
/* The same of a site. */
void knot_describe_add_operation(
	struct knot_text *t, uint32_t op, uint32_t site, const struct knot_names *names);
/* "T/manager.go:26#0": T is the test, then the go statements with their ordinals. Caller frees. */
char *knot_describe_path(
	const struct knot_run_view *view, uint16_t g, const struct knot_names *names);
/* How many lines a verdict has: its spinning goroutines, then the others that are left. */
size_t knot_describe_lines(const struct knot_verdict *v);
/* The nth line, without a newline. Caller frees. */
char *knot_describe_line(const struct knot_verdict *v, size_t nth, const struct knot_run_view *view,
	const struct knot_names *names);

#endif
