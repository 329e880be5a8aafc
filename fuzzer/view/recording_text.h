/* SPDX-License-Identifier: BSD-2-Clause */
/* What a recording says in words. Tame text (wire/text.h). */
#ifndef KNOT_VIEW_RECORDING_TEXT_H
#define KNOT_VIEW_RECORDING_TEXT_H

#include "wire/recording.h"

/* Of whom a line for the event is: 0 = of nobody. */
uint64_t knot_recording_subject(const struct knot_recording_event *e);
/* "creates G18 main.worker", "waits: chan receive". Caller frees. */
char *knot_recording_event_text(
	const struct knot_recording *r, const struct knot_recording_event *e);
/* "main.worker  worker.go:13", "" = unknown. Caller frees. */
char *knot_recording_place_text(
	const struct knot_recording *r, const struct knot_recording_event *e);

#endif
