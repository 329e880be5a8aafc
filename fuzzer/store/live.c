/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/live.h"

#include "store/internal.h"

static const char *const sql[KNOT_STMT_COUNT] = {
	[KNOT_STMT_ARM_ADD] =
		("INSERT INTO arms (name, runs, steps, pairs, findings) VALUES (?1, ?2, ?3, ?4, ?5)"
		 " ON CONFLICT DO UPDATE SET runs = runs + excluded.runs,"
		 " steps = steps + excluded.steps, pairs = pairs + excluded.pairs,"
		 " findings = findings + excluded.findings"),
	[KNOT_STMT_ARM_EACH] = "SELECT name, runs, steps, pairs, findings FROM arms ORDER BY name",
	[KNOT_STMT_WORKER_SET] =
		("INSERT INTO workers (worker, target, pid, runs) VALUES (?1, ?2, ?3, ?4)"
		 " ON CONFLICT DO UPDATE SET target = excluded.target, pid = excluded.pid,"
		 " runs = excluded.runs"),
	[KNOT_STMT_WORKER_TRIM] = "DELETE FROM workers WHERE worker >= ?1",
	[KNOT_STMT_WORKER_EACH] = "SELECT worker, target, pid, runs FROM workers ORDER BY worker",
};

int knot_store_arm_add(
	struct knot_store *store, const struct knot_store_arm *delta, struct knot_error *err)
{
	return knot_store_write(store, KNOT_STMT_ARM_ADD, sql[KNOT_STMT_ARM_ADD],
		"counting policies", err, "tuuuu", delta->name, delta->runs, delta->steps,
		delta->pairs, delta->findings);
}

int knot_store_arm_each(
	struct knot_store *store, knot_store_arm_fn fn, void *arg, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(
		store, KNOT_STMT_ARM_EACH, sql[KNOT_STMT_ARM_EACH], &stmt, err, "");
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading policies", &row, err);
		if (r < 0 || !row)
			return r;
		const struct knot_store_arm arm = {
			.name = knot_store_text(stmt, 0),
			.runs = knot_store_u64(stmt, 1),
			.steps = knot_store_u64(stmt, 2),
			.pairs = knot_store_u64(stmt, 3),
			.findings = knot_store_u64(stmt, 4),
		};
		r = fn(arg, &arm, err);
		if (r != 0)
			sqlite3_reset(stmt);
	}
	return r;
}

int knot_store_worker_set(
	struct knot_store *store, const struct knot_store_worker *row, struct knot_error *err)
{
	return knot_store_write(store, KNOT_STMT_WORKER_SET, sql[KNOT_STMT_WORKER_SET],
		"saving workers", err, "iiiu", (int64_t)row->worker, row->target, row->pid,
		row->runs);
}

int knot_store_worker_trim(struct knot_store *store, uint32_t first, struct knot_error *err)
{
	return knot_store_write(store, KNOT_STMT_WORKER_TRIM, sql[KNOT_STMT_WORKER_TRIM],
		"saving workers", err, "i", (int64_t)first);
}

int knot_store_worker_each(
	struct knot_store *store, knot_store_worker_fn fn, void *arg, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(
		store, KNOT_STMT_WORKER_EACH, sql[KNOT_STMT_WORKER_EACH], &stmt, err, "");
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading workers", &row, err);
		if (r < 0 || !row)
			return r;
		const struct knot_store_worker worker = {
			.worker = knot_store_u32(stmt, 0, UINT32_MAX),
			.target = sqlite3_column_int64(stmt, 1),
			.pid = sqlite3_column_int64(stmt, 2),
			.runs = knot_store_u64(stmt, 3),
		};
		r = fn(arg, &worker, err);
		if (r != 0)
			sqlite3_reset(stmt);
	}
	return r;
}
