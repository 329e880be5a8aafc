/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/emit.h"
#include "view/emit_minimized.h"
#include "view/emit_replay.h"
#include "view/emit_schedule.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static char *text_of(
	const struct knot_emit_ops *ops, void (*what)(const struct knot_emit_ops *, FILE *))
{
	char *data = NULL;
	size_t len;
	FILE *f = open_memstream(&data, &len);

	what(ops, f);
	fclose(f);
	return data;
}

static void a_progress(const struct knot_emit_ops *ops, FILE *f)
{
	const struct knot_emit_progress p = {
		.elapsed_ns = 3661000000000ull,
		.runs = 325017,
		.runs_since = 3000,
		.since_ns = 3000000000ull,
		.pairs = 202,
		.pairs_since = 11,
		.chain_runs = 100,
		.chain_any = 95,
	};

	ops->progress(f, &p);
}

static void a_finding(const struct knot_emit_ops *ops, FILE *f)
{
	static const char *const lines[] = {"G1 blocked"};
	const struct knot_emit_finding x = {
		.package = "p",
		.test = "TestX",
		.verdict = "leak",
		.title = "leak: send a.go:1",
		.message = "",
		.crash_file = ".goknot/crashes/x.crash",
		.replay_flags = "-C m ",
		.lines = lines,
		.lines_len = 1,
		.bucket = 0xfedcba9876543210ull,
		.steps = 9,
	};

	ops->finding(f, &x);
}

Test(emit, progress_is_the_line_of_go_test_fuzz)
{
	char *line = text_of(&knot_emit_text, a_progress);

	cr_expect(!strncmp(line,
			  "fuzz: elapsed: 1h1m1s, execs: 325017 (1000/sec), new interesting: 11 "
			  "(total: 202)",
			  strlen("fuzz: elapsed: 1h1m1s, execs: 325017 (1000/sec), new "
				 "interesting: 11 (total: 202)")),
		"%s", line);
	cr_expect(strstr(line, "chain hits: 95%"), "%s", line);
	free(line);
}

static void a_regression(const struct knot_emit_ops *ops, FILE *f)
{
	const struct knot_emit_finding x = {
		.package = "p",
		.test = "TestX",
		.verdict = "leak",
		.title = "leak: recv a.go:1",
		.message = "",
		.crash_file = "x.crash",
		.replay_flags = "",
		.lines_are = "waits",
		.fixed = "2026-11-22",
		.to_ignore = "leak function a.F -- idle\nleak site a.go:1 -- idle\n",
	};

	ops->finding(f, &x);
}

Test(emit, regressions_and_lines_to_ignore)
{
	char *text = text_of(&knot_emit_text, a_regression);
	char *json = text_of(&knot_emit_json, a_regression);
	json_t *o = json_loads(json, 0, NULL);

	cr_expect(strstr(text,
			  "    regression: leak: recv a.go:1\n    fixed on 2026-11-22, and back\n"),
		"%s", text);
	cr_expect(strstr(text,
			  "    to ignore: leak function a.F -- idle\n"
			  "    to ignore: leak site a.go:1 -- idle\n"),
		"%s", text);
	cr_assert_not_null(o);
	cr_expect_str_eq(json_string_value(json_object_get(o, "regression")), "2026-11-22");
	cr_expect_str_eq(json_string_value(json_object_get(o, "to_ignore")),
		"leak function a.F -- idle\nleak site a.go:1 -- idle\n");
	json_decref(o);
	free(text);
	free(json);
}

Test(emit, finding_says_how_to_run_it_again)
{
	char *text = text_of(&knot_emit_text, a_finding);

	cr_expect(strstr(text, "leak: send a.go:1"));
	cr_expect(
		strstr(text, "to re-run: goknot replay -C m .goknot/crashes/x.crash"), "%s", text);
	free(text);
}

static void a_finding_with_timers(const struct knot_emit_ops *ops, FILE *f)
{
	const struct knot_emit_finding x = {
		.package = "p",
		.test = "TestX",
		.verdict = "fail",
		.title = "fail: a_test.go:1",
		.crash_file = "x.crash",
		.replay_flags = "",
		.early_ns = 412345678,
	};

	ops->finding(f, &x);
}

Test(emit, a_finding_tells_of_timers_that_were_fired_early)
{
	char *text = text_of(&knot_emit_text, a_finding_with_timers);

	cr_expect(strstr(text, "    timers fired before they were due: 0.412 s in all\n"), "%s",
		text);
	free(text);
	text = text_of(&knot_emit_text, a_finding);
	cr_expect(!strstr(text, "timers"), "%s", text);
	free(text);
	text = text_of(&knot_emit_json, a_finding_with_timers);
	cr_expect(strstr(text, "\"early_ns\":412345678"), "%s", text);
	free(text);
}

static void a_native_finding(const struct knot_emit_ops *ops, FILE *f)
{
	const struct knot_emit_finding x = {
		.package = "p",
		.test = "TestX",
		.verdict = "leak",
		.title = "leak: send a.go:1",
		.crash_file = "x-native.crash",
		.replay_flags = "",
		.native = true,
		.tries = 24,
		.reproduced = 7,
		.controlled_file = "x.crash",
	};

	ops->finding(f, &x);
}

Test(emit, a_native_finding_says_how_often_it_came_again)
{
	char *text = text_of(&knot_emit_text, a_native_finding);

	cr_expect(strstr(text, "came again in 7 of 24 tries, saved to x-native.crash"), "%s", text);
	cr_expect(strstr(text, "it replays exactly: goknot replay x.crash"), "%s", text);
	free(text);
	text = text_of(&knot_emit_json, a_native_finding);
	cr_expect(strstr(text, "\"sched\":\"native\",\"tries\":24,\"reproduced\":7"), "%s", text);
	free(text);
}

static void a_changed_replay(const struct knot_emit_ops *ops, FILE *f)
{
	const struct knot_emit_replay r = {.verdict = "ok",
		.expected = "deadlock",
		.times = 1,
		.release = "the crash file is of go1.23, and this is go1.26",
		.outcome = "diverged",
		.outcome_text = "diverged at step 3: expected a\x1b[2J, found b",
		.asked = 3,
		.followed = 2,
		.continuations = 20,
		.clean = 19,
		.expected_step = "a\x1b[2J",
		.found_step = "b",
		.step = 3};

	ops->replay(f, &r);
}

Test(emit, a_replay_of_changed_code_says_what_became_of_it)
{
	char *text = text_of(&knot_emit_text, a_changed_replay);

	cr_expect(strstr(text, "replay: the crash file is of go1.23, and this is go1.26\n"), "%s",
		text);
	cr_expect(strstr(text, "replay: diverged at step 3: expected a\\x1b[2J, found b\n"), "%s",
		text);
	free(text);
	text = text_of(&knot_emit_json, a_changed_replay);
	cr_expect(strstr(text, "\"outcome\":\"diverged\""), "%s", text);
	cr_expect(strstr(text, "\"followed\":2"), "%s", text);
	cr_expect(strstr(text, "\"continuations\":20"), "%s", text);
	cr_expect(strstr(text, "\"diverged_at\":3"), "%s", text);
	cr_expect_not(strchr(text, 0x1b), "%s", text);
	free(text);
}

static void a_native_replay(const struct knot_emit_ops *ops, FILE *f)
{
	const struct knot_emit_replay r = {.verdict = "ok",
		.expected = "leak",
		.times = 10,
		.reproduced = 3,
		.native = true,
		.saved_tries = 24,
		.saved_reproduced = 7};

	ops->replay(f, &r);
}

Test(emit, a_native_replay_gives_shares_and_no_hash)
{
	char *text = text_of(&knot_emit_text, a_native_replay);

	cr_expect_str_eq(text,
		"ok\nreplay: 3 of 10 native runs reproduced (leak); when it was saved 7 of 24\n");
	free(text);
}

static void a_replay(const struct knot_emit_ops *ops, FILE *f)
{
	const struct knot_emit_replay r = {.verdict = "leak",
		.expected = "leak",
		.proof = "proven",
		.times = 1,
		.reproduced = 1,
		.preempted = 3,
		.steps = 9};

	ops->replay(f, &r);
}

Test(emit, a_replay_says_how_a_leak_is_known_and_who_was_preempted)
{
	char *text = text_of(&knot_emit_text, a_replay);

	cr_expect_str_eq(text,
		"leak\n    proof: proven\nreplay: 1 of 1 reproduced (leak), schedule hash "
		"0000000000000000 as saved, 9 steps, preempted 3 times\n");
	free(text);
	text = text_of(&knot_emit_json, a_replay);
	cr_expect(strstr(text, "\"proof\":\"proven\""), "%s", text);
	cr_expect(strstr(text, "\"preempted\":3"), "%s", text);
	free(text);
}

Test(emit, json_is_one_object_a_line_and_keeps_all_bits)
{
	char *text = text_of(&knot_emit_json, a_finding);
	json_error_t err;
	json_t *o = json_loads(text, 0, &err);

	cr_assert(o, "%s", err.text);
	cr_expect_eq(strchr(text, '\n'), text + strlen(text) - 1);
	cr_expect_str_eq(json_string_value(json_object_get(o, "bucket")), "fedcba9876543210");
	cr_expect_str_eq(json_string_value(json_object_get(o, "verdict")), "leak");
	json_decref(o);
	free(text);
}

static void a_lossy_summary(const struct knot_emit_ops *ops, FILE *f)
{
	const struct knot_emit_progress p = {
		.runs = 1, .hooks_missed = 3, .prims_full = 7, .races_lost = 512};

	ops->summary(f, &p);
}

Test(emit, summary_tells_of_every_loss)
{
	char *text = text_of(&knot_emit_text, a_lossy_summary);

	cr_expect(strstr(text, "primitives, met 7 times\n"), "%s", text);
	cr_expect(strstr(text, "not recorded: the own hooks of operations, missed 3 times\n"), "%s",
		text);
	cr_expect(strstr(text, "not read: 512 bytes of race reports\n"), "%s", text);
	free(text);
	text = text_of(&knot_emit_json, a_lossy_summary);
	cr_expect(strstr(text, "\"prims_full\":7,\"races_lost\":512"), "%s", text);
	free(text);
}
