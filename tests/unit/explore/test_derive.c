/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/derive.h"

#include <criterion/criterion.h>

static const struct knot_shm_goroutine gs[] = {{.path = 100}, {.path = 101}, {.path = 102}};

static struct knot_shm_event step(uint16_t g, uint8_t op, uint32_t site, uint32_t prim)
{
	return (struct knot_shm_event){
		.kind = KNOT_EV_STEP, .g = g, .op = op, .site = site, .prim = prim};
}

static bool derive(const struct knot_shm_event *events, size_t len,
	const struct knot_shm_snap *snaps, size_t snaps_len, uint32_t switches,
	struct knot_chain *ret)
{
	const struct knot_run_view view = {.events = events, .len = len, .gs = gs, .gs_len = 3};

	return knot_derive_chain(&view, snaps, snaps_len, switches, ret);
}

static void expect_op(const struct knot_chain *c, uint32_t i, uint64_t gpath, uint32_t site)
{
	cr_assert_lt(i, c->len);
	cr_expect_eq(c->ops[i].gpath, gpath, "element %u", i);
	cr_expect_eq(c->ops[i].site, site, "element %u", i);
}

/* Two locks taken in opposite order: G1 has 1 and waits for 2, G2 the other way round. */
Test(derive, opposite_locks)
{
	const struct knot_shm_event e[] = {
		step(0, KNOT_OP_WGADD, 5, 9), /* nobody else's */
		step(1, KNOT_OP_LOCK, 10, 1),
		step(2, KNOT_OP_LOCK, 20, 2),
		step(1, KNOT_OP_SEND, 11, 3),
		step(2, KNOT_OP_UNLOCK, 29, 1),
		step(1, KNOT_OP_UNLOCK, 19, 2),
	};
	const struct knot_shm_snap s[] = {
		{.g = 0, .op = KNOT_OP_WGWAIT, .state = 3, .site = 6},
		{.g = 1, .op = KNOT_OP_LOCK, .state = 3, .site = 12},
		{.g = 2, .op = KNOT_OP_LOCK, .state = 1, .site = 22},
	};
	struct knot_chain c;

	/* 1:10 | 2:20 2:29 | 1:19 1:12, the last one from the snapshot; 3 is nobody else's either */
	cr_assert(derive(e, 6, s, 3, 2, &c));
	cr_assert_eq(c.len, 4);
	expect_op(&c, 0, 101, 10);
	expect_op(&c, 1, 102, 20);
	expect_op(&c, 2, 102, 29);
	expect_op(&c, 3, 101, 19);
	cr_assert(derive(e, 6, s, 3, 1, &c));
	cr_assert_eq(c.len, 2);
	expect_op(&c, 0, 102, 29);
	expect_op(&c, 1, 101, 19);
	cr_expect_not(derive(e, 6, s, 3, 3, &c), "there are but two switches");
}

/* The same as a run leaves it that ends there: of either lock only one of two is in the trace. */
Test(derive, who_is_blocked_at_a_primitive_uses_it)
{
	const struct knot_shm_event e[] = {
		step(2, KNOT_OP_LOCK, 20, 2),
		step(1, KNOT_OP_LOCK, 10, 1),
	};
	const struct knot_shm_snap s[] = {
		{.g = 1, .op = KNOT_OP_LOCK, .state = 3, .site = 12, .prim = 2},
		{.g = 2, .op = KNOT_OP_LOCK, .state = 3, .site = 22, .prim = 1},
	};
	struct knot_chain c;

	cr_assert(derive(e, 2, s, 2, 2, &c));
	cr_assert_eq(c.len, 4);
	expect_op(&c, 0, 102, 20);
	expect_op(&c, 1, 101, 10);
	expect_op(&c, 2, 101, 12);
	expect_op(&c, 3, 102, 22);
}

Test(derive, one_operation_between_two_switches_stands_once)
{
	const struct knot_shm_event e[] = {
		step(1, KNOT_OP_SEND, 10, 1),
		step(2, KNOT_OP_CLOSE, 20, 1),
		step(1, KNOT_OP_SEND, 11, 1),
	};
	struct knot_chain c;

	cr_assert(derive(e, 3, NULL, 0, 2, &c));
	cr_assert_eq(c.len, 3);
	expect_op(&c, 0, 101, 10);
	expect_op(&c, 1, 102, 20);
	expect_op(&c, 2, 101, 11);
}

Test(derive, nothing_to_order)
{
	const struct knot_shm_event e[] = {
		step(1, KNOT_OP_SEND, 10, 1), step(1, KNOT_OP_RECV, 11, 1)};
	struct knot_chain c;

	cr_expect_not(derive(e, 2, NULL, 0, 1, &c));
	cr_expect_not(derive(NULL, 0, NULL, 0, 1, &c));
	cr_expect_not(derive(e, 2, NULL, 0, 0, &c));
}

Test(derive, stays_within_the_chain)
{
	struct knot_shm_event e[64];
	struct knot_chain c;

	for (uint32_t i = 0; i < 64; i++)
		e[i] = step(1 + i % 2, KNOT_OP_SEND, i, 1);
	cr_expect_not(derive(e, 64, NULL, 0, 60, &c));
	cr_expect_leq(c.len, KNOT_CHAIN_MAX);
	cr_expect_eq(c.ops[c.len - 1].site, 63);
}
