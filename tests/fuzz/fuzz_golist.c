/* SPDX-License-Identifier: BSD-2-Clause */
/* What go list prints: all texts lie within what was read. */
#include "base/alloc.h"
#include "wire/golist.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knot_golist *l;
	size_t sum = 0;

	if (knot_golist_decode(knot_span_of(data, size), &l, NULL) < 0)
		return 0;
	for (size_t i = 0; i < knot_golist_count(l); i++) {
		const struct knot_golist_package *p = knot_golist_at(l, i);

		sum += strlen(p->path) + strlen(p->dir) + strlen(p->for_test) + strlen(p->gomod);
		for (size_t j = 0; j < p->deps_len; j++)
			sum += strlen(p->deps[j]);
		for (size_t j = 0; j < p->embeds_len; j++)
			sum += strlen(p->embeds[j]);
		for (size_t j = 0; j < p->patterns_len; j++)
			sum += strlen(p->patterns[j]);
	}
	knot_assert(sum <= size);
	knot_golist_free(l);
	return 0;
}
