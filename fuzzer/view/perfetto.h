/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A timeline as Chrome trace-event JSON, which ui.perfetto.dev, chrome://tracing and Perfetto's trace_processor read: a
 * track per goroutine with its operations and the times it was blocked as slices, arrows as flows, a track for timers and
 * the outside, critical switches as instants. A step is a microsecond; what the program's clock showed is in args.virtual_ns.
 */
#ifndef KNOT_VIEW_PERFETTO_H
#define KNOT_VIEW_PERFETTO_H

#include <stdio.h>

struct knot_error;
struct knot_timeline;

/* Always 0: err is there for the table of formats. Whether out takes it is the caller's to check. */
int knot_perfetto_write(FILE *out, const struct knot_timeline *t, struct knot_error *err);

#endif
