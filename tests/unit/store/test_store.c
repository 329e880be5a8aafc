/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/schema.h"
#include "store/target.h"
#include "scratch.h"
#include "tests/unit/skip.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

TestSuite(store, .init = make_scratch, .fini = remove_scratch);

static int try_open(enum knot_store_mode mode, struct knot_error *err)
{
	struct knot_store *store = NULL;
	const int r = knot_store_open(dir, mode, &store, err);
	knot_store_close(store);
	return r;
}

static void run_sql(const char *sql)
{
	char path[128];
	sqlite3 *db = NULL;
	snprintf(path, sizeof(path), "%s/goknot.db", dir);
	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

Test(store, meta_comes_back)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err;
	char *value = NULL;
	uint64_t number = 0;
	cr_assert_eq(knot_store_meta_get(store, "seed", &value, &err), 0);
	cr_assert_null(value);
	cr_assert_eq(knot_store_meta_get_u64(store, "runs", 7, &number, &err), 0);
	cr_assert_eq(number, 7);
	cr_assert_not(knot_store_dirty(store));
	cr_assert_eq(knot_store_meta_set(store, "command", "goknot fuzz ./...", &err), 0);
	cr_assert_eq(knot_store_meta_set(store, "command", "goknot fuzz 'ü\n'", &err), 0);
	cr_assert_eq(knot_store_meta_set_u64(store, "runs", UINT64_MAX, &err), 0);
	cr_assert(knot_store_dirty(store));
	store = reopen(store);
	cr_assert_eq(knot_store_meta_get(store, "command", &value, &err), 0);
	cr_assert_str_eq(value, "goknot fuzz 'ü\n'");
	free(value);
	cr_assert_eq(knot_store_meta_get_u64(store, "runs", 7, &number, &err), 0);
	cr_assert_eq(number, UINT64_MAX);
	cr_assert_eq(knot_store_meta_get_u64(store, "command", 9, &number, &err), 0);
	cr_assert_eq(number, 9, "not a number");
	knot_store_close(store);
}

Test(store, what_is_not_flushed_is_dropped)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err;
	char *value = NULL;
	cr_assert_eq(knot_store_meta_set(store, "a", "1", &err), 0);
	knot_store_close(store);
	store = open_store(KNOT_STORE_WRITE);
	cr_assert_eq(knot_store_meta_get(store, "a", &value, &err), 0);
	cr_assert_null(value);
	cr_assert_eq(knot_store_flush(store, &err), 0, "nothing to flush is fine");
	knot_store_close(store);
	knot_store_close(NULL);
}

static void link_to(const char *target, const char *link)
{
	cr_assert_eq(symlink(target, link), 0, "%s", strerror(errno));
}

/* As its last part, and on the way. */
Test(store, a_directory_may_be_behind_a_link)
{
	char link[80], through[96];
	struct knot_store *store = NULL;
	struct knot_error err = {0};

	snprintf(link, sizeof(link), "%s.link", dir);
	snprintf(through, sizeof(through), "%s/.", link);
	link_to(dir, link);
	for (int i = 0; i < 4; i++) {
		const int r = knot_store_open(i < 2 ? link : through,
			i % 2 ? KNOT_STORE_READ : KNOT_STORE_WRITE, &store, &err);

		if (r)
			unlink(link);
		cr_assert_eq(r, 0, "%s", err.message);
		knot_store_close(store);
	}
	unlink(link);
}

Test(store, the_file_itself_is_no_link)
{
	char file[96], elsewhere[96];
	struct knot_error err = {0};

	knot_store_close(open_store(KNOT_STORE_WRITE));
	snprintf(file, sizeof(file), "%s/goknot.db", dir);
	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere.db", dir);
	cr_assert_eq(rename(file, elsewhere), 0);
	link_to("elsewhere.db", file);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(try_open(i ? KNOT_STORE_READ : KNOT_STORE_WRITE, &err), KNOT_EUSAGE);
		cr_assert(strstr(err.message, "goknot.db is a symbolic link"), "%s", err.message);
	}
}

Test(store, a_newer_file_is_refused_and_kept)
{
	struct knot_error err = {0};
	char sql[64];
	cr_assert_eq(try_open(KNOT_STORE_WRITE, &err), 0);
	snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", knot_schema_version() + 1);
	run_sql(sql);
	cr_assert_eq(try_open(KNOT_STORE_WRITE, &err), KNOT_EUSAGE);
	cr_assert_not_null(strstr(err.message, "written by a newer goknot"), "%s", err.message);
	cr_assert_eq(try_open(KNOT_STORE_READ, &err), KNOT_EUSAGE);
	snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", knot_schema_version());
	run_sql(sql);
	cr_assert_eq(try_open(KNOT_STORE_WRITE, &err), 0);
}

Test(store, a_file_of_the_first_format_is_brought_up_to_date)
{
	struct knot_error err = {0};
	char *value = NULL;
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	cr_assert_eq(knot_store_meta_set(store, "a", "1", &err), 0);
	cr_assert_eq(knot_store_flush(store, &err), 0);
	knot_store_close(store);
	run_sql("DROP TABLE positions; DROP TABLE arms; DROP TABLE workers; DROP TABLE imports;"
		"DROP TABLE listed; INSERT INTO meta (key, value) VALUES ('listed', '7');"
		"ALTER TABLE targets DROP COLUMN used_ns; ALTER TABLE corpus DROP COLUMN pairs;"
		"ALTER TABLE findings DROP COLUMN places; ALTER TABLE findings DROP COLUMN ignored;"
		"ALTER TABLE findings DROP COLUMN build; ALTER TABLE findings DROP COLUMN fixed_ns;"
		"ALTER TABLE findings DROP COLUMN outcome;"
		"PRAGMA user_version = 1");
	cr_assert_eq(try_open(KNOT_STORE_READ, &err), KNOT_EUSAGE);
	cr_assert_not_null(strstr(err.message, "older goknot"), "%s", err.message);
	store = open_store(KNOT_STORE_WRITE);
	cr_assert_eq(knot_store_meta_get(store, "a", &value, &err), 0);
	cr_assert_str_eq(value, "1");
	free(value);
	cr_assert_eq(knot_store_meta_get(store, "listed", &value, &err), 0);
	cr_assert_null(value);
	knot_store_close(store);
	run_sql("INSERT INTO listed SELECT 1, '', 6, 0, 0, 0, '', '' WHERE false");
	run_sql("INSERT INTO positions SELECT 1, 2, 36, 0, '', 0, '' WHERE false");
	run_sql("INSERT INTO arms SELECT 'x', 1, 2, 3, 4 WHERE false");
	run_sql("INSERT INTO imports SELECT id, hash, length(pairs) FROM corpus WHERE false");
	run_sql("UPDATE findings SET places = '', ignored = '', build = 0, fixed_ns = 0,"
		" outcome = ''");
	run_sql("INSERT INTO workers SELECT used_ns, 1, 2, 3 FROM targets WHERE false");
}

Test(store, another_programs_database_is_not_touched)
{
	struct knot_error err = {0};
	run_sql("CREATE TABLE bookmarks (url TEXT)");
	cr_assert_eq(try_open(KNOT_STORE_WRITE, &err), KNOT_EUSAGE);
	cr_assert_not_null(
		strstr(err.message, "not a goknot campaign database"), "%s", err.message);
	run_sql("INSERT INTO bookmarks VALUES ('still there')");
}

static void write_bytes(const char *data, size_t len, off_t at, int flags)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/goknot.db", dir);
	const int fd = open(path, O_WRONLY | flags, 0644);
	cr_assert_geq(fd, 0);
	cr_assert_eq(pwrite(fd, data, len, at), (ssize_t)len);
	close(fd);
}

Test(store, rubbish_is_not_a_database)
{
	struct knot_error err = {0};
	char rubbish[8192];
	memset(rubbish, 'x', sizeof(rubbish));
	write_bytes(rubbish, sizeof(rubbish), 0, O_CREAT);
	cr_assert_eq(try_open(KNOT_STORE_WRITE, &err), KNOT_EUSAGE);
	cr_assert_not_null(
		strstr(err.message, "not a goknot campaign database"), "%s", err.message);
}

Test(store, damage_is_found_when_opening)
{
	struct knot_error err = {0};
	char rubbish[4096];
	memset(rubbish, 0xa5, sizeof(rubbish));
	cr_assert_eq(try_open(KNOT_STORE_WRITE, &err), 0);
	write_bytes(rubbish, sizeof(rubbish), 4096, 0);
	cr_assert_eq(try_open(KNOT_STORE_WRITE, &err), KNOT_EINPUT, "%s", err.message);
	cr_assert_not_null(strstr(err.message, "damaged"), "%s", err.message);
}

Test(store, a_missing_directory_is_a_usage_error)
{
	struct knot_store *store = NULL;
	struct knot_error err = {0};
	cr_assert_eq(knot_store_open("/nonexistent", KNOT_STORE_WRITE, &store, &err), KNOT_EUSAGE);
	cr_assert_eq(try_open(KNOT_STORE_READ, &err), KNOT_EUSAGE);
	cr_assert_not_null(strstr(err.message, "no campaign"), "%s", err.message);
}

static bool has_key(struct knot_store *store, const char *key)
{
	char *value = NULL;
	const bool found = knot_store_meta_get(store, key, &value, NULL) == 0 && value;
	free(value);
	return found;
}

/* Run as an ordinary user: root may write anywhere. Returns the step that went wrong. */
static int use_read_only_directory(void)
{
	struct knot_store *store = NULL;
	struct knot_error err = {0};
	if (geteuid() == 0 && setuid(65534) < 0)
		return 1;
	if (knot_store_open(dir, KNOT_STORE_WRITE, &store, &err) != KNOT_EUSAGE ||
		!strstr(err.message, "cannot be written to"))
		return 2;
	if (knot_store_open(dir, KNOT_STORE_READ, &store, &err) != 0)
		return 3;
	if (!has_key(store, "kept"))
		return 4;
	if (knot_store_meta_set(store, "x", "y", &err) >= 0)
		return 5;
	knot_store_close(store);
	return 0;
}

Test(store, a_read_only_directory_can_be_read)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err;
	cr_assert_eq(knot_store_meta_set(store, "kept", "1", &err), 0);
	cr_assert_eq(knot_store_flush(store, &err), 0);
	knot_store_close(store);
	chmod(dir, 0555);
	const pid_t pid = fork();
	if (pid == 0)
		_exit(use_read_only_directory());
	int status;
	waitpid(pid, &status, 0);
	cr_assert_eq(WEXITSTATUS(status), 0, "step %d", WEXITSTATUS(status));
}

Test(store, a_reader_works_beside_the_writer)
{
	struct knot_store *writer = open_store(KNOT_STORE_WRITE);
	struct knot_error err;
	cr_assert_eq(knot_store_meta_set(writer, "first", "1", &err), 0);
	cr_assert_eq(knot_store_flush(writer, &err), 0);
	cr_assert_eq(knot_store_meta_set(writer, "second", "1", &err), 0);
	struct knot_store *reader = open_store(KNOT_STORE_READ);
	cr_assert(has_key(reader, "first"));
	cr_assert_not(has_key(reader, "second"));
	cr_assert_eq(knot_store_flush(writer, &err), 0);
	cr_assert(has_key(reader, "second"));
	knot_store_close(reader);
	knot_store_close(writer);
}

/* Fills the disk from inside; returns the step that went wrong, 0 = all as promised. */
static int fill_disk(void)
{
	struct knot_store *store = NULL;
	struct knot_error err = {0};
	char value[4096];
	char key[32];
	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	if (knot_store_open(dir, KNOT_STORE_WRITE, &store, &err) != 0)
		return 2;
	int flushed = 0;
	int r = 0;
	for (int i = 0; i < 4000 && r == 0; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		r = knot_store_meta_set(store, key, value, &err);
		if (r == 0 && i % 16 == 15 && (r = knot_store_flush(store, &err)) == 0)
			flushed = i + 1;
	}
	if (r != KNOT_EFULL || !strstr(err.message, "the disk is full"))
		return 3;
	if (flushed < 16)
		return 4;
	knot_store_close(store);
	if (knot_store_open(dir, KNOT_STORE_READ, &store, &err) != 0)
		return 5;
	for (int i = 0; i < flushed; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		if (!has_key(store, key))
			return 6;
	}
	knot_store_close(store);
	return 0;
}

/* Not a byte is left for the shared index of the log. */
static int open_on_full_disk(void)
{
	struct knot_store *store = NULL;
	struct knot_error err = {0};
	char path[128];
	static const char block[4096];

	snprintf(path, sizeof(path), "%s/ballast", dir);
	if (knot_store_open(dir, KNOT_STORE_WRITE, &store, &err) != 0)
		return 2;
	knot_store_close(store);
	const int fd = open(path, O_CREAT | O_WRONLY, 0600);
	while (write(fd, block, sizeof(block)) > 0)
		;
	close(fd);
	if (knot_store_open(dir, KNOT_STORE_WRITE, &store, &err) != KNOT_EFULL)
		return 3;
	return strstr(err.message, "the disk is full") ? 0 : 4;
}

static int in_small_disk(int (*body)(void))
{
	if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		mount("small", dir, "tmpfs", 0, "size=2m") == 0)
		return body();
	knot_test_skip("a full disk", "mounting is refused here");
	return 0;
}

static int on_small_disk(void)
{
	return in_small_disk(fill_disk);
}

static int on_full_disk(void)
{
	return in_small_disk(open_on_full_disk);
}

static int on_limited_files(void)
{
	const struct rlimit limit = {2 << 20, 2 << 20};
	signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_FSIZE, &limit) < 0 ? 1 : fill_disk();
}

static void in_child(int (*body)(void))
{
	const pid_t pid = fork();
	if (pid == 0)
		_exit(body());
	int status;
	waitpid(pid, &status, 0);
	cr_assert_eq(status, 0, "step %d, signal %d", WEXITSTATUS(status), WTERMSIG(status));
}

Test(store, a_full_disk_loses_nothing_flushed, .timeout = 60)
{
	in_child(on_small_disk);
}

Test(store, a_disk_that_is_full_already_is_told, .timeout = 60)
{
	in_child(on_full_disk);
}

Test(store, a_quota_loses_nothing_flushed, .timeout = 60)
{
	in_child(on_limited_files);
}
