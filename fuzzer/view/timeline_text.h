/* SPDX-License-Identifier: BSD-2-Clause */
/* What a timeline says in words, for those that draw and export it. Tame text (wire/text.h): each format escapes it. */
#ifndef KNOT_VIEW_TIMELINE_TEXT_H
#define KNOT_VIEW_TIMELINE_TEXT_H

#include "wire/timeline.h"

/* "lock second.mu#3 buggy.go:25", "wakes G1". Caller frees. */
char *knot_timeline_event_text(const struct knot_timeline *t, uint32_t event);
/* Is it the step of a go statement that comes behind steps of others, since the new goroutine was there before? */
bool knot_timeline_is_behind_go(const struct knot_timeline *t, uint32_t event);
/*
 * "send result#2 buggy.go:37": the number of the primitive tells what has several names. Site and primitive may be NONE.
 * Caller frees.
 */
char *knot_timeline_operation_text(
	const struct knot_timeline *t, uint32_t op, uint32_t site, uint32_t primitive);
/* "buggy.go:37", "main.f", "an unknown position". Caller frees. */
char *knot_timeline_site_text(const struct knot_timeline *t, uint32_t site);
/* What became of a goroutine: "blocked in send result#2 buggy.go:37". Caller frees. */
char *knot_timeline_state_text(const struct knot_timeline *t, uint32_t g);

#endif
