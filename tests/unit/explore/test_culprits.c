/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/culprits.h"

#include "base/cleanup.h"
#include "explore/names.h"
#include "explore/verdict.h"
#include "wire/places.h"
#include "wire/race.h"

#include <criterion/criterion.h>
#include <string.h>

/* Sites: 1 to 19 of the site table, in the module; the others as the Go runtime names them. */
static const struct knot_site_name *name_site(void *arg, uint32_t site)
{
	static struct knot_site_name n;

	(void)arg;
	n = (struct knot_site_name){.file = "b.go", .line = site};
	if (site < 20) {
		n.path = "/src/m/b/b.go";
		n.package = "ex.org/m/b";
		n.function = site == 9 ? "init" : "(*T[...]).run";
	} else if (site < 30) {
		n.file = "b_test.go";
		n.told = "/src/m/b/b_test.go";
		n.function = "ex.org/m/b_test.TestX";
	} else if (site == 30) {
		n.told = "/mod/lib@v1/l.go";
		n.function = "ex.org/lib%2ev1.F[...].func1";
	} else if (site == 31) {
		n.told = "x.go";
		n.function = "main.main";
	} else {
		return NULL;
	}
	return &n;
}

static const struct knot_names names = {.site = name_site};
static const struct knot_culprits_at at = {
	.module_dir = "/src/m", .module = "ex.org/m", .package = "ex.org/m/cmd"};

static void expect_places(const struct knot_verdict *v, const struct knot_race *race,
	const struct knot_run_view *view, const char *want)
{
	struct knot_places p = {0};

	knot_culprits_places(v, race, view, &names, &at, &p);
	knot_auto_free char *text = knot_places_encode(&p);

	cr_expect_str_eq(text, want);
	knot_places_free(&p);
}

static struct knot_shm_snap blocked(uint16_t g, uint8_t op, uint32_t site)
{
	return (struct knot_shm_snap){
		.g = g, .op = op, .state = 3, .site = site, .holder = KNOT_G_NONE};
}

Test(culprits, those_that_are_stuck_with_who_created_them_alike_ones_once)
{
	const struct knot_shm_goroutine gs[] = {{.path = 1, .parent = KNOT_G_NONE}, {.site = 3},
		{.site = 3}, {.site = 4}, {.site = 30}};
	const struct knot_run_view view = {.gs = gs, .gs_len = 5};
	struct knot_shm_snap s[] = {blocked(0, KNOT_OP_WGWAIT, 21), blocked(1, KNOT_OP_LOCK, 1),
		blocked(2, KNOT_OP_LOCK, 1), blocked(3, KNOT_OP_LOCK, 1),
		blocked(4, KNOT_OP_RECV, 31)};
	struct knot_verdict v = {0};

	s[0].flags = 1;
	const struct knot_verdict_input in = {.end = KNOT_END_DEADLOCK,
		.snaps = s,
		.snaps_len = 5,
		.view = view,
		.names = &names};

	knot_verdict_decide(&in, &v);
	cr_assert_eq(v.kind, KNOT_VERDICT_DEADLOCK);
	expect_places(&v, NULL, &view,
		"ex.org/m/b.(*T).run b/b.go:1 ex.org/m/b.(*T).run b/b.go:3\n"
		"ex.org/m/b.(*T).run b/b.go:1 ex.org/m/b.(*T).run b/b.go:4\n"
		"ex.org/m/b_test.TestX b/b_test.go:21\n"
		"ex.org/m/cmd.main x.go:31 ex.org/lib.v1.F.func1 /mod/lib@v1/l.go:30\n");
	knot_verdict_free(&v);
}

Test(culprits, what_failed_and_both_sides_of_a_race)
{
	const uint32_t site = 30;
	const struct knot_verdict_input in = {
		.end = KNOT_END_PANIC, .fail_sites = &site, .fail_sites_len = 1};
	struct knot_gostack_frame frames[] = {
		{.func = "ex.org/m.(*T[go.shape.int]).put", .file = "/src/m/a.go", .line = 12},
		{.func = "ex.org/m.New", .file = "/src/m/a.go", .line = 3}};
	const struct knot_race race = {
		.access = {{.stack = {.data = frames, .len = 1},
				   .creation = {.data = frames + 1, .len = 1}},
			{.is_write = true}}};
	struct knot_verdict v = {0};

	knot_verdict_decide(&in, &v);
	expect_places(&v, NULL, &(struct knot_run_view){0},
		"ex.org/lib.v1.F.func1 /mod/lib@v1/l.go:30\n");
	/* What the detector has lost stays a goroutine that no entry matches. */
	expect_places(&v, &race, &(struct knot_run_view){0},
		"ex.org/m.(*T).put a.go:12 ex.org/m.New a.go:3\n- -\n");
	knot_verdict_free(&v);
}

struct leak {
	uint8_t op;
	uint32_t site, created;
	uint32_t twins; /* more of its go statement */
	uint32_t collected; /* KNOT_RUN_COLLECTED, if Go can tell */
	uint32_t flags; /* of the snapshot */
	const char *why;
};

Test(culprits, idle_workers_are_meant)
{
	static const struct leak leaks[] = {
		{KNOT_OP_RECV, 1, 3, 0, KNOT_RUN_COLLECTED, 0, "idle worker, started once"},
		{KNOT_OP_SELECT, 1, 3, 0, KNOT_RUN_COLLECTED, 0, "idle worker, started once"},
		{KNOT_OP_SEND, 1, 3, 0, KNOT_RUN_COLLECTED, 0, NULL},
		{KNOT_OP_LOCK, 1, 3, 0, KNOT_RUN_COLLECTED, 0, NULL},
		{KNOT_OP_RECV, 1, 3, 1, KNOT_RUN_COLLECTED, 0, NULL},
		{KNOT_OP_RECV, 1, 3, 0, 0, 0, NULL},
		{KNOT_OP_RECV, 1, 3, 0, KNOT_RUN_COLLECTED, 8, NULL},
		{KNOT_OP_RECV, 1, 21, 0, KNOT_RUN_COLLECTED, 0, NULL},
		{KNOT_OP_RECV, 1, 9, 5, 0, 0, "idle worker, started by an init function"},
		{KNOT_OP_RECV, 1, 30, 5, 0, 0, "idle goroutine of a library"},
		{KNOT_OP_RECV, 30, 3, 5, 0, 0, NULL},
		{KNOT_OP_SEND, 1, 30, 5, 0, 0, NULL},
	};

	for (size_t i = 0; i < sizeof(leaks) / sizeof(*leaks); i++) {
		const struct leak *l = &leaks[i];
		struct knot_shm_goroutine gs[8] = {{.path = 1, .parent = KNOT_G_NONE}};
		struct knot_shm_snap s = blocked(1, l->op, l->site);
		const struct knot_run_view view = {.gs = gs, .gs_len = 2 + l->twins};
		struct knot_verdict v = {0};

		for (size_t g = 1; g < view.gs_len; g++)
			gs[g].site = l->created;
		s.flags = l->flags;
		const struct knot_verdict_input in = {.end = KNOT_END_LEAK,
			.flags = l->collected,
			.snaps = &s,
			.snaps_len = 1,
			.view = view,
			.names = &names};

		knot_verdict_decide(&in, &v);
		cr_assert_eq(v.kind, KNOT_VERDICT_LEAK);
		const char *why = knot_culprits_meant(&v, &view, &names, &at);

		cr_expect(l->why ? why && !strcmp(why, l->why) : !why, "%zu: %s", i,
			why ? why : "nothing");
		knot_verdict_free(&v);
	}
}
