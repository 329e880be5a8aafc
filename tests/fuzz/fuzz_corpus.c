/* SPDX-License-Identifier: BSD-2-Clause */
/* Corpus files: what decode accepts, encode gives back byte for byte. */
#include "base/alloc.h"
#include "tests/fuzz/text_file.h"
#include "wire/chain.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct knot_span file)
{
	struct knot_corpus c;
	if (knot_corpus_decode(file, &c, NULL) < 0)
		return;
	char *again = NULL;
	size_t len;
	knot_assert(knot_corpus_encode(&c, &again, &len, NULL) == 0);
	knot_assert(len == file.len && memcmp(again, file.data, len) == 0);
	free(again);
	knot_corpus_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_text_file(data, size, check);
	return 0;
}
