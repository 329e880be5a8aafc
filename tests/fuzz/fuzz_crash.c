/* SPDX-License-Identifier: BSD-2-Clause */
/* Crash files: what decode accepts, encode gives back byte for byte. */
#include "base/alloc.h"
#include "tests/fuzz/text_file.h"
#include "wire/crash.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct knot_span file)
{
	struct knot_crash c;
	if (knot_crash_decode(file, &c, NULL) < 0)
		return;
	char *again = NULL;
	size_t len;
	knot_assert(knot_crash_encode(&c, &again, &len, NULL) == 0);
	knot_assert(len == file.len && memcmp(again, file.data, len) == 0);
	free(again);

	/* Made new it is a file, too, which means the same. */
	const uint32_t config = knot_crash_config(&c);
	struct knot_crash back;

	knot_crash_renew(&c);
	knot_assert(knot_crash_encode(&c, &again, &len, NULL) == 0);
	knot_assert(knot_crash_decode(knot_span_of(again, len), &back, NULL) == 0);
	knot_assert(knot_crash_config(&back) == config);
	knot_crash_free(&back);
	free(again);
	knot_crash_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_text_file(data, size, check);
	return 0;
}
