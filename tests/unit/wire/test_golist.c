/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/golist.h"

#include "base/error.h"

#include <criterion/criterion.h>

static struct knot_golist *decode(const char *text)
{
	struct knot_error err = {0};
	struct knot_golist *l = NULL;

	cr_assert_eq(knot_golist_decode(knot_span_str(text), &l, &err), 0, "%s", err.message);
	return l;
}

static void refuses(const char *text, const char *message)
{
	struct knot_error err = {0};
	struct knot_golist *l = NULL;

	cr_assert_eq(knot_golist_decode(knot_span_str(text), &l, &err), KNOT_EINPUT);
	cr_assert_null(l);
	cr_expect_str_eq(err.message, message);
}

Test(golist, one_object_behind_the_other)
{
	struct knot_golist *l = decode(
		"{\"Dir\":\"/m/a\",\"ImportPath\":\"m/a\",\"Module\":{\"GoMod\":\"/m/go.mod\"},"
		"\"Deps\":[\"fmt\",\"m/b [m/a.test]\"],\"EmbedFiles\":[\"x\"],"
		"\"XTestEmbedFiles\":[\"y\"],\"EmbedPatterns\":[\"x*\"],\"TestEmbedPatterns\":["
		"\"all:z\"],\"DepOnly\":true}\n"
		"{\"ImportPath\":\"fmt\",\"Standard\":true,\"Incomplete\":true,\"ForTest\":\"m/"
		"a\"}\n");

	cr_assert_eq(knot_golist_count(l), 2);
	const struct knot_golist_package *p = knot_golist_at(l, 0);

	cr_expect_str_eq(p->path, "m/a");
	cr_expect_str_eq(p->dir, "/m/a");
	cr_expect_str_eq(p->gomod, "/m/go.mod");
	cr_expect_str_eq(p->for_test, "");
	cr_assert_eq(p->deps_len, 2);
	cr_expect_str_eq(p->deps[1], "m/b [m/a.test]");
	cr_assert_eq(p->embeds_len, 2);
	cr_expect_str_eq(p->embeds[1], "y");
	cr_assert_eq(p->patterns_len, 2);
	cr_expect_str_eq(p->patterns[1], "all:z");
	cr_expect(p->dep_only && !p->standard && !p->incomplete);
	p = knot_golist_at(l, 1);
	cr_expect_str_eq(p->dir, "");
	cr_expect_str_eq(p->gomod, "");
	cr_expect_str_eq(p->for_test, "m/a");
	cr_expect(p->standard && p->incomplete && !p->deps_len);
	knot_golist_free(l);
	knot_golist_free(NULL);
}

Test(golist, nothing)
{
	struct knot_golist *l = decode(" \n");

	cr_expect_eq(knot_golist_count(l), 0);
	knot_golist_free(l);
}

Test(golist, rubbish)
{
	refuses("{\"Dir\":1}", "go list: package 1: Dir is not what it should be");
	refuses("{} {\"Deps\":{}}", "go list: package 2: Deps is not what it should be");
	refuses("{\"Deps\":[1]}", "go list: package 1: Deps is not what it should be");
	refuses("{\"Module\":[]}", "go list: package 1: Module is not what it should be");
	refuses("{\"Standard\":\"yes\"}", "go list: package 1: Standard is not what it should be");
	refuses("[]", "go list: package 1: it is not what it should be");
}
