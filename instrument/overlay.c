/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/overlay.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <jansson.h>
#include <string.h>

#define KNOT_OVERLAY_MAX_BYTES (64u << 20)

static char *absolute(const char *path, const char *dir)
{
	return *path == '/' || !*path ? knot_xstrdup(path) : knot_xasprintf("%s/%s", dir, path);
}

static int merge_one(json_t *into, const char *file, const char *dir, struct knot_error *err)
{
	knot_auto_free char *text = NULL;
	size_t len;
	json_error_t at;
	int rc = knot_file_read(file, KNOT_OVERLAY_MAX_BYTES, &text, &len, err);

	if (rc)
		return rc;
	json_t *root = json_loadb(text, len, 0, &at);

	if (!root)
		return knot_error_set(
			err, KNOT_EINPUT, "overlay %s: line %d: %s", file, at.line, at.text);
	const char *path;
	json_t *with;

	json_object_foreach(json_object_get(root, "Replace"), path, with) {
		knot_auto_free char *from = absolute(path, dir);
		const char *value = json_string_value(with);
		knot_auto_free char *to = value ? absolute(value, dir) : NULL;

		if (!to) {
			rc = knot_error_set(err, KNOT_EINPUT,
				"overlay %s: %s is not replaced by a path", file, path);
			break;
		}
		json_object_set_new(into, from, json_string(to));
	}
	json_decref(root);
	return rc;
}

int knot_overlay_check(const char *file, const char *dir, struct knot_error *err)
{
	knot_auto_free char *path = absolute(file, dir);
	json_t *replace = json_object();
	int rc = merge_one(replace, path, dir, err);

	json_decref(replace);
	return rc;
}

bool knot_overlay_can_name(const char *path)
{
	json_t *name = json_string(path);

	json_decref(name);
	return name != NULL;
}

int knot_overlay_merge(const char *const *files, size_t files_len, const char *dir,
	const char *output, struct knot_error *err)
{
	json_t *replace = json_object();
	json_t *root = json_pack("{s:o}", "Replace", replace);
	int rc = 0;

	for (size_t i = 0; i < files_len && !rc; i++)
		rc = merge_one(replace, files[i], dir, err);
	if (!rc) {
		knot_auto_free char *text = json_dumps(root, JSON_INDENT(1) | JSON_SORT_KEYS);
		knot_auto_free char *old = NULL;
		size_t old_len = 0;

		if (!knot_file_exists(output) ||
			knot_file_read(output, KNOT_OVERLAY_MAX_BYTES, &old, &old_len, NULL) ||
			strcmp(old, text) != 0)
			rc = knot_file_write(output, text, strlen(text), err);
	}
	json_decref(root);
	return rc;
}
