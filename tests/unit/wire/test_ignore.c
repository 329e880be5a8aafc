/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/ignore.h"

#include "base/error.h"
#include "wire/places.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* 2026-11-22 00:00:00 UTC */
#define NOW 1795305600

static const char *const verdicts[] = {"deadlock", "leak", "panic", "race", NULL};

static int parse(const char *text, struct knot_ignore *ret, struct knot_error *err)
{
	return knot_ignore_parse(knot_span_str(text), "f", verdicts, NOW, ret, err);
}

static struct knot_ignore parsed(const char *text)
{
	struct knot_ignore ignore = {0};
	struct knot_error err = {0};

	cr_assert_eq(parse(text, &ignore, &err), 0, "%s", err.message);
	return ignore;
}

Test(ignore, takes_all_that_a_line_can_hold)
{
	struct knot_ignore i = parsed("# comment\n"
				      "\n"
				      "leak function net/http.(*persistConn).readLoop  until "
				      "2027-01-31 -- idle -- really\r\n"
				      "\tdeadlock\tsite store/store.go:41 -- known, JIRA-12\n"
				      "* function example.org/m/legacy.* -- to be removed");

	cr_assert_eq(i.entries.len, 3u);
	const struct knot_ignore_entry *e = i.entries.data;

	cr_expect_str_eq(i.name, "f");
	cr_expect_str_eq(e[0].verdict, "leak");
	cr_expect_not(e[0].is_site);
	cr_expect_str_eq(e[0].pattern, "net/http.(*persistConn).readLoop");
	cr_expect_str_eq(e[0].until, "2027-01-31");
	cr_expect_not(e[0].expired);
	cr_expect_str_eq(e[0].reason, "idle -- really");
	cr_expect_eq(e[0].line, 3u);
	cr_expect(e[1].is_site);
	cr_expect_str_eq(e[1].until, "");
	cr_expect_str_eq(e[1].reason, "known, JIRA-12");
	cr_expect_null(e[2].verdict);
	cr_expect_eq(e[2].line, 5u);
	cr_expect_str_eq(e[2].text, "* function example.org/m/legacy.* -- to be removed");
	knot_ignore_free(&i);
}

Test(ignore, names_line_and_reason_of_what_is_wrong)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{"leek function a.B -- x",
			"f:1: \"leek\" is no verdict: it is deadlock, leak, panic, race, or * for "
			"any"},
		{"\n\nleak func a.B -- x",
			"f:3: behind the verdict stands function or site, not \"func\""},
		{"leak", "f:1: behind the verdict stands function or site, not nothing"},
		{"leak function -- x",
			"f:1: no pattern behind function, as example.org/m/store.(*Store).Get"},
		{"leak site", "f:1: no pattern behind site, as store/store.go:41"},
		{"leak function a.B",
			"f:1: no reason: at the end of the line belongs -- and why this is "
			"ignored"},
		{"leak function a.B --  ",
			"f:1: no reason: at the end of the line belongs -- and why this is "
			"ignored"},
		{"leak function a.B until 2027-02-29 -- x",
			"f:1: until wants a day of the calendar, as 2027-01-31, not "
			"\"2027-02-29\""},
		{"leak function a.B until 2027-1-31 -- x",
			"f:1: until wants a day of the calendar, as 2027-01-31, not \"2027-1-31\""},
		{"leak function a.B until",
			"f:1: until wants a day of the calendar, as 2027-01-31, not nothing"},
		{"leak function a.B because -- x",
			"f:1: behind the pattern stands until DATE, or -- and a reason, not "
			"\"because\""},
		{"leak function a.B\\x2 -- x",
			"f:1: the function \"a.B\\\\x2\" is no pattern: a backslash begins \\\\, "
			"\\x20 or the like"},
		{"leak function a.B\\n -- x",
			"f:1: the function \"a.B\\\\n\" has a control character in it"},
		{"leak function * -- x",
			"f:1: the function \"*\" matches everything: name at least a package or a "
			"file"},
		{"leak function a.B() -- x",
			"f:1: the function \"a.B()\" is a call: a function stands without the "
			"parentheses"},
		{"leak site /a/b.go:1 -- x",
			"f:1: the site \"/a/b.go:1\" begins with a directory: a site is the end of "
			"a path, as store/store.go:41"},
		{"leak site b.go:4x -- x",
			"f:1: the site \"b.go:4x\" has no line behind its colon, as "
			"store/store.go:41 has"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct knot_ignore ignore = {0};
		struct knot_error err = {0};

		cr_expect_eq(parse(bad[i].text, &ignore, &err), KNOT_EINPUT, "%s", bad[i].text);
		cr_expect_str_eq(err.message, bad[i].message);
		cr_expect_eq(ignore.entries.len, 0u);
	}
}

Test(ignore, applies_through_its_last_day)
{
	static const struct {
		const char *until;
		bool expired;
	} days[] = {{"2026-11-21", true}, {"2026-11-22", false}, {"2026-11-23", false},
		{"1970-01-01", true}, {"9999-12-31", false}, {"2024-02-29", true}};

	for (size_t i = 0; i < sizeof(days) / sizeof(*days); i++) {
		char line[80];

		snprintf(line, sizeof(line), "* site a.go until %s -- x", days[i].until);
		struct knot_ignore ignore = parsed(line);

		cr_expect_eq(ignore.entries.data[0].expired, days[i].expired, "%s", days[i].until);
		knot_ignore_free(&ignore);
	}
}

static bool ignored(const char *line, const char *verdict, const char *function, const char *site)
{
	struct knot_ignore ignore = parsed(line);
	struct knot_places p = {0};

	knot_places_add(&p, true, function, site);
	char *reason = knot_ignore_reason(&ignore, verdict, &p);
	const bool yes = reason != NULL;

	cr_expect_eq(ignore.entries.data[0].matched, yes);
	free(reason);
	knot_places_free(&p);
	knot_ignore_free(&ignore);
	return yes;
}

Test(ignore, a_function_stands_for_those_inside_it)
{
	static const struct {
		const char *line, *function;
		bool yes;
	} cases[] = {
		{"leak function a/b.(*T).Run -- x", "a/b.(*T).Run", true},
		{"leak function a/b.(*T).Run -- x", "a/b.(*T).Run.func1", true},
		{"leak function a/b.(*T).Run -- x", "a/b.(*T).Run.func1.2", true},
		{"leak function a/b.(*T).Run -- x", "a/b.(*T).Run.gowrap1", true},
		{"leak function a/b.(*T).Run -- x", "a/b.(*T).Run-range1", true},
		{"leak function a/b.(*T).Run -- x", "a/b.(*T).Run-fm", true},
		{"leak function a/b.(*T).Run -- x", "a/b.(*T).Runs", false},
		{"leak function a/b.(*T).Run -- x", "x/a/b.(*T).Run", false},
		{"leak function a/b.(*T).Run.func1 -- x", "a/b.(*T).Run.func1", true},
		{"leak function a/b.(*T).Run.func1 -- x", "a/b.(*T).Run.func2", false},
		{"leak function a/b.* -- x", "a/b.(*T).Run", true},
		{"leak function a/b.* -- x", "a/bc.F", false},
		{"leak function a/* -- x", "a/b/c.F", true},
		{"leak function *.Run -- x", "a/b.(*T).Run.func1", true},
		{"leak function a*b*c.F -- x", "axbxbyc.F", true},
		{"leak function a*b*c.F -- x", "axbxbyc.G", false},
		{"deadlock function a.F -- x", "a.F", false},
		{"* function a.F -- x", "a.F", true},
		{"leak function a.F until 2026-11-21 -- x", "a.F", false},
		{"leak function a.F until 2026-11-22 -- x", "a.F", true},
		{"leak function a.F -- x", "", false},
		{"leak function a.b\\x20c -- x", "a.b c", true},
		{"leak site a.go -- x", "a.go", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_eq(ignored(cases[i].line, "leak", cases[i].function, ""), cases[i].yes,
			"%s, %s", cases[i].line, cases[i].function);
}

Test(ignore, a_site_is_the_end_of_a_path)
{
	static const struct {
		const char *line, *site;
		bool yes;
	} cases[] = {
		{"leak site store/store.go:41 -- x", "store/store.go:41", true},
		{"leak site store/store.go:41 -- x", "/m/store/store.go:41", true},
		{"leak site store.go:41 -- x", "store/store.go:41", true},
		{"leak site store.go:41 -- x", "restore.go:41", false},
		{"leak site store.go:41 -- x", "store.go:410", false},
		{"leak site store.go -- x", "store/store.go:7", true},
		{"leak site store.go:* -- x", "store/store.go:7", true},
		{"leak site store/* -- x", "m/store/a/b.go:7", true},
		{"leak site *.pb.go -- x", "m/x.pb.go:7", true},
		{"leak site store.go -- x", "", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_eq(ignored(cases[i].line, "leak", "", cases[i].site), cases[i].yes,
			"%s, %s", cases[i].line, cases[i].site);
}

Test(ignore, every_goroutine_has_to_be_matched)
{
	struct knot_ignore i = parsed("leak function a.F -- one\nleak site g.go -- two\n"
				      "leak function a.* -- three\n");
	struct knot_places p = {0};
	char *reason;

	cr_expect_null(knot_ignore_reason(&i, "leak", &p), "nothing is known of it");
	knot_places_add(&p, true, "a.F", "f.go:1");
	knot_places_add(&p, false, "b.Start", "b.go:1");
	knot_places_add(&p, true, "b.G", "b.go:2");
	knot_places_add(&p, false, "c.G", "g.go:9");
	reason = knot_ignore_reason(&i, "leak", &p);
	cr_assert_not_null(reason);
	cr_expect_str_eq(reason, "one; two");
	free(reason);
	cr_expect_eq(i.entries.data[0].matched, 1u);
	cr_expect_eq(i.entries.data[2].matched, 0u);
	knot_places_add(&p, true, "d.New", "d.go:2");
	cr_expect_null(knot_ignore_reason(&i, "leak", &p));
	cr_expect_null(knot_ignore_reason(NULL, "leak", &p));
	knot_places_free(&p);
	knot_ignore_free(&i);
}

Test(ignore, proposed_lines_ignore_what_they_were_made_of)
{
	struct knot_places p = {0};

	knot_places_add(&p, true, "a/b.(*T).Run.func1", "b/b.go:3");
	knot_places_add(&p, false, "a/b.Start", "b/b.go:1");
	knot_places_add(&p, true, "sync.(*Cond).Wait", "/usr/lib/go/src/sync/cond.go:71");
	knot_places_add(&p, false, "a/b.(*Q).Start", "b/q.go:9");
	knot_places_add(&p, true, "", "b/a file.go:7");
	knot_places_add(&p, true, "a/b.(*T).Run.func2", "b/b.go:8");
	char *lines = knot_ignore_propose("leak", &p, "why");

	cr_expect_str_eq(lines,
		"leak function a/b.(*T).Run -- why\n"
		"leak function a/b.(*Q).Start -- why\n"
		"leak site b/a\\x20file.go:7 -- why\n");
	struct knot_ignore ignore = parsed(lines);
	char *reason = knot_ignore_reason(&ignore, "leak", &p);

	cr_expect_str_eq(reason, "why");
	free(reason);
	free(lines);
	knot_ignore_free(&ignore);
	knot_places_add(&p, true, "", "");
	cr_expect_null(knot_ignore_propose("leak", &p, "why"));
	knot_places_free(&p);
	cr_expect_null(knot_ignore_propose("leak", &p, "why"));
}
