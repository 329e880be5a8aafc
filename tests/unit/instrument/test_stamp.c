/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/stamp.h"

#include "tests/unit/scratch.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char source[64], built[64];

static void set_up(void)
{
	char path[128];

	make_scratch();
	snprintf(source, sizeof(source), "%s/source", top);
	snprintf(built, sizeof(built), "%s/built", top);
	snprintf(path, sizeof(path), "%s/sub/testdata", source);
	cr_assert_eq(knot_file_mkdirs(path, 0777, NULL), 0);
	put("source/a.go", "package a");
	put("source/sub/b.go", "package b");
	put("built", "program");
}

static char *stamp(const char *word)
{
	const char *words[] = {"go1.26", word};
	char *made = NULL;

	cr_assert_eq(knot_stamp_make(source, words, 2, built, &made, NULL), 0);
	return made;
}

/* Makes a stamp, and another one after each of some changes. */
static void expect_change(char **last, bool change, const char *what)
{
	char *now = stamp("word");

	cr_expect_eq(strcmp(*last, now) != 0, change, "%s", what);
	free(*last);
	*last = now;
}

TestSuite(stamp, .init = set_up, .fini = remove_scratch);

Test(stamp, changes_with_what_it_is_made_of)
{
	char *last = stamp("word"), *other = stamp("other");
	char path[128];

	cr_expect_str_neq(last, other, "words");
	free(other);
	expect_change(&last, false, "nothing");
	put("source/README", "no source");
	put("source/sub/testdata/in.go", "package in");
	expect_change(&last, false, "no source");
	put("source/sub/b.go", "package c");
	expect_change(&last, true, "contents of the same length");
	put("source/sub/b.go", "package b");
	put("source/go.mod", "module m");
	expect_change(&last, true, "a new file");
	snprintf(path, sizeof(path), "%s/sub/b.go", source);
	cr_assert_eq(unlink(path), 0);
	expect_change(&last, true, "a file less");
	const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};

	cr_assert_eq(utimensat(AT_FDCWD, built, times, 0), 0);
	expect_change(&last, true, "another time of what was built");
	cr_assert_eq(unlink(built), 0);
	expect_change(&last, true, "nothing was built");
	free(last);
}

Test(stamp, matches_its_file_only)
{
	char path[128];
	char *now = stamp("word");

	snprintf(path, sizeof(path), "%s/stamp", top);
	cr_expect_not(knot_stamp_matches(path, now), "no file");
	put("stamp", now);
	cr_expect(knot_stamp_matches(path, now));
	put("stamp", "");
	cr_expect_not(knot_stamp_matches(path, now), "empty");
	now[3] = now[3] == '0' ? '1' : '0';
	put("stamp", now);
	now[3] = now[3] == '0' ? '1' : '0';
	cr_expect_not(knot_stamp_matches(path, now), "another one");
	free(now);
}

Test(stamp, needs_a_source)
{
	char *made = NULL;

	cr_expect_lt(knot_stamp_make("/nonexistent", NULL, 0, built, &made, NULL), 0);
	cr_expect_null(made);
}
