/* SPDX-License-Identifier: BSD-2-Clause */
/* The race detector's log: any bytes give bounded lists of texts that are safe to print. */
#include "base/alloc.h"
#include "wire/race.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_stack(const struct knot_race_stack *s)
{
	knot_assert(s->len <= KNOT_RACE_MAX_FRAMES);
	for (size_t i = 0; i < s->len; i++) {
		const char *texts[] = {s->data[i].func, s->data[i].file};

		for (size_t k = 0; k < 2; k++) {
			knot_assert(strlen(texts[k]) <= KNOT_GOSTACK_MAX_TEXT + 3);
			for (const char *c = texts[k]; *c; c++)
				knot_assert((unsigned char)*c >= 0x20 && *c != 0x7f);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knot_races races = {0};

	knot_races_parse(knot_span_of(data, size), &races);
	knot_assert(races.len <= KNOT_RACE_MAX_REPORTS);
	for (size_t i = 0; i < races.len; i++) {
		for (size_t k = 0; k < 2; k++) {
			const struct knot_race_access *a = &races.data[i].access[k];
			const struct knot_gostack_frame *f = knot_race_position(a);

			check_stack(&a->stack);
			check_stack(&a->creation);
			knot_assert(!f || f->line);
		}
	}
	knot_races_free(&races);
	return 0;
}
