/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A timeline as JSON: docs/timeline.schema.json, docs/wire-format.md. One line a row, so that it diffs; what is unknown, or
 * KNOT_TIMELINE_NONE, is left out. decode(encode(t)) is t for every t whose texts are tame (wire/text.h), and
 * encode(decode(x)) is decoded to the same again.
 */
#ifndef KNOT_WIRE_TIMELINE_JSON_H
#define KNOT_WIRE_TIMELINE_JSON_H

#include "base/span.h"
#include "wire/timeline.h"

struct knot_error;

#define KNOT_TIMELINE_FORMAT "goknot timeline"
#define KNOT_TIMELINE_VERSION 1
#define KNOT_TIMELINE_MAX_BYTES (64u << 20)
#define KNOT_TIMELINE_LIST_MAX (1u << 20) /* entries of each list but the events */

/* Caller frees. */
char *knot_timeline_encode(const struct knot_timeline *t, size_t *ret_len);
/*
 * KNOT_EINPUT with the place. All indices are checked: they point into the arrays or are KNOT_TIMELINE_NONE where the format
 * allows that; parents come before their children, arrows and blocks go forward, steps and times do not go back.
 */
int knot_timeline_decode(
	struct knot_span text, struct knot_timeline *ret_timeline, struct knot_error *err);

/* Names as in the file; "unknown" for a number that has none. */
const char *knot_timeline_kind_name(uint32_t kind);
const char *knot_timeline_state_name(uint32_t state);
const char *knot_timeline_arrow_name(uint32_t kind);
const char *knot_timeline_why_name(uint32_t why);
const char *knot_timeline_outside_name(uint32_t ext); /* KNOT_EXT_* */

#endif
