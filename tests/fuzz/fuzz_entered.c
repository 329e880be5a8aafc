/* SPDX-License-Identifier: BSD-2-Clause */
/* A target can call the hook with anything, and enter what it likes: each entry is paired, left out or a difference. */
#include "base/alloc.h"
#include "wire/entered.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of one hit: small numbers, which meet again. */
struct bytes {
	uint8_t kind, caller, flags, tid, g, other, object, aux;
	uint8_t event_g, event_kind, op, prim;
};

static struct knot_entered_hit hit_of(const struct bytes *b, uint64_t seq)
{
	return (struct knot_entered_hit){
		.seq = seq,
		.g = b->g,
		.other = b->other,
		.object = b->object,
		.aux = b->aux,
		.tid = b->tid,
		.kind = b->kind % KNOT_RECORD_KINDS,
		.caller = b->caller % (KNOT_ENTERED_BIRTH + 1),
		.system = b->flags & 1,
		.ranges = b->flags & 2,
		.file = b->flags & 4   ? "a.go"
			: b->flags & 8 ? "b.go"
				       : NULL,
		.line = b->flags >> 4,
		.event = {.g = b->event_g == UINT8_MAX ? KNOT_G_NONE : b->event_g,
			.kind = b->event_kind,
			.op = b->op,
			.prim = b->prim,
			.aux = b->aux},
	};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	const size_t len = (size - 1) / sizeof(struct bytes);
	struct knot_entered_hit *hits = knot_xreallocarray(NULL, len + 1, sizeof(*hits));
	size_t entries = 0;

	for (size_t i = 0; i < len; i++) {
		struct bytes b;

		memcpy(&b, data + 1 + i * sizeof(b), sizeof(b));
		hits[i] = hit_of(&b, i);
		entries += hits[i].kind != KNOT_RECORD_HOOK;
	}
	const struct knot_entered_run run = {
		.hits = hits, .len = len, .native = data[0] & 1, .died = data[0] & 2};
	struct knot_entered_check check;
	uint64_t left = 0;

	knot_entered_compare(&run, &check);
	for (size_t i = 0; i < KNOT_ENTERED_RULES; i++)
		left += check.left[i];
	knot_assert(check.same + check.differences + left >= entries);
	free(hits);
	return 0;
}
