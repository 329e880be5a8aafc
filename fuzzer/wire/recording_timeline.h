/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a recording to wire/timeline.h, for the exports that know nothing else. A step is an event, virtual time the time
 * since the beginning of the recording. Arrows go from who creates and wakes to where the other goes on; which message went
 * from whom to whom, and who waits for whom, no recording tells.
 */
#ifndef KNOT_WIRE_RECORDING_TIMELINE_H
#define KNOT_WIRE_RECORDING_TIMELINE_H

#include "wire/recording.h"
#include "wire/timeline.h"

/* ret must be zeroed; free with knot_timeline_free. */
void knot_recording_timeline(const struct knot_recording *r, struct knot_timeline *ret);

#endif
