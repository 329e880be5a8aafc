/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/reports_told.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "wire/crash.h"
#include "wire/text.h"
#include "wire/timeline_json.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char dir[] = "/tmp/goknot-told.XXXXXX";
static char *file; /* the crash file, which is never read here */

static void put(const char *name, const char *text)
{
	knot_auto_free char *path = knot_xasprintf("%s/%s", dir, name);

	cr_assert_eq(knot_file_write(path, text, strlen(text), NULL), 0);
}

static void set_up(void)
{
	cr_assert_not_null(mkdtemp(dir));
	file = knot_xasprintf("%s/x.crash", dir);
}

static void tear_down(void)
{
	knot_auto_free char *command = knot_xasprintf("rm -rf %s", dir);

	free(file);
	cr_assert_eq(system(command), 0); /* NOLINT(cert-env33-c) */
}

TestSuite(told, .init = set_up, .fini = tear_down);

static const char dump[] = "goroutine 1 [chan receive]:\n"
			   "testing.(*T).Run(0x1)\n\t/go/testing.go:7 +0x1\n\n"
			   "goroutine 8 [sync.Mutex.Lock]:\n"
			   "sync.(*Mutex).Lock(0x1)\n\t/go/sync.go:9 +0x1\n"
			   "m.F(0x1)\n\t/m/a.go:4 +0x1\n";
static const char panics[] = "panic: boom\n\ngoroutine 9 [running]:\n"
			     "m.G()\n\t/m/b.go:5 +0x1\n";

static char *tell(const char *verdict, const char *output)
{
	static char *signature[] = {(char *)"lock a.go:4"};
	struct knot_crash crash = {.verdict = (char *)verdict, .bucket = 7, .schedule_hash = 8};

	crash.signature.data = signature;
	crash.signature.len = 1;
	return knot_reports_told(file, &crash, knot_span_str(output), knot_span_str(dump));
}

static void expect_told(const char *verdict, const char *output, const char *wanted)
{
	knot_auto_free char *got = tell(verdict, output);

	cr_expect_str_eq(got, wanted, "%s", got);
}

static void put_timeline(uint64_t bucket, uint64_t hash)
{
	struct knot_timeline t = {.bucket = bucket, .schedule_hash = hash};
	size_t len;

	knot_vec_push(&t.explanation, knot_xstrdup("lock a.go:4"));
	knot_vec_push(&t.explanation, knot_xstrdup("as it was found"));
	knot_auto_free char *text = knot_timeline_encode(&t, &len);

	put("x.timeline.json", text);
	knot_timeline_free(&t);
}

Test(told, the_explanation_comes_first)
{
	put_timeline(7, 8);
	put("x.explanation", "title\nminimised\n");
	expect_told("deadlock", "", "minimised\n");
}

Test(told, as_found_the_timeline_has_one)
{
	put_timeline(7, 8);
	expect_told("deadlock", "", "as it was found\n");
}

static const char at_the_lock[] = "goroutine 8 [sync.Mutex.Lock]:\n"
				  "    m.F /m/a.go:4\n";

Test(told, a_timeline_of_something_else_tells_nothing)
{
	put_timeline(6, 8);
	expect_told("deadlock", "", at_the_lock);
	put_timeline(7, 9);
	expect_told("deadlock", "", at_the_lock);
	put("x.timeline.json", "{");
	expect_told("deadlock", "", at_the_lock);
}

Test(told, without_anything_the_stacks_are_left)
{
	expect_told("leak", "", at_the_lock);
	/* What a test prints for itself is no end of it. */
	expect_told("leak", panics, at_the_lock);
	expect_told("panic", panics, "the goroutine that died:\n    m.G /m/b.go:5\n");
	expect_told(NULL, panics, "");
}

Test(told, stacks_are_few_and_short)
{
	struct knot_text many = {0};

	for (int g = 0; g < 20; g++) {
		knot_text_addf(&many, "goroutine %d [select]:\n", g + 1);
		for (int f = 0; f < 10; f++)
			knot_text_addf(&many, "m.F()\n\t/m/a.go:%d +0x1\n", f + 4);
		knot_text_adds(&many, "\n");
	}
	static char *signature[] = {(char *)"lock a.go:4"};
	struct knot_crash crash = {.verdict = (char *)"deadlock"};

	crash.signature.data = signature;
	crash.signature.len = 1;
	knot_auto_free char *got = knot_reports_told(
		file, &crash, knot_span_str(""), knot_span_of(many.data, many.len));
	size_t lines = 0;

	for (const char *p = got; *p; p++)
		lines += *p == '\n';
	cr_expect_eq(lines, 8 * (1 + 6 + 1) + 1, "%zu: %s", lines, got);
	cr_expect(strstr(got, "\n    ... 4 more frames\n"), "%s", got);
	cr_expect(strstr(got, "\n... 12 more goroutines at these places\n"), "%s", got);
	knot_text_free(&many);
}
