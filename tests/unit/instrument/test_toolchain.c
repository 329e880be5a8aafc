/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "instrument/driver.h"
#include "instrument/toolchain.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

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
		{"-no-overlay-here=1", NULL},
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
