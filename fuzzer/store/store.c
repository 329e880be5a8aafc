/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/store.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "store/internal.h"
#include "store/schema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 5000

/* In one place for every connection. The cache is a good part of goknot's memory budget. */
static const char pragmas_write[] = "PRAGMA journal_mode = WAL;"
				    "PRAGMA synchronous = NORMAL;"
				    "PRAGMA foreign_keys = ON;"
				    "PRAGMA temp_store = MEMORY;"
				    "PRAGMA cache_size = -8000;"
				    "PRAGMA wal_autocheckpoint = 4000;"
				    "PRAGMA journal_size_limit = 16777216;";
static const char pragmas_read[] = "PRAGMA query_only = ON; PRAGMA cache_size = -8000;";

static bool means_full(int sys_errno)
{
	return sys_errno == ENOSPC || sys_errno == EDQUOT || sys_errno == EFBIG;
}

#define FULL_BELOW_BYTES (1u << 20)

static bool disk_is_full(const char *path)
{
	struct statvfs s;
	return statvfs(path, &s) == 0 && s.f_bavail * s.f_frsize < FULL_BELOW_BYTES;
}

/*
 * SQLite calls only ENOSPC a full disk; a used-up quota is an input/output error to it. What the
 * system said is kept with the file that was written, the database or its log; of the log's shared
 * index nothing is kept, and the disk itself is asked.
 */
static bool is_full(const struct knot_store *store, int rc)
{
	sqlite3 *db = store->db;
	if ((rc & 0xff) == SQLITE_FULL)
		return true;
	if ((rc & 0xff) != SQLITE_IOERR || !db)
		return false;
	int sys_errno = 0;
	sqlite3_file *log = NULL;
	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &sys_errno) == SQLITE_OK &&
		means_full(sys_errno))
		return true;
	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
		log && log->pMethods &&
		log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &sys_errno) ==
			SQLITE_OK &&
		means_full(sys_errno))
		return true;
	return disk_is_full(store->path);
}

int knot_store_error(struct knot_store *store, int rc, const char *what, struct knot_error *err)
{
	const bool full = is_full(store, rc);
	const char *text = store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(rc);
	rc &= 0xff;
	/* A full disk, for one, makes SQLite roll the whole transaction back by itself. */
	if (store->db && sqlite3_get_autocommit(store->db))
		store->in_transaction = false;
	if (full)
		return knot_error_set(
			err, KNOT_EFULL, "%s: %s: the disk is full", store->path, what);
	switch (rc) {
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
		return knot_error_set(
			err, KNOT_EUSAGE, "%s cannot be written to: %s", store->path, text);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return knot_error_set(
			err, KNOT_EBUSY, "%s is in use by another process", store->path);
	case SQLITE_CORRUPT:
		return knot_error_set(err, KNOT_EINPUT, "%s is damaged: %s", store->path, text);
	case SQLITE_NOTADB:
		return knot_error_set(
			err, KNOT_EUSAGE, "%s is not a goknot campaign database", store->path);
	case SQLITE_NOMEM:
		abort();
	default:
		return knot_error_set(err, KNOT_ESTORE, "%s: %s: %s", store->path, what, text);
	}
}

int knot_store_exec(
	struct knot_store *store, const char *sql, const char *what, struct knot_error *err)
{
	const int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : knot_store_error(store, rc, what, err);
}

static int check_place(
	const char *dir, const char *path, enum knot_store_mode mode, struct knot_error *err)
{
	struct stat st;
	if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode))
		return knot_error_set(err, KNOT_EUSAGE, "%s is not a campaign directory", dir);
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return knot_error_set(err, KNOT_EUSAGE,
			"%s is a symbolic link, which is not followed: name the directory that the "
			"database lies in",
			path);
	if (mode == KNOT_STORE_READ) {
		if (access(path, F_OK) < 0)
			return knot_error_set(err, KNOT_EUSAGE, "%s holds no campaign", dir);
		return 0;
	}
	if (access(dir, W_OK) < 0 || (access(path, F_OK) == 0 && access(path, W_OK) < 0))
		return knot_error_set(
			err, KNOT_EUSAGE, "campaign directory %s cannot be written to", dir);
	return 0;
}

/*
 * A reader of a WAL database wants to write its shared index beside it. Where it may not, and no log
 * is waiting there, the file is complete by itself and cannot change: then it is opened as immutable.
 */
static int open_immutable(struct knot_store *store)
{
	knot_auto_free char *wal = knot_xasprintf("%s-wal", store->file);
	struct stat st;
	if (stat(wal, &st) == 0 && st.st_size > 0)
		return SQLITE_CANTOPEN;
	sqlite3_close(store->db);
	store->db = NULL;
	/* In a URI these three mean something. */
	knot_auto_free char *quoted = knot_xalloc(strlen(store->file) * 3 + 1);
	char *out = quoted;
	for (const char *p = store->file; *p; p++)
		out += strchr("%?#", *p) ? sprintf(out, "%%%02X", (unsigned char)*p)
					 : sprintf(out, "%c", *p);
	knot_auto_free char *uri = knot_xasprintf("file:%s?immutable=1", quoted);
	return sqlite3_open_v2(uri, &store->db,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW, NULL);
}

static int open_file(struct knot_store *store, struct knot_error *err)
{
	const int flags = store->read_only ? SQLITE_OPEN_READONLY
					   : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	int rc = sqlite3_open_v2(store->file, &store->db, flags | SQLITE_OPEN_NOFOLLOW, NULL);
	if (rc == SQLITE_OK && store->read_only) {
		rc = sqlite3_exec(store->db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
		if ((rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY)
			rc = open_immutable(store);
	}
	if (rc != SQLITE_OK)
		return knot_store_error(store, rc, "opening", err);
	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
	/* What the file says about itself is not to be trusted. */
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return knot_store_exec(
		store, store->read_only ? pragmas_read : pragmas_write, "opening", err);
}

static int run_check(struct knot_store *store, const char *sql, struct knot_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	int r = 0;
	if (rc != SQLITE_ROW)
		r = knot_store_error(store, rc, "checking", err);
	else if (strcmp(knot_store_text(stmt, 0), "ok") != 0)
		r = knot_error_set(err, KNOT_EINPUT, "%s is damaged: %s", store->path,
			knot_store_text(stmt, 0));
	sqlite3_finalize(stmt);
	return r;
}

int knot_store_check(struct knot_store *store, struct knot_error *err)
{
	return run_check(store, "PRAGMA integrity_check(1)", err);
}

/* SQLite refuses a link anywhere in the path: that to the directory is the user's own. */
static int find_file(struct knot_store *store, const char *dir, struct knot_error *err)
{
	knot_auto_free char *real = realpath(dir, NULL);

	if (!real)
		return knot_error_sys(err, "%s", dir);
	store->file = knot_xasprintf("%s/goknot.db", real);
	return 0;
}

int knot_store_there(const char *dir, struct knot_error *err)
{
	knot_auto_free char *file = knot_xasprintf("%s/goknot.db", dir);

	if (!access(file, F_OK))
		return 0;
	const bool refused = errno == EACCES;
	const int rc = refused ? knot_error_set(err, KNOT_EUSAGE, "%s: %s", file, strerror(EACCES))
			       : knot_error_set(err, KNOT_EUSAGE,
					 "%s is no campaign directory: it has no goknot.db", dir);

	err->sys_errno = refused ? EACCES : 0;
	return rc;
}

int knot_store_open(const char *dir, enum knot_store_mode mode, struct knot_store **ret_store,
	struct knot_error *err)
{
	struct knot_store *store = knot_xalloc(sizeof(*store));
	store->path = knot_xasprintf("%s/goknot.db", dir);
	store->read_only = mode == KNOT_STORE_READ;
	int r = check_place(dir, store->path, mode, err);
	if (r == 0)
		r = find_file(store, dir, err);
	if (r == 0)
		r = open_file(store, err);
	if (r == 0)
		r = knot_schema_migrate(store, err);
	if (r == 0)
		r = run_check(store, "PRAGMA quick_check(1)", err);
	if (r < 0) {
		knot_store_close(store);
		return r;
	}
	*ret_store = store;
	return 0;
}

void knot_store_close(struct knot_store *store)
{
	if (!store)
		return;
	for (int i = 0; i < KNOT_STMT_COUNT; i++)
		sqlite3_finalize(store->stmts[i]);
	sqlite3_close(store->db);
	free(store->path);
	free(store->file);
	free(store);
}

int knot_store_begin(struct knot_store *store, struct knot_error *err)
{
	if (store->in_transaction)
		return 0;
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	int r = knot_store_prepare(store, KNOT_STMT_BEGIN, "BEGIN IMMEDIATE", &stmt, err, "");
	if (r == 0)
		r = knot_store_step(store, stmt, "beginning a transaction", &row, err);
	store->in_transaction = r == 0;
	return r;
}

int knot_store_flush(struct knot_store *store, struct knot_error *err)
{
	if (!store->in_transaction)
		return 0;
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	int r = knot_store_prepare(store, KNOT_STMT_COMMIT, "COMMIT", &stmt, err, "");
	if (r == 0)
		r = knot_store_step(store, stmt, "saving", &row, err);
	if (r == 0) {
		store->in_transaction = false;
	} else if (r != KNOT_EBUSY) {
		/* Half a transaction must not stay open: the next flush would save it as if whole. */
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
		store->in_transaction = false;
	}
	return r;
}

void knot_store_trim(struct knot_store *store)
{
	/* A reader in the middle of something is not waited for: the next call comes. */
	sqlite3_busy_timeout(store->db, 0);
	(void)sqlite3_wal_checkpoint_v2(store->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
}

bool knot_store_dirty(const struct knot_store *store)
{
	return store->in_transaction;
}

static int bind_one(sqlite3_stmt *stmt, int index, char type, va_list *ap)
{
	switch (type) {
	case 'i':
		return sqlite3_bind_int64(stmt, index, va_arg(*ap, int64_t));
	case 'u':
		return sqlite3_bind_int64(stmt, index, (int64_t)va_arg(*ap, uint64_t));
	case 'd':
		return sqlite3_bind_double(stmt, index, va_arg(*ap, double));
	case 't':
		return sqlite3_bind_text(stmt, index, va_arg(*ap, const char *), -1, SQLITE_STATIC);
	case 'b': {
		const void *data = va_arg(*ap, const void *);
		const size_t len = va_arg(*ap, size_t);
		return sqlite3_bind_blob64(stmt, index, len ? data : "", len, SQLITE_STATIC);
	}
	case 'n':
		return sqlite3_bind_null(stmt, index);
	default:
		knot_assert(!"bind format");
		return SQLITE_MISUSE;
	}
}

static int prepare(struct knot_store *store, enum knot_stmt_id id, const char *sql,
	sqlite3_stmt **ret_stmt, struct knot_error *err, const char *format, va_list *ap)
{
	if (!store->stmts[id]) {
		const int rc = sqlite3_prepare_v3(
			store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &store->stmts[id], NULL);
		if (rc != SQLITE_OK)
			return knot_store_error(store, rc, "preparing a statement", err);
	}
	sqlite3_stmt *stmt = store->stmts[id];
	sqlite3_reset(stmt);
	for (int i = 0; format[i]; i++) {
		const int rc = bind_one(stmt, i + 1, format[i], ap);
		if (rc != SQLITE_OK)
			return knot_store_error(store, rc, "binding a value", err);
	}
	*ret_stmt = stmt;
	return 0;
}

int knot_store_prepare(struct knot_store *store, enum knot_stmt_id id, const char *sql,
	sqlite3_stmt **ret_stmt, struct knot_error *err, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	const int r = prepare(store, id, sql, ret_stmt, err, format, &ap);
	va_end(ap);
	return r;
}

int knot_store_step(struct knot_store *store, sqlite3_stmt *stmt, const char *what, bool *ret_row,
	struct knot_error *err)
{
	const int rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		*ret_row = true;
		return 0;
	}
	int r = 0;
	if (rc != SQLITE_DONE)
		r = knot_store_error(store, rc, what, err);
	sqlite3_reset(stmt);
	*ret_row = false;
	return r;
}

int knot_store_write(struct knot_store *store, enum knot_stmt_id id, const char *sql,
	const char *what, struct knot_error *err, const char *format, ...)
{
	int r = knot_store_begin(store, err);
	if (r < 0)
		return r;
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	va_list ap;
	va_start(ap, format);
	r = prepare(store, id, sql, &stmt, err, format, &ap);
	va_end(ap);
	return r < 0 ? r : knot_store_step(store, stmt, what, &row, err);
}

const char *knot_store_text(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);
	return text ? text : "";
}

uint64_t knot_store_u64(sqlite3_stmt *stmt, int column)
{
	return (uint64_t)sqlite3_column_int64(stmt, column);
}

uint32_t knot_store_u32(sqlite3_stmt *stmt, int column, uint32_t max)
{
	const uint64_t value = knot_store_u64(stmt, column);
	return value > max ? max : (uint32_t)value;
}
