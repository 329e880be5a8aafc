/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/recording.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "wire/recording_json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC_LEN (sizeof(KNOT_RECORDING_MAGIC) - 1)

/* The last bytes of the file. */
struct ending {
	uint64_t tail; /* where it begins */
	uint64_t events;
	char magic[8];
};
_Static_assert(sizeof(struct ending) == 24, "layout of the end");

void knot_recording_free(struct knot_recording *r)
{
	char *const texts[] = {r->go, r->program, r->clock, r->ended, r->std};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		free(texts[i]);
	for (size_t i = 0; i < r->points.len; i++) {
		free(r->points.data[i].name);
		free(r->points.data[i].kind);
		free(r->points.data[i].why);
	}
	for (size_t i = 0; i < r->unseen.len; i++)
		free(r->unseen.data[i]);
	for (size_t i = 0; i < r->positions.len; i++) {
		free(r->positions.data[i].function);
		free(r->positions.data[i].file);
	}
	knot_vec_free(&r->points);
	knot_vec_free(&r->unseen);
	knot_vec_free(&r->positions);
	knot_vec_free(&r->stacks);
	knot_vec_free(&r->frames);
	knot_vec_free(&r->lost_by_cpu);
	free(r->order);
	*r = (struct knot_recording){0};
}

/* --- reading --------------------------------------------------------------------------------- */

static struct knot_recording_event event_at(const struct knot_recording *r, size_t i)
{
	struct knot_recording_event e;

	memcpy(&e, r->bytes.data + i * sizeof(e), sizeof(e));
	return e;
}

static int by_seq(const void *a, const void *b, void *recording)
{
	const uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const uint64_t x = event_at(recording, i).seq, y = event_at(recording, j).seq;

	return x != y ? (x > y) - (x < y) : (i > j) - (i < j);
}

static void put_in_order(struct knot_recording *r)
{
	uint64_t last = 0;
	bool ordered = true;

	for (size_t i = 0; i < r->events && ordered; i++) {
		const uint64_t seq = event_at(r, i).seq;

		ordered = seq >= last;
		last = seq;
	}
	if (ordered)
		return;
	r->order = knot_xreallocarray(NULL, r->events, sizeof(*r->order));
	for (size_t i = 0; i < r->events; i++)
		r->order[i] = (uint32_t)i;
	qsort_r(r->order, r->events, sizeof(*r->order), by_seq, r);
}

static int check_events(const struct knot_recording *r, struct knot_error *err)
{
	for (size_t i = 0; i < r->events; i++) {
		const struct knot_recording_event e = event_at(r, i);

		if (!e.kind || e.kind >= KNOT_RECORDING_KINDS)
			return knot_error_set(err, KNOT_EINPUT,
				"event %zu of the recording is of kind %u, which this goknot does "
				"not "
				"know",
				i, e.kind);
		if ((e.stack != KNOT_RECORDING_NONE && e.stack >= r->stacks.len) ||
			(e.kind == KNOT_RECORDING_CREATE && e.aux && e.aux > r->positions.len))
			return knot_error_set(err, KNOT_EINPUT,
				"event %zu of the recording is at a place that is not in its tail",
				i);
	}
	return 0;
}

/* Between the head and the tail. */
static int split(struct knot_span file, struct knot_recording *r, struct knot_span *ret_head,
	struct knot_span *ret_tail, struct knot_error *err)
{
	struct knot_span rest = file, head, magic;
	struct ending end;
	uint64_t size;

	if (!knot_span_take(&rest, MAGIC_LEN, &magic) || !knot_span_eq(magic, KNOT_RECORDING_MAGIC))
		return knot_error_set(
			err, KNOT_EINPUT, "it is no recording: goknot record makes those");
	if (!knot_span_take(&rest, sizeof(size), &head))
		return knot_error_set(err, KNOT_EINPUT, "the recording is cut short in its head");
	memcpy(&size, head.data, sizeof(size));
	if (size > rest.len || !knot_span_take(&rest, (size_t)size, ret_head))
		return knot_error_set(err, KNOT_EINPUT, "the recording is cut short in its head");
	if (rest.len < sizeof(end))
		goto cut;
	memcpy(&end, rest.data + rest.len - sizeof(end), sizeof(end));
	rest.len -= sizeof(end);
	if (memcmp(end.magic, KNOT_RECORDING_END_MAGIC, sizeof(end.magic)) != 0)
		goto cut;
	const uint64_t begin = (uint64_t)(rest.data - file.data);

	if (end.tail < begin || end.tail > begin + rest.len || end.events >= UINT32_MAX ||
		end.tail - begin != end.events * sizeof(struct knot_recording_event))
		return knot_error_set(err, KNOT_EINPUT,
			"the end of the recording does not fit to what is before it");
	knot_assert(knot_span_take(&rest, (size_t)(end.tail - begin), &r->bytes));
	r->events = (size_t)end.events;
	*ret_tail = rest;
	return 0;
cut:
	return knot_error_set(err, KNOT_EINPUT,
		"the recording has no end: goknot record was killed, is still running, or the file "
		"was "
		"cut short");
}

int knot_recording_decode(
	struct knot_span file, struct knot_recording *ret_recording, struct knot_error *err)
{
	struct knot_recording *r = ret_recording;
	struct knot_span head, tail;
	int rc = split(file, r, &head, &tail, err);

	if (!rc)
		rc = knot_recording_read_head(head, r, err);
	if (!rc)
		rc = knot_recording_read_tail(tail, r, err);
	if (!rc)
		rc = check_events(r, err);
	if (!rc) {
		put_in_order(r);
		knot_recording_find_std(r);
	}
	return rc;
}

void knot_recording_event(
	const struct knot_recording *r, size_t i, struct knot_recording_event *ret_event)
{
	*ret_event = event_at(r, r->order ? r->order[i] : i);
}

/* --- writing --------------------------------------------------------------------------------- */

char *knot_recording_head(const struct knot_recording *r, size_t *ret_len)
{
	knot_auto_free char *json = knot_recording_write_head(r);
	/* Events begin at a multiple of their size's largest member. */
	const uint64_t size = (strlen(json) + 7) / 8 * 8;
	char *all = knot_xalloc(MAGIC_LEN + sizeof(size) + size);

	memcpy(all, KNOT_RECORDING_MAGIC, MAGIC_LEN);
	memcpy(all + MAGIC_LEN, &size, sizeof(size));
	memset(all + MAGIC_LEN + sizeof(size), ' ', size);
	memcpy(all + MAGIC_LEN + sizeof(size), json, strlen(json));
	*ret_len = MAGIC_LEN + sizeof(size) + size;
	return all;
}

char *knot_recording_tail(const struct knot_recording *r, size_t *ret_len)
{
	knot_auto_free char *json = knot_recording_write_tail(r);
	knot_auto_free char *head = NULL;
	size_t head_len;
	struct ending end = {.events = r->events};
	const size_t len = strlen(json);
	char *all = knot_xalloc(len + sizeof(end));

	head = knot_recording_head(r, &head_len);
	end.tail = head_len + (uint64_t)r->events * sizeof(struct knot_recording_event);
	memcpy(end.magic, KNOT_RECORDING_END_MAGIC, sizeof(end.magic));
	memcpy(all, json, len);
	memcpy(all + len, &end, sizeof(end));
	*ret_len = len + sizeof(end);
	return all;
}
