/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Typed look-ups in a jansson tree for the readers beside it: every one names the place it failed at.
 * Private to wire/.
 */
#ifndef KNOT_WIRE_JSON_H
#define KNOT_WIRE_JSON_H

#include "base/span.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct knot_error;

/* Where in the file: "<file>: <list>[<index>]". */
struct knot_json_at {
	const char *file; /* "site table" */
	const char *list; /* NULL = the top */
	size_t index;
};

/* The whole text as an object with "version" = version. Caller releases with json_decref. */
int knot_json_open(struct knot_span text, const char *file, size_t limit_bytes, int version,
	json_t **ret_root, struct knot_error *err);
/* Borrowed until the tree is released. A missing key is an error unless fallback is not NULL. */
int knot_json_text(const json_t *object, const char *key, const char *fallback,
	const struct knot_json_at *at, const char **ret_text, struct knot_error *err);
int knot_json_u32(const json_t *object, const char *key, const struct knot_json_at *at,
	uint32_t *ret_number, struct knot_error *err);
int knot_json_bool(const json_t *object, const char *key, const struct knot_json_at *at,
	bool *ret_bool, struct knot_error *err);
/* An array of at most max entries. */
int knot_json_array(const json_t *object, const char *key, size_t max,
	const struct knot_json_at *at, const json_t **ret_array, struct knot_error *err);
/* KNOT_EINPUT with "<place>: <key> <what>". */
int knot_json_bad(
	const struct knot_json_at *at, const char *key, const char *what, struct knot_error *err);

#endif
