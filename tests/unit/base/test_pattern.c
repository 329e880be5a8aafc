/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/pattern.h"

#include <criterion/criterion.h>
#include <stdlib.h>
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

Test(pattern, what_is_left_for_one_test)
{
	static const struct {
		const char *pattern, *narrow;
		bool whole, skips;
	} cases[] = {
		{"TestA", "^TestA$", true, true},
		{"TestA/x", "^TestA$/x", false, false},
		{"A/x[/|]y/(z|/)|B|/w", "^TestA$/x[/|]y/(z|/)|^TestA$/w", false, false},
		{"TestA/x|TestA", "^TestA$/x|^TestA$", true, false},
		{"TestA|TestA/x", "^TestA$|^TestA$/x", true, true},
		{"TestB/x", NULL, false, false},
		{"TestA//", "^TestA$//", false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct knot_pattern *p;
		struct knot_error err = {0};

		cr_assert_eq(knot_pattern_compile(cases[i].pattern, &p, &err), 0);
		char *narrow = knot_pattern_narrow(p, "^", "TestA", "$");

		if (cases[i].narrow)
			cr_expect_str_eq(narrow ? narrow : "", cases[i].narrow);
		else
			cr_expect_null(narrow);
		cr_expect_eq(
			knot_pattern_whole(p, "TestA"), cases[i].whole, "%s", cases[i].pattern);
		cr_expect_eq(
			knot_pattern_skips(p, "TestA"), cases[i].skips, "%s", cases[i].pattern);
		free(narrow);
		knot_pattern_free(p);
	}
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
