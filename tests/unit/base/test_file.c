/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>

static char dir[] = "/tmp/knot-test-file-XXXXXX";

static void make_dir(void)
{
	cr_assert_not_null(mkdtemp(dir));
}

static void remove_dir(void)
{
	knot_auto_free char *command = knot_xasprintf("rm -rf '%s'", dir);
	if (system(command) != 0)
		abort();
}

TestSuite(file, .init = make_dir, .fini = remove_dir);

static char *in_dir(const char *name)
{
	return knot_xasprintf("%s/%s", dir, name);
}

static int entries(void)
{
	DIR *d = opendir(dir);
	int n = 0;
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

Test(file, what_is_written_is_read)
{
	struct knot_error err = {0};
	knot_auto_free char *path = in_dir("a");
	cr_assert_eq(knot_file_write(path, "one\0two", 7, &err), 0, "%s", err.message);
	cr_assert_eq(knot_file_write(path, "three\0four", 10, &err), 0, "%s", err.message);
	knot_auto_free char *data = NULL;
	size_t len = 0;
	cr_assert_eq(knot_file_read(path, 10, &data, &len, &err), 0, "%s", err.message);
	cr_assert_eq(len, 10);
	cr_assert_eq(memcmp(data, "three\0four", 11), 0, "a NUL byte follows");
	cr_assert_eq(entries(), 1, "no temporary file is left");
	struct stat st;
	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0644);
}

Test(file, a_large_file_is_read_whole)
{
	struct knot_error err = {0};
	const size_t size = 1000003;
	knot_auto_free char *path = in_dir("big");
	knot_auto_free char *written = knot_xalloc(size);
	for (size_t i = 0; i < size; i++)
		written[i] = (char)(i * 31);
	cr_assert_eq(knot_file_write(path, written, size, &err), 0);
	knot_auto_free char *data = NULL;
	size_t len = 0;
	cr_assert_eq(knot_file_read(path, size, &data, &len, &err), 0, "%s", err.message);
	cr_assert_eq(len, size);
	cr_assert_eq(memcmp(data, written, size), 0);
}

Test(file, the_limit_is_kept)
{
	struct knot_error err = {0};
	knot_auto_free char *path = in_dir("a");
	char *data = NULL;
	size_t len = 99;
	cr_assert_eq(knot_file_write(path, "12345", 5, &err), 0);
	cr_assert_eq(knot_file_read(path, 4, &data, &len, &err), KNOT_EINPUT);
	cr_assert_null(data);
	cr_assert_eq(len, 99);
	cr_assert(strstr(err.message, "larger than 4 bytes"));
}

Test(file, a_wrong_path_is_the_users)
{
	struct knot_error err = {0};
	knot_auto_free char *path = in_dir("none");
	knot_auto_free char *below = in_dir("none/b");
	char *data = NULL;
	size_t len;
	cr_assert_eq(knot_file_read(path, 4, &data, &len, &err), KNOT_EUSAGE);
	cr_assert_eq(err.code, KNOT_EUSAGE);
	cr_assert_eq(err.sys_errno, ENOENT);
	cr_assert(strstr(err.message, path));
	cr_assert_eq(knot_file_read(dir, 4, &data, &len, &err), KNOT_EUSAGE, "a directory");
	cr_assert_eq(knot_file_write(below, "x", 1, &err), KNOT_EUSAGE);
	cr_assert_eq(knot_file_write(dir, "x", 1, &err), KNOT_EUSAGE, "rename onto a directory");
	cr_assert_eq(entries(), 0);
}

/* The file size limit stands in for a full disk: both end in a short write. */
Test(file, a_failed_write_leaves_the_old_file)
{
	struct knot_error err = {0};
	knot_auto_free char *path = in_dir("a");
	cr_assert_eq(knot_file_write(path, "old", 3, &err), 0);
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit small = {.rlim_cur = 1000, .rlim_max = RLIM_INFINITY};
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	knot_auto_free char *big = knot_xalloc(5000);
	int rc = knot_file_write(path, big, 5000, &err);
	small.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &small);
	cr_assert_eq(rc, KNOT_EFULL, "%s", err.message);
	knot_auto_free char *data = NULL;
	size_t len = 0;
	cr_assert_eq(knot_file_read(path, 100, &data, &len, &err), 0);
	cr_assert_eq(len, 3);
	cr_assert_eq(entries(), 1);
}

Test(file, a_name_without_directory_goes_here)
{
	struct knot_error err = {0};
	cr_assert_eq(chdir(dir), 0);
	cr_assert_eq(knot_file_write("plain", "x", 1, &err), 0, "%s", err.message);
	cr_assert(knot_file_exists("plain"));
	cr_assert_not(knot_file_exists("other"));
}

Test(file, directories)
{
	struct knot_error err = {0};
	knot_auto_free char *deep = in_dir("x/y/z");
	cr_assert_eq(knot_file_mkdirs(deep, 0755, &err), 0, "%s", err.message);
	cr_assert_eq(knot_file_mkdirs(deep, 0755, &err), 0, "again");
	knot_auto_free char *slashed = in_dir("x//w/");
	cr_assert_eq(knot_file_mkdirs(slashed, 0755, &err), 0, "%s", err.message);
	struct stat st;
	cr_assert_eq(stat(deep, &st), 0);
	cr_assert(S_ISDIR(st.st_mode));

	knot_auto_free char *file = in_dir("f");
	knot_auto_free char *below = in_dir("f/g");
	cr_assert_eq(knot_file_write(file, "", 0, &err), 0);
	cr_assert_eq(knot_file_mkdirs(file, 0755, &err), KNOT_EUSAGE);
	cr_assert_eq(knot_file_mkdirs(below, 0755, &err), KNOT_EUSAGE);
}

Test(file, link_takes_the_place_of_what_is_there)
{
	knot_auto_free char *path = in_dir("binary");
	char target[16] = {0};

	cr_assert_eq(knot_file_write(path, "old", 3, NULL), 0);
	cr_assert_eq(knot_file_link("0/first", path, NULL), 0);
	cr_assert_eq(knot_file_link("1/second", path, NULL), 0);
	cr_assert_eq(readlink(path, target, sizeof(target) - 1), 8);
	cr_expect_str_eq(target, "1/second");
}

Test(file, above)
{
	knot_auto_free char *deep = knot_xasprintf("%s/a/b", dir);
	knot_auto_free char *mid = knot_xasprintf("%s/a", dir);
	knot_auto_free char *name = knot_xasprintf("%s/a/knot-mark", dir);

	cr_assert_eq(knot_file_mkdirs(deep, 0777, NULL), 0);
	knot_auto_free char *none = knot_file_above(deep, "knot-mark");

	cr_expect_null(none);
	cr_assert_eq(knot_file_write(name, "", 0, NULL), 0);
	knot_auto_free char *above = knot_file_above(deep, "knot-mark");
	knot_auto_free char *itself = knot_file_above(mid, "knot-mark");

	cr_expect_str_eq(above, mid);
	cr_expect_str_eq(itself, mid);
}

Test(file, relative)
{
	static const struct {
		const char *dir, *path, *want;
	} cases[] = {
		{"/ws/a", "/ws/a", "."},
		{"/ws/a", "/ws/a/sub/x", "sub/x"},
		{"/ws/a", "/ws", ".."},
		{"/ws/a", "/ws/b", "../b"},
		{"/ws/a", "/ws/ab", "../ab"},
		{"/ws/ab", "/ws/a", "../a"},
		{"/ws/a/b", "/ws/c/d", "../../c/d"},
		{"/ws/a/b", "/", "../../.."},
		{"/", "/x", "x"},
		{"", "/x/y", "x/y"},
		{"/", "/", "."},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		knot_auto_free char *got = knot_file_relative(cases[i].dir, cases[i].path);

		cr_expect_str_eq(
			got, cases[i].want, "%s from %s is %s", cases[i].path, cases[i].dir, got);
	}
}
