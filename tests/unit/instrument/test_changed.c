/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/since.h"

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
#include <unistd.h>

/*
 * A repository with a module in m: lib, which embeds files of assets and of nested; user, whose test alone imports lib; other; broken,
 * which go list cannot load; lib/inner, which nothing asks for. TOP stands for the repository.
 */
static const char packages[] =
	"{\"ImportPath\":\"fmt\",\"Dir\":\"/usr/fmt\",\"Standard\":true,\"DepOnly\":true}"
	"{\"ImportPath\":\"m/lib\",\"Dir\":\"TOP/m/lib\",\"Deps\":[\"fmt\"],"
	"\"EmbedFiles\":[\"assets/page.html\",\"assets/.hidden.md\"],"
	"\"EmbedPatterns\":[\"all:assets\",\"nested/*.css\",\"x?.md\"],\"Module\":{\"GoMod\":\"TOP/"
	"m/"
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
	put("m/lib/assets/.hidden.md");
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

/* How the go command is called. */
static struct knot_changed_repository calling(void)
{
	return (struct knot_changed_repository){
		.top = top, .dir = top, .gowork = "", .modfile = ""};
}

/* What these files, separated by blanks, choose, by the last letters of their names, and behind a bar why more. */
static char *chosen_in(struct knot_changed_repository r, const char *files)
{
	struct knot_text text = {0};
	struct knot_golist *list = NULL;
	struct knot_since s = {0};
	KNOT_VEC(const char *) names = {0};
	knot_auto_free char *words = knot_xstrdup(files);
	struct knot_text answer = {0};

	for (const char *p = packages; *p;) {
		const bool is_top = !strncmp(p, "TOP", 3);

		knot_text_add(&text, is_top ? top : p, is_top ? strlen(top) : 1);
		p += is_top ? 3 : 1;
	}
	cr_assert_eq(knot_golist_decode(knot_span_of(text.data, text.len), &list, NULL), 0);
	char *rest = NULL;

	for (char *w = strtok_r(words, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
		knot_vec_push(&names, w);
	r.files = names.data;
	r.files_len = names.len;
	knot_changed_choose(list, &r, &s);
	cr_assert_eq(s.named, 5);
	for (size_t i = 0; i < s.packages.len; i++)
		knot_text_addf(&answer, "%s%s", i ? " " : "", s.packages.data[i] + 2);
	if (s.why)
		knot_text_addf(&answer, " | %s", s.why);
	knot_since_free(&s);
	knot_vec_free(&names);
	knot_golist_free(list);
	knot_text_free(&text);
	return knot_text_steal(&answer);
}

static void expect_in(struct knot_changed_repository r, const char *files, const char *wanted)
{
	knot_auto_free char *got = chosen_in(r, files);

	cr_expect_str_eq(got, wanted, "%s: %s, wanted %s", files, got, wanted);
}

static void expect(const char *files, const char *wanted)
{
	expect_in(calling(), files, wanted);
}

/* Every package, since this file counts for all. */
static void expect_all(struct knot_changed_repository r, const char *file)
{
	knot_auto_free char *wanted = knot_xasprintf(
		"lib user other broken x.test | %s has changed, which counts for every package",
		file);

	expect_in(r, file, wanted);
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
	expect("m/lib/nested/there.md", "broken");
	expect("m/lib/nested/data/x.h", "broken");
	expect("tools/build.sh Makefile", "broken");
}

Test(changed, what_is_gone_may_have_been_embedded, .init = set_up, .fini = tear_down)
{
	static const char why[] =
		"is gone and may have been embedded, so that packages that may depend on "
		"it are taken";
	static const char *const gone[] = {"m/lib/assets/gone.html", "m/lib/assets/deep/gone.md",
		"m/lib/assets/.gone", "m/lib/xy.md", "m/lib/nested/a.css"};

	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++) {
		knot_auto_free char *wanted =
			knot_xasprintf("lib user broken | %s %s", gone[i], why);

		expect(gone[i], wanted);
	}
	expect("m/lib/xyz.md", "broken");
	expect("m/lib/README.md", "broken");
	expect("m/lib/nested/deep/a.md", "broken");
	/* There, and so in no list of files. */
	put("m/lib/xz.md");
	expect("m/lib/xz.md", "broken");
}

Test(changed, modules, .init = set_up, .fini = tear_down)
{
	expect_all(calling(), "m/go.mod");
	expect_all(calling(), "m/go.sum");
	expect_all(calling(), "m/vendor/modules.txt");
	expect("m/lib/nested/go.mod",
		"lib user broken | m/lib/nested/go.mod may be where another module begins, so that "
		"packages that may embed files there are taken");
	expect("m/lib/other/go.mod", "broken");
	/* Packages that were another module's. */
	expect("m/x.test/go.mod", "broken x.test");
	expect("go.sum", "broken");
	/* A submodule. */
	expect("m", "lib user other broken x.test");
}

static void put_link(const char *to, const char *name)
{
	knot_auto_free char *path = knot_xasprintf("%s/%s", top, name);

	cr_assert_eq(symlink(to, path), 0);
}

Test(changed, workspaces, .init = set_up, .fini = tear_down)
{
	knot_auto_free char *gowork = knot_xasprintf("%s/go.work", top);
	knot_auto_free char *linked = knot_xasprintf("%s/m/work", top);
	knot_auto_free char *below = knot_xasprintf("%s/m", top);
	struct knot_changed_repository r = calling();

	/* Gone, but it would have been found. */
	r.dir = below;
	expect_all(r, "go.work");
	expect_all(r, "m/go.work");
	expect_all(r, "go.work.sum");
	expect_in(r, "m/lib/go.work", "lib user broken");
	r.gowork = "off";
	expect_in(r, "go.work", "broken");
	put("go.work");
	r.gowork = gowork;
	expect_all(r, "go.work");
	expect_all(r, "go.work.sum");
	/* Modules of a workspace choose versions for each other. */
	expect_all(r, "elsewhere/go.mod");
	/* By links: the file itself and those on the way to it. */
	put("settings/real");
	put_link("../middle", "m/work");
	put_link("settings/real", "middle");
	r.gowork = linked;
	expect_all(r, "m/work");
	expect_all(r, "middle");
	expect_all(r, "settings/real");
	expect_in(r, "settings/other", "broken");
}

Test(changed, what_goflags_name, .init = set_up, .fini = tear_down)
{
	knot_auto_free char *modfile = knot_xasprintf("%s/ci/alt.mod", top);
	struct knot_changed_repository r = calling();

	expect_in(r, "ci/alt.mod", "broken");
	put("ci/alt.mod");
	r.modfile = modfile;
	expect_all(r, "ci/alt.mod");
	expect_all(r, "ci/alt.sum");
	expect_in(r, "ci/other.mod", "broken");
	r.overlay = true;
	expect_in(r, "Makefile",
		"lib user other broken x.test | GOFLAGS has an -overlay whose files cannot be told "
		"apart, so that every package is taken");
	expect_in(r, "", "");
}

Test(changed, links_to_directories, .init = set_up, .fini = tear_down)
{
	put_link("m/lib", "link");
	expect("link",
		"lib user other broken x.test | link leads to another directory, so that every "
		"package "
		"is taken");
}
