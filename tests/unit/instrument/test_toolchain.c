/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "base/file.h"
#include "instrument/driver.h"
#include "instrument/toolchain.h"
#include "sys/tree.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Test(toolchain, reads_go_env)
{
	static const char text[] =
		"{\"GOROOT\":\"/g\",\"GOVERSION\":\"go1.26.8\",\"GOMOD\":\"/m/go.mod\","
		"\"GOFLAGS\":\"-mod=mod\",\"GOHOSTOS\":\"linux\",\"GOHOSTARCH\":\"amd64\",\"X\":1}";
	struct knot_toolchain t;
	struct knot_error err = {0};

	cr_assert_eq(knot_toolchain_parse(text, strlen(text), &t, &err), 0);
	cr_expect_str_eq(t.goroot, "/g");
	cr_expect_str_eq(t.version, "go1.26.8");
	cr_expect_str_eq(t.gomod, "/m/go.mod");
	cr_expect_str_eq(t.gowork, "", "what is not there is empty");
	cr_expect_eq(knot_toolchain_check(&t, &err), 0);
	knot_toolchain_free(&t);
}

Test(toolchain, refuses_rubbish_with_its_line)
{
	struct knot_toolchain t;
	struct knot_error err = {0};

	cr_expect_eq(knot_toolchain_parse("{\n\"a\":", 6, &t, &err), KNOT_EINPUT);
	cr_expect(strstr(err.message, "line "), "%s", err.message);
}

static int check(const char *version, const char *os, const char *arch, struct knot_error *err)
{
	struct knot_toolchain t = {
		.version = (char *)version, .os = (char *)os, .arch = (char *)arch};

	return knot_toolchain_check(&t, err);
}

Test(toolchain, knows_the_supported_releases)
{
	struct knot_error err = {0};

	cr_expect_eq(knot_instrument_go_minor("go1.26.8"), 26);
	cr_expect_eq(knot_instrument_go_minor("go1.23rc1"), 23);
	cr_expect_eq(knot_instrument_go_minor("devel go1.28-abc"), 0);
	cr_expect_eq(check("go1.23.0", "linux", "amd64", &err), 0);
	cr_expect_eq(check("go1.27.4", "linux", "amd64", &err), 0);
	cr_expect_eq(check("go1.22.9", "linux", "amd64", &err), KNOT_EUNSUPPORTED);
	cr_expect(strstr(err.message, "go1.22.9") && strstr(err.message, "1.23 to 1.27"), "%s",
		err.message);
	cr_expect_eq(check("go1.28.0", "linux", "amd64", &err), KNOT_EUNSUPPORTED);
	cr_expect_eq(check("go1.26.8", "darwin", "arm64", &err), KNOT_EUNSUPPORTED);
	cr_expect(strstr(err.message, "darwin/arm64"), "%s", err.message);
}

Test(toolchain, tells_what_race_needs)
{
	char root[] = "/tmp/goknot-race.XXXXXX", dir[256], file[300];
	struct knot_toolchain t = {.goroot = root,
		.version = (char *)"go1.23.5",
		.cgo = (char *)"1",
		.cc = (char *)"sh -c",
		.goamd64 = (char *)"v1"};
	struct knot_error err = {0};

	cr_assert(mkdtemp(root));
	cr_expect_eq(knot_toolchain_check_race(&t, &err), KNOT_EUNSUPPORTED);
	cr_expect(strstr(err.message, "golang-1.23-race-detector-runtime"), "%s", err.message);
	snprintf(dir, sizeof(dir), "%s/src/runtime/race/internal/amd64v1", root);
	snprintf(file, sizeof(file), "%s/race_linux.syso", dir);
	cr_assert_eq(knot_file_mkdirs(dir, 0777, &err), 0);
	cr_assert_eq(knot_file_write(file, "x", 1, &err), 0);
	cr_expect_eq(knot_toolchain_check_race(&t, &err), 0, "%s", err.message);
	t.goamd64 = (char *)"v3";
	cr_expect_eq(knot_toolchain_check_race(&t, &err), KNOT_EUNSUPPORTED);
	t.goamd64 = (char *)"v2";
	t.cc = (char *)"no-such-compiler -m64";
	cr_expect_eq(knot_toolchain_check_race(&t, &err), KNOT_EUNSUPPORTED);
	cr_expect(strstr(err.message, "no-such-compiler is not on PATH"), "%s", err.message);
	t.cc = (char *)"sh";
	t.cgo = (char *)"0";
	cr_expect_eq(knot_toolchain_check_race(&t, &err), KNOT_EUNSUPPORTED);
	cr_expect(strstr(err.message, "CGO_ENABLED=1"), "%s", err.message);
	cr_expect_eq(knot_tree_remove(root, &err), 0, "%s", err.message);
}

static char *overlay_of(const char *goflags)
{
	struct knot_toolchain t = {.goflags = (char *)goflags};

	return knot_toolchain_user_overlay(&t);
}

Test(toolchain, finds_the_overlay_in_goflags)
{
	static const struct {
		const char *flags, *want;
	} cases[] = {
		{"", NULL},
		{"-mod=mod", NULL},
		{"-overlay=/a/b.json", "/a/b.json"},
		{"-mod=mod --overlay=o.json -v", "o.json"},
		{"'-overlay=/a/b.json' -v", "/a/b.json"},
		{"-v '--overlay=/a b/c.json' -x", "/a b/c.json"},
		{"-overlay=a.json -overlay=b.json", "b.json"},
		{"-no-overlay-here=1", NULL},
		{"-no-overlay=1", NULL},
		{"-overlay=", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *got = overlay_of(cases[i].flags);

		if (cases[i].want)
			cr_expect(got && !strcmp(got, cases[i].want), "%s gave %s", cases[i].flags,
				got);
		else
			cr_expect_null(got, "%s gave %s", cases[i].flags, got);
		free(got);
	}
}
