/* SPDX-License-Identifier: BSD-2-Clause */
/* Chains that mutual exclusion forbids. */
#include "tests/unit/explore/traces.h"

struct three {
	uint32_t g, op, site;
};

static bool refused_three(struct bench *b, struct three x, struct three y, struct three z)
{
	const struct three all[] = {x, y, z};
	struct knot_chain c = {.len = 0};

	for (int i = 0; i < 3; i++)
		knot_chain_push(&c,
			(struct knot_chain_op){
				.gpath = path_of(all[i].g), .site = all[i].site, .op = all[i].op});
	return knot_hb_forbids_chain(b->hb, &c);
}

/* Goroutine g locks m, stores and unlocks, at the sites 10g+1, +2, +3. */
static void section(struct trace *t, uint32_t g, uint32_t m)
{
	step(t, g, KNOT_OP_LOCK, 10 * g + 1, m);
	step(t, g, KNOT_OP_ATOMIC_STORE, 10 * g + 2, 9);
	step(t, g, KNOT_OP_UNLOCK, 10 * g + 3, m);
}

#define LOCK(g) ((struct three){g, KNOT_OP_LOCK, 10 * (g) + 1})
#define STORE(g) ((struct three){g, KNOT_OP_ATOMIC_STORE, 10 * (g) + 2})
#define UNLOCK(g) ((struct three){g, KNOT_OP_UNLOCK, 10 * (g) + 3})

Test(hb_locks, nobody_comes_into_a_section)
{
	struct bench b = set_up(NULL);
	struct trace t = start();

	go_all(&t);
	section(&t, 1, 1);
	section(&t, 2, 1);
	section(&t, 3, 2);
	show(&b, &t);
	cr_expect(refused_three(&b, LOCK(1), LOCK(2), UNLOCK(1)));
	cr_expect(refused_three(&b, LOCK(2), STORE(1), UNLOCK(2)));
	cr_expect(refused_three(&b, STORE(1), UNLOCK(2), UNLOCK(1)));
	cr_expect(refused_three(&b, LOCK(1), LOCK(2), STORE(1)));
	cr_expect_not(refused_three(&b, LOCK(1), UNLOCK(1), LOCK(2)));
	cr_expect_not(refused_three(&b, LOCK(1), LOCK(2), UNLOCK(2)));
	cr_expect_not(refused_three(&b, LOCK(1), STORE(3), UNLOCK(1)), "another mutex");
	tear_down(&b);
}

/* The lock is tried while the other has it; what counts is when it is had. */
Test(hb_locks, nor_when_it_has_to_wait)
{
	struct bench b = set_up(NULL);
	struct trace t = start();

	go_all(&t);
	step(&t, 1, KNOT_OP_LOCK, 11, 1);
	step(&t, 2, KNOT_OP_LOCK, 21, 1);
	event(&t, KNOT_EV_BLOCK, 2, KNOT_OP_LOCK, 21, 1, 0);
	step(&t, 1, KNOT_OP_ATOMIC_STORE, 12, 9);
	step(&t, 1, KNOT_OP_UNLOCK, 13, 1);
	event(&t, KNOT_EV_ACQUIRE, 2, KNOT_OP_LOCK, 21, 1, 0);
	step(&t, 2, KNOT_OP_ATOMIC_STORE, 22, 9);
	step(&t, 2, KNOT_OP_UNLOCK, 23, 1);
	show(&b, &t);
	cr_expect(refused_three(&b, LOCK(1), LOCK(2), UNLOCK(1)));
	cr_expect(refused_three(&b, LOCK(2), STORE(1), UNLOCK(2)));
	tear_down(&b);
}

/* Each of these lets the second of three operations come between the others. */
Test(hb_locks, what_may_come_between_is_not_refused)
{
	for (int how = 0; how < 6; how++) {
		struct bench b = set_up(NULL);
		struct trace t = start();

		go_all(&t);
		section(&t, 2, 1);
		if (how == 0) /* once more: two sections */
			section(&t, 1, 1);
		if (how == 1)
			step(&t, 3, KNOT_OP_TRYLOCK, 31, 1);
		step(&t, 1, KNOT_OP_LOCK, 11, 1);
		if (how == 2)
			step(&t, 1, KNOT_OP_CONDWAIT, 14, 3);
		if (how == 3) /* by another */
			step(&t, 3, KNOT_OP_UNLOCK, 33, 1);
		if (how == 4) {
			step(&t, 1, KNOT_OP_UNLOCK, 15, 1);
			step(&t, 1, KNOT_OP_LOCK, 16, 1);
		}
		step(&t, 1, KNOT_OP_ATOMIC_STORE, 12, 9);
		step(&t, 1, KNOT_OP_UNLOCK, 13, 1);
		if (how == 5) /* without the lock */
			step(&t, 2, KNOT_OP_ATOMIC_STORE, 22, 9);
		show(&b, &t);
		cr_expect_not(refused_three(&b, LOCK(1), STORE(2), UNLOCK(1)), "%d", how);
		tear_down(&b);
	}
}

/* The lock that they share is let go before the other one. */
Test(hb_locks, of_nested_sections_the_inner_one_ends_first)
{
	struct bench b = set_up(NULL);
	struct trace t = start();

	go_all(&t);
	section(&t, 2, 1);
	step(&t, 1, KNOT_OP_LOCK, 15, 2);
	step(&t, 1, KNOT_OP_LOCK, 11, 1);
	step(&t, 1, KNOT_OP_ATOMIC_STORE, 12, 9);
	step(&t, 1, KNOT_OP_UNLOCK, 13, 1);
	step(&t, 1, KNOT_OP_UNLOCK, 16, 2);
	show(&b, &t);
	cr_expect(refused_three(&b, LOCK(1), STORE(2), UNLOCK(1)));
	cr_expect_not(refused_three(&b, LOCK(1), STORE(2), (struct three){1, KNOT_OP_UNLOCK, 16}));
	tear_down(&b);
}

Test(hb_locks, a_run_takes_an_exclusion_back)
{
	struct bench b = set_up(NULL);
	struct trace t = start(), other = start();
	struct knot_chain c = {.len = 0};

	go_all(&t);
	section(&t, 1, 1);
	section(&t, 2, 1);
	show(&b, &t);
	go_all(&other);
	section(&other, 3, 1);
	show(&b, &other);
	cr_expect(refused_three(&b, LOCK(1), STORE(2), UNLOCK(1)));
	cr_expect(refused_three(&b, LOCK(2), STORE(1), UNLOCK(2)));
	knot_chain_push(
		&c, (struct knot_chain_op){.gpath = path_of(1), .site = 11, .op = KNOT_OP_LOCK});
	knot_chain_push(&c,
		(struct knot_chain_op){
			.gpath = path_of(2), .site = 22, .op = KNOT_OP_ATOMIC_STORE});
	knot_chain_push(
		&c, (struct knot_chain_op){.gpath = path_of(1), .site = 13, .op = KNOT_OP_UNLOCK});
	knot_hb_allow(b.hb, &c);
	cr_expect_not(refused_three(&b, LOCK(1), STORE(2), UNLOCK(1)));
	cr_expect(refused_three(&b, LOCK(2), STORE(1), UNLOCK(2)));
	tear_down(&b);
}
