/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/json.h"
#include "base/alloc.h"
#include "base/error.h"
#include "wire/text.h"

#include <inttypes.h>
#include <stdlib.h>

int knot_json_bad(
	const struct knot_json_at *at, const char *key, const char *what, struct knot_error *err)
{
	if (!at->list)
		return knot_error_set(err, KNOT_EINPUT, "%s: %s %s", at->file, key, what);
	return knot_error_set(
		err, KNOT_EINPUT, "%s: %s[%zu]: %s %s", at->file, at->list, at->index, key, what);
}

int knot_json_open(struct knot_span text, const char *file, size_t limit_bytes, int version,
	json_t **ret_root, struct knot_error *err)
{
	if (text.len > limit_bytes)
		return knot_error_set(
			err, KNOT_EINPUT, "%s: larger than %zu bytes", file, limit_bytes);

	json_error_t why;
	json_t *root =
		json_loadb(text.data ? text.data : "", text.len, JSON_REJECT_DUPLICATES, &why);
	if (!root) {
		char *shown = knot_text_escape(knot_span_str(why.text), 200);
		knot_error_set(err, KNOT_EINPUT, "%s: line %d, column %d: %s", file, why.line,
			why.column, shown);
		free(shown);
		return KNOT_EINPUT;
	}
	struct knot_json_at top = {.file = file};
	const json_t *told = json_object_get(root, "version");
	int rc = 0;
	if (!json_is_object(root))
		rc = knot_error_set(err, KNOT_EINPUT, "%s: not a JSON object", file);
	else if (!json_is_integer(told))
		rc = knot_json_bad(&top, "version", "is missing or no number", err);
	else if (json_integer_value(told) != version)
		rc = knot_error_set(err, KNOT_EINPUT,
			"%s: format %" JSON_INTEGER_FORMAT "; this goknot reads %d", file,
			json_integer_value(told), version);
	if (rc < 0) {
		json_decref(root);
		return rc;
	}
	*ret_root = root;
	return 0;
}

int knot_json_text(const json_t *object, const char *key, const char *fallback,
	const struct knot_json_at *at, const char **ret_text, struct knot_error *err)
{
	const json_t *value = json_object_get(object, key);
	if (!value && fallback) {
		*ret_text = fallback;
		return 0;
	}
	/* jansson refuses NUL inside strings on reading: these are C strings. */
	if (!json_is_string(value))
		return knot_json_bad(at, key, "is missing or no string", err);
	*ret_text = json_string_value(value);
	return 0;
}

int knot_json_u32(const json_t *object, const char *key, const struct knot_json_at *at,
	uint32_t *ret_number, struct knot_error *err)
{
	const json_t *value = json_object_get(object, key);
	json_int_t number = json_integer_value(value);
	if (!json_is_integer(value) || number < 0 || number > UINT32_MAX)
		return knot_json_bad(at, key, "is missing or no number from 0 to 4294967295", err);
	*ret_number = (uint32_t)number;
	return 0;
}

int knot_json_bool(const json_t *object, const char *key, const struct knot_json_at *at,
	bool *ret_bool, struct knot_error *err)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_boolean(value))
		return knot_json_bad(at, key, "is missing or neither true nor false", err);
	*ret_bool = json_is_true(value);
	return 0;
}

int knot_json_array(const json_t *object, const char *key, size_t max,
	const struct knot_json_at *at, const json_t **ret_array, struct knot_error *err)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_array(value))
		return knot_json_bad(at, key, "is missing or no array", err);
	if (json_array_size(value) > max)
		return knot_json_bad(at, key, "has too many entries", err);
	*ret_array = value;
	return 0;
}
