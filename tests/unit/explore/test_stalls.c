/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/rng.h"
#include "explore/portfolio.h"
#include "explore/stalls.h"

#include "tests/unit/explore/fake.h"
#include "tests/unit/explore/traces.h"

#include <criterion/criterion.h>

#define DRAWS 4000

static void see(struct knot_cpop *cpop, const struct trace *t)
{
	const struct knot_run_view view = {
		.events = t->events, .len = t->len, .gs = t->gs, .gs_len = GS};
	struct knot_cpop_gain gain;

	knot_cpop_add(cpop, &view, &gain);
}

Test(stalls, are_drawn_by_position_and_of_one_goroutine_or_of_all)
{
	struct knot_cpop *cpop = knot_cpop_new();
	struct knot_stalls stalls = {0};
	struct knot_rng rng = {.seed = 1};
	struct knot_shm_request r = {0};
	struct trace t = start();
	uint32_t send = 0, anybody = 0, others = 0;

	cr_expect_not(knot_stalls_draw(&stalls, cpop, &rng, &r), "nothing is known");
	cr_expect_eq(r.stall.site, 0);
	/* Three goroutines at one position, and one at another; a select waits, its cases do not. */
	for (uint32_t g = 1; g < GS; g++)
		step(&t, g, KNOT_OP_LOCK, 5, 1);
	step(&t, 0, KNOT_OP_SEND, 6, 2);
	event(&t, KNOT_EV_SELECTED, 0, KNOT_OP_SELRECV, 7, 3, 0);
	see(cpop, &t);
	for (int i = 0; i < DRAWS; i++) {
		cr_assert(knot_stalls_draw(&stalls, cpop, &rng, &r));
		if (r.stall.site == 6) {
			cr_assert_eq(r.stall.op, KNOT_OP_SEND);
			cr_assert(!r.stall.gpath || r.stall.gpath == path_of(0));
			send++;
		} else {
			cr_assert_eq(r.stall.site, 5);
			cr_assert_eq(r.stall.op, KNOT_OP_LOCK);
			others += r.stall.gpath == path_of(1) || r.stall.gpath == path_of(2) ||
				r.stall.gpath == path_of(3);
		}
		anybody += !r.stall.gpath;
	}
	cr_expect_gt(send, DRAWS * 2 / 5, "as often as the lock, which three do: %u", send);
	cr_expect_lt(send, DRAWS * 3 / 5, "%u", send);
	cr_expect_gt(anybody, DRAWS * 2 / 5, "%u", anybody);
	cr_expect_lt(anybody, DRAWS * 3 / 5, "%u", anybody);
	cr_expect_gt(others, DRAWS / 5, "%u", others);
	/* What is seen later is drawn, too. */
	t = start();
	step(&t, 0, KNOT_OP_CLOSE, 8, 2);
	see(cpop, &t);
	for (int i = 0; i < DRAWS && r.stall.site != 8; i++)
		knot_stalls_draw(&stalls, cpop, &rng, &r);
	cr_expect_eq(r.stall.site, 8);
	knot_stalls_free(&stalls);
	knot_cpop_free(cpop);
}

Test(stalls, have_their_share_of_the_requests)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(22);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct fake *f = fake_new(&fake_fig1);
	uint32_t stalls = 0;

	for (int i = 0; i < 800; i++) {
		struct knot_plan plan;

		knot_portfolio_next(p, &plan);
		cr_assert_eq(plan.arm == KNOT_ARM_STALL, plan.request.stall.site != 0);
		if (plan.arm == KNOT_ARM_STALL) {
			cr_assert_eq(plan.request.chain_len, 0);
			cr_assert_leq(plan.request.count, 16);
			stalls++;
		}
		fake_serve(f, p, &plan);
	}
	cr_expect_gt(stalls, 60, "%u of 800", stalls);
	cr_expect_lt(stalls, 240, "%u of 800", stalls);
	fake_free(f);
	knot_portfolio_free(p);
}
