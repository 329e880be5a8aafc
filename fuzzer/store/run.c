/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/run.h"

#include "store/internal.h"

static const char *const sql[KNOT_STMT_COUNT] = {
	[KNOT_STMT_RUN_ADD] =
		("INSERT INTO runs (target, policy, runs, steps, choices, wall_ns, chain_runs,"
		 " chain_any, chain_all) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
		 " ON CONFLICT DO UPDATE SET runs = runs + excluded.runs,"
		 " steps = steps + excluded.steps, choices = choices + excluded.choices,"
		 " wall_ns = wall_ns + excluded.wall_ns,"
		 " chain_runs = chain_runs + excluded.chain_runs,"
		 " chain_any = chain_any + excluded.chain_any,"
		 " chain_all = chain_all + excluded.chain_all"),
	[KNOT_STMT_RUN_END_ADD] =
		("INSERT INTO run_ends (target, policy, end_kind, runs) VALUES (?1, ?2, ?3, ?4)"
		 " ON CONFLICT DO UPDATE SET runs = runs + excluded.runs"),
	[KNOT_STMT_RUN_EACH] = ("SELECT target, policy, runs, steps, choices, wall_ns, chain_runs, "
				"chain_any, chain_all"
				" FROM runs WHERE ?1 = 0 OR target = ?1 ORDER BY target, policy"),
	[KNOT_STMT_RUN_END_EACH] =
		"SELECT end_kind, runs FROM run_ends WHERE target = ?1 AND policy = ?2",
};

int knot_store_runs_add(
	struct knot_store *store, const struct knot_store_runs *delta, struct knot_error *err)
{
	int r = knot_store_write(store, KNOT_STMT_RUN_ADD, sql[KNOT_STMT_RUN_ADD], "counting runs",
		err, "iiuuuuuuu", delta->target, (int64_t)delta->policy, delta->runs, delta->steps,
		delta->choices, delta->wall_ns, delta->chain_runs, delta->chain_any,
		delta->chain_all);
	for (int64_t end = 0; end < KNOT_STORE_END_KINDS && r == 0; end++)
		if (delta->ends[end])
			r = knot_store_write(store, KNOT_STMT_RUN_END_ADD,
				sql[KNOT_STMT_RUN_END_ADD], "counting runs", err, "iiiu",
				delta->target, (int64_t)delta->policy, end, delta->ends[end]);
	return r;
}

static int read_ends(struct knot_store *store, struct knot_store_runs *runs, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(store, KNOT_STMT_RUN_END_EACH, sql[KNOT_STMT_RUN_END_EACH],
		&stmt, err, "ii", runs->target, (int64_t)runs->policy);
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading runs", &row, err);
		if (r < 0 || !row)
			return r;
		const uint32_t end = knot_store_u32(stmt, 0, UINT32_MAX);
		if (end < KNOT_STORE_END_KINDS)
			runs->ends[end] = knot_store_u64(stmt, 1);
	}
	return r;
}

int knot_store_runs_each(struct knot_store *store, int64_t target, knot_store_runs_fn fn, void *arg,
	struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(
		store, KNOT_STMT_RUN_EACH, sql[KNOT_STMT_RUN_EACH], &stmt, err, "i", target);
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading runs", &row, err);
		if (r < 0 || !row)
			return r;
		struct knot_store_runs runs = {
			.target = sqlite3_column_int64(stmt, 0),
			.policy = knot_store_u32(stmt, 1, UINT32_MAX),
			.runs = knot_store_u64(stmt, 2),
			.steps = knot_store_u64(stmt, 3),
			.choices = knot_store_u64(stmt, 4),
			.wall_ns = knot_store_u64(stmt, 5),
			.chain_runs = knot_store_u64(stmt, 6),
			.chain_any = knot_store_u64(stmt, 7),
			.chain_all = knot_store_u64(stmt, 8),
		};
		r = read_ends(store, &runs, err);
		if (r == 0)
			r = fn(arg, &runs, err);
		if (r != 0)
			sqlite3_reset(stmt);
	}
	return r;
}
