/* SPDX-License-Identifier: BSD-2-Clause */
/* A target can call the hook with anything, and write anything into the ring: each event is accounted for all the same. */
#include "base/alloc.h"
#include "wire/probed.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { HEAD = 4 };

	if (size < HEAD)
		return 0;
	const size_t rest = size - HEAD;
	size_t events = data[0] < rest / sizeof(struct knot_shm_event)
		? data[0]
		: rest / sizeof(struct knot_shm_event);
	const size_t len =
		(rest - events * sizeof(struct knot_shm_event)) / sizeof(struct knot_probe_record);
	struct knot_shm_event *ring = knot_xreallocarray(NULL, events + 1, sizeof(*ring));
	struct knot_shm_event *out = knot_xreallocarray(NULL, len + 1, sizeof(*out));
	struct knot_probe_record *records = knot_xreallocarray(NULL, len + 1, sizeof(*records));
	const struct knot_probed_ring how = {.events = ring,
		.start = data[2],
		.end = data[2] + events,
		.pid = data[3],
		.native = data[1] & 1,
		.died = data[1] & 2,
		.lossy = data[1] & 4};
	struct knot_probed_check check;

	memcpy(ring, data + HEAD, events * sizeof(*ring));
	memcpy(records, data + HEAD + events * sizeof(*ring), len * sizeof(*records));
	for (size_t i = 0; i < len; i++)
		records[i].cursor %= 512;
	const size_t n = knot_probed_pick(records, len, how.start, how.end);

	knot_assert(n <= len && n <= events);
	knot_probed_compare(records, n, &how, &check);
	knot_assert(check.same <= n && check.same + check.lost <= events);
	knot_assert((check.differences == 0) == (check.first == KNOT_PROBED_SAME));
	knot_probed_events(records, n, how.native, out);
	knot_assert(knot_probed_chain_done(out, n) <= KNOT_CHAIN_MAX);
	free(records);
	free(out);
	free(ring);
	return 0;
}
