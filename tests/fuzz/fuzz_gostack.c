/* SPDX-License-Identifier: BSD-2-Clause */
/* Output of a target: any bytes give texts that are safe to print and of bounded length. */
#include "base/alloc.h"
#include "wire/gostack.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *s)
{
	knot_assert(strlen(s) <= KNOT_GOSTACK_MAX_TEXT + 3);
	for (; *s; s++)
		knot_assert((unsigned char)*s >= 0x20 && *s != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knot_gostack s;
	knot_gostack_parse(knot_span_of(data, size), &s);
	check_text(s.message);
	check_text(s.detail);
	check_text(knot_gostack_kind_name(s.kind));
	knot_assert(s.exit_status >= -1 && s.exit_status <= 255);
	knot_assert(!s.confirmed || s.goroutines.len > 0);
	for (size_t i = 0; i < s.goroutines.len; i++) {
		const struct knot_gostack_g *g = &s.goroutines.data[i];
		check_text(g->state);
		for (size_t k = 0; k < g->frames.len; k++) {
			check_text(g->frames.data[k].func);
			check_text(g->frames.data[k].file);
		}
		if (g->created) {
			check_text(g->creator.func);
			check_text(g->creator.file);
		}
	}
	knot_gostack_free(&s);

	char *plain = knot_gostack_plain(knot_span_of(data, size));

	knot_assert(strlen(plain) <= size + 1);
	free(plain);
	return 0;
}
