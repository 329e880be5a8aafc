/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/mutate.h"

#include "base/rng.h"
#include "explore/corpus.h"
#include "explore/cpop.h"
#include "tests/unit/explore/fake.h"

#include <criterion/criterion.h>

struct bench {
	struct knot_cpop *cpop;
	struct knot_mutator *m;
	struct fake *f;
	struct knot_rng rng;
};

/* Knows the pairs that runs of Fig. 1 without a chain show. */
static struct bench set_up(uint64_t seed, uint32_t runs)
{
	struct bench b = {
		.cpop = knot_cpop_new(), .f = fake_new(&fake_fig1), .rng = {.seed = seed}};
	struct knot_shm_request r = {
		.seed = seed, .policy = KNOT_POLICY_RANDOM, .step_limit = 1000};
	struct knot_cpop_gain gain;

	b.m = knot_mutator_new(b.cpop);
	for (uint32_t i = 0; i < runs; i++)
		knot_cpop_add(b.cpop, &fake_run(b.f, &r, NULL, i)->view, &gain);
	return b;
}

static void tear_down(struct bench *b)
{
	knot_mutator_free(b->m);
	knot_cpop_free(b->cpop);
	fake_free(b->f);
}

static struct knot_chain chain_of(uint32_t len, const struct knot_chain_op *ops)
{
	struct knot_chain c = {.len = 0};

	for (uint32_t i = 0; i < len; i++)
		knot_chain_push(&c, ops[i]);
	return c;
}

static bool leads_to(struct bench *b, const struct knot_chain *from, const struct knot_chain *to,
	enum knot_operator how)
{
	uint32_t n = knot_mutator_neighbours(b->m, from);

	for (uint32_t i = 0; i < n; i++) {
		struct knot_chain c;
		enum knot_operator kind;

		if (knot_mutator_neighbour(b->m, from, i, &c, &kind) && kind == how &&
			knot_chain_equal(&c, to))
			return true;
	}
	return false;
}

Test(mutate, makes_every_step_of_table_iii)
{
	struct bench b = set_up(1, 100);
	struct knot_chain_op l20 = fake_fig1_op(2, 20, KNOT_OP_UNLOCK),
			     l19 = fake_fig1_op(2, 19, KNOT_OP_SEND),
			     l10 = fake_fig1_op(1, 10, KNOT_OP_LOCK),
			     l12 = fake_fig1_op(1, 12, KNOT_OP_UNLOCK),
			     l17 = fake_fig1_op(3, 17, KNOT_OP_LOCK);
	struct knot_chain initial = chain_of(2, (struct knot_chain_op[]){l20, l10}),
			  step1 = chain_of(2, (struct knot_chain_op[]){l19, l10}),
			  step2 = chain_of(2, (struct knot_chain_op[]){l19, l12}),
			  step3 = chain_of(3, (struct knot_chain_op[]){l19, l12, l17}),
			  step4 = chain_of(3, (struct knot_chain_op[]){l19, l17, l12}),
			  step5 = chain_of(3, (struct knot_chain_op[]){l19, l17, l10});

	cr_expect(leads_to(&b, &initial, &step1, KNOT_OPERATOR_SUBSTITUTE));
	cr_expect(leads_to(&b, &step1, &step2, KNOT_OPERATOR_SUBSTITUTE));
	/* the table says abridge there, but an operation is added: its own formula (6) */
	cr_expect(leads_to(&b, &step2, &step3, KNOT_OPERATOR_AUGMENT));
	cr_expect(leads_to(&b, &step3, &step4, KNOT_OPERATOR_FLIP));
	cr_expect(leads_to(&b, &step4, &step5, KNOT_OPERATOR_SUBSTITUTE));
	/* abridge drops either end */
	struct knot_chain tail = chain_of(2, (struct knot_chain_op[]){l17, l10}),
			  head = chain_of(2, (struct knot_chain_op[]){l19, l17});

	cr_expect(leads_to(&b, &step5, &tail, KNOT_OPERATOR_ABRIDGE));
	cr_expect(leads_to(&b, &step5, &head, KNOT_OPERATOR_ABRIDGE));
	/* and all of them may be had in one run */
	cr_expect(knot_mutator_possible(b.m, &step1) && knot_mutator_possible(b.m, &step2) &&
		knot_mutator_possible(b.m, &step3) && knot_mutator_possible(b.m, &step4) &&
		knot_mutator_possible(b.m, &step5));
	tear_down(&b);
}

/* Of 1000 random runs under a chain (len 0 = none), those that leak. */
static uint32_t leaks(struct fake *f, const struct knot_chain_op *ops, uint32_t len)
{
	struct knot_shm_request r = {
		.policy = KNOT_POLICY_RANDOM, .step_limit = 1000, .chain_len = len};
	uint32_t n = 0;

	for (uint32_t i = 0; i < len; i++)
		r.chain[i] = (struct knot_shm_chain_op){ops[i].gpath, ops[i].site, ops[i].op};
	for (uint32_t i = 0; i < 1000; i++)
		n += fake_run(f, &r, NULL, i)->result.end == KNOT_END_LEAK;
	return n;
}

/* A lock is executed when it has been taken, so that G3 has it before G1 asks for it. */
Test(mutate, the_chain_of_table_iii_brings_the_bug_on)
{
	struct fake *f = fake_new(&fake_fig1);
	struct knot_chain_op ops[] = {fake_fig1_op(2, 19, KNOT_OP_SEND),
		fake_fig1_op(3, 17, KNOT_OP_LOCK), fake_fig1_op(1, 10, KNOT_OP_LOCK)};
	uint32_t blind = leaks(f, NULL, 0), led = leaks(f, ops, 3);

	cr_expect_eq(led, 1000);
	cr_expect_lt(blind, 600);
	fake_free(f);
}

/* Runs a chain; true when all of it was executed in order. */
static bool takes_effect(struct bench *b, const struct knot_chain *c, uint64_t seed)
{
	struct knot_shm_request r = {
		.seed = seed, .policy = KNOT_POLICY_RANDOM, .step_limit = 1000};
	struct knot_cpop_gain gain;
	bool all = false;

	knot_chain_put(c, &r);
	for (uint32_t i = 0; i < 4; i++) {
		const struct fake_run *run = fake_run(b->f, &r, NULL, i);

		knot_cpop_add(b->cpop, &run->view, &gain);
		all |= run->result.chain_done == c->len;
	}
	return all;
}

/* How many requests until the chain of Table III's last step is proposed, from its initial pair on. */
static uint32_t requests_to_table_iii(uint64_t seed, uint32_t limit)
{
	struct bench b = set_up(seed, 3);
	struct knot_pool *pool = knot_pool_new();
	struct knot_chain goal = chain_of(3,
		(struct knot_chain_op[]){fake_fig1_op(2, 19, KNOT_OP_SEND),
			fake_fig1_op(3, 17, KNOT_OP_LOCK), fake_fig1_op(1, 10, KNOT_OP_LOCK)});
	struct knot_pool_entry e = {.parent = KNOT_POOL_NONE};
	uint32_t n = 0;

	e.chain = chain_of(2,
		(struct knot_chain_op[]){
			fake_fig1_op(2, 20, KNOT_OP_UNLOCK), fake_fig1_op(1, 10, KNOT_OP_LOCK)});
	knot_pool_add(pool, &e);
	while (n < limit) {
		uint32_t parent = knot_pool_pick(pool, &b.rng);
		enum knot_operator how;

		if (parent == KNOT_POOL_NONE)
			break;
		struct knot_chain from = knot_pool_get(pool, parent)->chain;

		if (!knot_mutator_next(b.m, &from, &b.rng, &e.chain, &how)) {
			knot_pool_exhaust(pool, parent, knot_cpop_pair_count(b.cpop));
			continue;
		}
		n++;
		if (knot_chain_equal(&e.chain, &goal))
			break;
		if (takes_effect(&b, &e.chain, seed + n * 100))
			knot_pool_add(pool, &e);
		knot_pool_refresh(pool, knot_cpop_pair_count(b.cpop));
	}
	knot_pool_free(pool);
	tear_down(&b);
	return n;
}

Test(mutate, finds_the_chain_of_table_iii_from_the_initial_pair)
{
	for (uint64_t seed = 1; seed <= 10; seed++) {
		uint32_t n = requests_to_table_iii(seed, 5000);

		cr_expect_lt(n, 5000, "seed %lu", (unsigned long)seed);
		cr_expect_eq(n, requests_to_table_iii(seed, 5000), "a seed repeats");
	}
}

Test(mutate, initial_chains_are_all_pairs_in_both_orders_less_the_impossible)
{
	struct bench b = set_up(3, 20);
	struct knot_chain c, all[256];
	uint32_t n = 0;
	struct knot_mutate_stats stats;

	while (n < 256 && knot_mutator_initial(b.m, &b.rng, &c)) {
		cr_expect_eq(c.len, 2);
		cr_expect_neq(c.ops[0].gpath, c.ops[1].gpath);
		for (uint32_t i = 0; i < n; i++)
			cr_expect_not(knot_chain_equal(&c, &all[i]), "proposed twice");
		all[n++] = c;
	}
	knot_mutator_stats(b.m, &stats);
	cr_expect_gt(n, knot_cpop_pair2_count(b.cpop));
	cr_expect_eq(stats.made[KNOT_OPERATOR_INITIAL], n);
	cr_expect_eq(n + stats.refused + stats.doubles, 2ull * knot_cpop_pair2_count(b.cpop));
	cr_expect_not(knot_mutator_initial(b.m, &b.rng, &c));
	tear_down(&b);
}

Test(mutate, proposes_nothing_twice_and_ends)
{
	struct bench b = set_up(4, 50);
	struct knot_chain parent = chain_of(3,
		(struct knot_chain_op[]){fake_fig1_op(2, 19, KNOT_OP_SEND),
			fake_fig1_op(1, 12, KNOT_OP_UNLOCK), fake_fig1_op(3, 17, KNOT_OP_LOCK)});
	struct knot_chain got[1024];
	uint32_t n = 0;
	enum knot_operator how;

	while (n < 1024 && knot_mutator_next(b.m, &parent, &b.rng, &got[n], &how)) {
		cr_expect(knot_mutator_possible(b.m, &got[n]));
		cr_expect_geq(got[n].len, KNOT_MUTATE_LEN_MIN);
		for (uint32_t i = 0; i < n; i++)
			cr_expect_not(knot_chain_equal(&got[i], &got[n]));
		n++;
	}
	cr_assert_gt(n, 5);
	cr_assert_lt(n, 1024);
	/* all possible neighbours have been had */
	for (uint32_t i = 0; i < knot_mutator_neighbours(b.m, &parent); i++) {
		struct knot_chain c;

		if (knot_mutator_neighbour(b.m, &parent, i, &c, &how) &&
			knot_mutator_possible(b.m, &c))
			cr_expect_not(knot_mutator_mark(b.m, &c));
	}
	tear_down(&b);
}

Test(mutate, chains_stay_short_mostly_and_bounded_always)
{
	struct bench b = set_up(5, 50);
	struct knot_chain c;
	enum knot_operator how;
	uint32_t good = 0, total = 0;

	cr_assert(knot_mutator_initial(b.m, &b.rng, &c));
	for (int i = 0; i < 2000; i++) {
		struct knot_chain next;

		if (!knot_mutator_next(b.m, &c, &b.rng, &next, &how) &&
			!knot_mutator_initial(b.m, &b.rng, &next))
			break;
		c = next;
		total++;
		good += c.len <= KNOT_MUTATE_LEN_GOOD;
		cr_assert_leq(c.len, KNOT_CHAIN_MAX);
	}
	cr_assert_gt(total, 1000);
	cr_expect_gt(good * 10, total * 6, "%u of %u", good, total);
	tear_down(&b);
}

Test(mutate, a_full_chain_is_not_augmented)
{
	struct bench b = set_up(6, 50);
	struct knot_chain c = {.len = KNOT_CHAIN_MAX};
	enum knot_operator how;
	struct knot_chain n;

	for (uint32_t i = 0; i < KNOT_CHAIN_MAX; i++)
		c.ops[i] = i % 2 ? fake_fig1_op(1, 10, KNOT_OP_LOCK)
				 : fake_fig1_op(1, 9, KNOT_OP_RECV);
	for (uint32_t i = 0; i < knot_mutator_neighbours(b.m, &c); i++) {
		if (knot_mutator_neighbour(b.m, &c, i, &n, &how))
			cr_expect_neq(how, KNOT_OPERATOR_AUGMENT);
	}
	tear_down(&b);
}

Test(mutate, operations_never_seen_are_flipped_and_abridged_only)
{
	struct bench b = set_up(7, 5);
	struct knot_chain c =
		chain_of(3, (struct knot_chain_op[]){{1, 2, KNOT_OP_SEND}, {0, 3, 0}, {4, 5, 0}});

	cr_expect_eq(knot_mutator_neighbours(b.m, &c), 4);
	tear_down(&b);
}

Test(mutate, refuses_what_program_order_forbids_until_it_is_seen)
{
	struct bench b = set_up(8, 50);
	struct knot_chain c = chain_of(2,
		(struct knot_chain_op[]){
			fake_fig1_op(2, 19, KNOT_OP_SEND), fake_fig1_op(2, 17, KNOT_OP_LOCK)});

	cr_expect_not(knot_mutator_possible(b.m, &c));
	/* a later trace shows the send before the lock */
	struct knot_shm_goroutine gs[1] = {{.path = fake_fig1_path(2), .parent = KNOT_G_NONE}};
	struct knot_shm_event e[] = {
		{.kind = KNOT_EV_STEP, .op = KNOT_OP_SEND, .site = 19, .prim = 1},
		{.kind = KNOT_EV_STEP, .op = KNOT_OP_LOCK, .site = 17, .prim = 2}};
	struct knot_run_view view = {e, 2, gs, 1};
	struct knot_cpop_gain gain;

	knot_cpop_add(b.cpop, &view, &gain);
	cr_expect(knot_mutator_possible(b.m, &c));
	tear_down(&b);
}

static bool forbid_all(void *arg, const struct knot_chain *chain)
{
	++*(int *)arg;
	return chain->len > 0;
}

Test(mutate, asks_the_filter)
{
	struct bench b = set_up(9, 20);
	struct knot_chain c;
	int asked = 0;

	knot_mutator_set_filter(b.m, forbid_all, &asked);
	cr_expect_not(knot_mutator_initial(b.m, &b.rng, &c));
	cr_expect_gt(asked, 0);
	/* refused for now, not for ever */
	knot_mutator_set_filter(b.m, NULL, NULL);
	struct knot_shm_goroutine gs[2] = {
		{.path = 1, .parent = KNOT_G_NONE}, {.path = 2, .parent = KNOT_G_NONE}};
	struct knot_shm_event e[] = {
		{.g = 0, .kind = KNOT_EV_STEP, .op = KNOT_OP_SEND, .site = 1, .prim = 1},
		{.g = 1, .kind = KNOT_EV_STEP, .op = KNOT_OP_RECV, .site = 2, .prim = 1}};
	struct knot_run_view view = {e, 2, gs, 2};
	struct knot_cpop_gain gain;
	uint32_t n = 0;

	knot_cpop_add(b.cpop, &view, &gain);
	while (knot_mutator_initial(b.m, &b.rng, &c))
		n++;
	cr_expect_gt(n, 2, "those refused before come back");
	tear_down(&b);
}

Test(mutate, remembers_across_its_growth)
{
	struct knot_cpop *cpop = knot_cpop_new();
	struct knot_mutator *m = knot_mutator_new(cpop);
	struct knot_chain c = {.len = 2};

	for (uint32_t i = 1; i <= 10000; i++) {
		c.ops[0].site = i;
		cr_assert(knot_mutator_mark(m, &c));
	}
	for (uint32_t i = 1; i <= 10000; i++) {
		c.ops[0].site = i;
		cr_assert_not(knot_mutator_mark(m, &c));
	}
	knot_mutator_free(m);
	knot_cpop_free(cpop);
}
