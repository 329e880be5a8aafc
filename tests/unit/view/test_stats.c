/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "base/file.h"
#include "view/overview.h"
#include "view/stats.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/goknot-stats-XXXXXX";
static const struct knot_overview_count verdicts[] = {
	{.name = "deadlock", .count = 2}, {.name = "timeout", .count = 1}};
static const struct knot_overview_target targets[] = {
	{.package = "p\\q", .test = "Test\"X", .runs = 7, .pairs = 3, .findings = 1}};
static const struct knot_overview overview = {
	.what = "1 test in 1 package",
	.elapsed_ns = 65000000000ull,
	.runs = 100,
	.runs_per_s = 12.5,
	.pairs = 17,
	.corpus = 5,
	.replays = 4,
	.replays_same = 3,
	.findings = 3,
	.verdicts = verdicts,
	.verdicts_len = 2,
	.targets = targets,
	.targets_len = 1,
};
static const struct knot_stats stats = {
	.overview = &overview,
	.command_line = "goknot fuzz",
	.mode = "controlled",
	.start_s = 1000,
	.now_s = 1065,
	.last_pair_s = 1060,
	.last_finding_s = 1050,
	.pid = 4711,
	.cycles = 3,
	.pending = 2,
	.imported = 1,
	.runs_at_finding = 90,
};

static void setup(void)
{
	cr_assert(mkdtemp(dir));
}

static char *content(const char *name)
{
	char path[256];
	char *data;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	cr_assert_eq(knot_file_read(path, 1 << 20, &data, &len, NULL), 0);
	unlink(path);
	return data;
}

static void expect_line(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	cr_expect(at && (at == text || at[-1] == '\n') && at[strlen(line)] == '\n',
		"no line \"%s\" in\n%s", line, text);
}

Test(stats, have_the_keys_of_afl, .init = setup)
{
	cr_assert_eq(knot_stats_write(dir, &stats, NULL), 0);
	char *text = content("fuzzer_stats");

	expect_line(text, "start_time        : 1000");
	expect_line(text, "last_update       : 1065");
	expect_line(text, "run_time          : 65");
	expect_line(text, "fuzzer_pid        : 4711");
	expect_line(text, "execs_done        : 100");
	expect_line(text, "corpus_count      : 5");
	expect_line(text, "corpus_found      : 4");
	expect_line(text, "corpus_imported   : 1");
	expect_line(text, "cur_item          : 3");
	expect_line(text, "stability         : 75.00%");
	expect_line(text, "saved_crashes     : 2");
	expect_line(text, "saved_hangs       : 1");
	expect_line(text, "last_find         : 1060");
	expect_line(text, "last_hang         : 0");
	expect_line(text, "execs_since_crash : 10");
	expect_line(text, "edges_found       : 17");
	expect_line(text, "command_line      : goknot fuzz");
	free(text);
	free(content("plot_data"));
	rmdir(dir);
}

Test(stats, plot_data_grows_by_a_line, .init = setup)
{
	cr_assert_eq(knot_stats_write(dir, &stats, NULL), 0);
	cr_assert_eq(knot_stats_write(dir, &stats, NULL), 0);
	char *text = content("plot_data");
	const char *line = "65, 3, 3, 5, 2, 2, n/a, 2, 1, 0, 12.50, 100, 17\n";
	char *first = strchr(text, '\n');

	cr_assert(first);
	cr_expect_eq(strncmp(text, "# relative_time, cycles_done, ", 30), 0);
	cr_expect_eq(strncmp(first + 1, line, strlen(line)), 0, "%s", text);
	cr_expect_str_eq(first + 1 + strlen(line), line);
	free(text);
	free(content("fuzzer_stats"));
	rmdir(dir);
}

Test(stats, metrics_are_in_the_exposition_format, .init = setup)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/goknot.prom", dir);
	cr_assert_eq(knot_stats_write_metrics(path, &stats, NULL), 0);
	char *text = content("goknot.prom");

	expect_line(text, "# TYPE goknot_runs_total counter");
	expect_line(text, "goknot_runs_total 100");
	expect_line(text, "goknot_findings{verdict=\"timeout\"} 1");
	expect_line(text, "goknot_test_pairs{package=\"p\\\\q\",test=\"Test\\\"X\"} 3");
	free(text);
	rmdir(dir);
}

Test(stats, a_directory_that_is_gone_is_an_error)
{
	struct knot_error err = {0};

	cr_expect_lt(knot_stats_write("/nowhere/at/all", &stats, &err), 0);
	cr_expect(strstr(err.message, "/nowhere/at/all/fuzzer_stats"), "%s", err.message);
	cr_expect_lt(knot_stats_write_metrics("/nowhere/m", &stats, &err), 0);
}

Test(stats, a_long_plot_is_thinned, .init = setup)
{
	const size_t len = KNOT_STATS_PLOT_MAX_BYTES + 1000;
	char *text = malloc(len + 1), path[256];
	size_t at = (size_t)sprintf(text, "# columns\n");

	for (unsigned n = 0; at + 16 < len; n++)
		at += (size_t)sprintf(text + at, "%u, 1, 2, 3\n", n);
	snprintf(path, sizeof(path), "%s/plot_data", dir);
	cr_assert_eq(knot_file_write(path, text, at, NULL), 0);
	free(text);
	cr_assert_eq(knot_stats_write(dir, &stats, NULL), 0);
	size_t now;

	cr_assert_eq(knot_file_read(path, 2 * len, &text, &now, NULL), 0);
	cr_expect_leq(now, len / 2 + 100);
	cr_expect_geq(now, len / 2 - 100);
	cr_expect_eq(strncmp(text, "# columns\n1, 1, 2, 3\n3, 1, 2, 3\n", 32), 0);
	free(text);
	unlink(path);
	free(content("fuzzer_stats"));
	cr_expect_eq(rmdir(dir), 0);
}
