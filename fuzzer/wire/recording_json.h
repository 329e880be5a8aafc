/* SPDX-License-Identifier: BSD-2-Clause */
/* Head and tail of a recording. Private to wire/. */
#ifndef KNOT_WIRE_RECORDING_JSON_H
#define KNOT_WIRE_RECORDING_JSON_H

#include "wire/recording.h"

/* Fill their parts of the recording; what is left after a failure knot_recording_free frees. */
int knot_recording_read_head(
	struct knot_span json, struct knot_recording *r, struct knot_error *err);
int knot_recording_read_tail(
	struct knot_span json, struct knot_recording *r, struct knot_error *err);
/* Caller frees. */
char *knot_recording_write_head(const struct knot_recording *r);
char *knot_recording_write_tail(const struct knot_recording *r);

/* Sets std. */
void knot_recording_find_std(struct knot_recording *r);

#endif
