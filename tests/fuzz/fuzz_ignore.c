/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ignore file, and behind a line "===" the places of a finding as the database keeps them. What is accepted stays
 * what it was: places come back byte for byte, and the lines made of them ignore them.
 */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "wire/ignore.h"
#include "wire/places.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const verdicts[] = {"deadlock", "leak", NULL};

static void check_lines(const struct knot_places *places)
{
	knot_auto_free char *lines = knot_ignore_propose("leak", places, "why");
	struct knot_ignore ignore = {0};

	if (!lines || knot_ignore_parse(knot_span_str(lines), "lines", verdicts, 0, &ignore, NULL))
		return;
	knot_auto_free char *reason = knot_ignore_reason(&ignore, "leak", places);

	knot_assert(reason);
	knot_ignore_free(&ignore);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knot_span file = knot_span_of(data, size), tail = knot_span_of("", 0);
	const char *mark = memmem(data, size, "===\n", 4);
	struct knot_ignore ignore = {0};
	struct knot_places places = {0};

	if (mark) {
		file.len = (size_t)(mark - file.data);
		tail = knot_span_of(mark + 4, size - file.len - 4);
	}
	if (knot_places_decode(tail, &places)) {
		knot_auto_free char *again = knot_places_encode(&places);
		struct knot_places back = {0};

		knot_assert(knot_places_decode(knot_span_str(again), &back));
		knot_auto_free char *third = knot_places_encode(&back);

		knot_assert(!strcmp(again, third));
		knot_places_free(&back);
		check_lines(&places);
	}
	if (!knot_ignore_parse(file, "fuzz", verdicts, 1795305600, &ignore, NULL)) {
		knot_auto_free char *reason = knot_ignore_reason(&ignore, "leak", &places);

		knot_assert(!reason || places.list.len);
		for (size_t i = 0; i < ignore.entries.len; i++)
			knot_assert(
				*ignore.entries.data[i].pattern && *ignore.entries.data[i].reason);
	}
	knot_ignore_free(&ignore);
	knot_places_free(&places);
	return 0;
}
