/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "base/file.h"
#include "instrument/overlay.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/knot-overlay-XXXXXX";

static void make_dir(void)
{
	cr_assert(mkdtemp(dir));
}

static void remove_dir(void)
{
	static const char *const names[] = {"a.json", "b.json", "out.json"};
	char path[128];

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

static const char *put(const char *name, const char *text)
{
	static char paths[4][128];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	if (text)
		cr_assert_eq(knot_file_write(path, text, strlen(text), NULL), 0);
	return path;
}

TestSuite(overlay, .init = make_dir, .fini = remove_dir);

Test(overlay, merges_and_lets_the_later_file_win)
{
	const char *files[] = {
		put("a.json",
			"{\"Replace\":{\"/x/a.go\":\"user.go\",\"rel.go\":\"/u/rel.go\",\"/x/"
			"gone.go\":\"\"}}"),
		put("b.json",
			"{\"Replace\":{\"/x/a.go\":\"/ours/a.go\",\"/x/b.go\":\"/ours/b.go\"}}"),
	};
	const char *out = put("out.json", NULL);
	struct knot_error err = {0};
	char *text;
	size_t len;

	cr_assert_eq(knot_overlay_merge(files, 2, "/base", out, &err), 0, "%s", err.message);
	cr_assert_eq(knot_file_read(out, 1 << 16, &text, &len, &err), 0);
	cr_expect(strstr(text, "\"/x/a.go\": \"/ours/a.go\""), "%s", text);
	cr_expect(strstr(text, "\"/x/b.go\": \"/ours/b.go\""));
	cr_expect(strstr(text, "\"/base/rel.go\": \"/u/rel.go\""),
		"relative to the go command's directory");
	cr_expect(strstr(text, "\"/x/gone.go\": \"\""), "an empty replacement removes the file");
	free(text);
}

Test(overlay, leaves_an_unchanged_file_alone)
{
	const char *files[] = {put("a.json", "{\"Replace\":{\"/x/a.go\":\"/b\"}}")};
	const char *out = put("out.json", NULL);
	struct stat first, second;

	cr_assert_eq(knot_overlay_merge(files, 1, "/", out, NULL), 0);
	cr_assert_eq(stat(out, &first), 0);
	cr_assert_eq(knot_overlay_merge(files, 1, "/", out, NULL), 0);
	cr_assert_eq(stat(out, &second), 0);
	cr_expect_eq(first.st_ino, second.st_ino, "written again although nothing changed");
}

Test(overlay, names_what_is_wrong)
{
	const char *rubbish[] = {put("a.json", "{\n]")};
	const char *number[] = {put("b.json", "{\"Replace\":{\"/x/a.go\":7}}")};
	const char *out = put("out.json", NULL);
	struct knot_error err = {0};

	cr_expect_eq(knot_overlay_merge(rubbish, 1, "/", out, &err), KNOT_EINPUT);
	cr_expect(strstr(err.message, "a.json: line 2"), "%s", err.message);
	cr_expect_eq(knot_overlay_merge(number, 1, "/", out, &err), KNOT_EINPUT);
	cr_expect(strstr(err.message, "/x/a.go"), "%s", err.message);
	cr_expect_not(knot_file_exists(out), "nothing half-written");
}
