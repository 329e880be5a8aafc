/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/finding.h"

#include "store/internal.h"

static const char *const sql[KNOT_STMT_COUNT] = {
	[KNOT_STMT_FINDING_UPSERT] =
		("INSERT INTO findings (target, bucket, verdict, title, signature, state, "
		 "first_seed,"
		 " policy, crash_file, hits, replays, reproduced, first_ns, last_ns,"
		 " places, ignored, build, fixed_ns)"
		 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
		 " coalesce(?15, ''), coalesce(?16, ''), ?17, ?18)"
		 " ON CONFLICT (target, bucket) DO UPDATE SET hits = hits + excluded.hits,"
		 " last_ns = excluded.last_ns RETURNING id, state, hits"),
	[KNOT_STMT_FINDING_UPDATE] =
		("UPDATE findings SET verdict = ?2, title = ?3, signature = ?4, state = ?5,"
		 " first_seed = ?6, policy = ?7, crash_file = ?8, replays = ?9, reproduced = ?10,"
		 " last_ns = ?11, places = coalesce(?12, ''), ignored = coalesce(?13, ''),"
		 " build = ?14, fixed_ns = ?15, outcome = '' WHERE id = ?1"),
	[KNOT_STMT_FINDING_SETTLE] = ("UPDATE findings SET state = ?2, build = ?3, fixed_ns = ?4,"
				      " outcome = coalesce(?5, '') WHERE id = ?1"),
	/* No hash is as small as an id. */
	[KNOT_STMT_FINDING_PARK] =
		("UPDATE findings SET bucket = id WHERE target = ?1 AND bucket = ?2"
		 " AND id <> ?3"),
	[KNOT_STMT_FINDING_MOVE] = ("UPDATE findings SET bucket = ?2, title = ?3, signature = ?4,"
				    " places = coalesce(?5, '') WHERE id = ?1"),
	[KNOT_STMT_FINDING_IGNORE] = "UPDATE findings SET state = ?2, ignored = ?3 WHERE id = ?1",
	[KNOT_STMT_FINDING_EACH] =
		("SELECT id, target, bucket, verdict, title, signature, state, first_seed, policy,"
		 " crash_file, hits, replays, reproduced, first_ns, last_ns, places, ignored,"
		 " build, fixed_ns, outcome FROM findings"
		 " WHERE ?1 = 0 OR target = ?1 ORDER BY id"),
};

const char *knot_finding_state_name(enum knot_finding_state state)
{
	return state == KNOT_FINDING_VERIFIED        ? "verified"
		: state == KNOT_FINDING_REJECTED     ? "rejected"
		: state == KNOT_FINDING_IGNORED      ? "ignored"
		: state == KNOT_FINDING_FIXED        ? "fixed"
		: state == KNOT_FINDING_DIVERGED     ? "diverged"
		: state == KNOT_FINDING_INCONCLUSIVE ? "inconclusive"
						     : "candidate";
}

bool knot_finding_is_unclear(enum knot_finding_state state)
{
	return state == KNOT_FINDING_DIVERGED || state == KNOT_FINDING_INCONCLUSIVE;
}

const char *knot_finding_fixed_name(const struct knot_store_finding *f)
{
	return !f->fixed_ns                         ? NULL
		: f->state == KNOT_FINDING_FIXED    ? "fixed"
		: f->state == KNOT_FINDING_VERIFIED ? "regression"
						    : NULL;
}

int knot_store_finding_upsert(
	struct knot_store *store, struct knot_store_finding *finding, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	int r = knot_store_begin(store, err);
	if (r == 0)
		r = knot_store_prepare(store, KNOT_STMT_FINDING_UPSERT,
			sql[KNOT_STMT_FINDING_UPSERT], &stmt, err, "iutttiuituuuuuttuu",
			finding->target, finding->bucket, finding->verdict, finding->title,
			finding->signature, (int64_t)finding->state, finding->first_seed,
			(int64_t)finding->policy, finding->crash_file, finding->hits,
			finding->replays, finding->reproduced, finding->first_ns, finding->last_ns,
			finding->places, finding->ignored, finding->build, finding->fixed_ns);
	if (r == 0)
		r = knot_store_step(store, stmt, "saving a finding", &row, err);
	if (r < 0)
		return r;
	finding->id = sqlite3_column_int64(stmt, 0);
	finding->state =
		(enum knot_finding_state)knot_store_u32(stmt, 1, KNOT_FINDING_INCONCLUSIVE);
	finding->hits = knot_store_u64(stmt, 2);
	sqlite3_reset(stmt);
	return 0;
}

int knot_store_finding_update(
	struct knot_store *store, const struct knot_store_finding *finding, struct knot_error *err)
{
	return knot_store_write(store, KNOT_STMT_FINDING_UPDATE, sql[KNOT_STMT_FINDING_UPDATE],
		"saving a finding", err, "itttiuituuuttuu", finding->id, finding->verdict,
		finding->title, finding->signature, (int64_t)finding->state, finding->first_seed,
		(int64_t)finding->policy, finding->crash_file, finding->replays,
		finding->reproduced, finding->last_ns, finding->places, finding->ignored,
		finding->build, finding->fixed_ns);
}

int knot_store_finding_settle(
	struct knot_store *store, const struct knot_store_finding *finding, struct knot_error *err)
{
	return knot_store_write(store, KNOT_STMT_FINDING_SETTLE, sql[KNOT_STMT_FINDING_SETTLE],
		"saving a finding", err, "iiuut", finding->id, (int64_t)finding->state,
		finding->build, finding->fixed_ns, finding->outcome);
}

int knot_store_finding_move(
	struct knot_store *store, const struct knot_store_finding *finding, struct knot_error *err)
{
	int r = knot_store_write(store, KNOT_STMT_FINDING_PARK, sql[KNOT_STMT_FINDING_PARK],
		"saving a finding", err, "iui", finding->target, finding->bucket, finding->id);

	if (r == 0)
		r = knot_store_write(store, KNOT_STMT_FINDING_MOVE, sql[KNOT_STMT_FINDING_MOVE],
			"saving a finding", err, "iuttt", finding->id, finding->bucket,
			finding->title, finding->signature, finding->places);
	return r;
}

int knot_store_finding_ignore(
	struct knot_store *store, int64_t id, const char *reason, struct knot_error *err)
{
	const enum knot_finding_state state =
		*reason ? KNOT_FINDING_IGNORED : KNOT_FINDING_VERIFIED;

	return knot_store_write(store, KNOT_STMT_FINDING_IGNORE, sql[KNOT_STMT_FINDING_IGNORE],
		"saving a finding", err, "iit", id, (int64_t)state, reason);
}

int knot_store_finding_each(struct knot_store *store, int64_t target, knot_store_finding_fn fn,
	void *arg, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(store, KNOT_STMT_FINDING_EACH, sql[KNOT_STMT_FINDING_EACH],
		&stmt, err, "i", target);
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading findings", &row, err);
		if (r < 0 || !row)
			return r;
		const struct knot_store_finding finding = {
			.id = sqlite3_column_int64(stmt, 0),
			.target = sqlite3_column_int64(stmt, 1),
			.bucket = knot_store_u64(stmt, 2),
			.verdict = knot_store_text(stmt, 3),
			.title = knot_store_text(stmt, 4),
			.signature = knot_store_text(stmt, 5),
			.state = (enum knot_finding_state)knot_store_u32(
				stmt, 6, KNOT_FINDING_INCONCLUSIVE),
			.first_seed = knot_store_u64(stmt, 7),
			.policy = knot_store_u32(stmt, 8, UINT32_MAX),
			.crash_file = knot_store_text(stmt, 9),
			.hits = knot_store_u64(stmt, 10),
			.replays = knot_store_u64(stmt, 11),
			.reproduced = knot_store_u64(stmt, 12),
			.first_ns = knot_store_u64(stmt, 13),
			.last_ns = knot_store_u64(stmt, 14),
			.places = knot_store_text(stmt, 15),
			.ignored = knot_store_text(stmt, 16),
			.build = knot_store_u64(stmt, 17),
			.fixed_ns = knot_store_u64(stmt, 18),
			.outcome = knot_store_text(stmt, 19),
		};
		r = fn(arg, &finding, err);
		if (r != 0)
			sqlite3_reset(stmt);
	}
	return r;
}
