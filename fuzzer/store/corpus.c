/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/corpus.h"

#include "base/error.h"
#include "store/internal.h"

static const char *const sql[KNOT_STMT_COUNT] = {
	[KNOT_STMT_CORPUS_UPSERT] =
		("INSERT INTO corpus (target, hash, chain, parent, prefix, new_pairs, energy, "
		 "picks,"
		 " created_ns, pairs) VALUES (?1, ?2, ?3, nullif(?4, 0), ?5, ?6, ?7, ?8, ?9, ?10)"
		 " ON CONFLICT (target, hash) DO UPDATE SET new_pairs = excluded.new_pairs,"
		 " energy = excluded.energy, picks = excluded.picks,"
		 " pairs = iif(length(excluded.pairs), excluded.pairs, pairs) RETURNING id"),
	[KNOT_STMT_CORPUS_UPDATE] =
		"UPDATE corpus SET new_pairs = ?2, energy = ?3, picks = ?4 WHERE id = ?1",
	[KNOT_STMT_CORPUS_EACH] = ("SELECT id, target, hash, chain, parent, prefix, new_pairs, "
				   "energy, picks, created_ns, pairs"
				   " FROM corpus WHERE target = ?1 ORDER BY id"),
	[KNOT_STMT_CORPUS_COUNT] = "SELECT count(*) FROM corpus",
	[KNOT_STMT_IMPORT_ADD] =
		"INSERT INTO imports (target, hash) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
	[KNOT_STMT_IMPORT_EACH] = "SELECT hash, dropped FROM imports WHERE target = ?1",
	[KNOT_STMT_CORPUS_ORPHANS] = "UPDATE corpus SET parent = NULL WHERE parent = ?1",
	[KNOT_STMT_CORPUS_DELETE] = "DELETE FROM corpus WHERE id = ?1",
	[KNOT_STMT_IMPORT_DROP] = ("INSERT INTO imports (target, hash, dropped) VALUES (?1, ?2, 1)"
				   " ON CONFLICT DO UPDATE SET dropped = 1"),
};

int knot_store_corpus_upsert(
	struct knot_store *store, struct knot_store_entry *entry, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	int r = knot_store_begin(store, err);
	if (r == 0)
		r = knot_store_prepare(store, KNOT_STMT_CORPUS_UPSERT, sql[KNOT_STMT_CORPUS_UPSERT],
			&stmt, err, "iutibuduub", entry->target, entry->hash, entry->chain,
			entry->parent, (const void *)entry->prefix,
			entry->prefix_len * sizeof(*entry->prefix), entry->new_pairs, entry->energy,
			entry->picks, entry->created_ns, (const void *)entry->pairs,
			entry->pairs_len * sizeof(*entry->pairs));
	if (r == 0)
		r = knot_store_step(store, stmt, "saving the corpus", &row, err);
	if (r < 0)
		return r;
	entry->id = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return 0;
}

int knot_store_corpus_update(
	struct knot_store *store, const struct knot_store_entry *entry, struct knot_error *err)
{
	return knot_store_write(store, KNOT_STMT_CORPUS_UPDATE, sql[KNOT_STMT_CORPUS_UPDATE],
		"saving the corpus", err, "iudu", entry->id, entry->new_pairs, entry->energy,
		entry->picks);
}

int knot_store_corpus_each(struct knot_store *store, int64_t target, knot_store_entry_fn fn,
	void *arg, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(
		store, KNOT_STMT_CORPUS_EACH, sql[KNOT_STMT_CORPUS_EACH], &stmt, err, "i", target);
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading the corpus", &row, err);
		if (r < 0 || !row)
			return r;
		const size_t prefix_bytes = (size_t)sqlite3_column_bytes(stmt, 5);
		const size_t pairs_bytes = (size_t)sqlite3_column_bytes(stmt, 10);
		const struct knot_store_entry entry = {
			.id = sqlite3_column_int64(stmt, 0),
			.target = sqlite3_column_int64(stmt, 1),
			.hash = knot_store_u64(stmt, 2),
			.chain = knot_store_text(stmt, 3),
			.parent = sqlite3_column_int64(stmt, 4),
			/* SQLite's buffers are aligned for any type. */
			.prefix = sqlite3_column_blob(stmt, 5),
			.prefix_len = prefix_bytes / sizeof(*entry.prefix),
			.new_pairs = knot_store_u64(stmt, 6),
			.energy = sqlite3_column_double(stmt, 7),
			.picks = knot_store_u64(stmt, 8),
			.created_ns = knot_store_u64(stmt, 9),
			.pairs = sqlite3_column_blob(stmt, 10),
			.pairs_len = pairs_bytes / sizeof(*entry.pairs),
		};
		r = prefix_bytes % sizeof(*entry.prefix) || pairs_bytes % sizeof(*entry.pairs)
			? knot_error_set(err, KNOT_EINPUT,
				  "%s is damaged: prefix or pairs of corpus entry %lld",
				  store->path, (long long)entry.id)
			: fn(arg, &entry, err);
		if (r != 0)
			sqlite3_reset(stmt);
	}
	return r;
}

int knot_store_corpus_count(struct knot_store *store, uint64_t *ret_count, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	int r = knot_store_prepare(
		store, KNOT_STMT_CORPUS_COUNT, sql[KNOT_STMT_CORPUS_COUNT], &stmt, err, "");
	if (r == 0)
		r = knot_store_step(store, stmt, "counting the corpus", &row, err);
	if (r < 0)
		return r;
	*ret_count = knot_store_u64(stmt, 0);
	sqlite3_reset(stmt);
	return 0;
}

int knot_store_corpus_drop(
	struct knot_store *store, const struct knot_store_entry *entry, struct knot_error *err)
{
	static const char what[] = "dropping from the corpus";
	int r = knot_store_write(store, KNOT_STMT_CORPUS_ORPHANS, sql[KNOT_STMT_CORPUS_ORPHANS],
		what, err, "i", entry->id);
	if (r == 0)
		r = knot_store_write(store, KNOT_STMT_CORPUS_DELETE, sql[KNOT_STMT_CORPUS_DELETE],
			what, err, "i", entry->id);
	return r ? r
		 : knot_store_write(store, KNOT_STMT_IMPORT_DROP, sql[KNOT_STMT_IMPORT_DROP], what,
			   err, "iu", entry->target, entry->hash);
}

int knot_store_import_add(
	struct knot_store *store, int64_t target, uint64_t hash, struct knot_error *err)
{
	return knot_store_write(store, KNOT_STMT_IMPORT_ADD, sql[KNOT_STMT_IMPORT_ADD],
		"saving what was imported", err, "iu", target, hash);
}

int knot_store_import_each(struct knot_store *store, int64_t target, knot_store_import_fn fn,
	void *arg, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = knot_store_prepare(
		store, KNOT_STMT_IMPORT_EACH, sql[KNOT_STMT_IMPORT_EACH], &stmt, err, "i", target);
	while (r == 0) {
		bool row = false;
		r = knot_store_step(store, stmt, "reading what was imported", &row, err);
		if (r < 0 || !row)
			return r;
		r = fn(arg, knot_store_u64(stmt, 0), sqlite3_column_int(stmt, 1) != 0, err);
		if (r != 0)
			sqlite3_reset(stmt);
	}
	return r;
}
