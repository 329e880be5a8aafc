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
	uint32_t *ret_version, struct knot_span *ret_body, struct knot_error *err);
/*
 * One value has one spelling, so that files compare and merge as text: what encode gives for the value that was
 * read has to be the file.
 */
int knot_envelope_check_same(
	struct knot_span file, struct knot_span again, const char *kind, struct knot_error *err);

#endif
