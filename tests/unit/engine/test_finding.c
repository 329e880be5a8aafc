/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/finding.h"
#include "engine/sitenames.h"

#include <criterion/criterion.h>
#include <string.h>

static struct knot_record record(uint32_t end)
{
	return (struct knot_record){.result = {.end = end, .steps = 10, .bucket = 7}};
}

static struct knot_finding judge_record(const struct knot_record *rec, const char *out,
	const char *err_text, bool always, struct knot_sitenames *names)
{
	struct knot_finding f;

	knot_finding_judge(rec, NULL, out, out ? strlen(out) : 0, err_text,
		err_text ? strlen(err_text) : 0, always, names, &f);
	return f;
}

static struct knot_finding judge(uint32_t end, const char *out, const char *err_text, bool always,
	struct knot_sitenames *names)
{
	const struct knot_record rec = record(end);

	return judge_record(&rec, out, err_text, always, names);
}

Test(finding, names_the_frame_that_panicked_and_not_the_one_that_panicked_again)
{
	static const char text[] =
		"--- FAIL: TestX (0.00s)\n"
		"panic: send on closed channel [recovered, repanicked]\n\ngoroutine 7 [running]:\n"
		"testing.tRunner.func1.2({0x1, 0x2})\n\t/go/src/testing/testing.go:1974 +0x232\n"
		"testing.tRunner.func1()\n\t/go/src/testing/testing.go:1977 +0x416\n"
		"panic({0x1?, 0x2?})\n\t/go/src/runtime/panic.go:860 +0x13a\n"
		"example.org/m.(*Q).Put(0x1)\n\t/src/m/queue.go:26 +0x76\n"
		"example.org/m.TestX(0x1)\n\t/src/m/queue_test.go:9 +0x10\n";
	struct knot_sitenames *names = knot_sitenames_new(NULL);
	struct knot_finding f = judge(KNOT_END_PANIC, NULL, text, false, names);

	cr_expect_eq(f.verdict.kind, KNOT_VERDICT_PANIC);
	cr_expect(f.verdict.finding);
	cr_expect(strstr(f.title, "queue.go:26"), "%s", f.title);
	cr_expect(strstr(f.message, "send on closed channel"), "%s", f.message);
	knot_finding_free(&f);
	knot_sitenames_free(names);
}

Test(finding, names_the_failing_line_of_a_test)
{
	static const char text[] =
		"noise:12: x\n--- FAIL: TestX (0.00s)\n    queue_test.go:12: got 1, want 2\nFAIL\n";
	struct knot_sitenames *names = knot_sitenames_new(NULL);
	struct knot_finding f = judge(KNOT_END_FAIL, text, NULL, false, names);

	cr_expect_eq(f.verdict.kind, KNOT_VERDICT_FAIL);
	cr_expect(f.verdict.finding);
	cr_expect(strstr(f.title, "queue_test.go:12"), "%s", f.title);
	cr_expect_str_eq(f.message, "got 1, want 2");
	knot_finding_free(&f);
	knot_sitenames_free(names);
}

Test(finding, tells_what_an_assertion_wanted)
{
	static const char text[] = "--- FAIL: TestX (0.00s)\n    q_test.go:12: \n"
				   "        \tError Trace:\t/src/q_test.go:12\n"
				   "        \tError:      \tNot equal: \n"
				   "        \t            \texpected: 1\n"
				   "        \t            \tactual  : 2\n"
				   "        \tTest:       \tTestX\n";
	static const char none[] = "--- FAIL: TestX (0.00s)\n    q_test.go:12: \nFAIL\n";
	struct knot_sitenames *names = knot_sitenames_new(NULL);
	struct knot_finding f = judge(KNOT_END_FAIL, text, NULL, false, names);

	cr_expect_str_eq(f.message, "Not equal: expected: 1 actual  : 2");
	cr_expect(strstr(f.title, "q_test.go:12"), "%s", f.title);
	knot_finding_free(&f);
	f = judge(KNOT_END_FAIL, none, NULL, false, names);
	cr_expect_str_eq(f.message, "");
	knot_finding_free(&f);
	knot_sitenames_free(names);
}

/* Logs of the test between and behind those of its subtests, as package testing prints them: in the order of time. */
Test(finding, names_the_subtest_that_failed)
{
	static const char text[] = "--- FAIL: TestX (0.00s)\n"
				   "    a_test.go:1: before\n"
				   "    --- FAIL: TestX/one_(1) (0.00s)\n"
				   "        a_test.go:2: in one\n"
				   "        --- FAIL: TestX/one_(1)/deep (0.00s)\n"
				   "            a_test.go:3: in deep\n"
				   "            a_test.go:7: \n"
				   "        a_test.go:4: in one again\n"
				   "    --- FAIL: TestX/\x1b[2J (0.00s)\n"
				   "        a_test.go:5: in two\n"
				   "    a_test.go:6: behind\n"
				   "FAIL\n";
	static const char *const wanted[] = {"before", "in TestX/one_(1): in one",
		"in TestX/one_(1)/deep: in deep", "in TestX/one_(1): in one again",
		"in TestX/\\x1b[2J: in two", "behind", "in TestX/one_(1)/deep"};

	for (uint32_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		struct knot_sitenames *names = knot_sitenames_new(NULL);
		const uint32_t site = knot_sitenames_add(names, "a_test.go", i + 1, "");
		struct knot_record rec = record(KNOT_END_FAIL);

		/* The target names the line that failed. */
		rec.result.bucket = (uint64_t)KNOT_END_FAIL << 32 | site;
		struct knot_finding f = judge_record(&rec, text, NULL, false, names);

		cr_expect_str_eq(f.message, wanted[i]);
		knot_finding_free(&f);
		knot_sitenames_free(names);
	}
}

Test(finding, tells_what_an_example_printed)
{
	static const char text[] =
		"got:\nnoise\n--- FAIL: ExampleX (0.00s)\ngot:\nb\na\nwant:\na\nb\n";
	static const char cut[] = "--- FAIL: ExampleX (0.00s)\ngot:\nb\n";
	struct knot_sitenames *names = knot_sitenames_new(NULL);
	struct knot_finding f = judge(KNOT_END_FAIL, text, NULL, false, names);

	cr_expect_str_eq(f.message, "got:\\nb\\na\\nwant:\\na\\nb");
	knot_finding_free(&f);
	f = judge(KNOT_END_FAIL, cut, NULL, false, names);
	cr_expect_str_eq(f.message, "");
	knot_finding_free(&f);
	knot_sitenames_free(names);
}

Test(finding, escapes_what_the_target_prints)
{
	static const char text[] = "--- FAIL: TestX (0.00s)\n    a_test.go:3: \x1b[31mred\x07\n";
	struct knot_sitenames *names = knot_sitenames_new(NULL);
	struct knot_finding f = judge(KNOT_END_FAIL, text, NULL, false, names);

	cr_expect_null(strchr(f.message, '\x1b'), "%s", f.message);
	cr_expect(strstr(f.message, "red"));
	knot_finding_free(&f);
	knot_sitenames_free(names);
}

Test(finding, lists_what_fails_on_every_schedule)
{
	struct knot_sitenames *names = knot_sitenames_new(NULL);
	struct knot_finding f = judge(KNOT_END_FAIL, NULL, NULL, true, names);

	cr_expect_not(f.verdict.finding);
	cr_expect_eq(f.verdict.note, KNOT_NOTE_ALWAYS);
	knot_finding_free(&f);
	knot_sitenames_free(names);
}

Test(finding, keeps_buckets_apart_and_stable)
{
	struct knot_sitenames *names = knot_sitenames_new(NULL);
	struct knot_finding a =
		judge(KNOT_END_FAIL, "--- FAIL: T (0s)\n    a_test.go:3: x\n", NULL, false, names);
	struct knot_finding b =
		judge(KNOT_END_FAIL, "--- FAIL: T (0s)\n    a_test.go:4: x\n", NULL, false, names);
	struct knot_finding again =
		judge(KNOT_END_FAIL, "--- FAIL: T (0s)\n    a_test.go:3: y\n", NULL, false, names);

	cr_expect_neq(a.bucket, b.bucket, "two lines are two bugs");
	cr_expect_eq(a.bucket, again.bucket, "one line with another text is one");
	knot_finding_free(&a);
	knot_finding_free(&b);
	knot_finding_free(&again);
	knot_sitenames_free(names);
}
