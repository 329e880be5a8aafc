/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/timeline_json.h"

#include "base/alloc.h"
#include "wire/text.h"
#include "wire/timeline_fields.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

static int add_bytes(const char *data, size_t len, void *text)
{
	knot_text_add(text, data, len);
	return 0;
}

/* Takes the value over. */
static void add_value(struct knot_text *t, json_t *value)
{
	knot_assert(value);
	knot_assert(!json_dump_callback(value, add_bytes, t, JSON_COMPACT | JSON_ENCODE_ANY));
	json_decref(value);
}

static json_t *text_value(const char *text)
{
	return json_string(text ? text : "");
}

static json_t *number(uint64_t n)
{
	return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

static json_t *digits(uint64_t n, bool hexadecimal)
{
	char text[32];

	if (hexadecimal)
		snprintf(text, sizeof(text), "%016" PRIx64, n);
	else
		snprintf(text, sizeof(text), "%" PRIu64, n);
	return json_string(text);
}

/* NULL = to be left out. */
static json_t *to_value(const struct knot_timeline_event *e, const char **ret_key)
{
	enum knot_tlf_type type;

	*ret_key = knot_tlf_to(e->kind, &type);
	if (!*ret_key || e->to == KNOT_TIMELINE_NONE)
		return NULL;
	return type == KNOT_TLF_NAME ? json_string(knot_timeline_outside_name(e->to))
				     : json_integer(e->to);
}

/* NULL = to be left out. Only a "to" has another key than its field. */
static json_t *value_of(const struct knot_tlf *f, const void *row, const char **ret_key)
{
	const void *at = (const char *)row + f->offset;
	const uint64_t n = f->type == KNOT_TLF_U32 || f->type == KNOT_TLF_REF
		? *(const uint32_t *)at
		: f->type == KNOT_TLF_BOOL                           ? *(const bool *)at
		: f->type == KNOT_TLF_NAME                           ? *(const uint8_t *)at
		: f->type == KNOT_TLF_TEXT || f->type == KNOT_TLF_TO ? 0
								     : *(const uint64_t *)at;

	*ret_key = f->key;
	if (f->type == KNOT_TLF_TO)
		return to_value(row, ret_key);
	if (f->type == KNOT_TLF_REF)
		return n == KNOT_TIMELINE_NONE ? NULL : number(n);
	if (f->type == KNOT_TLF_TEXT) {
		const char *text = *(char *const *)at;

		return text || f->always ? text_value(text) : NULL;
	}
	if (!n && !f->always)
		return NULL;
	switch (f->type) {
	case KNOT_TLF_HEX:
	case KNOT_TLF_DECIMAL:
		return digits(n, f->type == KNOT_TLF_HEX);
	case KNOT_TLF_BOOL:
		return json_boolean(n);
	case KNOT_TLF_NAME:
		return json_string(f->name((uint32_t)n));
	default:
		return number(n);
	}
}

static void add_rows(
	struct knot_text *out, const struct knot_timeline *t, const struct knot_tlf_rows *rows)
{
	const size_t len = rows->len(t);

	knot_text_addf(out, ",\n\"%s\":[", rows->key);
	for (size_t i = 0; i < len; i++) {
		json_t *object = json_object();

		for (size_t k = 0; k < rows->fields_len; k++) {
			const char *key;
			json_t *value = value_of(&rows->fields[k], rows->row(t, i), &key);

			if (value)
				json_object_set_new(object, key, value);
		}
		knot_text_adds(out, i ? ",\n" : "\n");
		add_value(out, object);
	}
	knot_text_adds(out, "]");
}

static void add_lines(struct knot_text *out, const char *key, char *const *lines, size_t len)
{
	knot_text_addf(out, ",\n\"%s\":[", key);
	for (size_t i = 0; i < len; i++) {
		knot_text_adds(out, i ? ",\n" : "\n");
		add_value(out, text_value(lines[i]));
	}
	knot_text_adds(out, "]");
}

char *knot_timeline_encode(const struct knot_timeline *t, size_t *ret_len)
{
	struct knot_text out = {0};

	knot_text_addf(&out, "{\"format\":\"%s\",\n\"version\":%d", KNOT_TIMELINE_FORMAT,
		KNOT_TIMELINE_VERSION);
	for (size_t i = 0; i < knot_tlf_top_len; i++) {
		const char *key;
		json_t *value = value_of(&knot_tlf_top[i], t, &key);

		if (!value)
			continue;
		knot_text_addf(&out, ",\n\"%s\":", key);
		add_value(&out, value);
	}
	add_lines(&out, "explanation", t->explanation.data, t->explanation.len);
	add_lines(&out, "signature", t->signature.data, t->signature.len);
	for (size_t i = 0; i < KNOT_TLF_LISTS; i++)
		add_rows(&out, t, &knot_tlf_lists[i]);
	knot_text_adds(&out, "}\n");
	*ret_len = out.len;
	return knot_text_steal(&out);
}
