/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preloaded into goknot: writes ROWS pairs more in each of its transactions, through its own connection, and tells at the
 * end how many there were. So a campaign's speed can be measured against the rows that are written beside it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long rows, transactions;
static sqlite3_stmt *insert;

static void tell(void)
{
	const char *path = getenv("ROWS_TOLD");
	FILE *f = path ? fopen(path, "w") : NULL;

	if (f) {
		fprintf(f, "%ld %ld\n", transactions, rows);
		fclose(f);
	}
}

static void add_rows(sqlite3 *db, int (*step)(sqlite3_stmt *))
{
	const char *wanted = getenv("ROWS");
	const long n = wanted ? strtol(wanted, NULL, 10) : 0;

	if (!transactions++)
		atexit(tell);
	if (!n)
		return;
	if (!insert) {
		sqlite3_exec(db, "INSERT OR IGNORE INTO gpaths (hash, text) VALUES (0, '')", NULL,
			NULL, NULL);
		sqlite3_exec(db,
			"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
			"20000) "
			"INSERT OR IGNORE INTO ops (key, gpath, site, op) SELECT i, 0, i, 1 FROM n",
			NULL, NULL, NULL);
		sqlite3_prepare_v2(db,
			"INSERT INTO pairs (target, a, b, type, first_run, count)"
			" VALUES (1, ?1, ?2, 1, 1, 1) ON CONFLICT DO UPDATE SET count = count + 1",
			-1, &insert, NULL);
	}
	for (long i = 0; i < n && insert; i++) {
		sqlite3_bind_int64(insert, 1, 1 + random() % 20000);
		sqlite3_bind_int64(insert, 2, 1 + random() % 20000);
		rows += step(insert) == SQLITE_DONE;
		sqlite3_reset(insert);
	}
}

int sqlite3_step(sqlite3_stmt *stmt)
{
	static int (*step)(sqlite3_stmt *);

	if (!step)
		step = (int (*)(sqlite3_stmt *))dlsym(RTLD_NEXT, "sqlite3_step");
	const char *sql = sqlite3_sql(stmt);

	if (sql && !strcmp(sql, "COMMIT"))
		add_rows(sqlite3_db_handle(stmt), step);
	return step(stmt);
}

/* The connection cannot be closed while a statement of it is there. */
int sqlite3_close(sqlite3 *db)
{
	static int (*close_it)(sqlite3 *);

	if (!close_it)
		close_it = (int (*)(sqlite3 *))dlsym(RTLD_NEXT, "sqlite3_close");
	sqlite3_finalize(insert);
	insert = NULL;
	return close_it(db);
}
