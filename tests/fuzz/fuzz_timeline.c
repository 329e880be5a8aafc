/* SPDX-License-Identifier: BSD-2-Clause */
/* A timeline that is read is written and read to the same, and all its indices point somewhere. */
#include "base/alloc.h"
#include "wire/timeline_json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(uint32_t index, size_t len)
{
	knot_assert(index == KNOT_TIMELINE_NONE || index < len);
}

static void check_indices(const struct knot_timeline *t)
{
	for (size_t i = 0; i < t->events.len; i++) {
		check(t->events.data[i].g, t->goroutines.len);
		check(t->events.data[i].site, t->sites.len);
		check(t->events.data[i].primitive, t->primitives.len);
	}
	for (size_t i = 0; i < t->goroutines.len; i++) {
		check(t->goroutines.data[i].parent, i);
		check(t->goroutines.data[i].created, t->events.len);
	}
	for (size_t i = 0; i < t->spans.len; i++) {
		knot_assert(t->spans.data[i].g < t->goroutines.len);
		knot_assert(t->spans.data[i].from <= t->spans.data[i].to);
		check(t->spans.data[i].to, t->events.len);
	}
	for (size_t i = 0; i < t->arrows.len; i++) {
		knot_assert(t->arrows.data[i].from < t->arrows.data[i].to);
		knot_assert(t->arrows.data[i].to < t->events.len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knot_timeline t = {0}, again = {0};
	size_t len, len2;

	if (knot_timeline_decode(knot_span_of(data, size), &t, NULL))
		return 0;
	check_indices(&t);
	char *text = knot_timeline_encode(&t, &len);

	knot_assert(!knot_timeline_decode(knot_span_of(text, len), &again, NULL));
	char *text2 = knot_timeline_encode(&again, &len2);

	knot_assert(len == len2 && !memcmp(text, text2, len));
	free(text);
	free(text2);
	knot_timeline_free(&t);
	knot_timeline_free(&again);
	return 0;
}
