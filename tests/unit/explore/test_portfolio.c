/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/portfolio.h"

#include "explore/corpus.h"
#include "tests/unit/explore/fake.h"

#include <criterion/criterion.h>
#include <string.h>

Test(portfolio, starts_with_fifo_once_and_then_alternates)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(1);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	static const uint32_t arms[] = {KNOT_ARM_COUNT, KNOT_ARM_PCT2, KNOT_ARM_RANDOM,
		KNOT_ARM_PCT3, KNOT_ARM_RANDOM, KNOT_ARM_PCT4, KNOT_ARM_RANDOM, KNOT_ARM_POS,
		KNOT_ARM_RANDOM, KNOT_ARM_SURW, KNOT_ARM_RANDOM, KNOT_ARM_DELAY};
	static const uint32_t policies[KNOT_ARM_COUNT] = {[KNOT_ARM_RANDOM] = KNOT_POLICY_RANDOM,
		[KNOT_ARM_PCT2] = KNOT_POLICY_PCT,
		[KNOT_ARM_PCT3] = KNOT_POLICY_PCT,
		[KNOT_ARM_PCT4] = KNOT_POLICY_PCT,
		[KNOT_ARM_POS] = KNOT_POLICY_POS,
		[KNOT_ARM_RPOS] = KNOT_POLICY_RPOS,
		[KNOT_ARM_SURW] = KNOT_POLICY_SURW,
		[KNOT_ARM_DELAY] = KNOT_POLICY_DELAY};
	struct knot_plan plan;

	for (size_t i = 0; i < sizeof(arms) / sizeof(arms[0]); i++) {
		knot_portfolio_next(p, &plan);
		cr_expect_eq(plan.arm, arms[i], "request %zu", i);
		cr_expect_eq(plan.request.chain_len, 0);
		cr_expect_geq(plan.request.count, 1);
		cr_expect_leq(plan.request.count, 1u << i);
		if (i == 0)
			cr_expect_eq(plan.request.policy, KNOT_POLICY_FIFO);
		else
			cr_expect_eq(plan.request.policy, policies[arms[i]]);
		feed_steps(p, &plan, 16);
	}
	for (int i = 0; i < 500; i++) {
		knot_portfolio_next(p, &plan);
		cr_assert_lt(plan.arm, KNOT_ARM_COUNT);
		cr_expect_eq(plan.request.policy, policies[plan.arm]);
		if (plan.arm == KNOT_ARM_DELAY) {
			cr_expect_geq(plan.request.depth, 1);
			cr_expect_leq(plan.request.depth, 4);
			cr_expect_eq(plan.request.steps_hint, 16);
		}
		feed_steps(p, &plan, 16);
	}
	knot_portfolio_free(p);
}

Test(portfolio, gives_surw_runs_to_learn_from)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(2);

	o.policy = KNOT_POLICY_SURW;
	o.mutate = false;
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct knot_plan plan;

	for (int i = 0; i < 40; i++) {
		knot_portfolio_next(p, &plan);
		if (i >= 30)
			cr_expect_eq(plan.request.count, 8);
		feed_steps(p, &plan, 100000);
	}
	knot_portfolio_free(p);
}

Test(portfolio, sizes_requests_by_measured_steps)
{
	static const uint64_t steps[] = {16, 1000, 500000};
	static const uint32_t low[] = {250, 5, 1}, high[] = {400, 15, 1};

	for (int k = 0; k < 3; k++) {
		struct knot_portfolio_options o = knot_portfolio_defaults(2);
		struct knot_portfolio *p = knot_portfolio_new(&o);
		struct knot_plan plan;

		for (int i = 0; i < 100; i++) {
			knot_portfolio_next(p, &plan);
			feed_steps(p, &plan, steps[k]);
		}
		knot_portfolio_next(p, &plan);
		cr_expect_geq(plan.request.count, low[k]);
		cr_expect_leq(plan.request.count, high[k]);
		knot_portfolio_free(p);
	}
}

Test(portfolio, ends_every_nth_process)
{
	static const uint32_t every[] = {0, 1, 7};
	static const uint32_t exits[] = {0, 70, 10};

	for (int k = 0; k < 3; k++) {
		struct knot_portfolio_options o = knot_portfolio_defaults(3);
		struct knot_plan plan;
		uint32_t n = 0;

		o.fresh_every = every[k];
		struct knot_portfolio *p = knot_portfolio_new(&o);

		for (int i = 0; i < 70; i++) {
			knot_portfolio_next(p, &plan);
			n += !!(plan.request.flags & KNOT_REQ_EXIT);
			if (every[k] == 1)
				cr_expect_eq(plan.request.count, 1);
			feed_steps(p, &plan, 16);
		}
		cr_expect_eq(n, exits[k]);
		knot_portfolio_free(p);
	}
}

Test(portfolio, keeps_to_fresh_processes_once_told)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(3);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct knot_plan plan;

	for (int i = 0; i < 100; i++) {
		if (i == 50)
			knot_portfolio_keep_fresh(p);
		knot_portfolio_next(p, &plan);
		if (i >= 50) {
			cr_expect(plan.request.flags & KNOT_REQ_EXIT);
			cr_expect_eq(plan.request.count, 1);
		}
		feed_steps(p, &plan, 16);
	}
	knot_portfolio_free(p);
}

Test(portfolio, gives_slow_runs_room_and_a_fair_tail)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(4);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct knot_shm_result result = {.end = KNOT_END_OK, .steps = 20000};
	struct knot_plan_run run = {.result = &result};
	struct knot_cpop_gain gain;
	struct knot_plan plan;

	knot_portfolio_next(p, &plan);
	cr_expect_geq(plan.request.step_limit, 400000, "nothing is known yet");
	knot_portfolio_feed_run(p, &plan, &run, &gain);
	knot_portfolio_next(p, &plan);
	cr_expect_eq(plan.request.step_limit, 64 * 20000);
	cr_expect_lt(plan.request.fair_after, plan.request.step_limit / 2);
	cr_expect_gt(plan.request.fair_after, 20000);
	knot_portfolio_free(p);
	o.step_limit = 777;
	p = knot_portfolio_new(&o);
	knot_portfolio_next(p, &plan);
	cr_expect_eq(plan.request.step_limit, 777);
	knot_portfolio_free(p);
}

Test(portfolio, raises_the_limit_of_long_runs_but_not_of_what_serves)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(4);

	for (int serves = 0; serves < 2; serves++) {
		struct knot_portfolio *p = knot_portfolio_new(&o);
		struct knot_shm_result result = {.end = KNOT_END_STEPS, .steps = 400000};
		struct knot_plan_run run = {.result = &result};
		struct knot_cpop_gain gain;
		struct knot_plan plan;

		knot_portfolio_next(p, &plan);
		knot_portfolio_feed_run(p, &plan, &run, &gain);
		if (serves)
			knot_portfolio_serves(p);
		knot_portfolio_next(p, &plan);
		cr_expect_eq(plan.request.step_limit, serves ? 400000 : 8 * 400000);
		knot_portfolio_free(p);
	}
}

/* Serves requests of a model; returns the runs until one ended badly, 0 = none did. */
static uint64_t runs_to_bug(const struct fake_program *program,
	const struct knot_portfolio_options *o, uint32_t requests)
{
	struct knot_portfolio *p = knot_portfolio_new(o);
	struct fake *f = fake_new(program);
	uint64_t runs = 0;
	uint32_t bad = 0;

	for (uint32_t i = 0; i < requests && !bad; i++) {
		struct knot_plan plan;

		knot_portfolio_next(p, &plan);
		bad = fake_serve(f, p, &plan);
		runs += plan.request.count;
	}
	fake_free(f);
	knot_portfolio_free(p);
	return bad ? runs : 0;
}

Test(portfolio, chains_find_what_a_random_walk_does_not)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct knot_portfolio_options o = knot_portfolio_defaults(seed);

		o.policy = KNOT_POLICY_RANDOM;
		uint64_t with = runs_to_bug(&fake_deep, &o, 1000);

		cr_expect_gt(with, 0);
		cr_expect_lt(with, 10000);
		cr_expect_eq(with, runs_to_bug(&fake_deep, &o, 1000), "a seed repeats");
		o.mutate = false;
		cr_expect_eq(runs_to_bug(&fake_deep, &o, 500), 0, "blind");
	}
}

Test(portfolio, finds_the_bug_of_fig_1)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct knot_portfolio_options o = knot_portfolio_defaults(seed);
		uint64_t runs = runs_to_bug(&fake_fig1, &o, 100);

		cr_expect_gt(runs, 0);
		cr_expect_lt(runs, 200);
	}
}

Test(portfolio, obeys_the_pins)
{
	static const int32_t policies[] = {KNOT_POLICY_FIFO, KNOT_POLICY_RANDOM, KNOT_POLICY_PCT,
		KNOT_POLICY_POS, KNOT_POLICY_SURW, KNOT_POLICY_DELAY};

	for (int k = 0; k < 6; k++) {
		struct knot_portfolio_options o = knot_portfolio_defaults(6);
		uint32_t chains = 0;

		o.policy = policies[k];
		o.depth = 5;
		o.mutate = k != 0;
		struct knot_portfolio *p = knot_portfolio_new(&o);
		struct fake *f = fake_new(&fake_fig1);

		for (int i = 0; i < 200; i++) {
			struct knot_plan plan;

			knot_portfolio_next(p, &plan);
			cr_assert_eq((int32_t)plan.request.policy, policies[k]);
			cr_assert_eq(plan.request.depth, k == 2 || k == 5 ? 5 : 0);
			chains += plan.request.chain_len > 0;
			fake_serve(f, p, &plan);
		}
		cr_expect_eq(chains > 0, o.mutate);
		fake_free(f);
		knot_portfolio_free(p);
	}
}

Test(portfolio, without_feedback_and_chains_asks_for_none)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(7);

	o.feedback = false;
	o.mutate = false;
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct fake *f = fake_new(&fake_fig1);

	for (int i = 0; i < 100; i++) {
		struct knot_plan plan;

		knot_portfolio_next(p, &plan);
		cr_assert(plan.request.flags & KNOT_REQ_NO_FEEDBACK);
		cr_assert_eq(plan.request.chain_len, 0);
		fake_serve(f, p, &plan);
	}
	cr_expect_eq(knot_cpop_pair_count(knot_portfolio_cpop(p)), 0);
	fake_free(f);
	knot_portfolio_free(p);
}

Test(portfolio, moves_steps_to_the_arm_that_yields)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(8);

	o.mutate = false;
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct knot_shm_result result = {.end = KNOT_END_PANIC, .steps = 16};
	struct knot_plan_run run = {.result = &result};
	struct knot_arm_stats a, b;
	uint32_t late[KNOT_ARM_COUNT + 1] = {0};

	for (int i = 0; i < 1000; i++) {
		struct knot_cpop_gain gain;
		struct knot_plan plan;

		knot_portfolio_next(p, &plan);
		if (plan.arm == KNOT_ARM_PCT3) {
			knot_portfolio_feed_run(p, &plan, &run, &gain);
			knot_portfolio_reward_finding(p, &plan);
		}
		feed_steps(p, &plan, 16);
		if (i >= 500)
			late[plan.arm]++;
	}
	cr_expect_gt(late[KNOT_ARM_PCT3], 150);
	cr_expect_gt(late[KNOT_ARM_RPOS], 100, "whatever it yields");
	cr_expect_gt(late[KNOT_ARM_RANDOM], 5, "every arm keeps a share");
	cr_expect_eq(late[KNOT_ARM_CHAIN], 0);
	knot_portfolio_arm(p, KNOT_ARM_PCT3, &a);
	knot_portfolio_arm(p, KNOT_ARM_RANDOM, &b);
	cr_expect_eq(a.findings, a.requests);
	cr_expect_eq(b.findings, 0);
	knot_portfolio_free(p);
}

Test(portfolio, is_a_function_of_its_seed_and_of_what_it_is_fed)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(9),
				      other = knot_portfolio_defaults(10);
	struct knot_portfolio *p[3] = {
		knot_portfolio_new(&o), knot_portfolio_new(&o), knot_portfolio_new(&other)};
	struct fake *f[3] = {fake_new(&fake_deep), fake_new(&fake_deep), fake_new(&fake_deep)};
	uint32_t differ = 0;

	for (int i = 0; i < 300; i++) {
		struct knot_plan plan[3];

		for (int k = 0; k < 3; k++) {
			knot_portfolio_next(p[k], &plan[k]);
			fake_serve(f[k], p[k], &plan[k]);
		}
		cr_assert(!memcmp(&plan[0].request, &plan[1].request, sizeof(plan[0].request)));
		differ += memcmp(&plan[0].request, &plan[2].request, sizeof(plan[0].request)) != 0;
	}
	cr_expect_eq(differ, 300);
	for (int k = 0; k < 3; k++) {
		knot_portfolio_free(p[k]);
		fake_free(f[k]);
	}
}

Test(portfolio, a_chain_without_effect_or_without_end_has_no_children)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(11);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct knot_pool *pool = knot_portfolio_pool(p);
	struct knot_plan plan = {.arm = KNOT_ARM_CHAIN, .parent = KNOT_POOL_NONE};
	struct knot_plan_end end = {.runs = 5, .steps = 80, .chain_any = 5, .chain_all = 0};

	plan.request.step_limit = 1000;
	plan.request.chain_len = 2;
	plan.request.chain[0] = (struct knot_shm_chain_op){1, 2, KNOT_OP_SEND};
	plan.request.chain[1] = (struct knot_shm_chain_op){3, 4, KNOT_OP_RECV};
	knot_portfolio_feed_end(p, &plan, &end);
	cr_expect_eq(knot_pool_len(pool), 0);
	end.chain_all = 5;
	end.timed_out = true;
	knot_portfolio_feed_end(p, &plan, &end);
	cr_expect_eq(knot_pool_len(pool), 0);
	end.timed_out = false;
	knot_portfolio_feed_end(p, &plan, &end);
	cr_assert_eq(knot_pool_len(pool), 1);
	cr_expect_gt(knot_pool_energy(pool, 0), 0);
	end.timed_out = true;
	knot_portfolio_feed_end(p, &plan, &end);
	cr_expect_eq(knot_pool_energy(pool, 0), 0);
	knot_portfolio_free(p);
}

Test(portfolio, tries_seed_chains_first)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(12);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct knot_chain c = {.len = 2};
	uint32_t found = 0;

	c.ops[0] = fake_fig1_op(3, 17, KNOT_OP_LOCK);
	c.ops[1] = fake_fig1_op(1, 10, KNOT_OP_LOCK);
	cr_assert(knot_portfolio_seed_chain(p, &c));
	cr_assert_not(knot_portfolio_seed_chain(p, &c));
	for (int i = 0; i < 60; i++) {
		struct knot_plan plan;

		knot_portfolio_next(p, &plan);
		feed_steps(p, &plan, 16);
		if (!plan.request.chain_len)
			continue;
		found++;
		cr_expect_eq(plan.request.chain[0].gpath, c.ops[0].gpath);
		cr_expect_eq(plan.request.chain[1].site, 10);
	}
	cr_expect_geq(found, 1, "even without a pair seen");
	knot_portfolio_free(p);
}

Test(portfolio, cuts_the_prefix_before_the_first_operation_of_the_chain)
{
	struct fake *f = fake_new(&fake_fig1);
	struct knot_shm_request r = {.seed = 5, .policy = KNOT_POLICY_RANDOM, .step_limit = 1000};
	struct knot_chain_op op = fake_fig1_op(3, 17, KNOT_OP_LOCK), never = fake_fig1_op(3, 18, 0);
	const struct fake_run *run = fake_run(f, &r, NULL, 0);
	uint32_t len =
		knot_portfolio_prefix_len(&run->view, run->decisions, run->decisions_len, &op);
	uint16_t with_timer[256];

	cr_assert_gt(len, 0);
	cr_assert_lt(len, run->decisions_len);
	cr_expect_eq(run->decisions[len], 3);
	cr_expect_eq(
		knot_portfolio_prefix_len(&run->view, run->decisions, run->decisions_len, &never),
		0);
	/* a timer fired by choice is a decision without a step */
	with_timer[0] = run->decisions[0];
	with_timer[1] = KNOT_DECISION_TIMER;
	memcpy(with_timer + 2, run->decisions + 1, (run->decisions_len - 1) * 2);
	cr_expect_eq(knot_portfolio_prefix_len(&run->view, with_timer, run->decisions_len + 1, &op),
		len + 1);
	/* decisions of another run do not fit */
	with_timer[2] ^= 1;
	cr_expect_eq(
		knot_portfolio_prefix_len(&run->view, with_timer, run->decisions_len + 1, &op), 0);
	/* nor is what comes from outside a step */
	const uint16_t outside[] = {KNOT_DECISION_CLOCK, 1, 2, 3, 4, KNOT_DECISION_ARRIVED, 3};

	memcpy(with_timer + 1, outside, sizeof(outside));
	memcpy(with_timer + 8, run->decisions + 1, (run->decisions_len - 1) * 2);
	cr_expect_eq(knot_portfolio_prefix_len(&run->view, with_timer, run->decisions_len + 7, &op),
		len + 7);
	/* following the prefix comes to the same point */
	uint16_t prefix[256];

	memcpy(prefix, run->decisions, len * 2);
	r.prefix_len = len;
	r.seed = 99;
	run = fake_run(f, &r, prefix, 0);
	cr_expect(!memcmp(run->decisions, prefix, len * 2));
	fake_free(f);
}

/* Counts the requests with parent 0 in which its prefix was used, and those in which it was not. */
static void count_prefixes(uint64_t seed, uint32_t ret_counts[2])
{
	struct knot_portfolio_options o = knot_portfolio_defaults(seed);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct fake *f = fake_new(&fake_fig1);
	struct knot_pool_entry e = {.parent = KNOT_POOL_NONE, .new_pairs = 1000};
	static const uint16_t prefix[] = {0, 0};

	e.prefix = prefix;
	e.prefix_len = 2;
	e.head_len = 1;
	e.chain.len = 2;
	e.chain.ops[0] = fake_fig1_op(2, 20, KNOT_OP_UNLOCK);
	e.chain.ops[1] = fake_fig1_op(1, 10, KNOT_OP_LOCK);
	knot_pool_add(knot_portfolio_pool(p), &e);
	for (int i = 0; i < 200; i++) {
		struct knot_plan plan;

		knot_portfolio_next(p, &plan);
		if (plan.parent == 0)
			ret_counts[plan.prefix == NULL]++;
		const struct knot_pool_entry *parent =
			plan.prefix ? knot_pool_get(knot_portfolio_pool(p), plan.parent) : NULL;

		/* Up to the chain that follows, or through the pair. */
		if (!parent)
			cr_expect_eq(plan.request.prefix_len, 0);
		else if (plan.request.chain_len)
			cr_expect_eq(plan.request.prefix_len, parent->head_len);
		else
			cr_expect_eq(plan.request.prefix_len, parent->prefix_len);
		fake_serve(f, p, &plan);
	}
	fake_free(f);
	knot_portfolio_free(p);
}

Test(portfolio, uses_the_prefix_of_a_parent_sometimes)
{
	uint32_t counts[2] = {0};

	for (uint64_t seed = 1; seed <= 20; seed++)
		count_prefixes(seed, counts);
	cr_expect_gt(counts[0], 10);
	cr_expect_gt(counts[1], 10);
}

/* What a chain's own run was like is known whether it showed new pairs or not. */
Test(portfolio, a_chain_that_took_effect_has_the_prefix_of_its_run)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(15);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct fake *f = fake_new(&fake_fig1);
	uint32_t with = 0, without = 0;

	for (int i = 0; i < 300; i++) {
		struct knot_plan plan;

		knot_portfolio_next(p, &plan);
		cr_expect_eq(plan.request.chain_misses > 0, plan.request.chain_len > 0);
		cr_expect_eq(!!(plan.request.flags & KNOT_REQ_HOLD_CHAIN),
			plan.request.chain_len > 0 && !plan.is_parent);
		fake_serve(f, p, &plan);
	}
	for (uint32_t i = 0; i < knot_pool_len(knot_portfolio_pool(p)); i++) {
		const struct knot_pool_entry *e = knot_pool_get(knot_portfolio_pool(p), i);

		if (!e->new_pairs && e->prefix)
			with++;
		else if (!e->new_pairs)
			without++;
	}
	cr_expect_gt(with, 10);
	cr_expect_eq(without, 0, "%u", without);
	fake_free(f);
	knot_portfolio_free(p);
}

Test(portfolio, a_resumed_campaign_draws_other_seeds)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(14);
	struct knot_portfolio *a = knot_portfolio_new(&o), *b = knot_portfolio_new(&o);
	struct knot_plan x, y;

	knot_portfolio_skip(b, 100);
	knot_portfolio_next(a, &x);
	knot_portfolio_next(b, &y);
	cr_expect_neq(x.request.seed, y.request.seed);
	cr_expect_neq(y.request.policy, KNOT_POLICY_FIFO, "that run has been");
	knot_portfolio_free(a);
	knot_portfolio_free(b);
}

static void feed_ns(struct knot_portfolio *p, const struct knot_plan *plan, uint64_t ns_per_run)
{
	const struct knot_plan_end end = {.runs = plan->request.count,
		.chain_any = plan->request.chain_len ? plan->request.count : 0,
		.real_ns = plan->request.count * ns_per_run};

	knot_portfolio_feed_end(p, plan, &end);
}

Test(portfolio, native_requests_are_sized_by_time)
{
	static const uint64_t ns[] = {50000, 4000000, 3000000000};
	static const uint32_t runs[] = {400, 5, 1}, wait_us[] = {10000, 10000, 1000000};

	for (int k = 0; k < 3; k++) {
		struct knot_portfolio_options o = knot_portfolio_defaults(2);
		struct knot_plan plan;

		o.native = true;
		struct knot_portfolio *p = knot_portfolio_new(&o);

		for (int i = 0; i < 60; i++) {
			knot_portfolio_next(p, &plan);
			cr_expect_eq(plan.request.policy, KNOT_POLICY_FIFO);
			cr_expect_eq(plan.request.prefix_len, 0);
			feed_ns(p, &plan, ns[k]);
		}
		knot_portfolio_next(p, &plan);
		cr_expect_eq(plan.request.count, runs[k], "%u", plan.request.count);
		cr_expect_eq(plan.request.wait_us, wait_us[k], "%u", plan.request.wait_us);
		knot_portfolio_free(p);
	}
}

Test(portfolio, native_requests_try_chains_few_runs_each)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(5);
	struct fake *f = fake_new(&fake_fig1);
	struct knot_plan plan;
	uint32_t chains = 0;

	o.native = true;
	struct knot_portfolio *p = knot_portfolio_new(&o);

	for (int i = 0; i < 300; i++) {
		knot_portfolio_next(p, &plan);
		if (plan.request.chain_len) {
			chains++;
			cr_expect_leq(plan.request.count, 4);
			cr_expect_geq(i, 6, "what there is to order is not known before");
		}
		fake_serve(f, p, &plan);
	}
	cr_expect_geq(chains, 50, "%u", chains);
	knot_portfolio_free(p);
	fake_free(f);
}
