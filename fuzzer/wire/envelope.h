/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goknot's text files have in common: line 1 is "goknot <kind> <version>", the last line is
 * "end <hash>", the xxHash64 (seed 0) of everything before it. A file that was cut short, changed or
 * written by a newer goknot is told apart before anything else of it is read.
 */
#ifndef KNOT_WIRE_ENVELOPE_H
#define KNOT_WIRE_ENVELOPE_H

#include "base/span.h"

#include <stdint.h>

struct knot_error;
struct knot_text;

void knot_envelope_begin(struct knot_text *t, const char *kind, uint32_t version);
void knot_envelope_end(struct knot_text *t);
/* The lines between the first and the last. max_version is the newest this goknot reads. */
int knot_envelope_open(struct knot_span file, const char *kind, uint32_t max_version,
	struct knot_span *ret_body, struct knot_error *err);
/* Where two texts first differ, as a line number from 1; 0 = they are equal. */
size_t knot_envelope_first_difference(struct knot_span a, struct knot_span b);

#endif
