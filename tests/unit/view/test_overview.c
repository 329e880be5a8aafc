/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/overview.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct knot_overview_target targets[] = {
	{.package = "p/a", .test = "TestB", .runs = 10, .pairs = 5, .used_ns = 3000000000},
	{.package = "p/a", .test = "TestA", .runs = 30, .pairs = 5, .findings = 1},
	{.package = "p/b", .test = "TestC", .runs = 20, .pairs = 9, .aside = true},
};
static const struct knot_overview_arm arms[] = {
	{.name = "random", .runs = 3, .steps = 30, .pairs = 4},
	{.name = "chain", .runs = 1, .steps = 10, .pairs = 2, .findings = 1},
};
static const struct knot_overview_count verdicts[] = {
	{.name = "deadlock", .count = 1},
	{.name = "leak", .count = 0},
	{.name = "fail", .count = 2},
};
static const struct knot_overview_worker workers[] = {
	{.test = "TestA", .runs = 12, .pid = 7}, {.test = NULL}, {.test = "TestC", .runs = 1}};

static struct knot_overview sample(void)
{
	return (struct knot_overview){
		.what = "3 tests in 2 packages",
		.campaign_dir = "/c",
		.seed = 42,
		.running = true,
		.elapsed_ns = 90061000000000ull,
		.since_pair_ns = 61000000000ull,
		.since_finding_ns = KNOT_OVERVIEW_NEVER,
		.runs = 12345678,
		.steps = 123456780,
		.runs_per_s = 100234.6,
		.pairs = 999999,
		.corpus = 12,
		.chain_runs = 200,
		.chain_any = 190,
		.chain_all = 100,
		.replays = 4,
		.replays_same = 3,
		.findings = 3,
		.listed = 1,
		.verdicts = verdicts,
		.verdicts_len = 3,
		.arms = arms,
		.arms_len = 2,
		.targets = targets,
		.targets_len = 3,
		.workers = workers,
		.workers_len = 3,
	};
}

static char *joined(const struct knot_overview *o, const struct knot_overview_shape *shape,
	struct knot_overview_lines *lines)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	knot_overview_layout(o, shape, lines);
	for (size_t i = 0; i < lines->list.len; i++)
		fprintf(f, "%s\n", lines->list.data[i].text);
	fclose(f);
	return text;
}

static char *page(const struct knot_overview *o, const struct knot_overview_shape *shape)
{
	struct knot_overview_lines lines = {0};
	char *text = joined(o, shape, &lines);

	knot_overview_free(&lines);
	return text;
}

Test(overview, says_all_there_is_to_say)
{
	static const char *const wanted[] = {"3 tests in 2 packages", "seed 42",
		"run time       1 d 1 h 1 min", "12.3M (100235/s)", "last new pair  1 min 1 s ago",
		"last finding   none so far", "steps a run   10", "deadlock 1, fail 2",
		"pairs          999999", "95 %, wholly 50 %", "fidelity      75 % (3 of 4 replays)",
		"listed        1, set aside 0", "75 %", "25 %", "1 TestA, 12 runs", "2 idle",
		"TestC  (set aside) p/b", "1 to 3 of 3, by findings"};
	const struct knot_overview o = sample();
	const struct knot_overview_shape shape = {.cols = 100, .keys = ""};
	char *text = page(&o, &shape);

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		cr_expect(strstr(text, wanted[i]), "\"%s\" is missing in\n%s", wanted[i], text);
	cr_expect(!strstr(text, "leak"), "a verdict that nothing has");
	cr_expect(!strstr(text, "not recorded"));
	free(text);
}

Test(overview, what_was_lost_is_shown)
{
	struct knot_overview o = sample();
	const struct knot_overview_shape shape = {.cols = 100, .keys = ""};

	o.not_recorded = 77;
	char *text = page(&o, &shape);

	cr_expect(strstr(text, "not recorded   77"));
	free(text);
}

/* The tests in the order of the sort, by their first letters that differ. */
static void expect_order(enum knot_overview_sort sort, const char *order)
{
	const struct knot_overview o = sample();
	const struct knot_overview_shape shape = {.cols = 100, .sort = sort, .keys = ""};
	char *text = page(&o, &shape);
	const char *at = strstr(text, "test, package");
	char found[4] = "";

	for (size_t i = 0; at && i < 3; i++) {
		at = strstr(at + 1, "Test");
		found[i] = at ? at[4] : '?';
	}
	cr_expect_str_eq(found, order);
	cr_expect(strstr(text, knot_overview_sort_name(sort)));
	free(text);
}

Test(overview, sorts_the_tests)
{
	expect_order(KNOT_OVERVIEW_BY_FINDINGS, "ACB");
	expect_order(KNOT_OVERVIEW_BY_PAIRS, "CAB");
	expect_order(KNOT_OVERVIEW_BY_RUNS, "ACB");
	expect_order(KNOT_OVERVIEW_BY_TIME, "BAC");
	expect_order(KNOT_OVERVIEW_BY_NAME, "ABC");
}

/* Whatever the size: no line too many, none too long, and no code point cut in two. */
Test(overview, fits_every_terminal)
{
	static const char *const messages[] = {"one",
		"zwei: \xc3\xa4\xc3\xb6\xc3\xbc"
		"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3"
		"\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6"
		"\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3"
		"\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4"
		"\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc",
		"three"};
	struct knot_overview o = sample();

	o.what = "\xe6\xb5\x8b\xe8\xaf\x95 tests in some packages with a rather long description";
	for (unsigned rows = 1; rows < 60; rows++) {
		for (unsigned cols = 1; cols < 140; cols += 7) {
			const struct knot_overview_shape shape = {.cols = cols,
				.rows = rows,
				.first = rows % 5,
				.keys = "q quit",
				.messages = messages,
				.messages_len = rows % 4};
			const unsigned most =
				cols < KNOT_OVERVIEW_COLS_MIN ? KNOT_OVERVIEW_COLS_MIN : cols;
			struct knot_overview_lines lines = {0};

			knot_overview_layout(&o, &shape, &lines);
			cr_assert(lines.list.len <= rows, "%zu lines for %u rows", lines.list.len,
				rows);
			for (size_t i = 0; i < lines.list.len; i++) {
				const char *c = lines.list.data[i].text;
				unsigned columns = 0;

				for (; *c; c++)
					columns += ((unsigned char)*c & 0xc0) != 0x80;
				cr_assert(columns <= most, "%u columns of %u: %s", columns, most,
					lines.list.data[i].text);
				/* The last character is whole: its first byte tells its length. */
				while (c > lines.list.data[i].text &&
					((unsigned char)c[-1] & 0xc0) == 0x80)
					c--;
				const unsigned char lead =
					c > lines.list.data[i].text ? (unsigned char)c[-1] : 0;
				const size_t needs = lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;

				cr_assert_eq(strlen(c), needs, "cut inside a character");
			}
			knot_overview_free(&lines);
		}
	}
}

Test(overview, rows_go_to_tests_and_messages)
{
	static const char *const messages[] = {"m1", "m2", "m3"};
	const struct knot_overview o = sample();
	const struct knot_overview_shape shape = {
		.cols = 80, .rows = 40, .keys = "", .messages = messages, .messages_len = 3};
	char *text = page(&o, &shape);

	cr_expect(strstr(text, "TestA  p/a") && strstr(text, "TestB  p/a") && strstr(text, "p/b"));
	cr_expect(strstr(text, "m1") && strstr(text, "m3"));
	free(text);
}

Test(overview, an_empty_campaign_is_shown)
{
	const struct knot_overview o = {.what = "0 tests", .campaign_dir = "/c"};
	const struct knot_overview_shape shape = {.cols = 80, .rows = 24, .keys = ""};
	char *text = page(&o, &shape);

	cr_expect(strstr(text, "findings       none"));
	cr_expect(strstr(text, "0 to 0 of 0"));
	free(text);
}
