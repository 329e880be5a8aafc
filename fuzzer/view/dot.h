/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A timeline as Graphviz DOT: who waits for whom at the end, cycles in red, and who created whom. Of very many goroutines
 * those that did not end, with their creators, as far as they are KNOT_DOT_NODES_MAX.
 */
#ifndef KNOT_VIEW_DOT_H
#define KNOT_VIEW_DOT_H

#include <stdio.h>

struct knot_error;
struct knot_timeline;

#define KNOT_DOT_NODES_MAX 500

/* Always 0: err is there for the table of formats. Whether out takes it is the caller's to check. */
int knot_dot_write(FILE *out, const struct knot_timeline *t, struct knot_error *err);

#endif
