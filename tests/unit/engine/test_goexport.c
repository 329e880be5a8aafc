/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/goexport.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *refusal(const char *test, const char *verdict)
{
	const struct knot_crash c = {.test = (char *)test, .verdict = (char *)verdict};

	return knot_goexport_refusal(&c);
}

Test(goexport, what_ends_by_itself_may_be_exported)
{
	static const char *const verdicts[] = {"deadlock", "leak", "panic", "fatal", "fail"};

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++)
		cr_expect_null(refusal("TestX", verdicts[i]), "%s", verdicts[i]);
}

Test(goexport, what_has_no_order_is_refused_with_the_reason)
{
	struct knot_crash c = {.test = (char *)"TestX", .verdict = (char *)"fail"};

	cr_expect(strstr(refusal("TestX", "race"), "an order control would"));
	cr_expect(strstr(refusal("TestX", "livelock"), "without an end"));
	cr_expect(strstr(refusal("TestX", "timeout"), "did not end by itself"));
	cr_expect(strstr(refusal("TestX", "exit"), "did not end by itself"));
	cr_expect(strstr(refusal("ExampleX", "fail"), "a plain test is needed"));
	cr_expect(strstr(refusal("main", "deadlock"), "a program"));
	c.native = 1;
	cr_expect(strstr(knot_goexport_refusal(&c), "native mode"));
	c.native = 0;
	knot_vec_push(&c.memory, (char *)"memwrite 1a2b3c4d a.go:15");
	cr_expect(strstr(knot_goexport_refusal(&c), "plain memory"));
	knot_vec_free(&c.memory);
}

Test(goexport, a_signature_names_places_with_and_without_an_operation)
{
	cr_expect_str_eq(knot_goexport_place("lock a.go:11"), "a.go:11");
	cr_expect_str_eq(knot_goexport_place("a_test.go:7"), "a_test.go:7");
	cr_expect_null(knot_goexport_place("lock site 1a2b3c4d"));
	cr_expect_null(knot_goexport_place(""));
}
