/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recording as Chrome trace-event JSON, in real time: a track per goroutine with when it ran, waited and was ready, its
 * system calls and operations; flows from who creates or wakes to whom.
 */
#ifndef KNOT_VIEW_RECORDING_PERFETTO_H
#define KNOT_VIEW_RECORDING_PERFETTO_H

#include "wire/recording.h"

#include <stdio.h>

void knot_recording_perfetto_write(FILE *out, const struct knot_recording *r);

#endif
