/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/help.h"

#include <criterion/criterion.h>
#include <string.h>

Test(help, every_command_has_a_page)
{
	size_t count = 0;
	for (const char *const *name = knot_help_commands; *name; name++, count++) {
		const struct knot_help_page *page = knot_help_find(*name);
		cr_assert_not_null(page, "%s", *name);
		cr_assert_gt(strlen(page->summary), 10, "%s", *name);
		cr_assert_lt(strlen(page->summary), 66, "%s: too long for the overview", *name);
		cr_assert(strstr(page->text, "\nSYNOPSIS\n"), "%s", *name);
		cr_assert(strstr(page->text, "\nEXIT CODES\n"), "%s", *name);
	}
	cr_assert_geq(count, 10);
}

Test(help, pages_that_are_no_commands)
{
	cr_assert_not_null(knot_help_find("goknot"));
	cr_assert_not_null(knot_help_find("crash"));
	cr_assert_null(knot_help_find("shrink"));
	cr_assert_null(knot_help_find(""));
}

/* The marks of the source are gone, lines fit a terminal, backslashes came through. */
Test(help, text_is_plain)
{
	const char *text = knot_help_find("crash")->text;
	cr_assert(strstr(text, "written as \\\\, \\n, \\t, \\r or \\xNN"), "%s", text);
	cr_assert(strstr(text, "schedule_hash\n"));
	cr_assert(strstr(text, "3*17 means"));
	for (const char *const *name = knot_help_commands; *name; name++) {
		const char *p = knot_help_find(*name)->text;
		cr_assert_null(strstr(p, "++\n"), "%s", *name);
		cr_assert_null(strstr(p, "SPDX"), "%s", *name);
		for (; *p; p += strcspn(p, "\n") + 1)
			cr_assert_leq(strcspn(p, "\n"), 84, "%.84s", p);
	}
}
