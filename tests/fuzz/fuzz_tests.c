/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of tests: all texts lie within what was read. */
#include "base/alloc.h"
#include "wire/tests.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t bytes(const struct knot_test_names *n)
{
	size_t sum = 0;
	for (size_t i = 0; i < n->count; i++)
		sum += strlen(n->names[i]);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knot_tests *t;
	if (knot_tests_decode(knot_span_of(data, size), &t, NULL) < 0)
		return 0;
	size_t sum = 0;
	for (size_t i = 0; i < knot_tests_count(t); i++) {
		const struct knot_tests_package *p = knot_tests_at(t, i);
		knot_assert(knot_tests_find(t, p->path) != NULL);
		sum += strlen(p->dir) + strlen(p->name) + strlen(p->module) +
			strlen(p->module_dir) + bytes(&p->tests) + bytes(&p->examples) +
			bytes(&p->fuzz);
		for (size_t j = 0; j < p->subtests_count; j++) {
			const struct knot_tests_subtests *s = &p->subtests[j];

			knot_assert(knot_tests_subtests(p, s->test) && !s->run == !s->name);
			sum += strlen(s->test) + (s->run ? strlen(s->run) + strlen(s->name) : 0) +
				(s->skip ? strlen(s->skip) : 0);
		}
	}
	knot_assert(sum <= size);
	knot_tests_free(t);
	return 0;
}
