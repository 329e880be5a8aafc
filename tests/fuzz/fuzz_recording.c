/* SPDX-License-Identifier: BSD-2-Clause */
/* A recording that is read can be shown, is written and read to the same, and makes a timeline. */
#include "base/alloc.h"
#include "wire/recording_timeline.h"
#include "wire/timeline_json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void show(const struct knot_recording *r)
{
	uint64_t last = 0;

	for (size_t i = 0; i < r->events; i++) {
		struct knot_recording_event e;

		knot_recording_event(r, i, &e);
		knot_assert(e.kind && e.kind < KNOT_RECORDING_KINDS && e.seq >= last);
		last = e.seq;
		const struct knot_recording_position *p = knot_recording_place(r, &e);

		knot_assert(
			!p || (p >= r->positions.data && p < r->positions.data + r->positions.len));
		(void)knot_recording_syscall(r, &e);
		(void)knot_recording_reason(knot_span_str(r->go), e.aux);
	}
}

/* The same again as a file. Caller frees. */
static char *write_all(const struct knot_recording *r, size_t *ret_len)
{
	size_t head_len, tail_len;
	char *head = knot_recording_head(r, &head_len), *tail = knot_recording_tail(r, &tail_len);
	char *all = knot_xalloc(head_len + r->bytes.len + tail_len);

	memcpy(all, head, head_len);
	if (r->bytes.len)
		memcpy(all + head_len, r->bytes.data, r->bytes.len);
	memcpy(all + head_len + r->bytes.len, tail, tail_len);
	*ret_len = head_len + r->bytes.len + tail_len;
	free(head);
	free(tail);
	return all;
}

static void make_timeline(const struct knot_recording *r)
{
	struct knot_timeline t = {0}, again = {0};
	size_t len;

	knot_recording_timeline(r, &t);
	char *text = knot_timeline_encode(&t, &len);

	knot_assert(!knot_timeline_decode(knot_span_of(text, len), &again, NULL));
	free(text);
	knot_timeline_free(&t);
	knot_timeline_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knot_recording r = {0}, again = {0};

	if (!knot_recording_decode(knot_span_of(data, size), &r, NULL)) {
		size_t len, len2;
		char *first = write_all(&r, &len);

		show(&r);
		make_timeline(&r);
		knot_assert(!knot_recording_decode(knot_span_of(first, len), &again, NULL));
		char *second = write_all(&again, &len2);

		knot_assert(len == len2 && !memcmp(first, second, len));
		free(first);
		free(second);
	}
	knot_recording_free(&r);
	knot_recording_free(&again);
	return 0;
}
