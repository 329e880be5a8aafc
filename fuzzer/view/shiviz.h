/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A timeline as a log for ShiViz: its parser's expression, an empty line, then two lines an event. Clocks say what happens
 * before what in this run: program order, creation, wakes, messages, hand-overs of locks. Host "outside" is timers and the
 * outside, whose wakes come behind the last event there.
 */
#ifndef KNOT_VIEW_SHIVIZ_H
#define KNOT_VIEW_SHIVIZ_H

#include <stdio.h>

struct knot_error;
struct knot_timeline;

/* Each event carries a clock per goroutine it has heard of, and ShiViz draws a column for each. */
#define KNOT_SHIVIZ_GOROUTINES_MAX 256
/* ShiViz's own default. */
#define KNOT_SHIVIZ_EXPRESSION "(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})"

/* KNOT_EUSAGE when there are too many goroutines. Whether out takes it is the caller's to check. */
int knot_shiviz_write(FILE *out, const struct knot_timeline *t, struct knot_error *err);

#endif
