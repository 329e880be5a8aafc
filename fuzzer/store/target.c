/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/target.h"

#include "store/internal.h"
#include "wire/abi.h"

#include <stdint.h>

static const char *const sql[KNOT_STMT_COUNT] = {
	/* The idle update makes RETURNING give the row that was there already. */
	[KNOT_STMT_BUILD_UPSERT] = ("INSERT INTO builds (import_path, flags) VALUES (?1, ?2)"
				    " ON CONFLICT DO UPDATE SET flags = flags RETURNING id"),
	[KNOT_STMT_TARGET_UPSERT] =
		("INSERT INTO targets (build, test, dir, go_version, salt) VALUES (?1, ?2, ?3, ?4, "
		 "?5)"
		 " ON CONFLICT DO UPDATE SET dir = excluded.dir, go_version = excluded.go_version"
		 " RETURNING id, salt, state, runs, steps, last_new_pair_run, used_ns"),
	[KNOT_STMT_TARGET_UPDATE] =
		("UPDATE targets SET state = ?2, runs = ?3, steps = ?4, last_new_pair_run = ?5,"
		 " used_ns = ?6 WHERE id = ?1"),
	[KNOT_STMT_TARGET_EACH] = ("SELECT t.id, t.build, b.import_path, t.test, t.dir, "
				   "t.go_version, b.flags, t.salt,"
				   " t.state, t.runs, t.steps, t.last_new_pair_run, t.used_ns"
				   " FROM targets t JOIN builds b ON b.id = t.build ORDER BY t.id"),
	[KNOT_STMT_SITE_UPSERT] =
		("INSERT INTO sites (build, hash, file, line, col, op, prim, func)"
		 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
		 " ON CONFLICT DO UPDATE SET file = excluded.file, line = excluded.line,"
		 " col = excluded.col, op = excluded.op, prim = excluded.prim, func = "
		 "excluded.func"),
	[KNOT_STMT_SITE_EACH] =
		("SELECT hash, file, line, col, op, prim, func FROM sites WHERE build = ?1"
		 " ORDER BY file, line, col, hash"),
};

const char *knot_target_state_why(uint32_t state)
{
	switch (state) {
	case KNOT_TARGET_FINE:
		return NULL;
	case KNOT_TARGET_UNEVEN:
		return "its verdict differs under one and the same schedule";
	default:
		return "it could not be run";
	}
}

static int upsert_build(struct knot_store *store, const struct knot_store_target *target,
	int64_t *ret_build, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	int r = knot_store_prepare(store, KNOT_STMT_BUILD_UPSERT, sql[KNOT_STMT_BUILD_UPSERT],
		&stmt, err, "tt", target->import_path, target->flags);
	if (r == 0)
		r = knot_store_step(store, stmt, "saving a target", &row, err);
	if (r < 0)
		return r;
	*ret_build = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return 0;
}

int knot_store_target_upsert(
	struct knot_store *store, struct knot_store_target *target, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	int64_t build = 0;
	int r = knot_store_begin(store, err);
	if (r == 0)
		r = upsert_build(store, target, &build, err);
	if (r == 0)
		r = knot_store_prepare(store, KNOT_STMT_TARGET_UPSERT, sql[KNOT_STMT_TARGET_UPSERT],
			&stmt, err, "itttu", build, target->test, target->dir, target->go_version,
			target->salt);
	if (r == 0)
		r = knot_store_step(store, stmt, "saving a target", &row, err);
	if (r < 0)
		return r;
	target->build = build;
	target->id = sqlite3_column_int64(stmt, 0);
	target->salt = knot_store_u64(stmt, 1);
	target->state = knot_store_u32(stmt, 2, UINT32_MAX);
	target->runs = knot_store_u64(stmt, 3);
	target->steps = knot_store_u64(stmt, 4);
	target->last_new_pair_run = knot_store_u64(stmt, 5);
	target->used_ns = knot_store_u64(stmt, 6);
	sqlite3_reset(stmt);
	return 0;
}

int knot_store_target_update(
	struct knot_store *store, const struct knot_store_target *target, struct knot_error *err)
{
	return knot_store_write(store, KNOT_STMT_TARGET_UPDATE, sql[KNOT_STMT_TARGET_UPDATE],
		"saving a target", err, "iiuuuu", target->id, (int64_t)target->state, target->runs,
		target->steps, target->last_new_pair_run, target->used_ns);
}

int knot_store_target_each(
	struct knot_store *store, knot_store_target_fn fn, void *arg, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(
		store, KNOT_STMT_TARGET_EACH, sql[KNOT_STMT_TARGET_EACH], &stmt, err, "");
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading targets", &row, err);
		if (r < 0 || !row)
			return r;
		const struct knot_store_target target = {
			.id = sqlite3_column_int64(stmt, 0),
			.build = sqlite3_column_int64(stmt, 1),
			.import_path = knot_store_text(stmt, 2),
			.test = knot_store_text(stmt, 3),
			.dir = knot_store_text(stmt, 4),
			.go_version = knot_store_text(stmt, 5),
			.flags = knot_store_text(stmt, 6),
			.salt = knot_store_u64(stmt, 7),
			.state = knot_store_u32(stmt, 8, UINT32_MAX),
			.runs = knot_store_u64(stmt, 9),
			.steps = knot_store_u64(stmt, 10),
			.last_new_pair_run = knot_store_u64(stmt, 11),
			.used_ns = knot_store_u64(stmt, 12),
		};
		r = fn(arg, &target, err);
		if (r != 0)
			sqlite3_reset(stmt);
	}
	return r;
}

int knot_store_site_upsert(struct knot_store *store, int64_t build,
	const struct knot_store_site *sites, size_t len, struct knot_error *err)
{
	for (size_t i = 0; i < len; i++) {
		const struct knot_store_site *s = &sites[i];
		const int r = knot_store_write(store, KNOT_STMT_SITE_UPSERT,
			sql[KNOT_STMT_SITE_UPSERT], "saving sites", err, "iitiiitt", build,
			(int64_t)s->hash, s->file, (int64_t)s->line, (int64_t)s->col,
			(int64_t)s->op, s->prim, s->func);
		if (r < 0)
			return r;
	}
	return 0;
}

int knot_store_site_each(struct knot_store *store, int64_t build, knot_store_site_fn fn, void *arg,
	struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(
		store, KNOT_STMT_SITE_EACH, sql[KNOT_STMT_SITE_EACH], &stmt, err, "i", build);
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading sites", &row, err);
		if (r < 0 || !row)
			return r;
		const struct knot_store_site site = {
			.hash = knot_store_u32(stmt, 0, UINT32_MAX),
			.file = knot_store_text(stmt, 1),
			.line = knot_store_u32(stmt, 2, UINT32_MAX),
			.col = knot_store_u32(stmt, 3, UINT32_MAX),
			.op = knot_store_u32(stmt, 4, KNOT_OP_LAST - 1),
			.prim = knot_store_text(stmt, 5),
			.func = knot_store_text(stmt, 6),
		};
		r = fn(arg, &site, err);
		if (r != 0)
			sqlite3_reset(stmt);
	}
	return r;
}
