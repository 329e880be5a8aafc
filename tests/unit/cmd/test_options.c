/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "cmd/options_crash.h"
#include "wire/abi.h"
#include "wire/ops.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX 16

/* A command line cut at spaces; the parser reorders it, so it must be writable. */
struct line {
	char text[256];
	char *argv[WORDS_MAX + 1];
	int argc;
};

static void split(struct line *l, const char *text)
{
	cr_assert_lt(strlen(text), sizeof(l->text));
	strcpy(l->text, text);
	l->argc = 0;
	for (char *w = strtok(l->text, " "); w; w = strtok(NULL, " ")) {
		cr_assert_lt(l->argc, WORDS_MAX);
		l->argv[l->argc++] = w;
	}
	l->argv[l->argc] = NULL;
}

static struct knot_fuzz_options fuzz(struct line *l, const char *text)
{
	struct knot_fuzz_options o;
	struct knot_error err = {0};
	split(l, text);
	cr_assert_eq(knot_options_fuzz(l->argc, l->argv, &o, &err), 0, "%s: %s", text, err.message);
	return o;
}

static void refuses(const char *text, const char *message)
{
	struct line l;
	struct knot_fuzz_options o;
	struct knot_error err = {0};
	split(&l, text);
	memset(&o, 0x5a, sizeof(o));
	const struct knot_fuzz_options before = o;
	cr_assert_eq(knot_options_fuzz(l.argc, l.argv, &o, &err), KNOT_EUSAGE, "%s", text);
	cr_assert_str_eq(err.message, message);
	cr_assert_eq(memcmp(&o, &before, sizeof(o)), 0, "%s: wrote options on failure", text);
	cr_assert_eq(knot_error_exit_code(err.code), 2);
}

Test(options, defaults)
{
	struct line l;
	const struct knot_fuzz_options o = fuzz(&l, "fuzz");
	cr_assert_null(o.dir);
	cr_assert_null(o.policy);
	cr_assert_null(o.run);
	cr_assert(o.mutate);
	cr_assert_eq(o.hooks, 1);
	cr_assert_eq(o.feedback, KNOT_FEEDBACK_AUTO);
	cr_assert_eq(o.parallel, 0);
	cr_assert(!o.seed_set);
	cr_assert_eq(o.words.words_len, 0);
	cr_assert_eq(o.words.args_len, 0);
}

Test(options, four_spellings_are_one)
{
	static const char *const lines[] = {"fuzz -fuzztime 30s", "fuzz -fuzztime=30s",
		"fuzz --fuzztime 30s", "fuzz --fuzztime=30s"};
	for (size_t i = 0; i < 4; i++) {
		struct line l;
		cr_assert_eq(fuzz(&l, lines[i]).fuzztime_ns, 30000000000ull, "%s", lines[i]);
	}
}

Test(options, flags_stand_anywhere)
{
	struct line l;
	const struct knot_fuzz_options o =
		fuzz(&l, "fuzz -short ./a -run X ./b -json -args -v -run Y");
	cr_assert_eq(o.words.words_len, 2);
	cr_assert_str_eq(o.words.words[0], "./a");
	cr_assert_str_eq(o.words.words[1], "./b");
	cr_assert_str_eq(o.run, "X");
	cr_assert(o.is_short);
	cr_assert(o.json);
	cr_assert_eq(o.words.args_len, 3);
	cr_assert_str_eq(o.words.args[0], "-v");
	cr_assert_str_eq(o.words.args[2], "Y");
}

Test(options, two_dashes_end_the_flags)
{
	struct line l;
	struct knot_replay_options o;
	split(&l, "replay -- -file");
	cr_assert_eq(knot_options_replay(l.argc, l.argv, &o, NULL), 0);
	cr_assert_str_eq(o.file, "-file");
}

Test(options, two_dashes_run_a_program)
{
	struct line l;
	const struct knot_fuzz_options o = fuzz(&l, "fuzz ./cmd/x -json -- -short -args x --");
	cr_assert(o.words.program);
	cr_assert(o.json);
	cr_assert(!o.is_short);
	cr_assert_eq(o.words.words_len, 1);
	cr_assert_str_eq(o.words.words[0], "./cmd/x");
	cr_assert_eq(o.words.args_len, 4);
	cr_assert_str_eq(o.words.args[0], "-short");
	cr_assert_str_eq(o.words.args[3], "--");
	cr_assert(!fuzz(&l, "fuzz ./cmd/x -args -- x").words.program);
	cr_assert(fuzz(&l, "fuzz ./cmd/x --").words.program);
	refuses("fuzz -- x",
		"before -- stands the one main package to run, its arguments behind; got 0 "
		"packages");
	refuses("fuzz ./a ./b -- x",
		"before -- stands the one main package to run, its arguments "
		"behind; got 2 packages");
	refuses("fuzz -run X ./a --", "-run is for tests, and with -- a program is run");
	refuses("fuzz -short ./a --", "-short is for tests, and with -- a program is run");
	refuses("fuzz x.go --", "x.go is a file: before -- stands the main package to run");
}

Test(options, the_last_flag_wins)
{
	struct line l;
	cr_assert_eq(fuzz(&l, "fuzz -parallel 2 -parallel 5").parallel, 5);
	struct knot_fuzz_options o = fuzz(&l, "fuzz -fuzztime 5s -fuzztime 7x");
	cr_assert_eq(o.fuzztime_ns, 0);
	cr_assert_eq(o.fuzztime_runs, 7);
	o = fuzz(&l, "fuzz -fuzztime 7x -fuzztime 5s");
	cr_assert_eq(o.fuzztime_ns, 5000000000ull);
	cr_assert_eq(o.fuzztime_runs, 0);
}

Test(options, bools)
{
	struct line l;
	cr_assert(!fuzz(&l, "fuzz -mutate=false").mutate);
	cr_assert(!fuzz(&l, "fuzz -mutate=F").mutate);
	cr_assert(!fuzz(&l, "fuzz --mutate=0").mutate);
	cr_assert(fuzz(&l, "fuzz -mutate=false -mutate").mutate);
	cr_assert(fuzz(&l, "fuzz -json=1").json);
	/* A bool never takes the next word. */
	cr_assert_eq(fuzz(&l, "fuzz -json false").words.words_len, 1);
	refuses("fuzz -mutate=maybe", "-mutate wants true or false, not \"maybe\"");
	refuses("fuzz -mutate=", "-mutate wants true or false, not \"\"");
}

Test(options, numbers)
{
	struct line l;
	struct knot_fuzz_options o = fuzz(&l, "fuzz -seed 18446744073709551615");
	cr_assert_eq(o.seed, UINT64_MAX);
	cr_assert(o.seed_set);
	cr_assert_eq(fuzz(&l, "fuzz -seed 0xff").seed, 255);
	cr_assert_eq(fuzz(&l, "fuzz").fresh_every, 0);
	cr_assert_eq(fuzz(&l, "fuzz -fresh 1").fresh_every, 1);
	cr_assert(fuzz(&l, "fuzz -seed 0").seed_set);
	cr_assert_eq(fuzz(&l, "fuzz -parallel 1024").parallel, 1024);
#define SEED "-seed wants a number from 0 to 18446744073709551615, not "
	refuses("fuzz -seed 18446744073709551616", SEED "\"18446744073709551616\"");
	refuses("fuzz -seed -1", SEED "\"-1\"");
	refuses("fuzz -seed 0x", SEED "\"0x\"");
	refuses("fuzz -seed 1f", SEED "\"1f\"");
	refuses("fuzz -seed=", SEED "\"\"");
#define PARALLEL "-parallel wants a number from 1 to 1024, not "
	refuses("fuzz -parallel 0", PARALLEL "\"0\"");
	refuses("fuzz -parallel 1025", PARALLEL "\"1025\"");
	refuses("fuzz -parallel +2", PARALLEL "\"+2\"");
	refuses("fuzz -parallel two", PARALLEL "\"two\"");
}

Test(options, durations)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = {{"0", 0}, {"0s", 0}, {"1ns", 1}, {"2us", 2000}, {"3\xc2\xb5s", 3000},
		{"500ms", 500000000}, {"1.5s", 1500000000}, {".5s", 500000000},
		{"1h30m", 5400000000000}, {"8h", 28800000000000}, {"1m0.5s", 60500000000}};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		uint64_t ns = 77;
		cr_assert(knot_options_take_duration(good[i].text, &ns), "%s", good[i].text);
		cr_assert_eq(ns, good[i].ns, "%s", good[i].text);
	}
	static const char *const bad[] = {
		"", "30", "s", "-1s", "+1s", "1 s", "1h0", "1d", "1.s.", ".s", "9999999h", "1sx"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t ns = 77;
		cr_assert(!knot_options_take_duration(bad[i], &ns), "%s", bad[i]);
		cr_assert_eq(ns, 77);
	}
	struct line l;
	cr_assert_eq(fuzz(&l, "fuzz -timeout 10s").timeout_ns, 10000000000ull);
	refuses("fuzz -timeout 10", "-timeout wants a duration (500ms, 30s, 1h30m), not \"10\"");
}

Test(options, budgets)
{
	struct line l;
	cr_assert_eq(fuzz(&l, "fuzz -fuzztime 1000x").fuzztime_runs, 1000);
#define BUDGET "-fuzztime wants a duration (30s, 8h) or a count (1000x), not "
	refuses("fuzz -fuzztime abc", BUDGET "\"abc\"");
	refuses("fuzz -fuzztime x", BUDGET "\"x\"");
	refuses("fuzz -fuzztime 0x", BUDGET "\"0x\"");
	refuses("fuzz -fuzztime -5x", BUDGET "\"-5x\"");
	refuses("fuzz -fuzztime 99999999999999999999x", BUDGET "\"99999999999999999999x\"");
	refuses("fuzz -fuzztime 30", BUDGET "\"30\"");
}

Test(options, sizes)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {{"512m", 512ull << 20}, {"2g", 2ull << 30}, {"1.5G", 3ull << 29},
		{"4096", 4096}, {"64k", 65536}, {"1t", 1ull << 40}, {"512MB", 512ull << 20},
		{"512MiB", 512ull << 20}, {"10b", 10}};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		uint64_t bytes = 77;
		cr_assert(knot_options_take_size(good[i].text, &bytes), "%s", good[i].text);
		cr_assert_eq(bytes, good[i].bytes, "%s", good[i].text);
	}
	static const char *const bad[] = {"", "m", "-1m", "1mm", "1x", "1 m", "99999999t", "12mi"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t bytes = 77;
		cr_assert(!knot_options_take_size(bad[i], &bytes), "%s", bad[i]);
		cr_assert_eq(bytes, 77);
	}
	struct line l;
	cr_assert_eq(fuzz(&l, "fuzz -memory 1g").memory_bytes, 1ull << 30);
	refuses("fuzz -memory lots", "-memory wants a size (512m, 2g), not \"lots\"");
}

Test(options, words_of_a_list)
{
	struct line l;
	cr_assert_eq(fuzz(&l, "fuzz -feedback none").feedback, KNOT_FEEDBACK_NONE);
	cr_assert_eq(fuzz(&l, "fuzz -feedback ring").feedback, KNOT_FEEDBACK_RING);
	cr_assert_eq(fuzz(&l, "fuzz -feedback ebpf").feedback, KNOT_FEEDBACK_EBPF);
	cr_assert_eq(fuzz(&l, "fuzz -hooks off").hooks, 0);
	cr_assert_eq(fuzz(&l, "fuzz -hooks on").hooks, 1);
	refuses("fuzz -feedback x", "-feedback wants auto, ring, ebpf or none, not \"x\"");
	refuses("fuzz -hooks maybe", "-hooks wants off or on, not \"maybe\"");
	refuses("fuzz -sched x", "-sched wants controlled or native, not \"x\"");
}

Test(options, every_policy_is_a_word)
{
	for (uint32_t p = 0; p < KNOT_POLICY_COUNT; p++) {
		char text[64];
		struct line l;
		snprintf(text, sizeof(text), "fuzz -policy %s", knot_policy_name(p));
		cr_assert_str_eq(fuzz(&l, text).policy, knot_policy_name(p));
	}
	refuses("fuzz -policy best",
		"-policy wants fifo, random, pct, pos, rpos, surw, delay, gopie or none, not "
		"\"best\"");
}

Test(options, regular_expressions)
{
	struct line l;
	cr_assert_str_eq(fuzz(&l, "fuzz -run ^TestA$|B/sub[/]x").run, "^TestA$|B/sub[/]x");
	cr_assert_str_eq(fuzz(&l, "fuzz -run (a/b)/c").run, "(a/b)/c");
	cr_assert_str_eq(fuzz(&l, "fuzz -skip A/b").skip, "A/b");
	cr_assert_str_eq(fuzz(&l, "fuzz -run=").run, "");
}

Test(options, shares)
{
	refuses("fuzz -audit=1%", "-audit wants a share from 0 to 1 (0.05), not \"1%\"");
	refuses("fuzz -audit 1.5", "-audit wants a share from 0 to 1 (0.05), not \"1.5\"");
}

Test(options, reports_and_revisions)
{
	struct line l;

	cr_assert_str_eq(fuzz(&l, "fuzz -since origin/main").since, "origin/main");
	cr_assert_null(fuzz(&l, "fuzz").since);
	cr_assert_str_eq(fuzz(&l, "fuzz -junit a.xml -sarif=-").junit, "a.xml");
	cr_assert_str_eq(fuzz(&l, "fuzz -junit a.xml -sarif=-").sarif, "-");
	refuses("fuzz -since=", "-since wants a value, not \"\"");
}

Test(options, trials)
{
	struct line l;

	cr_assert_eq(fuzz(&l, "fuzz").trials, 0);
	cr_assert_eq(fuzz(&l, "fuzz -trials 7").trials, 7);
	cr_assert_eq(fuzz(&l, "fuzz -trials 7").tries, 0);
	cr_assert_eq(fuzz(&l, "fuzz -trials 7 -tries 20").tries, 20);
	refuses("fuzz -trials 0", "-trials wants a number from 1 to 4096, not \"0\"");
	refuses("fuzz -tries 20",
		"-tries is how often each of the -trials is forced: it goes with them");
	refuses("fuzz -trials 7 -sched native",
		"-trials forces chains by control of the schedule: it does not go with -sched "
		"native");
}

Test(options, a_depth_is_had_or_refused)
{
	const char *policies[] = {"pct", "delay"};
	char text[64];

	for (size_t i = 0; i < 2; i++) {
		struct line l;

		snprintf(text, sizeof(text), "fuzz -policy %s -depth %u", policies[i],
			KNOT_DEPTH_MAX);
		cr_assert_eq(fuzz(&l, text).depth, KNOT_DEPTH_MAX);
	}
	refuses("fuzz -policy pct -depth 257", "-depth wants a number from 1 to 256, not \"257\"");
	refuses("fuzz -policy delay -depth 0", "-depth wants a number from 1 to 256, not \"0\"");
	refuses("fuzz -depth 3",
		"-depth is the depth of -policy pct or the delays of -policy delay: it goes with "
		"one of them");
	refuses("fuzz -policy surw -depth 3",
		"-depth is the depth of -policy pct or the delays of -policy delay: it goes with "
		"one of them");
}

Test(options, a_native_campaign_has_no_policy)
{
	refuses("fuzz -policy pct -sched native",
		"-policy pct is for controlled schedules: with -sched native the Go runtime itself "
		"schedules");
	refuses("fuzz -sched native -policy fifo",
		"-policy fifo is for controlled schedules: with -sched native the Go runtime "
		"itself schedules");
}

Test(options, a_native_campaign_without_any_policy)
{
	struct line l;
	const struct knot_fuzz_options o = fuzz(&l, "fuzz -sched native -policy none -mutate");
	cr_assert(!o.mutate);
	cr_assert(fuzz(&l, "fuzz -sched native").mutate);
	refuses("fuzz -policy none",
		"-policy none leaves everything to the Go runtime: it goes with -sched native "
		"only");
}

Test(options, unknown_flags)
{
	refuses("fuzz -fuztime 3s", "no flag -fuztime; the nearest is -fuzztime");
	refuses("fuzz --polcy=x", "no flag -polcy; the nearest is -policy");
	refuses("fuzz -completelyelse", "no flag -completelyelse");
	refuses("fuzz ---run x", "no flag --run; the nearest is -run");
	refuses("fuzz -\x1b[2Jq", "no flag -\\x1b[2Jq");
}

Test(options, missing_values)
{
	refuses("fuzz -run", "-run wants a value");
	refuses("fuzz ./a -o", "-o wants a value");
	refuses("fuzz -tags=", "-tags wants a value, not \"\"");
	refuses("fuzz -deps=", "-deps wants a value, not \"\"");
}

Test(options, long_words_are_cut)
{
	char text[220] = "fuzz -fuzztime ";
	struct line l;
	struct knot_fuzz_options o;
	struct knot_error err = {0};
	memset(text + strlen(text), 'z', 200);
	split(&l, text);
	cr_assert_eq(knot_options_fuzz(l.argc, l.argv, &o, &err), KNOT_EUSAGE);
	cr_assert_lt(strlen(err.message), 200);
	cr_assert(strstr(err.message, "zzz...\""), "%s", err.message);
}

Test(options, replay)
{
	struct line l;
	struct knot_replay_options o;
	struct knot_error err = {0};
	split(&l, "replay crash.knot -n 100 -json -trace t.txt -C dir -o out");
	cr_assert_eq(knot_options_replay(l.argc, l.argv, &o, &err), 0, "%s", err.message);
	cr_assert_eq(o.times, 100);
	cr_assert(o.json);
	cr_assert_str_eq(o.trace, "t.txt");
	cr_assert_str_eq(o.dir, "dir");
	cr_assert_str_eq(o.output, "out");
	cr_assert_str_eq(o.file, "crash.knot");
	split(&l, "replay x");
	cr_assert_eq(knot_options_replay(l.argc, l.argv, &o, &err), 0);
	cr_assert_eq(o.times, 0, "the command knows its default");
	cr_assert_not(o.dlv);
	split(&l, "replay -dlv 7");
	cr_assert_eq(knot_options_replay(l.argc, l.argv, &o, &err), 0);
	cr_assert(o.dlv);
	cr_assert_eq(o.dlv_step, 0, "the step stands behind a =");
	cr_assert_str_eq(o.file, "7");
	split(&l, "replay -dlv=7 x");
	cr_assert_eq(knot_options_replay(l.argc, l.argv, &o, &err), 0);
	cr_assert(o.dlv);
	cr_assert_eq(o.dlv_step, 7);
	cr_assert_str_eq(o.file, "x");
}

Test(options, replay_refuses)
{
	static const struct {
		const char *line, *message;
	} cases[] = {
		{"replay", "wants one crash file, got 0 words"},
		{"replay a b", "wants one crash file, got 2 words"},
		{"replay -n 0 a", "-n wants a number from 1 to 1000000, not \"0\""},
		{"replay -dlv=x a", "-dlv wants a number from 1 to 4294967295, not \"x\""},
		{"replay -dlv= a", "-dlv wants a number from 1 to 4294967295, not \"\""},
		{"replay -dlv -n 3 a", "-dlv is one run in a debugger: it does not go with -n"},
		{"replay a -args b", "no flag -args"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct line l;
		struct knot_replay_options o;
		struct knot_error err = {0};
		split(&l, cases[i].line);
		cr_assert_eq(knot_options_replay(l.argc, l.argv, &o, &err), KNOT_EUSAGE);
		cr_assert_str_eq(err.message, cases[i].message);
	}
}

Test(options, nearest)
{
	static const char *const names[] = {"fuzz", "replay", "list", "status", NULL};
	cr_assert_str_eq(knot_options_nearest("fuz", names), "fuzz");
	cr_assert_str_eq(knot_options_nearest("repaly", names), "replay");
	cr_assert_str_eq(knot_options_nearest("stat", names), "status");
	cr_assert_null(knot_options_nearest("minimize", names));
	cr_assert_null(knot_options_nearest("", names));
	cr_assert_null(knot_options_nearest(
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", names));
}
