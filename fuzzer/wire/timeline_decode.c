/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/timeline_json.h"

#include "base/alloc.h"
#include "base/error.h"
#include "wire/abi.h"
#include "wire/json.h"
#include "wire/text.h"
#include "wire/timeline_fields.h"

#include <string.h>

#define FILE_NAME "timeline"

struct reading {
	struct knot_timeline *t;
	const json_t *lists[KNOT_TLF_LISTS];
	size_t lens[KNOT_TLF_LISTS];
	struct knot_error *err;
};

/* Texts are shown on terminals and in other files: they are tame whoever wrote the file. */
static char *tame(const char *text)
{
	return knot_text_tame(knot_span_str(text), KNOT_TIMELINE_MAX_BYTES);
}

static int read_name(struct reading *r, const json_t *value, const char *key, uint32_t names,
	const char *(*name)(uint32_t), const struct knot_json_at *at, uint32_t *ret)
{
	const char *text = json_string_value(value);

	for (uint32_t i = 0; text && i < names; i++) {
		if (!strcmp(name(i), text) && strcmp(text, "unknown") != 0) {
			*ret = i;
			return 0;
		}
	}
	return knot_json_bad(at, key, "is no name this goknot knows", r->err);
}

static int read_index(struct reading *r, const json_t *value, const char *key, uint64_t limit,
	const struct knot_json_at *at, uint32_t *ret)
{
	const json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < 0 || (uint64_t)n >= limit)
		return knot_json_bad(at, key, "is no index of what it is about", r->err);
	*ret = (uint32_t)n;
	return 0;
}

static int read_wide(struct reading *r, const json_t *value, const struct knot_tlf *f,
	const struct knot_json_at *at, uint64_t *ret)
{
	const char *text = json_string_value(value);
	struct knot_span s = knot_span_str(text ? text : "");

	if (f->type == KNOT_TLF_U64) {
		if (!json_is_integer(value) || json_integer_value(value) < 0)
			return knot_json_bad(at, f->key, "is no number from 0 on", r->err);
		*ret = (uint64_t)json_integer_value(value);
		return 0;
	}
	const bool ok = f->type == KNOT_TLF_HEX ? knot_span_take_hex(&s, 16, ret)
						: knot_span_take_u64(&s, UINT64_MAX, ret);

	return ok && !s.len ? 0
			    : knot_json_bad(at, f->key,
				      f->type == KNOT_TLF_HEX ? "is not 16 hexadecimal digits"
							      : "is no decimal number in quotes",
				      r->err);
}

/* The kind has been read before. */
static int read_to(struct reading *r, const json_t *object, const struct knot_json_at *at,
	struct knot_timeline_event *e)
{
	enum knot_tlf_type type;
	const char *key = knot_tlf_to(e->kind, &type);
	const json_t *value = key ? json_object_get(object, key) : NULL;

	if (!value)
		return 0;
	if (type == KNOT_TLF_NAME)
		return read_name(r, value, key, KNOT_EXT_WATCHDOG + 1, knot_timeline_outside_name,
			at, &e->to);
	return read_index(r, value, key,
		type == KNOT_TLF_REF ? r->lens[KNOT_TLF_GOROUTINES] : KNOT_TIMELINE_NONE, at,
		&e->to);
}

static int read_text(struct reading *r, const json_t *object, const struct knot_tlf *f,
	const struct knot_json_at *at, char **ret)
{
	const char *text;
	const int rc = knot_json_text(object, f->key, NULL, at, &text, r->err);

	if (!rc)
		*ret = tame(text);
	return rc;
}

static int read_field(struct reading *r, const json_t *object, const struct knot_tlf *f,
	const struct knot_json_at *at, void *row)
{
	void *to = (char *)row + f->offset;
	const json_t *value = json_object_get(object, f->key);
	uint32_t n = 0;
	int rc;

	if (f->type == KNOT_TLF_TO)
		return read_to(r, object, at, row);
	if (!value && !f->always)
		return 0;
	switch (f->type) {
	case KNOT_TLF_TEXT:
		return read_text(r, object, f, at, to);
	case KNOT_TLF_U32:
		return knot_json_u32(object, f->key, at, to, r->err);
	case KNOT_TLF_BOOL:
		return knot_json_bool(object, f->key, at, to, r->err);
	case KNOT_TLF_REF:
		return read_index(r, value, f->key, r->lens[f->list], at, to);
	case KNOT_TLF_NAME:
		rc = read_name(r, value, f->key, f->names, f->name, at, &n);
		*(uint8_t *)to = (uint8_t)n;
		return rc;
	default:
		return read_wide(r, value, f, at, to);
	}
}

/* What the fields by themselves do not say. */
static int check_row(struct reading *r, enum knot_tlf_list list, const struct knot_json_at *at)
{
	const struct knot_timeline *t = r->t;
	const size_t i = at->index;

	switch (list) {
	case KNOT_TLF_GOROUTINES:
		if (t->goroutines.data[i].parent != KNOT_TIMELINE_NONE &&
			t->goroutines.data[i].parent >= i)
			return knot_json_bad(at, "parent", "comes behind its child", r->err);
		return 0;
	case KNOT_TLF_EVENTS:
		if (i && t->events.data[i].step < t->events.data[i - 1].step)
			return knot_json_bad(at, "step", "goes back", r->err);
		if (i && t->events.data[i].vtime < t->events.data[i - 1].vtime)
			return knot_json_bad(at, "ns", "goes back", r->err);
		return 0;
	case KNOT_TLF_SPANS:
		return t->spans.data[i].to < t->spans.data[i].from
			? knot_json_bad(at, "to", "comes before from", r->err)
			: 0;
	case KNOT_TLF_ARROWS:
		return t->arrows.data[i].to <= t->arrows.data[i].from
			? knot_json_bad(at, "to", "does not come behind from", r->err)
			: 0;
	default:
		return 0;
	}
}

static int read_rows(struct reading *r, enum knot_tlf_list list)
{
	const struct knot_tlf_rows *rows = &knot_tlf_lists[list];
	struct knot_json_at at = {.file = FILE_NAME, .list = rows->key};

	for (at.index = 0; at.index < r->lens[list]; at.index++) {
		const json_t *object = json_array_get(r->lists[list], at.index);
		void *row = rows->push(r->t);

		if (!json_is_object(object))
			return knot_json_bad(&at, "the entry", "is no object", r->err);
		for (size_t i = 0; i < rows->fields_len; i++) {
			const int rc = read_field(r, object, &rows->fields[i], &at, row);

			if (rc)
				return rc;
		}
		const int rc = check_row(r, list, &at);

		if (rc)
			return rc;
	}
	return 0;
}

/* Calls push for each line of a list of texts. */
static int read_lines(struct reading *r, const json_t *root, const char *key,
	void (*push)(struct knot_timeline *t, char *line))
{
	struct knot_json_at at = {.file = FILE_NAME};
	const json_t *list;
	const int rc = knot_json_array(root, key, KNOT_TIMELINE_LIST_MAX, &at, &list, r->err);

	at.list = key;
	for (at.index = 0; !rc && at.index < json_array_size(list); at.index++) {
		const char *text = json_string_value(json_array_get(list, at.index));

		if (!text)
			return knot_json_bad(&at, "the entry", "is no string", r->err);
		push(r->t, tame(text));
	}
	return rc;
}

static void push_explanation(struct knot_timeline *t, char *line)
{
	knot_vec_push(&t->explanation, line);
}

static void push_signature(struct knot_timeline *t, char *line)
{
	knot_vec_push(&t->signature, line);
}

static int read_all(struct reading *r, const json_t *root)
{
	const struct knot_json_at top = {.file = FILE_NAME};
	const char *format;
	int rc = knot_json_text(root, "format", NULL, &top, &format, r->err);

	if (!rc && strcmp(format, KNOT_TIMELINE_FORMAT) != 0)
		rc = knot_json_bad(&top, "format", "is not \"" KNOT_TIMELINE_FORMAT "\"", r->err);
	for (size_t i = 0; i < KNOT_TLF_LISTS && !rc; i++) {
		rc = knot_json_array(root, knot_tlf_lists[i].key, knot_tlf_lists[i].max, &top,
			&r->lists[i], r->err);
		r->lens[i] = rc ? 0 : json_array_size(r->lists[i]);
	}
	for (size_t i = 0; i < knot_tlf_top_len && !rc; i++)
		rc = read_field(r, root, &knot_tlf_top[i], &top, r->t);
	if (rc || (rc = read_lines(r, root, "explanation", push_explanation)) ||
		(rc = read_lines(r, root, "signature", push_signature)))
		return rc;
	for (size_t i = 0; i < KNOT_TLF_LISTS && !rc; i++)
		rc = read_rows(r, (enum knot_tlf_list)i);
	return rc;
}

int knot_timeline_decode(
	struct knot_span text, struct knot_timeline *ret_timeline, struct knot_error *err)
{
	struct knot_timeline t = {0};
	struct reading r = {.t = &t, .err = err};
	json_t *root = NULL;
	int rc = knot_json_open(
		text, FILE_NAME, KNOT_TIMELINE_MAX_BYTES, KNOT_TIMELINE_VERSION, &root, err);

	if (rc)
		return rc;
	rc = read_all(&r, root);
	json_decref(root);
	if (rc)
		knot_timeline_free(&t);
	else
		*ret_timeline = t;
	return rc;
}
