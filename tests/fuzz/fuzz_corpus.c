/* SPDX-License-Identifier: BSD-2-Clause */
/* Corpus files: what decode accepts, encode gives back byte for byte. The end line is made right first,
 * so that the fuzzer is not stopped by the hash. */
#include "base/alloc.h"
#include "wire/chain.h"
#include "wire/envelope.h"
#include "wire/text.h"

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
	struct knot_span raw = knot_span_of(data, size);
	check(raw);

	struct knot_text t = {0};
	struct knot_span line;
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
	return 0;
}
