/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ignore file, and behind a line "===" the places of a finding as the database keeps them. What is accepted stays
 * what it was: places come back byte for byte, and a line made of a place ignores it.
 */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "wire/ignore.h"
#include "wire/places.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const verdicts[] = {"deadlock", "leak", NULL};

static void check_line(const struct knot_place *p)
{
	knot_auto_free char *line = knot_ignore_line("leak", p->function, p->site, "why");
	struct knot_ignore one = {0};
	struct knot_places places = {0};

	if (knot_ignore_parse(knot_span_str(line), "line", verdicts, 0, &one, NULL))
		return;
	knot_assert(one.entries.len == 1);
	knot_places_add(&places, true, p->function, p->site);
	knot_auto_free char *reason = knot_ignore_reason(&one, "leak", &places);

	knot_assert(reason);
	knot_places_free(&places);
	knot_ignore_free(&one);
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
		for (size_t i = 0; i < places.list.len && i < 16; i++)
			check_line(&places.list.data[i]);
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
