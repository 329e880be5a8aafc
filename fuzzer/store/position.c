/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/position.h"

#include "store/internal.h"
#include "wire/abi.h"

static const char *const sql[KNOT_STMT_COUNT] = {
	[KNOT_STMT_POSITION_UPSERT] =
		("INSERT INTO positions (target, site, op, raced, file, line, func)"
		 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
		 " ON CONFLICT DO UPDATE SET raced = max(raced, excluded.raced),"
		 " line = iif(file = '', excluded.line, line),"
		 " func = iif(file = '', excluded.func, func),"
		 " file = iif(file = '', excluded.file, file)"),
	[KNOT_STMT_POSITION_EACH] =
		("SELECT site, op, raced, file, line, func FROM positions WHERE target = ?1"
		 " ORDER BY raced DESC, site"),
};

int knot_store_position_upsert(struct knot_store *store, int64_t target,
	const struct knot_store_position *position, struct knot_error *err)
{
	return knot_store_write(store, KNOT_STMT_POSITION_UPSERT, sql[KNOT_STMT_POSITION_UPSERT],
		"saving positions", err, "iiiitit", target, (int64_t)position->site,
		(int64_t)position->op, (int64_t)position->raced, position->file,
		(int64_t)position->line, position->func);
}

int knot_store_position_each(struct knot_store *store, int64_t target, knot_store_position_fn fn,
	void *arg, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(store, KNOT_STMT_POSITION_EACH, sql[KNOT_STMT_POSITION_EACH],
		&stmt, err, "i", target);
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading positions", &row, err);
		if (r < 0 || !row)
			return r;
		const struct knot_store_position position = {
			.site = knot_store_u32(stmt, 0, UINT32_MAX),
			.op = knot_store_u32(stmt, 1, KNOT_OP_LAST - 1),
			.raced = sqlite3_column_int(stmt, 2) != 0,
			.file = knot_store_text(stmt, 3),
			.line = knot_store_u32(stmt, 4, UINT32_MAX),
			.func = knot_store_text(stmt, 5),
		};
		r = fn(arg, &position, err);
		if (r != 0)
			sqlite3_reset(stmt);
	}
	return r;
}
