/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/describe.h"

#include "base/cleanup.h"
#include "base/hash.h"
#include "explore/names.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct knot_site_name *name_site(void *arg, uint32_t site)
{
	static struct knot_site_name name;

	(void)arg;
	if (site >= 100)
		return NULL;
	name = (struct knot_site_name){.file = "manager.go", .line = site};
	if (site == 10 || site == 17)
		name.primitive = "s.mu";
	return &name;
}

static const struct knot_names names = {.site = name_site};

static const struct knot_shm_goroutine gs[] = {{.path = KNOT_PATH_ROOT, .parent = KNOT_G_NONE},
	{.path = 11, .parent = 0, .site = 26}, {.path = 12, .parent = 1, .site = 27, .ordinal = 2},
	{.path = 13, .parent = KNOT_G_NONE, .site = 30, .flags = 2},
	{.path = 14, .parent = 4, .site = 31}};
static const struct knot_run_view view = {.gs = gs, .gs_len = 5};

static void expect_path(uint16_t g, const char *want)
{
	knot_auto_free char *path = knot_describe_path(&view, g, &names);

	cr_expect_str_eq(path, want);
}

Test(describe, paths_are_go_statements_from_the_test_on)
{
	expect_path(0, "T");
	expect_path(1, "T/manager.go:26#0");
	expect_path(2, "T/manager.go:26#0/manager.go:27#2");
	expect_path(3, "timer/manager.go:30#0");
	expect_path(99, "?");
}

Test(describe, a_path_that_turns_in_a_circle_ends)
{
	knot_auto_free char *path = knot_describe_path(&view, 4, &names);

	cr_expect_eq(strncmp(path, "T/...", 5), 0, "%s", path);
	cr_expect_lt(strlen(path), 400);
}

Test(describe, sites_without_a_name_are_numbers)
{
	knot_auto_free char *named = knot_describe_site(&names, 17),
			    *number = knot_describe_site(&names, 0xabc),
			    *none = knot_describe_site(NULL, 17);

	cr_expect_str_eq(named, "manager.go:17");
	cr_expect_str_eq(number, "site 00000abc");
	cr_expect_str_eq(none, "site 00000011");
}

static void expect_line(const struct knot_verdict *v, size_t nth, const char *want)
{
	knot_auto_free char *line = knot_describe_line(v, nth, &view, &names);

	cr_expect_str_eq(line, want);
}

Test(describe, says_who_waits_for_whom)
{
	struct knot_shm_snap s[] = {
		{.g = 1, .op = KNOT_OP_LOCK, .state = 3, .site = 10, .prim = 2, .holder = 2},
		{.g = 2,
			.op = KNOT_OP_SEND,
			.state = 3,
			.site = 19,
			.prim = 1,
			.holder = KNOT_G_NONE},
		{.g = 3, .op = KNOT_OP_LOCK, .state = 3, .site = 17, .prim = 3, .holder = 3},
		{.g = 4, .op = KNOT_OP_LOCK, .state = 3, .site = 17, .prim = 4, .holder = 0}};
	struct knot_shm_event e[] = {
		{.kind = KNOT_EV_STEP, .g = 1, .op = KNOT_OP_RECV, .site = 9, .prim = 1}};
	struct knot_verdict_input in = {.end = KNOT_END_LEAK,
		.snaps = s,
		.snaps_len = 3,
		.view = {e, 1, gs, 5},
		.names = &names};
	struct knot_verdict v = {.kind = 0};

	knot_verdict_decide(&in, &v);
	cr_assert_eq(knot_describe_lines(&v), 3);
	expect_line(&v, 0,
		"G1 (T/manager.go:26#0) blocked in lock manager.go:10 on s.mu, held by G2 "
		"(T/manager.go:26#0/manager.go:27#2)");
	expect_line(&v, 1,
		"G2 (T/manager.go:26#0/manager.go:27#2) blocked in send manager.go:19, waits for "
		"G1 "
		"(T/manager.go:26#0)");
	expect_line(&v, 2,
		"G3 (timer/manager.go:30#0) blocked in lock manager.go:17 on s.mu, held by itself");
	s[2].holder = 0;
	knot_verdict_decide(&in, &v);
	expect_line(&v, 2,
		"G3 (timer/manager.go:30#0) blocked in lock manager.go:17 on s.mu, held by G0 (T), "
		"which has "
		"ended");
	knot_verdict_free(&v);
}

Test(describe, names_the_spinning)
{
	struct knot_shm_event e[10];
	struct knot_verdict v = {.kind = 0};

	for (uint32_t i = 0; i < 10; i++)
		e[i] = (struct knot_shm_event){.kind = KNOT_EV_STEP,
			.step = i + 1,
			.g = 1,
			.op = KNOT_OP_ATOMIC_LOAD,
			.site = 9};
	struct knot_shm_snap s[] = {
		{.g = 0, .op = KNOT_OP_LOCK, .state = 3, .site = 10, .prim = 2, .holder = 1},
		{.g = 1, .op = KNOT_OP_ATOMIC_LOAD, .state = 2, .site = 9, .holder = KNOT_G_NONE}};
	struct knot_verdict_input in = {
		.end = KNOT_END_STEPS, .steps = 10, .view = {e, 10, gs, 5}, .names = &names};

	e[8].site = 10;
	e[8].op = KNOT_OP_YIELD;
	knot_verdict_decide(&in, &v);
	cr_assert_eq(knot_describe_lines(&v), 1);
	expect_line(&v, 0,
		"G1 (T/manager.go:26#0) took 5 of the last 5 steps: atomic_load manager.go:9 and "
		"yield manager.go:10");
	in.snaps = s;
	in.snaps_len = 2;
	knot_verdict_decide(&in, &v);
	cr_assert_eq(knot_describe_lines(&v), 2);
	expect_line(&v, 0,
		"G1 (T/manager.go:26#0) spins, took 5 of the last 5 steps: atomic_load "
		"manager.go:9 and yield manager.go:10");
	expect_line(&v, 1,
		"G0 (T) blocked in lock manager.go:10 on s.mu, held by G1 (T/manager.go:26#0)");
	e[9] = (struct knot_shm_event){.kind = KNOT_EV_EXTERNAL,
		.step = 9,
		.g = 1,
		.op = KNOT_OP_COMPUTE,
		.site = 17,
		.aux = KNOT_EXT_WATCHDOG};
	knot_verdict_decide(&in, &v);
	expect_line(&v, 0,
		"G1 (T/manager.go:26#0) computes without any operation at manager.go:17, preempted "
		"1 time");
	knot_verdict_free(&v);
}
