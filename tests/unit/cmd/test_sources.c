/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/sources.h"
#include "tests/unit/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_up(void)
{
	make_scratch();
	put(".git/HEAD", "");
	put("pkg/a.go", "package a\nfunc main() {}\n");
	put("pkg/a_test.go",
		"package a\n\nfunc TestLong(t *testing.T) {}\nfunc TestA(t *testing.T) {}\n");
}

/* "path:line", path without top. */
static char *find(const struct knot_sources *p, const char *text, size_t *at)
{
	struct knot_source_line place;

	if (!knot_sources_find(p, text, at, &place))
		return knot_xstrdup("none");
	const size_t len = strlen(top);
	char *shown = knot_xasprintf("%s:%u",
		strncmp(place.path, top, len) ? place.path : place.path + len + 1, place.line);

	free(place.path);
	return shown;
}

static void expect(const struct knot_sources *p, const char *text, const char *wanted)
{
	size_t at = 0;
	knot_auto_free char *got = find(p, text, &at);

	cr_expect_str_eq(got, wanted, "%s: %s, wanted %s", text, got, wanted);
}

Test(sources, by_stack_by_site_by_directory, .init = set_up, .fini = remove_scratch)
{
	static const char output[] = "panic: /x/evil.go:7\n\nmain.f()\n\t/dep/b.go:17 +0x1d\n";
	static const char dump[] = "  /other/c.go:171 +0x2\n  /other/c.go:17 +0x2\n";
	knot_auto_free char *dir = path_of("pkg");
	knot_auto_free char *site = path_of("pkg/d.go");
	struct knot_sources *p = knot_sources_new();

	knot_sources_add(p, "/elsewhere/d.go", 4);
	knot_sources_add(p, site, 4);
	knot_sources_about(p, dir, knot_span_str(output), knot_span_str(dump));
	expect(p, "lock b.go:17", "/dep/b.go:17");
	expect(p, "send c.go:17", "/other/c.go:17");
	expect(p, "lock d.go:4", "pkg/d.go:4");
	expect(p, "lock a.go:99", "pkg/a.go:99");
	expect(p, "lock nowhere.go:4", "none");
	expect(p, "evil.go:7", "none");
	expect(p, "site 1a2b3c4d", "none");
	knot_sources_about(p, "/elsewhere", knot_span_str(""), knot_span_str(""));
	expect(p, "lock d.go:4", "/elsewhere/d.go:4");
	knot_sources_free(p);
	knot_sources_free(NULL);
}

Test(sources, paths_of_goroutines_are_none, .init = set_up, .fini = remove_scratch)
{
	knot_auto_free char *dir = path_of("pkg");
	struct knot_sources *p = knot_sources_new();
	size_t at = 0;
	static const char text[] =
		"T/a.go:26#0 is stopped before lock a.go:25 (m) while T/a.go:18#0 runs "
		"to lock a.go:30 (m)";

	knot_sources_about(p, dir, knot_span_str(""), knot_span_str(""));
	knot_auto_free char *one = find(p, text, &at), *two = find(p, text, &at),
			    *three = find(p, text, &at);

	cr_expect_str_eq(one, "pkg/a.go:25");
	cr_expect_str_eq(two, "pkg/a.go:30");
	cr_expect_str_eq(three, "none");
	knot_sources_free(p);
}

Test(sources, declarations, .init = set_up, .fini = remove_scratch)
{
	knot_auto_free char *dir = path_of("pkg");
	struct knot_sources *p = knot_sources_new();
	struct knot_source_line at;

	knot_sources_about(p, dir, knot_span_str(""), knot_span_str(""));
	cr_assert(knot_sources_declared(p, "TestA/sub", &at));
	cr_expect_eq(at.line, 4);
	free(at.path);
	cr_assert(knot_sources_declared(p, "main", &at));
	cr_expect_eq(at.line, 2);
	free(at.path);
	cr_expect(!knot_sources_declared(p, "Test", &at));
	knot_sources_free(p);
}

Test(sources, the_root, .init = set_up, .fini = remove_scratch)
{
	knot_auto_free char *dir = path_of("pkg");
	knot_auto_free char *root = knot_sources_root(dir), *none = knot_sources_root("/proc/self");

	cr_expect_str_eq(root, top);
	cr_expect_str_eq(none, "/proc/self");
}
