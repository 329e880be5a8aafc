/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/apart.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "sys/tree.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static char root[] = "/tmp/goknot-apart.XXXXXX";

static void set_up(void)
{
	cr_assert_not_null(mkdtemp(root));
}

static void tear_down(void)
{
	cr_assert_eq(knot_tree_remove(root, NULL), 0);
}

static char *at(const char *name)
{
	return knot_xasprintf("%s/%s", root, name);
}

static void put(const char *name)
{
	knot_auto_free char *path = at(name);

	cr_assert_eq(knot_file_write(path, "module m\n", 9, NULL), 0);
}

/* Does a campaign in this directory get them? */
static bool is_kept_apart(const char *dir)
{
	struct knot_error err = {0};
	knot_auto_free char *path = at(dir);
	knot_auto_free char *gomod = knot_xasprintf("%s/build/go.mod", path);

	cr_assert_eq(knot_file_mkdirs(path, 0777, NULL), 0);
	cr_assert_eq(knot_apart(path, &err), 0, "%s", err.message);
	return knot_file_exists(gomod);
}

Test(apart, where_the_go_command_looks, .init = set_up, .fini = tear_down)
{
	cr_expect_not(is_kept_apart("no/module"));
	put("go.mod");
	cr_expect(is_kept_apart("no/module"), "since there is one now");
	cr_expect(is_kept_apart("campaign"));
	cr_expect(is_kept_apart("a/b/campaign"));
	cr_expect(is_kept_apart("."), "beside the module's own");
	cr_expect_not(is_kept_apart(".goknot"));
	cr_expect_not(is_kept_apart("a/.hidden/campaign"));
	cr_expect_not(is_kept_apart("_out"));
	cr_expect_not(is_kept_apart("a/testdata/campaign"));
}

Test(apart, a_file_that_is_there_stays, .init = set_up, .fini = tear_down)
{
	knot_auto_free char *build = at("c/build");
	knot_auto_free char *gomod = at("c/build/go.mod");
	knot_auto_free char *text = NULL;
	size_t len;

	put("go.mod");
	cr_assert_eq(knot_file_mkdirs(build, 0777, NULL), 0);
	put("c/build/go.mod");
	cr_expect(is_kept_apart("c"));
	cr_assert_eq(knot_file_read(gomod, 100, &text, &len, NULL), 0);
	cr_expect_str_eq(text, "module m\n");
}
