/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/goplan.h"

#include "base/error.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct knot_goplan plan(void)
{
	static const char *const args[] = {"-x", "a\"b"}, *const places[] = {"a.go:7"};
	static const struct knot_goplan_site sites[] = {{"/m/a.go", 7, 2, "lock"}};
	static const struct knot_goplan_goroutine gs[] = {{"T", -1, "", -1, 0, true}};
	static const struct knot_goplan_point at[] = {{0, 2}};
	static const uint32_t settle[] = {0};
	static const struct knot_goplan_turn turns[] = {{.g = 0},
		{.at = at,
			.at_len = 1,
			.settle = settle,
			.settle_len = 1,
			.pause_ns = 3,
			.slack_ns = 4}};

	return (struct knot_goplan){.module = "m",
		.root = "/m",
		.dir = ".",
		.test = "TestX",
		.run = "^TestX$",
		.tags = "",
		.args = args,
		.args_len = 2,
		.timeout_ns = 5,
		.verdict = "deadlock",
		.places = places,
		.places_len = 1,
		.sites = sites,
		.sites_len = 1,
		.goroutines = gs,
		.goroutines_len = 1,
		.leaks = settle,
		.leaks_len = 1,
		.turns = turns,
		.turns_len = 2};
}

/* instrument/helper/internal/export reads these names. */
Test(goplan, is_json)
{
	const struct knot_goplan p = plan();
	char *text = NULL;

	cr_assert_eq(knot_goplan_encode(&p, &text, NULL), 0);
	cr_expect_str_eq(text,
		"{\"module\":\"m\",\"root\":\"/"
		"m\",\"dir\":\".\",\"test\":\"TestX\",\"run\":\"^TestX$\","
		"\"tags\":\"\",\"race\":false,\"args\":[\"-x\",\"a\\\"b\"],\"timeout_ns\":5,"
		"\"verdict\":\"deadlock\",\"places\":[\"a.go:7\"],\"story\":[],"
		"\"sites\":[{\"file\":\"/m/a.go\",\"line\":7,\"col\":2,\"op\":\"lock\"}],"
		"\"goroutines\":[{\"path\":\"T\",\"parent\":-1,\"created\":\"\",\"site\":-1,"
		"\"ordinal\":0,\"only\":true}],\"leaks\":[0],"
		"\"turns\":[{\"g\":0,\"at\":[],\"settle\":[],\"pause_ns\":0,\"slack_ns\":0},"
		"{\"g\":0,\"at\":[{\"site\":0,\"nth\":2}],\"settle\":[0],\"pause_ns\":3,"
		"\"slack_ns\":4}]}");
	free(text);
}

Test(goplan, refuses_names_that_json_cannot_hold)
{
	static const char *const args[] = {"\xff"};
	static const struct knot_goplan_site sites[] = {{"/m/\xff.go", 7, 2, "lock"}};
	struct knot_goplan p = plan(), q = plan(), r = plan();
	struct knot_error err = {0};
	char *text = NULL;

	p.args = args;
	p.args_len = 1;
	cr_expect_eq(knot_goplan_encode(&p, &text, &err), KNOT_EUSAGE);
	q.sites = sites;
	cr_expect_eq(knot_goplan_encode(&q, &text, &err), KNOT_EUSAGE);
	r.root = "\xff";
	cr_expect_eq(knot_goplan_encode(&r, &text, &err), KNOT_EUSAGE);
	cr_expect_str_eq(
		err.message, "a name of the module or of one of its files is not valid UTF-8");
	cr_expect_null(text);
}
