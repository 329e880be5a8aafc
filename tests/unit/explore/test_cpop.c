/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/budget.h"
#include "explore/cpop.h"

#include "base/error.h"
#include "base/hash.h"
#include "tests/unit/explore/fake.h"

#include <criterion/criterion.h>
#include <string.h>

static uint32_t find(const struct knot_cpop *c, int g, uint32_t line, uint32_t op)
{
	return knot_cpop_find(c, fake_fig1_path(g), line, op);
}

static bool has_pair(const struct knot_cpop *c, uint32_t type, uint32_t a, uint32_t b)
{
	for (uint32_t i = 0; i < knot_cpop_pair_count(c); i++) {
		struct knot_cpop_pair p;
		uint32_t ends[2];

		knot_cpop_get_pair(c, i, &p);
		knot_cpop_pair_ends(c, i, &ends[0], &ends[1]);
		if (p.type == type && ends[0] == a && ends[1] == b)
			return true;
	}
	return false;
}

/* The normal execution of Fig. 3: G2 sends, G1 handles, G3 sends, G1 handles. */
static void normal_execution(struct knot_cpop *c, struct knot_cpop_gain *ret_gain)
{
	struct knot_shm_goroutine gs[4] = {{.path = KNOT_PATH_ROOT, .parent = KNOT_G_NONE}};
	const struct {
		uint16_t g;
		uint8_t op;
		uint32_t line, prim;
	} steps[] = {
		{2, KNOT_OP_LOCK, 17, 2},
		{1, KNOT_OP_RECV, 9, 1},
		{2, KNOT_OP_SEND, 19, 1},
		{2, KNOT_OP_UNLOCK, 20, 2},
		{1, KNOT_OP_LOCK, 10, 2},
		{1, KNOT_OP_UNLOCK, 12, 2},
		{3, KNOT_OP_LOCK, 17, 2},
		{1, KNOT_OP_RECV, 9, 1},
		{3, KNOT_OP_SEND, 19, 1},
		{3, KNOT_OP_UNLOCK, 20, 2},
		{1, KNOT_OP_LOCK, 10, 2},
		{1, KNOT_OP_UNLOCK, 12, 2},
	};
	struct knot_shm_event events[sizeof(steps) / sizeof(steps[0])];

	for (int g = 1; g <= 3; g++) {
		gs[g] = (struct knot_shm_goroutine){
			.path = fake_fig1_path(g), .parent = 0, .site = 25u + (uint32_t)g};
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		events[i] = (struct knot_shm_event){.step = (uint32_t)i + 1,
			.g = steps[i].g,
			.kind = KNOT_EV_STEP,
			.op = steps[i].op,
			.site = steps[i].line,
			.prim = steps[i].prim};
	}
	struct knot_run_view view = {events, sizeof(steps) / sizeof(steps[0]), gs, 4};

	knot_cpop_add(c, &view, ret_gain);
}

Test(cpop, finds_the_pairs_of_table_ii)
{
	struct knot_cpop *c = knot_cpop_new();
	struct knot_cpop_gain gain;

	normal_execution(c, &gain);
	uint32_t recv9 = find(c, 1, 9, KNOT_OP_RECV), lock10 = find(c, 1, 10, KNOT_OP_LOCK),
		 unlock12 = find(c, 1, 12, KNOT_OP_UNLOCK);
	uint32_t lock17[4], send19[4], unlock20[4];

	for (int g = 2; g <= 3; g++) {
		lock17[g] = find(c, g, 17, KNOT_OP_LOCK);
		send19[g] = find(c, g, 19, KNOT_OP_SEND);
		unlock20[g] = find(c, g, 20, KNOT_OP_UNLOCK);
		cr_expect(has_pair(c, 1, lock17[g], send19[g]));
		cr_expect(has_pair(c, 1, send19[g], unlock20[g]));
	}
	cr_expect(has_pair(c, 1, recv9, lock10));
	cr_expect(has_pair(c, 1, lock10, unlock12));
	cr_expect(has_pair(c, 1, unlock12, recv9));
	cr_expect(has_pair(c, 2, recv9, send19[2]));
	cr_expect(has_pair(c, 2, send19[2], recv9));
	cr_expect(has_pair(c, 2, recv9, send19[3]));
	cr_expect(has_pair(c, 2, unlock20[2], lock10));
	cr_expect(has_pair(c, 2, unlock12, lock17[3]));
	cr_expect(has_pair(c, 2, unlock20[3], lock10));
	/* Table II has 13 pairs, and these are all of them */
	cr_expect_eq(gain.pairs1, 7);
	cr_expect_eq(gain.pairs2, 6);
	cr_expect_eq(gain.ops, 9);
	cr_expect_eq(gain.first_pair, 0);
	normal_execution(c, &gain);
	cr_expect_eq(gain.pairs1 + gain.pairs2 + gain.ops, 0);
	knot_cpop_free(c);
}

/* One goroutine that goes through n operations, each at a line of its own: n - 1 pairs. */
static void many_pairs(
	struct knot_cpop *c, uint32_t n, uint32_t first_line, struct knot_cpop_gain *ret_gain)
{
	const struct knot_shm_goroutine g = {.path = KNOT_PATH_ROOT, .parent = KNOT_G_NONE};
	struct knot_shm_event *events = knot_xalloc(n * sizeof(*events));

	for (uint32_t i = 0; i < n; i++)
		events[i] = (struct knot_shm_event){.step = i + 1,
			.kind = KNOT_EV_STEP,
			.op = KNOT_OP_SEND,
			.site = first_line + i,
			.prim = 1};
	const struct knot_run_view view = {.events = events, .len = n, .gs = &g, .gs_len = 1};

	knot_cpop_add(c, &view, ret_gain);
	free(events);
}

Test(cpop, a_shared_budget_leaves_each_its_due)
{
	struct knot_budget budget = {
		.ops = {.sure = 20000}, .pairs = {.sure = 4000, .spare = 2000}};
	struct knot_cpop_desk *desk = knot_cpop_desk_new();
	struct knot_cpop *hog = knot_cpop_new(), *late = knot_cpop_new();
	struct knot_cpop_gain gain;

	knot_cpop_share(hog, &budget, desk);
	knot_cpop_share(late, &budget, desk);
	many_pairs(hog, 10000, 1, &gain);
	cr_expect_eq(knot_cpop_pair_count(hog), 6000);
	cr_expect_eq(gain.dropped, 9999 - 6000);
	many_pairs(late, 10000, 1, &gain);
	cr_expect_eq(knot_cpop_pair_count(late), 4000);
	cr_expect_eq(knot_cpop_dropped(late), 5999);
	many_pairs(late, 10000, 1, &gain);
	cr_expect_eq(gain.pairs1, 0, "known pairs stay known");
	knot_cpop_free(hog);
	knot_cpop_free(late);
	knot_cpop_desk_free(desk);
}

/* Two goroutines on one primitive at lines from first_line on: a CPOP2 pair. */
static void one_pair(struct knot_cpop *c, uint32_t first_line)
{
	const struct knot_shm_goroutine gs[] = {{.path = KNOT_PATH_ROOT, .parent = KNOT_G_NONE},
		{.path = 7, .parent = KNOT_G_NONE}};
	const struct knot_shm_event events[] = {
		{.step = 1,
			.kind = KNOT_EV_STEP,
			.g = 0,
			.op = KNOT_OP_SEND,
			.site = first_line,
			.prim = 1},
		{.step = 2,
			.kind = KNOT_EV_STEP,
			.g = 1,
			.op = KNOT_OP_RECV,
			.site = first_line + 1,
			.prim = 1},
	};
	const struct knot_run_view view = {.events = events, .len = 2, .gs = gs, .gs_len = 2};
	struct knot_cpop_gain gain;

	knot_cpop_add(c, &view, &gain);
}

/* One goroutine at the second line and then at the first. */
static void back_and_forth(
	struct knot_cpop *c, uint32_t first_line, struct knot_cpop_gain *ret_gain)
{
	const struct knot_shm_goroutine g = {.path = KNOT_PATH_ROOT, .parent = KNOT_G_NONE};
	const struct knot_shm_event events[] = {
		{.step = 1,
			.kind = KNOT_EV_STEP,
			.op = KNOT_OP_SEND,
			.site = first_line + 1,
			.prim = 1},
		{.step = 2,
			.kind = KNOT_EV_STEP,
			.op = KNOT_OP_SEND,
			.site = first_line,
			.prim = 1},
	};
	const struct knot_run_view view = {.events = events, .len = 2, .gs = &g, .gs_len = 1};

	knot_cpop_add(c, &view, ret_gain);
}

/* Of a saved operation it is not known whether it is one, or what a select took or found: its pairs tell. */
Test(cpop, what_is_restored_is_offered_when_it_was_executed)
{
	struct knot_cpop *c = knot_cpop_new();
	struct knot_cpop_op ops[4];
	uint32_t found[4];

	for (uint32_t i = 0; i < 4; i++) {
		ops[i] = (struct knot_cpop_op){
			.gpath = i < 3 ? 7 : 8, .site = i + 1, .op = KNOT_OP_SEND};
		ops[i].key = knot_hash_op(ops[i].gpath, ops[i].site, ops[i].op);
	}
	const struct knot_cpop_pair pairs[] = {
		{.a = ops[0].key, .b = ops[1].key, .type = 1, .count = 1},
		{.a = ops[0].key, .b = ops[2].key, .type = 1, .count = 1},
		{.a = ops[2].key, .b = ops[3].key, .type = 2, .count = 1}};

	cr_assert_eq(knot_cpop_restore_ops(c, ops, 4, NULL), KNOT_OK);
	cr_assert_eq(knot_cpop_restore_pairs(c, pairs, 3, NULL), KNOT_OK);
	cr_assert_eq(knot_cpop_rel1(c, 0, KNOT_CPOP_AFTER, found, 4), 1);
	cr_expect_eq(found[0], 2);
	for (uint32_t i = 0; i < 4; i++) {
		struct knot_cpop_op op;

		knot_cpop_get_op(c, i, &op);
		cr_expect_eq(op.count, i != 1, "%u", i);
	}
	knot_cpop_free(c);
}

/* What found no room may be the very step that leads back. */
Test(cpop, beyond_the_limits_nothing_is_said_of_orders)
{
	struct knot_budget budget = {.ops = {.sure = 10}, .pairs = {.sure = 1}};
	struct knot_cpop *c = knot_cpop_new();
	struct knot_cpop_gain gain;

	knot_cpop_share(c, &budget, NULL);
	many_pairs(c, 2, 30, &gain);
	cr_expect_not(knot_cpop_can_follow(c, 1, 0));
	back_and_forth(c, 30, &gain);
	cr_assert_eq(gain.dropped, 1);
	cr_expect(knot_cpop_can_follow(c, 1, 0));
	knot_cpop_free(c);
}

Test(cpop, answers_on_a_shared_desk_are_each_ones_own)
{
	struct knot_cpop_desk *desk = knot_cpop_desk_new();
	struct knot_cpop *a = knot_cpop_new(), *b = knot_cpop_new();
	struct knot_cpop *straight = knot_cpop_new(), *loop = knot_cpop_new();
	struct knot_cpop_gain gain;
	const uint32_t *ops;

	knot_cpop_share(a, NULL, desk);
	knot_cpop_share(b, NULL, desk);
	knot_cpop_share(straight, NULL, desk);
	knot_cpop_share(loop, NULL, desk);
	one_pair(a, 10);
	/* The same indices and as many pairs, but of one goroutine. */
	many_pairs(b, 2, 20, &gain);
	cr_assert_eq(knot_cpop_pair_count(a), knot_cpop_pair_count(b));
	cr_expect_eq(knot_cpop_rel2(a, 0, &ops), 1);
	cr_expect_eq(knot_cpop_rel2(b, 0, &ops), 0, "one goroutine orders nothing");
	cr_expect(knot_cpop_can_follow(b, 0, 1));
	cr_expect_not(knot_cpop_can_follow(b, 1, 0));
	one_pair(b, 10);
	cr_expect_eq(knot_cpop_rel2(a, 0, &ops), 1);
	/* One goes straight on, the other comes back: two pairs each. */
	many_pairs(straight, 3, 30, &gain);
	many_pairs(loop, 2, 30, &gain);
	back_and_forth(loop, 30, &gain);
	cr_assert_eq(knot_cpop_pair_count(straight), knot_cpop_pair_count(loop));
	cr_expect_not(knot_cpop_can_follow(straight, 1, 0));
	cr_expect(knot_cpop_can_follow(loop, 1, 0));
	knot_cpop_free(a);
	knot_cpop_free(b);
	knot_cpop_free(straight);
	knot_cpop_free(loop);
	knot_cpop_desk_free(desk);
}

Test(cpop, counts_traces_and_not_repetitions)
{
	struct knot_cpop *c = knot_cpop_new();
	struct knot_cpop_gain gain;
	struct knot_cpop_op op;

	normal_execution(c, &gain);
	normal_execution(c, &gain);
	knot_cpop_get_op(c, find(c, 1, 9, KNOT_OP_RECV), &op);
	cr_expect_eq(op.count, 2);
	for (uint32_t i = 0; i < knot_cpop_pair_count(c); i++) {
		struct knot_cpop_pair p;

		knot_cpop_get_pair(c, i, &p);
		cr_expect_eq(p.count, 2);
	}
	knot_cpop_free(c);
}

static bool in_rel2(struct knot_cpop *c, uint32_t a, uint32_t b)
{
	const uint32_t *ops;
	uint32_t len = knot_cpop_rel2(c, a, &ops);

	for (uint32_t i = 0; i < len; i++) {
		if (ops[i] == b)
			return true;
	}
	return false;
}

Test(cpop, relates_by_rules_1_to_4)
{
	struct knot_cpop *c = knot_cpop_new();
	struct knot_cpop_gain gain;

	normal_execution(c, &gain);
	uint32_t send19 = find(c, 2, 19, KNOT_OP_SEND), unlock20 = find(c, 2, 20, KNOT_OP_UNLOCK),
		 lock10 = find(c, 1, 10, KNOT_OP_LOCK), unlock12 = find(c, 1, 12, KNOT_OP_UNLOCK),
		 lock17 = find(c, 3, 17, KNOT_OP_LOCK), ops[4];

	/* Rule 1 and its converse */
	cr_assert_eq(knot_cpop_rel1(c, send19, KNOT_CPOP_AFTER, ops, 4), 1);
	cr_expect_eq(ops[0], unlock20);
	cr_assert_eq(knot_cpop_rel1(c, unlock20, KNOT_CPOP_BEFORE, ops, 4), 1);
	cr_expect_eq(ops[0], send19);
	/* Rule 2 */
	cr_expect(in_rel2(c, unlock12, lock17));
	/* Rule 3: after the send comes the unlock, and the unlock lets G1 lock */
	cr_expect(in_rel2(c, send19, lock10));
	/* Rules 3 and 4 on end: send19 -> unlock20 => lock10 -> unlock12 => lock17 of G3 */
	cr_expect(in_rel2(c, send19, lock17));
	/* an operation of the same goroutine is program order, not Rel2 */
	cr_expect_not(in_rel2(c, send19, unlock20));
	cr_expect_not(in_rel2(c, send19, send19));
	knot_cpop_free(c);
}

Test(cpop, forgets_a_cached_relation_when_a_pair_is_new)
{
	struct knot_cpop *c = knot_cpop_new();
	struct knot_shm_goroutine gs[3] = {{.path = 10, .parent = KNOT_G_NONE},
		{.path = 11, .parent = KNOT_G_NONE}, {.path = 12, .parent = KNOT_G_NONE}};
	struct knot_shm_event e[3] = {
		{.g = 0, .kind = KNOT_EV_STEP, .op = KNOT_OP_SEND, .site = 1, .prim = 1},
		{.g = 1, .kind = KNOT_EV_STEP, .op = KNOT_OP_RECV, .site = 2, .prim = 1},
		{.g = 2, .kind = KNOT_EV_STEP, .op = KNOT_OP_RECV, .site = 3, .prim = 1}};
	struct knot_run_view view = {e, 2, gs, 3};
	struct knot_cpop_gain gain;
	const uint32_t *ops;

	knot_cpop_add(c, &view, &gain);
	cr_expect_eq(knot_cpop_rel2(c, knot_cpop_find(c, 10, 1, KNOT_OP_SEND), &ops), 1);
	view.len = 3;
	knot_cpop_add(c, &view, &gain);
	cr_expect_eq(gain.pairs2, 1);
	cr_expect_eq(knot_cpop_rel2(c, knot_cpop_find(c, 10, 1, KNOT_OP_SEND), &ops), 2);
	knot_cpop_free(c);
}

Test(cpop, a_lock_that_blocked_pairs_twice)
{
	struct knot_cpop *c = knot_cpop_new();
	struct knot_shm_goroutine gs[2] = {
		{.path = 10, .parent = KNOT_G_NONE}, {.path = 11, .parent = KNOT_G_NONE}};
	struct knot_shm_event e[] = {
		{.g = 0, .kind = KNOT_EV_STEP, .op = KNOT_OP_LOCK, .site = 1, .prim = 1},
		{.g = 0, .kind = KNOT_EV_ACQUIRE, .op = KNOT_OP_LOCK, .site = 1, .prim = 1},
		{.g = 1, .kind = KNOT_EV_STEP, .op = KNOT_OP_LOCK, .site = 2, .prim = 1},
		{.g = 0, .kind = KNOT_EV_STEP, .op = KNOT_OP_UNLOCK, .site = 3, .prim = 1},
		{.g = 1, .kind = KNOT_EV_STEP, .op = KNOT_OP_RESUME, .site = 2, .prim = 1},
		{.g = 1, .kind = KNOT_EV_ACQUIRE, .op = KNOT_OP_LOCK, .site = 2, .prim = 1}};
	struct knot_run_view view = {e, 6, gs, 2};
	struct knot_cpop_gain gain;

	knot_cpop_add(c, &view, &gain);
	uint32_t lock1 = knot_cpop_find(c, 10, 1, KNOT_OP_LOCK),
		 lock2 = knot_cpop_find(c, 11, 2, KNOT_OP_LOCK),
		 unlock = knot_cpop_find(c, 10, 3, KNOT_OP_UNLOCK);

	cr_expect(has_pair(c, 2, lock1, lock2));
	cr_expect(has_pair(c, 2, lock2, unlock));
	cr_expect(has_pair(c, 2, unlock, lock2));
	cr_expect_eq(gain.pairs2, 3);
	cr_expect_eq(knot_cpop_find(c, 11, 2, KNOT_OP_RESUME), KNOT_CPOP_NONE);
	knot_cpop_free(c);
}

Test(cpop, a_select_pairs_as_the_select_and_its_case_is_only_noted)
{
	struct knot_cpop *c = knot_cpop_new();
	struct knot_shm_goroutine gs[2] = {
		{.path = 10, .parent = KNOT_G_NONE}, {.path = 11, .parent = KNOT_G_NONE}};
	struct knot_shm_event e[] = {
		{.g = 0, .kind = KNOT_EV_STEP, .op = KNOT_OP_SEND, .site = 1, .prim = 1},
		{.g = 1, .kind = KNOT_EV_STEP, .op = KNOT_OP_SELECT, .site = 2},
		{.g = 1, .kind = KNOT_EV_SELECTED, .op = KNOT_OP_RECV, .site = 3, .prim = 1},
		{.g = 1, .kind = KNOT_EV_STEP, .op = KNOT_OP_CLOSE, .site = 4, .prim = 2}};
	struct knot_run_view view = {e, 4, gs, 2};
	struct knot_cpop_gain gain;
	struct knot_cpop_op op;
	uint32_t ops[4];

	knot_cpop_add(c, &view, &gain);
	uint32_t send = knot_cpop_find(c, 10, 1, KNOT_OP_SEND),
		 sel = knot_cpop_find(c, 11, 2, KNOT_OP_SELECT),
		 taken = knot_cpop_find(c, 11, 3, KNOT_OP_RECV),
		 end = knot_cpop_find(c, 11, 4, KNOT_OP_CLOSE);

	cr_expect(has_pair(c, 2, send, sel));
	cr_expect(has_pair(c, 1, sel, taken));
	cr_expect(has_pair(c, 1, sel, end));
	knot_cpop_get_op(c, taken, &op);
	cr_expect_eq(op.count, 0);
	/* no chain can ask for the case, so no relation offers it */
	cr_assert_eq(knot_cpop_rel1(c, sel, KNOT_CPOP_AFTER, ops, 4), 1);
	cr_expect_eq(ops[0], end);
	/* another case is something new */
	e[2].site = 5;
	knot_cpop_add(c, &view, &gain);
	cr_expect_eq(gain.pairs1, 1);
	knot_cpop_free(c);
}

Test(cpop, knows_what_cannot_follow)
{
	struct knot_cpop *c = knot_cpop_new();
	struct knot_cpop_gain gain;
	struct fake *f = fake_new(&fake_fig1);
	struct knot_shm_request r = {.policy = KNOT_POLICY_RANDOM, .count = 1, .step_limit = 1000};

	for (uint32_t i = 0; i < 50; i++)
		knot_cpop_add(c, &fake_run(f, &r, NULL, i)->view, &gain);
	uint32_t lock17 = find(c, 2, 17, KNOT_OP_LOCK), send19 = find(c, 2, 19, KNOT_OP_SEND),
		 recv9 = find(c, 1, 9, KNOT_OP_RECV), lock10 = find(c, 1, 10, KNOT_OP_LOCK);
	uint32_t go26 = knot_cpop_find(c, KNOT_PATH_ROOT, 26, KNOT_OP_GO),
		 go27 = knot_cpop_find(c, KNOT_PATH_ROOT, 27, KNOT_OP_GO);

	/* program order, once through */
	cr_expect(knot_cpop_can_follow(c, lock17, send19));
	cr_expect_not(knot_cpop_can_follow(c, send19, lock17));
	cr_expect_not(knot_cpop_can_follow(c, send19, send19));
	/* in a loop both orders happen, and one operation twice */
	cr_expect(knot_cpop_can_follow(c, lock10, recv9));
	cr_expect(knot_cpop_can_follow(c, recv9, recv9));
	/* other goroutines */
	cr_expect(knot_cpop_can_follow(c, send19, lock10));
	/* G2 is created at line 27, behind line 26 */
	cr_expect_not(knot_cpop_can_follow(c, lock17, go26));
	cr_expect(knot_cpop_can_follow(c, lock17, go27));
	cr_expect(knot_cpop_can_follow(c, go26, lock17));
	cr_expect(knot_cpop_can_follow(c, lock10, go27));
	fake_free(f);
	knot_cpop_free(c);
}

Test(cpop, saves_and_restores)
{
	struct knot_cpop *a = knot_cpop_new(), *b = knot_cpop_new();
	struct knot_cpop_gain gain;
	struct knot_cpop_op ops[32];
	struct knot_cpop_pair pairs[32], again;
	struct knot_cpop_spawn spawns[8];
	struct knot_error err = {0};

	normal_execution(a, &gain);
	uint32_t n = knot_cpop_op_count(a), m = knot_cpop_pair_count(a),
		 s = knot_cpop_spawn_count(a);

	cr_assert_eq(s, 3);
	for (uint32_t i = 0; i < n; i++)
		knot_cpop_get_op(a, i, &ops[i]);
	for (uint32_t i = 0; i < m; i++)
		knot_cpop_get_pair(a, i, &pairs[i]);
	for (uint32_t i = 0; i < s; i++)
		knot_cpop_get_spawn(a, i, &spawns[i]);
	cr_assert_eq(knot_cpop_restore_ops(b, ops, n, &err), KNOT_OK);
	cr_assert_eq(knot_cpop_restore_pairs(b, pairs, m, &err), KNOT_OK);
	knot_cpop_restore_spawns(b, spawns, s);
	cr_assert_eq(knot_cpop_pair_count(b), m);
	cr_assert_eq(knot_cpop_pair2_count(b), knot_cpop_pair2_count(a));
	for (uint32_t i = 0; i < m; i++) {
		knot_cpop_get_pair(b, i, &again);
		cr_expect(!memcmp(&again, &pairs[i], sizeof(again)));
	}
	normal_execution(b, &gain);
	cr_expect_eq(gain.pairs1 + gain.pairs2 + gain.ops, 0, "what was restored is not new");
	knot_cpop_free(a);
	knot_cpop_free(b);
}

Test(cpop, refuses_rows_that_contradict_each_other)
{
	struct knot_cpop *c = knot_cpop_new();
	struct knot_error err = {0};
	struct knot_cpop_op op = {.key = 1, .gpath = 2, .site = 3, .op = KNOT_OP_SEND};
	struct knot_cpop_pair pair = {.a = 5, .b = 6, .type = 1};

	cr_expect_eq(knot_cpop_restore_ops(c, &op, 1, &err), KNOT_EINPUT);
	op.key = knot_hash_op(2, 3, KNOT_OP_SEND);
	cr_assert_eq(knot_cpop_restore_ops(c, &op, 1, &err), KNOT_OK);
	cr_expect_eq(knot_cpop_restore_pairs(c, &pair, 1, &err), KNOT_EINPUT);
	pair = (struct knot_cpop_pair){.a = op.key, .b = op.key, .type = 3};
	cr_expect_eq(knot_cpop_restore_pairs(c, &pair, 1, &err), KNOT_EINPUT);
	cr_expect_eq(knot_cpop_pair_count(c), 0);
	knot_cpop_free(c);
}

Test(cpop, skips_numbers_out_of_range)
{
	struct knot_cpop *c = knot_cpop_new();
	struct knot_shm_goroutine gs[1] = {{.path = 10, .parent = 77}};
	struct knot_shm_event e[] = {
		{.g = 1, .kind = KNOT_EV_STEP, .op = KNOT_OP_SEND, .site = 1, .prim = 1},
		{.g = 0xffff, .kind = KNOT_EV_ACQUIRE, .op = KNOT_OP_LOCK, .site = 1, .prim = 1},
		{.g = 0, .kind = KNOT_EV_STEP, .op = 255, .site = 1, .prim = 1},
		{.g = 0, .kind = 99, .op = KNOT_OP_SEND, .site = 1, .prim = 1},
		{.g = 0, .kind = KNOT_EV_STEP, .op = KNOT_OP_SEND, .site = 1, .prim = UINT32_MAX}};
	struct knot_run_view view = {e, 5, gs, 1};
	struct knot_cpop_gain gain;

	knot_cpop_add(c, &view, &gain);
	cr_expect_eq(gain.ops, 1);
	cr_expect_eq(gain.pairs1 + gain.pairs2, 0);
	knot_cpop_free(c);
}

Test(cpop, counts_what_the_limit_keeps_out)
{
	struct knot_cpop *c = knot_cpop_new();
	uint32_t n = KNOT_CPOP_OPS_MAX + 10;
	struct knot_shm_event *e = knot_xalloc(n * sizeof(*e));
	struct knot_shm_goroutine gs[1] = {{.path = 10, .parent = KNOT_G_NONE}};
	struct knot_run_view view = {e, n, gs, 1};
	struct knot_cpop_gain gain;

	for (uint32_t i = 0; i < n; i++)
		e[i] = (struct knot_shm_event){
			.kind = KNOT_EV_STEP, .op = KNOT_OP_SEND, .site = i + 1, .prim = 1};
	knot_cpop_add(c, &view, &gain);
	cr_expect_eq(gain.ops, KNOT_CPOP_OPS_MAX);
	cr_expect_eq(gain.dropped, 10);
	cr_expect_eq(gain.pairs1, KNOT_CPOP_OPS_MAX - 1);
	free(e);
	knot_cpop_free(c);
}

/* A state is the end of a CPOP1 pair and counted as one; it is in no relation, and without its operation nothing. */
Test(cpop, the_state_of_a_channel_is_something_new_and_no_operation)
{
	struct knot_cpop *c = knot_cpop_new();
	struct knot_shm_goroutine gs[1] = {{.path = 10, .parent = KNOT_G_NONE}};
	struct knot_shm_event e[] = {
		{.g = 0, .kind = KNOT_EV_STATE, .op = KNOT_OP_CHANEMPTY, .site = 9, .prim = 1},
		{.g = 0, .kind = KNOT_EV_STEP, .op = KNOT_OP_SEND, .site = 1, .prim = 1},
		{.g = 0, .kind = KNOT_EV_STATE, .op = KNOT_OP_CHANFULL, .site = 1, .prim = 1},
		{.g = 0, .kind = KNOT_EV_STATE, .op = KNOT_OP_RECV, .site = 1, .prim = 1},
		{.g = 0, .kind = KNOT_EV_STEP, .op = KNOT_OP_CLOSE, .site = 2, .prim = 1}};
	struct knot_run_view view = {e, 5, gs, 1};
	struct knot_cpop_gain gain;
	uint32_t ops[4];

	knot_cpop_add(c, &view, &gain);
	uint32_t send = knot_cpop_find(c, 10, 1, KNOT_OP_SEND),
		 full = knot_cpop_find(c, 10, 1, KNOT_OP_CHANFULL),
		 end = knot_cpop_find(c, 10, 2, KNOT_OP_CLOSE);

	cr_expect_eq(knot_cpop_state_count(c), 1);
	cr_expect(has_pair(c, 1, send, full));
	cr_expect(has_pair(c, 1, send, end));
	cr_expect_eq(gain.pairs1, 2);
	cr_assert_eq(knot_cpop_rel1(c, send, KNOT_CPOP_AFTER, ops, 4), 1);
	cr_expect_eq(ops[0], end);
	/* another state of the same channel at the same operation */
	e[2].op = KNOT_OP_CHANCLOSED;
	knot_cpop_add(c, &view, &gain);
	cr_expect_eq(gain.pairs1, 1);
	cr_expect_eq(knot_cpop_state_count(c), 2);
	knot_cpop_free(c);
}
