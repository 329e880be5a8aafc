/* SPDX-License-Identifier: BSD-2-Clause */
/* For the targets that read a file with an end line: check sees the input, and the input with its end line made
 * right, so that the fuzzer is not stopped by the hash. */
#ifndef KNOT_TESTS_FUZZ_TEXT_FILE_H
#define KNOT_TESTS_FUZZ_TEXT_FILE_H

#include "wire/envelope.h"
#include "wire/text.h"

static inline void fuzz_text_file(
	const uint8_t *data, size_t size, void (*check)(struct knot_span file))
{
	struct knot_span raw = knot_span_of(data, size);
	struct knot_text t = {0};
	struct knot_span line;

	check(raw);
	while (knot_span_take_line(&raw, &line)) {
		if (raw.len == 0 && knot_span_has_prefix(line, "end "))
			break;
		knot_text_add(&t, line.data, line.len);
		knot_text_adds(&t, "\n");
	}
	if (t.len) {
		knot_envelope_end(&t);
		check(knot_span_of(t.data, t.len));
	}
	knot_text_free(&t);
}

#endif
