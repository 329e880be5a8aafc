/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/race.h"

#include "base/hash.h"
#include "wire/abi.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define BAR "==================\n"

static const char report[] = BAR "WARNING: DATA RACE\n"
				 "Write at 0x00c000014128 by goroutine 8:\n"
				 "  runtime.mapassign_faststr()\n"
				 "      /usr/local/go/src/runtime/map_faststr.go:203 +0x0\n"
				 "  example.org/m.(*T[go.shape.int]).put()\n"
				 "      /home/a b/m/a.go:12 +0x84\n"
				 "  example.org/m.main.gowrap1()\n"
				 "      /home/a b/m/a.go:30 +0x9c\n"
				 "\n"
				 "Previous atomic read at 0x00c000014128 by main goroutine:\n"
				 "  bytes.(*Buffer).Len()\n"
				 "      /usr/local/go/src/bytes/buffer.go:77 +0x3e\n"
				 "  example.org/m.main()\n"
				 "      /home/a b/m/b.go:7 +0x3e\n"
				 "\n"
				 "Goroutine 8 (running) created at:\n"
				 "  example.org/m.main()\n"
				 "      /home/a b/m/b.go:5 +0x2f\n" BAR;

static struct knot_races parsed(const char *text)
{
	struct knot_races races = {0};

	knot_races_parse(knot_span_str(text), &races);
	return races;
}

Test(race, reads_both_stacks)
{
	struct knot_races r = parsed(report);

	cr_assert_eq(r.len, 1);
	const struct knot_race_access *a = r.data[0].access;

	cr_expect(a[0].is_write && !a[0].is_atomic && a[0].goroutine == 8);
	cr_expect(!a[1].is_write && a[1].is_atomic && a[1].goroutine == 0);
	cr_assert_eq(a[0].stack.len, 3);
	cr_expect_str_eq(a[0].stack.data[1].func, "example.org/m.(*T[go.shape.int]).put");
	cr_expect_str_eq(a[0].stack.data[1].file, "/home/a b/m/a.go");
	cr_expect_eq(a[0].stack.data[1].line, 12);
	cr_assert_eq(a[1].stack.len, 2);
	cr_assert_eq(a[0].creation.len, 1);
	cr_expect_eq(a[0].creation.data[0].line, 5);
	cr_expect_eq(a[1].creation.len, 0);
	knot_races_free(&r);
}

Test(race, position_is_the_programs_own)
{
	struct knot_races r = parsed(report);

	cr_assert_eq(r.len, 1);
	cr_expect_eq(knot_race_position(&r.data[0].access[0])->line, 12, "not the map's insides");
	cr_expect_eq(knot_race_position(&r.data[0].access[1])->line, 7, "not bytes.Buffer's");
	/* In the standard library's own tests there is nothing else. */
	r.data[0].access[1].stack.len = 1;
	cr_expect_eq(knot_race_position(&r.data[0].access[1])->line, 77);
	r.data[0].access[1].stack.len = 0;
	cr_expect_null(knot_race_position(&r.data[0].access[1]));
	r.data[0].access[1].stack.len = 2;
	knot_races_free(&r);
}

Test(race, a_lost_stack_is_no_reason_to_drop_the_report)
{
	struct knot_races r = parsed(BAR "WARNING: DATA RACE\n"
					 "Read at 0x01 by goroutine 8:\n"
					 "  m.f()\n"
					 "      /m/a.go:1 +0x1\n"
					 "\n"
					 "Previous write at 0x01 by goroutine 7:\n"
					 "  [failed to restore the stack]\n" BAR);

	cr_assert_eq(r.len, 1);
	cr_expect_eq(r.data[0].access[0].stack.len, 1);
	cr_expect_eq(r.data[0].access[1].stack.len, 0);
	cr_expect(r.data[0].access[1].is_write);
	knot_races_free(&r);
}

Test(race, a_position_belongs_to_the_frame_right_above_it)
{
	struct knot_races r = parsed(BAR "WARNING: DATA RACE\n"
					 "Read at 0x01 by goroutine 8:\n"
					 "  m.f()\n"
					 "Previous write at 0x01 by goroutine 7:\n"
					 "      /m/a.go:1 +0x1\n" BAR);

	cr_assert_eq(r.len, 1);
	cr_assert_eq(r.data[0].access[0].stack.len, 1);
	cr_expect_eq(r.data[0].access[0].stack.data[0].line, 0);
	cr_expect_eq(r.data[0].access[1].stack.len, 0);
	knot_races_free(&r);
}

Test(race, rubbish_between_and_a_cut_report_are_skipped)
{
	char text[2 * sizeof(report) + 200];

	snprintf(text, sizeof(text),
		"Read at 0x1 by goroutine 3:\n  x()\n" BAR "%s\x01\xff rubbish\n%.*s", report,
		(int)(sizeof(report) / 2), report);
	struct knot_races r = parsed(text);

	cr_expect_eq(r.len, 1);
	cr_expect_eq(r.data[0].access[0].goroutine, 8);
	knot_races_free(&r);
}

/* As the site table and the shim spell it: see base/hash.h. */
Test(race, sites_are_those_of_the_shim)
{
	const struct {
		const char *func, *file, *text;
		uint32_t line, head;
	} cases[] = {
		{"example.org/m.(*T[go.shape.int]).put", "/home/m/a.go",
			"example.org/m/a.go:12:37:0", 12, 0},
		{"main.main.func1", "/x/main.go", "main/main.go:3:37:0", 3, 0},
		{"gopkg.in/yaml%2ev3.(*D).f", "/p/yaml.v3/d.go", "gopkg.in/yaml.v3/d.go:9:37:0", 9,
			0},
		{"example.org/m.F[example.org/n.T]", "f.go", "example.org/m/f.go:1:37:0", 1, 0},
		{"container/list.(*List).insert", "/usr/lib/go/src/container/list/list.go",
			"container/list/.(*List).insert+4:37:0", 97, 93},
		{"plain.TestIt.func1", "/home/plain/it_test.go", "plain/.TestIt.func1+0:37:0", 9,
			9},
		{"sort.insert[go.shape.int]", "/src/sort/z.go", "sort/.insert[go.shape.int]+1:37:0",
			5, 4},
		{"gopkg%2ein.F", "/p/f.go", "gopkg.in/.F+1:37:0", 7, 6},
	};

	cr_assert_eq(KNOT_OP_MEMWRITE, 37);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct knot_gostack_frame f = {.func = (char *)cases[i].func,
			.file = (char *)cases[i].file,
			.line = cases[i].line};

		cr_expect_eq(knot_race_from_head(&f), cases[i].head != 0, "%s", cases[i].func);
		cr_expect_eq(knot_race_site(&f, cases[i].head, KNOT_OP_MEMWRITE),
			knot_hash_fnv32(cases[i].text, strlen(cases[i].text)), "%s", cases[i].text);
	}
}

Test(race, keeps_to_its_limits)
{
	struct knot_races r = {0};

	for (size_t i = 0; i < KNOT_RACE_MAX_REPORTS + 5; i++)
		knot_races_parse(knot_span_str(report), &r);
	cr_expect_eq(r.len, KNOT_RACE_MAX_REPORTS);
	knot_races_free(&r);
}
