/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/schema.h"

#include "base/error.h"
#include "store/internal.h"

#include <stdio.h>

/*
 * Hashes and seeds are 64 bits without sign; SQLite's integers have one: the bits are kept, the
 * numbers look negative. Tables that have a key of several columns are WITHOUT ROWID: one tree, not two.
 */
static const char *const migrations[] = {
	/* 1: the first */
	"CREATE TABLE meta ("
	" key TEXT PRIMARY KEY,"
	" value TEXT NOT NULL"
	") WITHOUT ROWID;"

	/* a test binary */
	"CREATE TABLE builds ("
	" id INTEGER PRIMARY KEY,"
	" import_path TEXT NOT NULL,"
	" flags TEXT NOT NULL,"
	" UNIQUE (import_path, flags)"
	");"

	"CREATE TABLE targets ("
	" id INTEGER PRIMARY KEY,"
	" build INTEGER NOT NULL REFERENCES builds,"
	" test TEXT NOT NULL,"
	" dir TEXT NOT NULL,"
	" go_version TEXT NOT NULL,"
	" salt INTEGER NOT NULL,"
	" state INTEGER NOT NULL DEFAULT 0,"
	" runs INTEGER NOT NULL DEFAULT 0,"
	" steps INTEGER NOT NULL DEFAULT 0,"
	" last_new_pair_run INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE (build, test)"
	");"

	"CREATE TABLE sites ("
	" build INTEGER NOT NULL REFERENCES builds,"
	" hash INTEGER NOT NULL,"
	" file TEXT NOT NULL,"
	" line INTEGER NOT NULL,"
	" col INTEGER NOT NULL,"
	" op INTEGER NOT NULL,"
	" prim TEXT NOT NULL,"
	" func TEXT NOT NULL,"
	" PRIMARY KEY (build, hash)"
	") WITHOUT ROWID;"

	"CREATE TABLE runs ("
	" target INTEGER NOT NULL REFERENCES targets,"
	" policy INTEGER NOT NULL,"
	" runs INTEGER NOT NULL,"
	" steps INTEGER NOT NULL,"
	" choices INTEGER NOT NULL,"
	" wall_ns INTEGER NOT NULL,"
	" chain_runs INTEGER NOT NULL," /* runs with a chain */
	" chain_any INTEGER NOT NULL," /* at least one element was ordered */
	" chain_all INTEGER NOT NULL,"
	" PRIMARY KEY (target, policy)"
	") WITHOUT ROWID;"

	"CREATE TABLE run_ends ("
	" target INTEGER NOT NULL REFERENCES targets,"
	" policy INTEGER NOT NULL,"
	" end_kind INTEGER NOT NULL,"
	" runs INTEGER NOT NULL,"
	" PRIMARY KEY (target, policy, end_kind)"
	") WITHOUT ROWID;"

	"CREATE TABLE gpaths ("
	" hash INTEGER PRIMARY KEY,"
	" text TEXT NOT NULL"
	");"

	/* key = knot_hash_op(gpath, site, op) */
	"CREATE TABLE ops ("
	" key INTEGER PRIMARY KEY,"
	" gpath INTEGER NOT NULL REFERENCES gpaths,"
	" site INTEGER NOT NULL,"
	" op INTEGER NOT NULL"
	");"

	"CREATE TABLE pairs ("
	" target INTEGER NOT NULL REFERENCES targets,"
	" a INTEGER NOT NULL REFERENCES ops,"
	" b INTEGER NOT NULL REFERENCES ops,"
	" type INTEGER NOT NULL," /* 1 = CPOP1, 2 = CPOP2 */
	" first_run INTEGER NOT NULL,"
	" count INTEGER NOT NULL,"
	" PRIMARY KEY (target, a, b, type)"
	") WITHOUT ROWID;"

	"CREATE TABLE corpus ("
	" id INTEGER PRIMARY KEY,"
	" target INTEGER NOT NULL REFERENCES targets,"
	" hash INTEGER NOT NULL,"
	" chain TEXT NOT NULL,"
	" parent INTEGER REFERENCES corpus,"
	" prefix BLOB NOT NULL," /* decisions, 16 bits each, little endian */
	" new_pairs INTEGER NOT NULL,"
	" energy REAL NOT NULL,"
	" picks INTEGER NOT NULL,"
	" created_ns INTEGER NOT NULL,"
	" UNIQUE (target, hash)"
	");"

	"CREATE TABLE findings ("
	" id INTEGER PRIMARY KEY,"
	" target INTEGER NOT NULL REFERENCES targets,"
	" bucket INTEGER NOT NULL,"
	" verdict TEXT NOT NULL,"
	" title TEXT NOT NULL,"
	" signature TEXT NOT NULL,"
	" state INTEGER NOT NULL," /* 0 candidate, 1 verified, 2 rejected, 3 ignored, 4 fixed, 5 diverged, 6 inconclusive */
	" first_seed INTEGER NOT NULL,"
	" policy INTEGER NOT NULL,"
	" crash_file TEXT NOT NULL,"
	" hits INTEGER NOT NULL,"
	" replays INTEGER NOT NULL,"
	" reproduced INTEGER NOT NULL,"
	" first_ns INTEGER NOT NULL,"
	" last_ns INTEGER NOT NULL,"
	" UNIQUE (target, bucket)"
	");",

	/* 2: plain memory accesses that can be scheduling points, under -race */
	"CREATE TABLE positions ("
	" target INTEGER NOT NULL REFERENCES targets,"
	" site INTEGER NOT NULL,"
	" op INTEGER NOT NULL,"
	" raced INTEGER NOT NULL,"
	" file TEXT NOT NULL,"
	" line INTEGER NOT NULL,"
	" func TEXT NOT NULL,"
	" PRIMARY KEY (target, site)"
	") WITHOUT ROWID;",

	/* 3: what goknot status shows of a campaign under way; worker time spent on a target */
	"CREATE TABLE arms ("
	" name TEXT PRIMARY KEY,"
	" runs INTEGER NOT NULL,"
	" steps INTEGER NOT NULL,"
	" pairs INTEGER NOT NULL,"
	" findings INTEGER NOT NULL"
	") WITHOUT ROWID;"

	"CREATE TABLE workers ("
	" worker INTEGER PRIMARY KEY,"
	" target INTEGER NOT NULL," /* 0 = none */
	" pid INTEGER NOT NULL,"
	" runs INTEGER NOT NULL"
	");"

	"ALTER TABLE targets ADD COLUMN used_ns INTEGER NOT NULL DEFAULT 0;",

	/* 4: chains taken from files, each of which is tried once */
	"CREATE TABLE imports ("
	" target INTEGER NOT NULL REFERENCES targets,"
	" hash INTEGER NOT NULL,"
	" PRIMARY KEY (target, hash)"
	") WITHOUT ROWID;",

	/* 5: what corpus entries cover; chains that goknot corpus min dropped are known imports for ever */
	"ALTER TABLE corpus ADD COLUMN pairs BLOB NOT NULL DEFAULT x'';" /* 64 bits each */
	"ALTER TABLE imports ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;",

	/* 6: findings that an ignore file matches */
	"ALTER TABLE findings ADD COLUMN places TEXT NOT NULL DEFAULT '';" /* wire/places.h */
	"ALTER TABLE findings ADD COLUMN ignored TEXT NOT NULL DEFAULT '';", /* why */

	/* 7: what becomes of findings when the code changes */
	"ALTER TABLE findings ADD COLUMN build INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE findings ADD COLUMN fixed_ns INTEGER NOT NULL DEFAULT 0;",

	/* 8: what looking for a finding on the last build came to, in words */
	"ALTER TABLE findings ADD COLUMN outcome TEXT NOT NULL DEFAULT '';",

	/* 9: bad ends that are no findings; how often sessions had listed one says nothing any more */
	"CREATE TABLE listed ("
	" target INTEGER NOT NULL REFERENCES targets,"
	" verdict TEXT NOT NULL,"
	" note INTEGER NOT NULL," /* why it is no finding */
	" build INTEGER NOT NULL," /* as in findings */
	" bucket INTEGER NOT NULL," /* with end_kind: what the words are of */
	" end_kind INTEGER NOT NULL,"
	" title TEXT NOT NULL,"
	" message TEXT NOT NULL,"
	" PRIMARY KEY (target, verdict, note)"
	") WITHOUT ROWID;"

	"DELETE FROM meta WHERE key = 'listed';",
};

int knot_schema_version(void)
{
	return (int)(sizeof(migrations) / sizeof(migrations[0]));
}

static int read_pragma(
	struct knot_store *store, const char *sql, int *ret_value, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc != SQLITE_ROW) {
		sqlite3_finalize(stmt);
		return knot_store_error(store, rc, "reading the version", err);
	}
	*ret_value = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return 0;
}

static int apply(struct knot_store *store, int version, struct knot_error *err)
{
	char finish[160];
	snprintf(finish, sizeof(finish),
		"PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		KNOT_SCHEMA_APPLICATION_ID, version);
	int r = knot_store_exec(store, "BEGIN IMMEDIATE", "creating the tables", err);
	if (r == 0)
		r = knot_store_exec(store, migrations[version - 1], "creating the tables", err);
	if (r == 0)
		r = knot_store_exec(store, finish, "creating the tables", err);
	if (r < 0)
		(void)knot_store_exec(store, "ROLLBACK", "", NULL);
	return r;
}

int knot_schema_migrate(struct knot_store *store, struct knot_error *err)
{
	int version = 0;
	int application = 0;
	int tables = 0;
	int r = read_pragma(store, "PRAGMA user_version", &version, err);
	if (r == 0)
		r = read_pragma(store, "PRAGMA application_id", &application, err);
	if (r == 0)
		r = read_pragma(store, "SELECT count(*) FROM sqlite_schema", &tables, err);
	if (r < 0)
		return r;
	const int newest = knot_schema_version();
	if (tables > 0 && application != KNOT_SCHEMA_APPLICATION_ID)
		return knot_error_set(
			err, KNOT_EUSAGE, "%s is not a goknot campaign database", store->path);
	if (version > newest)
		return knot_error_set(err, KNOT_EUSAGE,
			"%s was written by a newer goknot (format %d, this one knows %d)",
			store->path, version, newest);
	if (version < 0)
		return knot_error_set(err, KNOT_EINPUT, "%s has format %d", store->path, version);
	if (store->read_only && version < newest)
		return version == 0
			? knot_error_set(err, KNOT_EUSAGE, "%s holds no campaign yet", store->path)
			: knot_error_set(err, KNOT_EUSAGE,
				  "%s is of an older goknot: run goknot fuzz on it once",
				  store->path);
	for (int next = version + 1; next <= newest && r == 0; next++)
		r = apply(store, next, err);
	return r;
}
