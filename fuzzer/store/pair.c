/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/pair.h"

#include "base/hash.h"
#include "store/internal.h"
#include "wire/abi.h"

static const char *const sql[KNOT_STMT_COUNT] = {
	[KNOT_STMT_GPATH_ADD] =
		"INSERT INTO gpaths (hash, text) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
	[KNOT_STMT_OP_ADD] = ("INSERT INTO ops (key, gpath, site, op) VALUES (?1, ?2, ?3, ?4)"
			      " ON CONFLICT DO NOTHING"),
	[KNOT_STMT_OP_EACH] = ("SELECT o.key, o.gpath, g.text, o.site, o.op FROM ops o JOIN gpaths "
			       "g ON g.hash = o.gpath"
			       " WHERE o.key IN (SELECT a FROM pairs WHERE target = ?1"
			       " UNION SELECT b FROM pairs WHERE target = ?1) ORDER BY o.key"),
	[KNOT_STMT_PAIR_ADD] = ("INSERT INTO pairs (target, a, b, type, first_run, count)"
				" VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
				" ON CONFLICT DO UPDATE SET count = count + excluded.count"),
	[KNOT_STMT_PAIR_EACH] = ("SELECT a, b, type, first_run, count FROM pairs WHERE target = ?1"
				 " ORDER BY a, b, type"),
	[KNOT_STMT_PAIR_COUNT] = "SELECT count(*) FROM pairs WHERE target = ?1",
	[KNOT_STMT_PAIR_STATES] =
		("SELECT count(DISTINCT p.b) FROM pairs p JOIN ops o ON o.key = p.b"
		 " WHERE p.target = ?1 AND p.type = 1 AND o.op BETWEEN ?2 AND ?3"),
};

int knot_store_op_add(struct knot_store *store, const struct knot_store_op *ops, size_t len,
	struct knot_error *err)
{
	int r = 0;
	for (size_t i = 0; i < len && r == 0; i++) {
		const struct knot_store_op *o = &ops[i];
		r = knot_store_write(store, KNOT_STMT_GPATH_ADD, sql[KNOT_STMT_GPATH_ADD],
			"saving operations", err, "ut", o->gpath, o->gpath_text);
		if (r == 0)
			r = knot_store_write(store, KNOT_STMT_OP_ADD, sql[KNOT_STMT_OP_ADD],
				"saving operations", err, "uuii",
				knot_hash_op(o->gpath, o->site, o->op), o->gpath, (int64_t)o->site,
				(int64_t)o->op);
	}
	return r;
}

int knot_store_pair_add(struct knot_store *store, int64_t target,
	const struct knot_store_pair *pairs, size_t len, struct knot_error *err)
{
	int r = 0;
	for (size_t i = 0; i < len && r == 0; i++)
		r = knot_store_write(store, KNOT_STMT_PAIR_ADD, sql[KNOT_STMT_PAIR_ADD],
			"saving pairs", err, "iuuiuu", target, pairs[i].a, pairs[i].b,
			(int64_t)pairs[i].type, pairs[i].first_run, pairs[i].count);
	return r;
}

int knot_store_op_each(struct knot_store *store, int64_t target, knot_store_op_fn fn, void *arg,
	struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(
		store, KNOT_STMT_OP_EACH, sql[KNOT_STMT_OP_EACH], &stmt, err, "i", target);
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading operations", &row, err);
		if (r < 0 || !row)
			return r;
		const struct knot_store_op op = {
			.gpath = knot_store_u64(stmt, 1),
			.gpath_text = knot_store_text(stmt, 2),
			.site = knot_store_u32(stmt, 3, UINT32_MAX),
			.op = knot_store_u32(stmt, 4, KNOT_OP_LAST - 1),
		};
		r = fn(arg, knot_store_u64(stmt, 0), &op, err);
		if (r != 0)
			sqlite3_reset(stmt);
	}
	return r;
}

int knot_store_pair_each(struct knot_store *store, int64_t target, knot_store_pair_fn fn, void *arg,
	struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(
		store, KNOT_STMT_PAIR_EACH, sql[KNOT_STMT_PAIR_EACH], &stmt, err, "i", target);
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading pairs", &row, err);
		if (r < 0 || !row)
			return r;
		const struct knot_store_pair pair = {
			.a = knot_store_u64(stmt, 0),
			.b = knot_store_u64(stmt, 1),
			.type = knot_store_u32(stmt, 2, 2),
			.first_run = knot_store_u64(stmt, 3),
			.count = knot_store_u64(stmt, 4),
		};
		r = fn(arg, &pair, err);
		if (r != 0)
			sqlite3_reset(stmt);
	}
	return r;
}

static int counted(
	struct knot_store *store, sqlite3_stmt *stmt, uint64_t *ret_count, struct knot_error *err)
{
	bool row = false;
	int r = knot_store_step(store, stmt, "counting pairs", &row, err);

	if (r < 0)
		return r;
	*ret_count = knot_store_u64(stmt, 0);
	sqlite3_reset(stmt);
	return 0;
}

int knot_store_pair_count(
	struct knot_store *store, int64_t target, uint64_t *ret_count, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(
		store, KNOT_STMT_PAIR_COUNT, sql[KNOT_STMT_PAIR_COUNT], &stmt, err, "i", target);

	return r < 0 ? r : counted(store, stmt, ret_count, err);
}

int knot_store_pair_states(
	struct knot_store *store, int64_t target, uint64_t *ret_count, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(store, KNOT_STMT_PAIR_STATES, sql[KNOT_STMT_PAIR_STATES], &stmt,
		err, "iii", target, (int64_t)KNOT_OP_CHANFULL, (int64_t)KNOT_OP_CHANCLOSED);

	return r < 0 ? r : counted(store, stmt, ret_count, err);
}
