/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/changed.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "wire/golist.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A repository with a module in m: lib, which embeds assets/page.html; user, whose test alone imports lib; other; broken,
 * which go list cannot load; lib/inner, which nothing asks for. TOP stands for the repository.
 */
static const char packages[] =
	"{\"ImportPath\":\"fmt\",\"Dir\":\"/usr/fmt\",\"Standard\":true,\"DepOnly\":true}"
	"{\"ImportPath\":\"m/lib\",\"Dir\":\"TOP/m/lib\",\"Deps\":[\"fmt\"],"
	"\"EmbedFiles\":[\"assets/page.html\",\"assets/.hidden.md\"],\"Module\":{\"GoMod\":\"TOP/m/"
	"go.mod\"}}"
	"{\"ImportPath\":\"m/lib.test\",\"Dir\":\"TOP/m/lib\",\"Deps\":[\"m/lib [m/lib.test]\"]}"
	"{\"ImportPath\":\"m/user\",\"Dir\":\"TOP/m/user\",\"Module\":{\"GoMod\":\"TOP/m/go.mod\"}}"
	"{\"ImportPath\":\"m/user [m/user.test]\",\"Dir\":\"TOP/m/user\",\"ForTest\":\"m/user\"}"
	"{\"ImportPath\":\"m/user.test\",\"Dir\":\"TOP/m/user\","
	"\"Deps\":[\"m/user_test [m/user.test]\",\"m/lib\"]}"
	"{\"ImportPath\":\"m/other\",\"Dir\":\"TOP/m/other\"}"
	"{\"ImportPath\":\"m/other.test\",\"Dir\":\"TOP/m/other\"}"
	"{\"ImportPath\":\"m/broken\",\"Dir\":\"TOP/m/broken\",\"Incomplete\":true}"
	"{\"ImportPath\":\"m/x.test\",\"Dir\":\"TOP/m/x.test\"}";

static char top[] = "/tmp/goknot-changed.XXXXXX";

static void put(const char *name)
{
	knot_auto_free char *path = knot_xasprintf("%s/%s", top, name);
	knot_auto_free char *dir = knot_xstrndup(path, (size_t)(strrchr(path, '/') - path));

	cr_assert_eq(knot_file_mkdirs(dir, 0777, NULL), 0);
	cr_assert_eq(knot_file_write(path, "x", 1, NULL), 0);
}

static void set_up(void)
{
	cr_assert_not_null(mkdtemp(top));
	put("m/go.mod");
	put("m/lib/lib.go");
	put("m/lib/assets/page.html");
	put("m/lib/inner/inner.go");
	put("m/lib/nested/go.mod");
	put("m/user/user.go");
	put("m/other/other.go");
	put("m/broken/broken.go");
	put("m/x.test/x.go");
}

static void tear_down(void)
{
	knot_auto_free char *command = knot_xasprintf("rm -rf %s", top);

	cr_assert_eq(system(command), 0); /* NOLINT(cert-env33-c) */
}

/* What these files, separated by blanks, choose, by the last letters of their names. */
static char *chosen_in(const char *gowork, const char *files)
{
	struct knot_text text = {0};
	struct knot_golist *list = NULL;
	knot_changed_paths chosen = {0};
	KNOT_VEC(const char *) names = {0};
	knot_auto_free char *words = knot_xstrdup(files);
	struct knot_text answer = {0};
	size_t named = 0;

	for (const char *p = packages; *p;) {
		const bool is_top = !strncmp(p, "TOP", 3);

		knot_text_add(&text, is_top ? top : p, is_top ? strlen(top) : 1);
		p += is_top ? 3 : 1;
	}
	cr_assert_eq(knot_golist_decode(knot_span_of(text.data, text.len), &list, NULL), 0);
	char *rest = NULL;

	for (char *w = strtok_r(words, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
		knot_vec_push(&names, w);
	knot_changed_choose(list, top, gowork, names.data, names.len, &chosen, &named);
	cr_assert_eq(named, 5);
	for (size_t i = 0; i < chosen.len; i++) {
		knot_text_addf(&answer, "%s%s", i ? " " : "", chosen.data[i] + 2);
		free(chosen.data[i]);
	}
	knot_vec_free(&chosen);
	knot_vec_free(&names);
	knot_golist_free(list);
	knot_text_free(&text);
	return knot_text_steal(&answer);
}

static void expect(const char *files, const char *wanted)
{
	knot_auto_free char *got = chosen_in("", files);

	cr_expect_str_eq(got, wanted, "%s: %s, wanted %s", files, got, wanted);
}

Test(changed, packages_and_what_depends_on_them, .init = set_up, .fini = tear_down)
{
	expect("", "");
	expect("m/other/other.go", "other broken");
	expect("m/lib/lib.go", "lib user broken");
	expect("m/user/user_test.go", "user broken");
	expect("m/lib/lib_gone.go", "lib user broken");
	expect("m/x.test/x.go", "broken x.test");
	expect("m/lib/lib.go m/other/other.go", "lib user other broken");
}

Test(changed, files_that_are_no_go, .init = set_up, .fini = tear_down)
{
	expect("m/other/asm_amd64.s", "other broken");
	expect("m/other/testdata/a/b/golden.md", "other broken");
	expect("m/other/testdata/src/x/x.go", "other broken");
	expect("m/lib/assets/page.html", "lib user broken");
	expect("m/lib/assets/.hidden.md", "lib user broken");
	/* Embedded until it went. */
	expect("m/lib/assets/gone.html", "lib user broken");
	expect("m/other/include/x.h", "other broken");
	expect("m/other/reports/test.xml", "broken");
	expect("m/other/README.md", "broken");
	expect("m/other/.golangci.yml", "broken");
	expect(".github/workflows/ci.yml", "broken");
	/* A testdata directory that several packages share. */
	expect("m/testdata/shared.txt", "lib user other broken x.test");
}

Test(changed, packages_that_nobody_asked_for, .init = set_up, .fini = tear_down)
{
	expect("m/lib/inner/inner.go", "broken");
	expect("m/lib/inner/data.txt", "broken");
	expect("m/gone/gone.go", "broken");
	expect("m/lib/nested/n.go", "broken");
	expect("m/lib/nested/data/x.h", "broken");
	expect("tools/build.sh Makefile", "broken");
}

Test(changed, modules, .init = set_up, .fini = tear_down)
{
	static const char all[] = "lib user other broken x.test";

	expect("m/go.mod", all);
	expect("m/go.sum", all);
	expect("m/vendor/modules.txt", all);
	expect("m/lib/nested/go.mod", "broken");
	expect("go.sum", "broken");
	knot_auto_free char *gowork = knot_xasprintf("%s/go.work", top);
	knot_auto_free char *got = chosen_in(gowork, "go.work");
	knot_auto_free char *sum = chosen_in(gowork, "go.work.sum");

	cr_expect_str_eq(got, all);
	cr_expect_str_eq(sum, all);
	expect("go.work", "broken");
	/* A submodule. */
	expect("m", all);
}
