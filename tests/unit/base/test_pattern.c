/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/pattern.h"

#include <criterion/criterion.h>
#include <string.h>

static bool selects(const char *pattern, const char *name)
{
	struct knot_pattern *p;
	struct knot_error err = {0};

	cr_assert_eq(knot_pattern_compile(pattern, &p, &err), 0, "%s: %s", pattern, err.message);
	bool yes = knot_pattern_matches(p, name);
	knot_pattern_free(p);
	return yes;
}

Test(pattern, selects_as_go_test_does)
{
	static const struct {
		const char *pattern, *name;
		bool yes;
	} cases[] = {
		{"", "TestA", true},
		{"A", "TestA", true},
		{"^A", "TestA", false},
		{"TestA$", "TestAB", false},
		{"TestA|TestB", "TestB", true},
		{"(?i)testa", "TestA", true},
		{"Test\\d+", "Test12", true},
		{"Test\\w+?x", "Testabcx", true},
		{"\\bTest", "TestA", true},
		{"Test[[:upper:]]$", "TestQ", true},
		{"Test\\x41", "TestA", true},
		{"TestÄ.$", "TestÄé", true},
		{"TestA/sub", "TestA", true},
		{"TestA/sub", "Testsub", false},
		{"TestA/x|TestB/y", "TestB", true},
		{"TestA/x|TestB/y", "Testy", false},
		{"/x", "TestA", true},
		{"Test[/A]", "TestA", true},
		{"Test(B/|A)", "TestA", true},
		{"Test\\/A", "TestA", false},
		{"TestA|", "Other", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(selects(cases[i].pattern, cases[i].name), cases[i].yes, "%s on %s",
			cases[i].pattern, cases[i].name);
}

Test(pattern, what_is_no_expression)
{
	static const char *const bad[] = {"(", "a/[", "A|b(", "*", "\\", "\xff"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct knot_pattern *p;
		struct knot_error err = {0};

		cr_expect_eq(knot_pattern_compile(bad[i], &p, &err), KNOT_EUSAGE, "%s", bad[i]);
		cr_expect_gt(strlen(err.message), 5, "%s", bad[i]);
	}
}

/* An expression that takes exponential time gives up. */
Test(pattern, a_costly_expression_ends, .timeout = 10)
{
	cr_assert_not(
		selects("^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
}
