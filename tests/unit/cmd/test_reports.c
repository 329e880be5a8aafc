/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/reports.h"

#include "base/error.h"
#include "cmd/sources.h"
#include "tests/unit/scratch.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void set_up(void)
{
	make_scratch();
	put(".git/HEAD", "");
	put("p/a.go", "package p\n\nfunc F() {\n\tmu.Lock()\n}\n");
	put("p/a_test.go", "package p\n\nfunc TestA(t *testing.T) {\n\twg.Wait()\n}\n");
}

static struct knot_reports *open_in(const char *sarif, const char *junit)
{
	const struct knot_reports_options o = {.command = "fuzz", .sarif = sarif, .junit = junit};
	knot_auto_free char *dir = path_of("p");
	struct knot_reports *r = NULL;
	struct knot_error err = {0};

	cr_assert_eq(knot_reports_open(&o, &r, &err), 0, "%s", err.message);
	knot_reports_in(r, dir);
	return r;
}

static json_t *written(struct knot_reports *r, const char *file)
{
	struct knot_error err = {0};
	json_t *tree;

	cr_assert_eq(knot_reports_write(r, true, &err), 0, "%s", err.message);
	tree = json_load_file(file, 0, NULL);
	cr_assert_not_null(tree);
	return tree;
}

static const json_t *results(const json_t *tree)
{
	return json_object_get(json_array_get(json_object_get(tree, "runs"), 0), "results");
}

/* "p/a.go:4" of a location. */
static char *shown(const json_t *location)
{
	const char *uri = NULL;
	int line = 0;

	cr_assert_eq(json_unpack((json_t *)location, "{s:{s:{s:s}, s?:{s:i}}}", "physicalLocation",
			     "artifactLocation", "uri", &uri, "region", "startLine", &line),
		0);
	return knot_xasprintf("%s:%d", uri, line);
}

static void expect_place(const json_t *result, const char *list, size_t i, const char *wanted)
{
	knot_auto_free char *got = shown(json_array_get(json_object_get(result, list), i));

	cr_expect_str_eq(got, wanted);
}

static void add(struct knot_reports *r, const char *verdict, const char *const *signature,
	size_t len, const char *output)
{
	struct knot_sources *places = knot_sources_new();
	knot_auto_free char *dir = path_of("p");
	const struct knot_reports_finding f = {.verdict = verdict,
		.title = "title",
		.lines = "",
		.command = "goknot replay x",
		.package = "m/p",
		.test = "TestA",
		.package_dir = dir,
		.signature = signature,
		.signature_len = len,
		.output = knot_span_str(output),
		.dump = knot_span_str("")};

	knot_reports_add(r, knot_reports_case(r, "m/p", "TestA", 1), &f, places);
	knot_sources_free(places);
}

Test(reports, a_place_in_the_code_comes_first, .init = set_up, .fini = remove_scratch)
{
	static const char *const signature[] = {"wgwait a_test.go:4", "lock a.go:4"};
	knot_auto_free char *file = path_of("x.sarif");
	struct knot_reports *r = open_in(file, NULL);

	add(r, "deadlock", signature, 2, "");
	json_t *tree = written(r, file);
	const json_t *one = json_array_get(results(tree), 0);

	expect_place(one, "locations", 0, "p/a.go:4");
	expect_place(one, "relatedLocations", 0, "p/a_test.go:4");
	json_decref(tree);
	knot_reports_close(r);
}

Test(reports, the_test_stands_for_what_lies_outside, .init = set_up, .fini = remove_scratch)
{
	static const char *const signature[] = {"chan send dep.go:7"};
	knot_auto_free char *file = path_of("x.sarif");
	struct knot_reports *r = open_in(file, NULL);

	add(r, "leak", signature, 1, "dep.F()\n\t/mod/dep.go:7 +0x1\n");
	add(r, "timeout", NULL, 0, "");
	json_t *tree = written(r, file);

	expect_place(json_array_get(results(tree), 0), "locations", 0, "p/a_test.go:3");
	expect_place(
		json_array_get(results(tree), 0), "relatedLocations", 0, "file:///mod/dep.go:7");
	expect_place(json_array_get(results(tree), 1), "locations", 0, "p/a_test.go:3");
	json_decref(tree);
	knot_reports_close(r);
}

Test(reports, frames_without_a_file_are_left_out, .init = set_up, .fini = remove_scratch)
{
	static const char *const signature[] = {"a.go:4"};
	knot_auto_free char *output = knot_xasprintf(
		"panic: x\n\ngoroutine 1 [running]:\nC.lost()\nm/p.F()\n\t%s/p/a.go:4 +0x1\n"
		"main.main()\n\t_testmain.go:46 +0x9b\n",
		top);
	knot_auto_free char *file = path_of("x.sarif");
	struct knot_reports *r = open_in(file, NULL);

	add(r, "panic", signature, 1, output);
	json_t *tree = written(r, file);
	const json_t *stack =
		json_array_get(json_object_get(json_array_get(results(tree), 0), "stacks"), 0);
	const json_t *frames = json_object_get(stack, "frames");

	cr_assert_eq(json_array_size(frames), 1);
	knot_auto_free char *got = shown(json_object_get(json_array_get(frames, 0), "location"));

	cr_expect_str_eq(got, "p/a.go:4");
	json_decref(tree);
	knot_reports_close(r);
}

Test(reports, a_failure_stays_one, .init = set_up, .fini = remove_scratch)
{
	knot_auto_free char *file = path_of("x.xml");
	struct knot_reports *r = open_in(NULL, file);
	knot_auto_free char *text = NULL;
	size_t number, len;

	add(r, "deadlock", NULL, 0, "");
	cr_assert(knot_reports_find(r, "m/p", "TestA", &number));
	knot_reports_outcome(r, number, KNOT_RESULTS_SKIPPED, "why");
	knot_reports_outcome(
		r, knot_reports_case(r, "m/a", "TestB", 0), KNOT_RESULTS_SKIPPED, "why");
	cr_expect(!knot_reports_find(r, "m/p", "TestB", &number));
	cr_assert_eq(knot_reports_write(r, true, NULL), 0);
	cr_assert_eq(knot_file_read(file, 1 << 20, &text, &len, NULL), 0);
	/* Sorted by package. */
	const char *a = strstr(text, "<testsuite name=\"m/a\" tests=\"1\" failures=\"0\"");
	const char *p = strstr(text, "<testsuite name=\"m/p\" tests=\"1\" failures=\"1\"");

	cr_assert(a && p && a < p, "%s", text);
	cr_expect(strstr(a, "<skipped message=\"why\"/>"));
	knot_reports_close(r);
}

/* The code has changed since: nobody knows whether it comes. */
Test(reports, what_diverged_is_a_note_and_no_failure, .init = set_up, .fini = remove_scratch)
{
	knot_auto_free char *sarif = path_of("x.sarif");
	knot_auto_free char *junit = path_of("x.xml");
	knot_auto_free char *dir = path_of("p");
	struct knot_reports *r = open_in(sarif, junit);
	const struct knot_reports_finding f = {.verdict = "leak",
		.title = "leak: send a.go:4",
		.lines = "",
		.command = "goknot replay x",
		.unclear = "diverged at step 3",
		.package = "m/p",
		.test = "TestA",
		.package_dir = dir};
	knot_auto_free char *text = NULL;
	size_t len;
	struct knot_sources *places = knot_sources_new();

	knot_reports_add(r, knot_reports_case(r, "m/p", "TestA", 1), &f, places);
	json_t *tree = written(r, sarif);
	const json_t *result = json_array_get(results(tree), 0);

	cr_expect_str_eq(json_string_value(json_object_get(result, "level")), "note");
	cr_expect_str_eq(json_string_value(
				 json_object_get(json_object_get(result, "properties"), "unclear")),
		"diverged at step 3");
	cr_expect(strstr(
		json_string_value(json_object_get(json_object_get(result, "message"), "text")),
		"\ndiverged at step 3\n"));
	cr_assert_eq(knot_file_read(junit, 1 << 20, &text, &len, NULL), 0);
	cr_expect(strstr(text, "failures=\"0\""), "%s", text);
	cr_expect(strstr(text, "<skipped message=\"leak: send a.go:4: diverged at step 3\"/>"),
		"%s", text);
	/* One that comes is a failure all the same. */
	add(r, "deadlock", NULL, 0, "");
	cr_assert_eq(knot_reports_write(r, true, NULL), 0);
	free(knot_steal(&text));
	cr_assert_eq(knot_file_read(junit, 1 << 20, &text, &len, NULL), 0);
	cr_expect(strstr(text, "failures=\"1\""), "%s", text);
	json_decref(tree);
	knot_sources_free(places);
	knot_reports_close(r);
}

Test(reports, without_either_nothing_is_done)
{
	const struct knot_reports_options o = {.command = "fuzz"};
	struct knot_reports *r = (void *)1;

	cr_assert_eq(knot_reports_open(&o, &r, NULL), 0);
	cr_assert_null(r);
	knot_reports_in(r, "/");
	knot_reports_outcome(r, knot_reports_case(r, "p", "T", 1), KNOT_RESULTS_ERROR, "why");
	cr_expect_eq(knot_reports_write(r, true, NULL), 0);
	knot_reports_close(r);
}
