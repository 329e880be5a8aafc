/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of store/ share; nothing above includes it. */
#ifndef KNOT_STORE_INTERNAL_H
#define KNOT_STORE_INTERNAL_H

#include "store/store.h"

#include <sqlite3.h>
#include <stddef.h>

/* Every prepared statement; the SQL stands in the table of the file that uses it. */
enum knot_stmt_id {
	KNOT_STMT_BEGIN,
	KNOT_STMT_COMMIT,
	KNOT_STMT_META_SET,
	KNOT_STMT_META_GET,
	KNOT_STMT_TARGET_UPSERT,
	KNOT_STMT_TARGET_UPDATE,
	KNOT_STMT_TARGET_EACH,
	KNOT_STMT_BUILD_UPSERT,
	KNOT_STMT_SITE_UPSERT,
	KNOT_STMT_SITE_EACH,
	KNOT_STMT_RUN_ADD,
	KNOT_STMT_RUN_END_ADD,
	KNOT_STMT_RUN_EACH,
	KNOT_STMT_RUN_END_EACH,
	KNOT_STMT_GPATH_ADD,
	KNOT_STMT_OP_ADD,
	KNOT_STMT_OP_EACH,
	KNOT_STMT_PAIR_ADD,
	KNOT_STMT_PAIR_EACH,
	KNOT_STMT_PAIR_COUNT,
	KNOT_STMT_PAIR_STATES,
	KNOT_STMT_CORPUS_UPSERT,
	KNOT_STMT_CORPUS_UPDATE,
	KNOT_STMT_CORPUS_EACH,
	KNOT_STMT_CORPUS_COUNT,
	KNOT_STMT_CORPUS_DELETE,
	KNOT_STMT_CORPUS_ORPHANS,
	KNOT_STMT_IMPORT_ADD,
	KNOT_STMT_IMPORT_EACH,
	KNOT_STMT_IMPORT_DROP,
	KNOT_STMT_FINDING_UPSERT,
	KNOT_STMT_FINDING_UPDATE,
	KNOT_STMT_FINDING_IGNORE,
	KNOT_STMT_FINDING_SETTLE,
	KNOT_STMT_FINDING_PARK,
	KNOT_STMT_FINDING_MOVE,
	KNOT_STMT_FINDING_EACH,
	KNOT_STMT_POSITION_UPSERT,
	KNOT_STMT_POSITION_EACH,
	KNOT_STMT_LISTED_PUT,
	KNOT_STMT_LISTED_DROP,
	KNOT_STMT_LISTED_EACH,
	KNOT_STMT_ARM_ADD,
	KNOT_STMT_ARM_EACH,
	KNOT_STMT_WORKER_SET,
	KNOT_STMT_WORKER_TRIM,
	KNOT_STMT_WORKER_EACH,
	KNOT_STMT_COUNT,
};

struct knot_store {
	sqlite3 *db;
	char *path; /* as it is told of */
	char *file; /* as it is opened: no link on the way */
	bool in_transaction;
	bool read_only;
	sqlite3_stmt *stmts[KNOT_STMT_COUNT];
};

/* Turns SQLite's last error into a knot_error; rc is what the call returned. Returns its code. */
int knot_store_error(struct knot_store *store, int rc, const char *what, struct knot_error *err);
/* Several statements without parameters or rows. */
int knot_store_exec(
	struct knot_store *store, const char *sql, const char *what, struct knot_error *err);

/* Begins the transaction when none is open. */
int knot_store_begin(struct knot_store *store, struct knot_error *err);
/*
 * The statement, prepared at its first use, reset, its parameters bound from the arguments by format:
 * i int64_t, u uint64_t, d double, t text (NULL allowed), b blob (const void *, size_t), n NULL.
 * Text and blobs are borrowed until the next knot_store_prepare of the statement.
 */
int knot_store_prepare(struct knot_store *store, enum knot_stmt_id id, const char *sql,
	sqlite3_stmt **ret_stmt, struct knot_error *err, const char *format, ...);
/* Steps to the next row: *ret_row tells whether there is one. Resets the statement at the end. */
int knot_store_step(struct knot_store *store, sqlite3_stmt *stmt, const char *what, bool *ret_row,
	struct knot_error *err);
/* Begin, prepare and run a statement that returns no rows. */
int knot_store_write(struct knot_store *store, enum knot_stmt_id id, const char *sql,
	const char *what, struct knot_error *err, const char *format, ...);

/* Column readers: whatever stands in the file, they give a value. */
const char *knot_store_text(sqlite3_stmt *stmt, int column); /* never NULL; until the next step */
uint64_t knot_store_u64(sqlite3_stmt *stmt, int column);
/* Values above max read as max. */
uint32_t knot_store_u32(sqlite3_stmt *stmt, int column, uint32_t max);

#endif
