/* SPDX-License-Identifier: BSD-2-Clause */
/* The campaign's own facts; declared in store/store.h. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "store/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const sql[KNOT_STMT_COUNT] = {
	[KNOT_STMT_META_SET] = ("INSERT INTO meta (key, value) VALUES (?1, ?2)"
				" ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
	[KNOT_STMT_META_GET] = "SELECT value FROM meta WHERE key = ?1",
};

int knot_store_meta_set(
	struct knot_store *store, const char *key, const char *value, struct knot_error *err)
{
	return knot_store_write(store, KNOT_STMT_META_SET, sql[KNOT_STMT_META_SET],
		"saving the campaign's facts", err, "tt", key, value);
}

int knot_store_meta_get(
	struct knot_store *store, const char *key, char **ret_value, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	int r = knot_store_prepare(
		store, KNOT_STMT_META_GET, sql[KNOT_STMT_META_GET], &stmt, err, "t", key);
	if (r == 0)
		r = knot_store_step(store, stmt, "reading the campaign's facts", &row, err);
	if (r < 0)
		return r;
	*ret_value = row ? knot_xstrdup(knot_store_text(stmt, 0)) : NULL;
	sqlite3_reset(stmt);
	return 0;
}

int knot_store_meta_set_u64(
	struct knot_store *store, const char *key, uint64_t value, struct knot_error *err)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRIu64, value);
	return knot_store_meta_set(store, key, text, err);
}

int knot_store_meta_get_u64(struct knot_store *store, const char *key, uint64_t missing,
	uint64_t *ret_value, struct knot_error *err)
{
	knot_auto_free char *text = NULL;
	const int r = knot_store_meta_get(store, key, &text, err);
	if (r < 0)
		return r;
	char *end = NULL;
	const uint64_t value = text ? strtoull(text, &end, 10) : missing;
	*ret_value = text && (end == text || *end) ? missing : value;
	return 0;
}
