/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/tests.h"
#include "base/error.h"

#include <criterion/criterion.h>
#include <string.h>

#define PACKAGE(path, tests) \
	"{\"path\":\"" path "\",\"dir\":\"/src/" path "\",\"name\":\"p\",\"tests\":[" tests "]," \
	"\"examples\":[\"ExampleA\"],\"fuzz\":[],\"has_testmain\":true}"

Test(tests, reads_everything)
{
	struct knot_error err = {0};
	struct knot_tests *t = NULL;
	const char *text = "{\"version\":1,\"packages\":[" PACKAGE(
		"m/a", "\"TestA\",\"TestB\"") "," PACKAGE("m/b", "") "]}";
	cr_assert_eq(knot_tests_decode(knot_span_str(text), &t, &err), 0, "%s", err.message);
	cr_assert_eq(knot_tests_count(t), 2);
	const struct knot_tests_package *p = knot_tests_find(t, "m/a");
	cr_assert_eq(p, knot_tests_at(t, 0));
	cr_expect_str_eq(p->path, "m/a");
	cr_expect_str_eq(p->dir, "/src/m/a");
	cr_expect_str_eq(p->name, "p");
	cr_assert_eq(p->tests.count, 2);
	cr_expect_str_eq(p->tests.names[1], "TestB");
	cr_assert_eq(p->examples.count, 1);
	cr_expect_str_eq(p->examples.names[0], "ExampleA");
	cr_expect_eq(p->fuzz.count, 0);
	cr_expect(p->has_testmain);
	cr_expect_eq(knot_tests_at(t, 1)->tests.count, 0);
	cr_assert_eq(knot_tests_names(p), 3);
	cr_expect_str_eq(knot_tests_name(p, 1), "TestB");
	cr_expect_str_eq(knot_tests_name(p, 2), "ExampleA");
	cr_expect_null(knot_tests_find(t, "m/c"));
	cr_expect_null(knot_tests_subtests(p, "TestA"));
	knot_tests_free(t);
	knot_tests_free(NULL);
}

Test(tests, module)
{
	struct knot_error err = {0};
	struct knot_tests *t = NULL;
	const char *text =
		"{\"version\":1,\"packages\":[{\"path\":\"m/a\",\"dir\":\"/src/m/a\","
		"\"name\":\"p\",\"module\":\"m\",\"module_dir\":\"/src/m\",\"tests\":[],"
		"\"examples\":[],\"fuzz\":[],\"has_testmain\":false}," PACKAGE("x", "") "]}";

	cr_assert_eq(knot_tests_decode(knot_span_str(text), &t, &err), 0, "%s", err.message);
	cr_expect_str_eq(knot_tests_at(t, 0)->module, "m");
	cr_expect_str_eq(knot_tests_at(t, 0)->module_dir, "/src/m");
	cr_expect_str_eq(knot_tests_at(t, 1)->module, "");
	cr_expect_str_eq(knot_tests_at(t, 1)->module_dir, "");
	knot_tests_free(t);
	cr_expect_lt(knot_tests_decode(
			     knot_span_str(
				     "{\"version\":1,\"packages\":[{\"path\":\"a\",\"dir\":\"/a\","
				     "\"name\":\"p\",\"module\":\"m\",\"tests\":[],\"examples\":[],"
				     "\"fuzz\":[],\"has_testmain\":false}]}"),
			     &t, &err),
		0);
	cr_expect(strstr(err.message, "module_dir"), "%s", err.message);
}

#define WITH_SUBTESTS(entries) \
	"{\"version\":1,\"packages\":[{\"path\":\"a\",\"dir\":\"/" \
	"\",\"name\":\"p\",\"tests\":[\"TestA\"]," \
	"\"examples\":[],\"fuzz\":[],\"has_testmain\":false,\"subtests\":[" entries "]}]}"

Test(tests, subtests_are_those_of_one_test)
{
	struct knot_error err = {0};
	struct knot_tests *t = NULL;
	const char *text = WITH_SUBTESTS(
		"{\"test\":\"TestA\",\"run\":\"^TestA$/x\",\"name\":\"TestA/x\",\"skip\":\"\"},"
		"{\"test\":\"TestB\",\"run\":\"\",\"name\":\"\",\"skip\":\"^TestB$/y\"}");

	cr_assert_eq(knot_tests_decode(knot_span_str(text), &t, &err), 0, "%s", err.message);
	const struct knot_tests_subtests *s = knot_tests_subtests(knot_tests_at(t, 0), "TestA");

	cr_expect_str_eq(s->run, "^TestA$/x");
	cr_expect_str_eq(s->name, "TestA/x");
	cr_expect_null(s->skip);
	s = knot_tests_subtests(knot_tests_at(t, 0), "TestB");
	cr_expect_null(s->run);
	cr_expect_null(s->name);
	cr_expect_str_eq(s->skip, "^TestB$/y");
	cr_expect_null(knot_tests_subtests(knot_tests_at(t, 0), "TestC"));
	knot_tests_free(t);
}

Test(tests, bad_lists_are_refused_with_the_place)
{
	const struct {
		const char *text, *why;
	} cases[] = {
		{"{", "list of tests: line 1"},
		{"{\"version\":3,\"packages\":[]}", "format 3; this goknot reads 1"},
		{"{\"version\":1}", "list of tests: packages is missing or no array"},
		{"{\"version\":1,\"packages\":[[]]}", "packages[0]: path is missing"},
		{"{\"version\":1,\"packages\":[" PACKAGE("a", "\"T\"") "," PACKAGE("b", "1") "]}",
			"packages[1]: tests holds something that is no string"},
		{"{\"version\":1,\"packages\":[{\"path\":\"a\",\"dir\":\"/\",\"name\":\"p\","
		 "\"tests\":null}]}",
			"packages[0]: tests is missing or no array"},
		{WITH_SUBTESTS("{\"test\":\"TestA\"}"), "run is missing or no string"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct knot_error err = {0};
		struct knot_tests *t = NULL;
		int rc = knot_tests_decode(knot_span_str(cases[i].text), &t, &err);
		cr_expect_eq(rc, KNOT_EINPUT, "%s", cases[i].text);
		cr_expect(strstr(err.message, cases[i].why), "%s: %s", cases[i].text, err.message);
		cr_expect_null(t);
	}
}
