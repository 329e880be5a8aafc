/* SPDX-License-Identifier: BSD-2-Clause */
/* What plot_data of a campaign directory says of its course: the columns of AFL++ 4, as view/stats.h writes them. */
#ifndef KNOT_WIRE_PLOT_H
#define KNOT_WIRE_PLOT_H

#include "base/span.h"
#include "base/vec.h"

#include <stdint.h>

struct knot_plot_point {
	uint64_t seconds; /* of all sessions */
	uint64_t runs, pairs, findings, corpus;
	double runs_per_s;
};

struct knot_plot {
	KNOT_VEC(struct knot_plot_point) points; /* in the order of time */
	uint64_t broken; /* lines that were left out */
};

/* A line that is not of this form, or goes back in time, is left out and counted. */
void knot_plot_decode(struct knot_span text, struct knot_plot *ret_plot);
/* Every other point goes until there are at most max; the last one stays. */
void knot_plot_thin(struct knot_plot *p, size_t max);
void knot_plot_free(struct knot_plot *p);

#endif
