/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/listed.h"

#include "store/internal.h"

static const char *const sql[KNOT_STMT_COUNT] = {
	[KNOT_STMT_LISTED_PUT] =
		("INSERT INTO listed (target, verdict, note, build, bucket, end_kind, title,"
		 " message) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
		 " ON CONFLICT DO UPDATE SET build = excluded.build, bucket = excluded.bucket,"
		 " end_kind = excluded.end_kind, title = excluded.title,"
		 " message = excluded.message"),
	[KNOT_STMT_LISTED_DROP] =
		"DELETE FROM listed WHERE target = ?1 AND verdict = ?2 AND note = ?3",
	[KNOT_STMT_LISTED_EACH] =
		("SELECT l.target, t.build, b.import_path, t.test, l.verdict, l.note, l.build,"
		 " l.bucket, l.end_kind, l.title, l.message FROM listed l"
		 " JOIN targets t ON t.id = l.target JOIN builds b ON b.id = t.build"
		 " ORDER BY b.import_path, t.test, l.target, l.verdict, l.note"),
};

int knot_store_listed_put(
	struct knot_store *store, const struct knot_store_listed *row, struct knot_error *err)
{
	return knot_store_write(store, KNOT_STMT_LISTED_PUT, sql[KNOT_STMT_LISTED_PUT],
		"saving what is listed", err, "itiuuutt", row->target, row->verdict,
		(int64_t)row->note, row->build, row->bucket, row->end, row->title, row->message);
}

int knot_store_listed_drop(struct knot_store *store, int64_t target, const char *verdict,
	uint32_t note, struct knot_error *err)
{
	return knot_store_write(store, KNOT_STMT_LISTED_DROP, sql[KNOT_STMT_LISTED_DROP],
		"saving what is listed", err, "iti", target, verdict, (int64_t)note);
}

int knot_store_listed_each(
	struct knot_store *store, knot_store_listed_fn fn, void *arg, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(
		store, KNOT_STMT_LISTED_EACH, sql[KNOT_STMT_LISTED_EACH], &stmt, err, "");
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading what is listed", &row, err);
		if (r < 0 || !row)
			return r;
		const struct knot_store_listed listed = {
			.target = sqlite3_column_int64(stmt, 0),
			.binary = sqlite3_column_int64(stmt, 1),
			.package = knot_store_text(stmt, 2),
			.test = knot_store_text(stmt, 3),
			.verdict = knot_store_text(stmt, 4),
			.note = knot_store_u32(stmt, 5, UINT32_MAX),
			.build = knot_store_u64(stmt, 6),
			.bucket = knot_store_u64(stmt, 7),
			.end = knot_store_u64(stmt, 8),
			.title = knot_store_text(stmt, 9),
			.message = knot_store_text(stmt, 10),
		};
		r = fn(arg, &listed, err);
		if (r != 0)
			sqlite3_reset(stmt);
	}
	return r;
}
