/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/recording_json.h"

#include "base/alloc.h"
#include "base/error.h"
#include "wire/json.h"
#include "wire/text.h"

#include <string.h>

#define HEAD "head of the recording"
#define TAIL "tail of the recording"
#define HEAD_MAX (4u << 20)
#define TAIL_MAX (1u << 30)
#define LIST_MAX (1u << 24)
#define TEXT_MAX 4096

/* Texts are shown on terminals and in other files: they are tame whoever wrote the file. */
static char *tame(const char *text)
{
	return knot_text_tame(knot_span_str(text), TEXT_MAX);
}

static int read_text(const json_t *o, const char *key, const char *fallback,
	const struct knot_json_at *at, char **ret, struct knot_error *err)
{
	const char *text;
	const int rc = knot_json_text(o, key, fallback, at, &text, err);

	if (!rc)
		*ret = tame(text);
	return rc;
}

static int read_u64(const json_t *value, const char *key, const struct knot_json_at *at,
	uint64_t *ret, struct knot_error *err)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return knot_json_bad(at, key, "is no number", err);
	*ret = (uint64_t)json_integer_value(value);
	return 0;
}

static int read_number(const json_t *o, const char *key, const struct knot_json_at *at,
	uint64_t *ret, struct knot_error *err)
{
	return read_u64(json_object_get(o, key), key, at, ret, err);
}

/* --- the head -------------------------------------------------------------------------------- */

static int read_point(const json_t *o, const struct knot_json_at *at, struct knot_recording *r,
	struct knot_error *err)
{
	struct knot_recording_point p = {0};
	int rc = read_text(o, "name", NULL, at, &p.name, err);

	if (!rc)
		rc = read_text(o, "kind", NULL, at, &p.kind, err);
	if (!rc)
		rc = read_text(o, "why", "", at, &p.why, err);
	if (!rc)
		rc = read_number(o, "address", at, &p.address, err);
	knot_vec_push(&r->points, p);
	return rc;
}

static int read_lists(const json_t *root, struct knot_recording *r, struct knot_error *err)
{
	struct knot_json_at at = {.file = HEAD};
	const json_t *points, *unseen;
	int rc = knot_json_array(root, "points", LIST_MAX, &at, &points, err);

	if (rc || (rc = knot_json_array(root, "unseen", LIST_MAX, &at, &unseen, err)))
		return rc;
	at.list = "points";
	for (at.index = 0; !rc && at.index < json_array_size(points); at.index++)
		rc = read_point(json_array_get(points, at.index), &at, r, err);
	at.list = "unseen";
	for (at.index = 0; !rc && at.index < json_array_size(unseen); at.index++) {
		const char *text = json_string_value(json_array_get(unseen, at.index));

		if (!text)
			return knot_json_bad(&at, "entry", "is no text", err);
		knot_vec_push(&r->unseen, tame(text));
	}
	return rc;
}

int knot_recording_read_head(
	struct knot_span json, struct knot_recording *r, struct knot_error *err)
{
	const struct knot_json_at at = {.file = HEAD};
	json_t *root;
	int rc = knot_json_open(json, HEAD, HEAD_MAX, KNOT_RECORDING_VERSION, &root, err);

	if (rc)
		return rc;
	if ((rc = read_text(root, "go", NULL, &at, &r->go, err)) ||
		(rc = read_text(root, "program", NULL, &at, &r->program, err)) ||
		(rc = read_text(root, "clock", NULL, &at, &r->clock, err)) ||
		(rc = read_number(root, "pid", &at, &r->pid, err)) ||
		(rc = read_number(root, "start_ns", &at, &r->start_ns, err)) ||
		(rc = read_number(root, "wall_ns", &at, &r->wall_ns, err)) ||
		(rc = knot_json_bool(root, "attached", &at, &r->attached, err)))
		goto out;
	rc = read_lists(root, r, err);
out:
	json_decref(root);
	return rc;
}

/* A json_t of a text that has been escaped, and so is UTF-8. */
static json_t *text_of(const char *text)
{
	json_t *t = json_string(text ? text : "");

	knot_assert(t);
	return t;
}

static char *dump(json_t *root)
{
	char *text = json_dumps(root, JSON_COMPACT);

	knot_assert(text);
	json_decref(root);
	return text;
}

char *knot_recording_write_head(const struct knot_recording *r)
{
	json_t *points = json_array(), *unseen = json_array();

	for (size_t i = 0; i < r->points.len; i++) {
		const struct knot_recording_point *p = &r->points.data[i];

		json_array_append_new(points,
			json_pack("{s:o, s:o, s:I, s:o}", "name", text_of(p->name), "kind",
				text_of(p->kind), "address", (json_int_t)p->address, "why",
				text_of(p->why)));
	}
	for (size_t i = 0; i < r->unseen.len; i++)
		json_array_append_new(unseen, text_of(r->unseen.data[i]));
	return dump(json_pack("{s:i, s:o, s:o, s:o, s:I, s:b, s:I, s:I, s:o, s:o}", "version",
		KNOT_RECORDING_VERSION, "go", text_of(r->go), "program", text_of(r->program),
		"clock", text_of(r->clock), "pid", (json_int_t)r->pid, "attached", (int)r->attached,
		"start_ns", (json_int_t)r->start_ns, "wall_ns", (json_int_t)r->wall_ns, "points",
		points, "unseen", unseen));
}

/* --- the tail -------------------------------------------------------------------------------- */

static int read_position(const json_t *row, const struct knot_json_at *at, struct knot_recording *r,
	struct knot_error *err)
{
	const char *function = json_string_value(json_array_get(row, 0)),
		   *file = json_string_value(json_array_get(row, 1));
	uint64_t line = 0;

	if (!function || !file)
		return knot_json_bad(at, "function and file", "are no texts", err);
	if (read_u64(json_array_get(row, 2), "line", at, &line, err))
		return KNOT_EINPUT;
	knot_vec_push(&r->positions,
		((struct knot_recording_position){
			tame(function), tame(file), line > UINT32_MAX ? 0 : (uint32_t)line}));
	return 0;
}

static int read_stack(const json_t *row, const struct knot_json_at *at, struct knot_recording *r,
	struct knot_error *err)
{
	const size_t len = json_array_size(row);
	struct knot_recording_stack s = {(uint32_t)r->frames.len, (uint32_t)len};

	if (!json_is_array(row) || r->frames.len + len > LIST_MAX)
		return knot_json_bad(at, "entry", "is no list", err);
	for (size_t i = 0; i < len; i++) {
		uint64_t position = 0;

		if (read_u64(json_array_get(row, i), "frame", at, &position, err))
			return KNOT_EINPUT;
		if (position >= r->positions.len)
			return knot_json_bad(at, "frame", "is no position", err);
		knot_vec_push(&r->frames, (uint32_t)position);
	}
	knot_vec_push(&r->stacks, s);
	return 0;
}

static int read_lost(const json_t *row, const struct knot_json_at *at, struct knot_recording *r,
	struct knot_error *err)
{
	uint64_t cpu = 0, events = 0;
	int rc = read_u64(json_array_get(row, 0), "cpu", at, &cpu, err);

	if (!rc)
		rc = read_u64(json_array_get(row, 1), "events", at, &events, err);
	if (!rc)
		knot_vec_push(
			&r->lost_by_cpu, ((struct knot_recording_lost){(uint32_t)cpu, events}));
	return rc;
}

static const struct list {
	const char *name;
	int (*read)(const json_t *row, const struct knot_json_at *at, struct knot_recording *r,
		struct knot_error *err);
} lists[] = {
	{"positions", read_position},
	{"stacks", read_stack},
	{"lost_by_cpu", read_lost},
};

int knot_recording_read_tail(
	struct knot_span json, struct knot_recording *r, struct knot_error *err)
{
	struct knot_json_at at = {.file = TAIL};
	json_t *root;
	int rc = knot_json_open(json, TAIL, TAIL_MAX, KNOT_RECORDING_VERSION, &root, err);

	if (rc)
		return rc;
	if ((rc = read_text(root, "ended", NULL, &at, &r->ended, err)) ||
		(rc = read_number(root, "hits", &at, &r->hits, err)) ||
		(rc = read_number(root, "lost", &at, &r->lost, err)) ||
		(rc = read_number(root, "faults", &at, &r->faults, err)))
		goto out;
	for (size_t i = 0; !rc && i < sizeof(lists) / sizeof(lists[0]); i++) {
		const json_t *rows;

		at.list = NULL;
		if ((rc = knot_json_array(root, lists[i].name, LIST_MAX, &at, &rows, err)))
			break;
		at.list = lists[i].name;
		for (at.index = 0; !rc && at.index < json_array_size(rows); at.index++)
			rc = lists[i].read(json_array_get(rows, at.index), &at, r, err);
	}
out:
	json_decref(root);
	return rc;
}

char *knot_recording_write_tail(const struct knot_recording *r)
{
	json_t *positions = json_array(), *stacks = json_array(), *lost = json_array();

	for (size_t i = 0; i < r->positions.len; i++) {
		const struct knot_recording_position *p = &r->positions.data[i];

		json_array_append_new(positions,
			json_pack("[o, o, I]", text_of(p->function), text_of(p->file),
				(json_int_t)p->line));
	}
	for (size_t i = 0; i < r->stacks.len; i++) {
		const struct knot_recording_stack *s = &r->stacks.data[i];
		json_t *row = json_array();

		for (uint32_t j = 0; j < s->len; j++)
			json_array_append_new(row, json_integer(r->frames.data[s->first + j]));
		json_array_append_new(stacks, row);
	}
	for (size_t i = 0; i < r->lost_by_cpu.len; i++)
		json_array_append_new(lost,
			json_pack("[I, I]", (json_int_t)r->lost_by_cpu.data[i].cpu,
				(json_int_t)r->lost_by_cpu.data[i].events));
	return dump(json_pack("{s:i, s:o, s:I, s:I, s:I, s:o, s:o, s:o}", "version",
		KNOT_RECORDING_VERSION, "ended", text_of(r->ended), "hits", (json_int_t)r->hits,
		"lost", (json_int_t)r->lost, "faults", (json_int_t)r->faults, "positions",
		positions, "stacks", stacks, "lost_by_cpu", lost));
}
