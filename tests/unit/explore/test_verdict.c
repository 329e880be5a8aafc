/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/names.h"
#include "explore/verdict.h"

#include "explore/bucket.h"

#include "tests/unit/explore/fake.h"

#include <criterion/criterion.h>
#include <string.h>

static struct knot_shm_snap snap(
	uint16_t g, uint8_t state, uint8_t op, uint32_t site, uint32_t prim)
{
	return (struct knot_shm_snap){.g = g,
		.state = state,
		.op = op,
		.site = site,
		.prim = prim,
		.holder = KNOT_G_NONE};
}

struct expect {
	uint32_t kind, note;
	bool finding, proven;
};

static void check(const struct knot_verdict_input *in, struct expect e, int line)
{
	struct knot_verdict v = {.kind = 0};

	knot_verdict_decide(in, &v);
	cr_expect_eq(v.kind, e.kind, "line %d: %s", line, knot_verdict_name(v.kind));
	cr_expect_eq(v.note, e.note, "line %d: %s", line, knot_verdict_note_text(v.note));
	cr_expect_eq(v.finding, e.finding, "line %d", line);
	cr_expect_eq(v.proven, e.proven, "line %d", line);
	knot_verdict_free(&v);
}

#define CHECK(in, ...) check(in, (struct expect){__VA_ARGS__}, __LINE__)

Test(verdict, a_race_is_a_finding_whatever_the_run_ended_in)
{
	const uint32_t sites[] = {9, 4};
	struct knot_verdict_input in = {.end = KNOT_END_OK,
		.race = true,
		.always = true,
		.fail_sites = sites,
		.fail_sites_len = 2};
	struct knot_verdict v = {.kind = 0}, swapped = {.kind = 0};

	CHECK(&in, KNOT_VERDICT_RACE, KNOT_NOTE_NONE, true, true);
	knot_verdict_decide(&in, &v);
	cr_assert_eq(v.sites.len, 2);
	cr_expect_eq(v.sites.data[0].site, 4, "the pair has no order");
	in.fail_sites = (const uint32_t[]){4, 9};
	in.end = KNOT_END_FAIL;
	knot_verdict_decide(&in, &swapped);
	cr_expect_eq(knot_bucket_hash(&v), knot_bucket_hash(&swapped));
	in.race = false;
	in.always = false;
	CHECK(&in, KNOT_VERDICT_FAIL, KNOT_NOTE_NONE, true, true);
	knot_verdict_free(&v);
	knot_verdict_free(&swapped);
}

Test(verdict, plain_ends)
{
	struct knot_verdict_input in = {.end = KNOT_END_OK};

	CHECK(&in, KNOT_VERDICT_OK, KNOT_NOTE_NONE, false, false);
	in.end = KNOT_END_SKIP;
	CHECK(&in, KNOT_VERDICT_OK, KNOT_NOTE_NONE, false, false);
	in.end = KNOT_END_PANIC;
	CHECK(&in, KNOT_VERDICT_PANIC, KNOT_NOTE_NONE, true, true);
	in.end = KNOT_END_FATAL;
	CHECK(&in, KNOT_VERDICT_FATAL, KNOT_NOTE_NONE, true, true);
	in.end = KNOT_END_FAIL;
	CHECK(&in, KNOT_VERDICT_FAIL, KNOT_NOTE_NONE, true, true);
	in.end = KNOT_END_OSEXIT;
	in.exit_code = 3;
	CHECK(&in, KNOT_VERDICT_EXIT, KNOT_NOTE_NONE, true, true);
	in.exit_code = 0;
	CHECK(&in, KNOT_VERDICT_EXIT, KNOT_NOTE_CLEAN_EXIT, false, false);
	in.end = KNOT_END_NONE;
	in.timed_out = true;
	CHECK(&in, KNOT_VERDICT_TIMEOUT, KNOT_NOTE_NONE, true, true);
	in.timed_out = false;
	in.signal = 11;
	CHECK(&in, KNOT_VERDICT_FATAL, KNOT_NOTE_NONE, true, true);
}

Test(verdict, a_failure_after_an_early_timer_is_listed_only)
{
	struct knot_verdict_input in = {.end = KNOT_END_FAIL, .flags = KNOT_RUN_EARLY_TIMER};

	CHECK(&in, KNOT_VERDICT_FAIL, KNOT_NOTE_TIMING, false, false);
	/* time.After(time.Second), fired some steps after it was set */
	in.flags = 0;
	in.early_ns = 999999700;
	CHECK(&in, KNOT_VERDICT_FAIL, KNOT_NOTE_TIMING, false, false);
	in.early_ns = 10000000;
	CHECK(&in, KNOT_VERDICT_FAIL, KNOT_NOTE_NONE, true, true);
	in.flags = KNOT_RUN_EARLY_TIMER;
	in.end = KNOT_END_PANIC;
	CHECK(&in, KNOT_VERDICT_PANIC, KNOT_NOTE_NONE, true, true);
}

static const struct knot_site_name *in_a_file(void *file, uint32_t site)
{
	static struct knot_site_name n = {.line = 7, .function = "m.TestX"};

	(void)site;
	n.file = file;
	return &n;
}

/* A test that uses what it did not get because a time-out came first has failed, in another way. */
Test(verdict, a_panic_of_a_test_after_an_early_timer_is_listed_only)
{
	const uint32_t at = 3;
	struct knot_names names = {.site = in_a_file, .arg = (char *)"x_test.go"};
	struct knot_verdict_input in = {
		.end = KNOT_END_PANIC,
		.early_ns = 30000000000,
		.names = &names,
		.fail_sites = &at,
		.fail_sites_len = 1,
		.message = "runtime error: invalid memory address or nil pointer dereference",
	};

	CHECK(&in, KNOT_VERDICT_PANIC, KNOT_NOTE_TIMING, false, false);
	names.arg = (char *)"x.go";
	CHECK(&in, KNOT_VERDICT_PANIC, KNOT_NOTE_NONE, true, true);
	in.watchdog = true;
	CHECK(&in, KNOT_VERDICT_PANIC, KNOT_NOTE_TIMING, false, false);
	in.watchdog = false;
	in.message = "Fail in goroutine after TestX has completed";
	CHECK(&in, KNOT_VERDICT_PANIC, KNOT_NOTE_TIMING, false, false);
	names.arg = (char *)"x_test.go";
	in.message = "send on closed channel";
	CHECK(&in, KNOT_VERDICT_PANIC, KNOT_NOTE_NONE, true, true);
	in.message = "sync: negative WaitGroup counter";
	CHECK(&in, KNOT_VERDICT_PANIC, KNOT_NOTE_NONE, true, true);
	in.message = NULL;
	in.early_ns = 10000000;
	CHECK(&in, KNOT_VERDICT_PANIC, KNOT_NOTE_NONE, true, true);
}

Test(verdict, what_every_schedule_shows_is_no_finding_of_ours)
{
	struct knot_verdict_input in = {.end = KNOT_END_FAIL, .always = true};

	CHECK(&in, KNOT_VERDICT_FAIL, KNOT_NOTE_ALWAYS, false, false);
}

Test(verdict, a_deadlock_blocks_the_test)
{
	struct knot_shm_snap s[] = {
		snap(0, 3, KNOT_OP_WGWAIT, 5, 1), snap(1, 3, KNOT_OP_SEND, 9, 2)};
	struct knot_verdict_input in = {.end = KNOT_END_DEADLOCK, .snaps = s, .snaps_len = 2};
	struct knot_verdict v = {.kind = 0};

	s[0].flags = 1;
	CHECK(&in, KNOT_VERDICT_DEADLOCK, KNOT_NOTE_NONE, true, true);
	knot_verdict_decide(&in, &v);
	cr_assert_eq(v.sites.len, 2);
	cr_expect_eq(v.sites.data[0].site, 5);
	cr_expect_eq(v.sites.data[0].op, KNOT_OP_WGWAIT);
	cr_expect_eq(v.sites.data[1].site, 9);
	knot_verdict_free(&v);
	in.flags = KNOT_RUN_LIVE_LEFT;
	CHECK(&in, KNOT_VERDICT_DEADLOCK, KNOT_NOTE_UNPROVEN, true, false);
}

Test(verdict, the_bug_of_fig_1_is_a_leak_with_a_knot)
{
	struct fake *f = fake_new(&fake_fig1);
	struct knot_shm_request r = {.policy = KNOT_POLICY_RANDOM, .step_limit = 1000};
	struct knot_verdict v = {.kind = 0};
	uint32_t leaks = 0;

	for (uint32_t i = 0; i < 100; i++) {
		const struct fake_run *run = fake_run(f, &r, NULL, i);
		struct knot_verdict_input in = {.end = run->result.end,
			.steps = run->result.steps,
			.snaps = run->snaps,
			.snaps_len = run->snaps_len,
			.view = run->view};

		knot_verdict_decide(&in, &v);
		if (v.kind == KNOT_VERDICT_OK)
			continue;
		leaks++;
		cr_expect_eq(v.kind, KNOT_VERDICT_LEAK);
		cr_expect(v.finding && v.proven);
		cr_assert_eq(v.sites.len, 2);
		cr_expect_eq(v.sites.data[0].site, 10);
		cr_expect_eq(v.sites.data[0].op, KNOT_OP_LOCK);
		cr_expect_eq(v.sites.data[1].site, 19);
		cr_expect_eq(v.sites.data[1].op, KNOT_OP_SEND);
		cr_expect(v.graph.waiters.data[0].in_knot && v.graph.waiters.data[1].in_knot);
	}
	cr_expect_gt(leaks, 5);
	cr_expect_lt(leaks, 95);
	knot_verdict_free(&v);
	fake_free(f);
}

Test(verdict, leaks_among_the_living_are_unproven_or_none)
{
	struct knot_shm_snap s[] = {
		snap(1, 4, KNOT_OP_SLEEP, 5, 0), snap(2, 3, KNOT_OP_RECV, 9, 2)};
	struct knot_shm_event e[] = {
		{.kind = KNOT_EV_STEP, .g = 1, .op = KNOT_OP_SEND, .site = 4, .prim = 1},
		{.kind = KNOT_EV_STEP, .g = 2, .op = KNOT_OP_RECV, .site = 9, .prim = 2}};
	struct knot_verdict_input in = {
		.end = KNOT_END_LEAK, .snaps = s, .snaps_len = 2, .view = {e, 2, NULL, 0}};

	CHECK(&in, KNOT_VERDICT_LEAK, KNOT_NOTE_UNPROVEN, true, false);
	e[0].prim = 2;
	CHECK(&in, KNOT_VERDICT_OK, KNOT_NOTE_LIVE, false, false);
	e[0].prim = 1;
	in.lost = 1;
	CHECK(&in, KNOT_VERDICT_OK, KNOT_NOTE_LIVE, false, false);
	/* only I/O and libraries */
	in.lost = 0;
	s[0].state = 5;
	in.snaps_len = 1;
	CHECK(&in, KNOT_VERDICT_OK, KNOT_NOTE_EXTERNAL, false, false);
	s[0].state = 3;
	s[0].flags = 4;
	CHECK(&in, KNOT_VERDICT_OK, KNOT_NOTE_LIBRARY, false, false);
}

static uint32_t proof(const struct knot_verdict_input *in)
{
	struct knot_verdict v = {.kind = 0};

	knot_verdict_decide(in, &v);
	cr_expect_eq(v.finding, v.proof != KNOT_PROOF_NONE);
	const uint32_t p = v.proof;

	knot_verdict_free(&v);
	return p;
}

Test(verdict, a_leak_says_how_it_is_known)
{
	/* Two that are blocked for ever, and one that sleeps on. */
	struct knot_shm_snap s[] = {snap(1, 3, KNOT_OP_SEND, 5, 1), snap(2, 3, KNOT_OP_RECV, 9, 2),
		snap(3, 4, KNOT_OP_SLEEP, 7, 0)};
	struct knot_shm_event e[] = {
		{.kind = KNOT_EV_STEP, .g = 1, .op = KNOT_OP_SEND, .site = 5, .prim = 1},
		{.kind = KNOT_EV_STEP, .g = 2, .op = KNOT_OP_RECV, .site = 9, .prim = 2}};
	struct knot_verdict_input in = {
		.end = KNOT_END_LEAK, .snaps = s, .snaps_len = 2, .view = {e, 2, NULL, 0}};

	cr_expect_eq(proof(&in), KNOT_PROOF_UNPROVEN, "the release cannot tell");
	in.flags = KNOT_RUN_COLLECTED;
	cr_expect_eq(proof(&in), KNOT_PROOF_REACHABLE, "the collector has found none");
	s[0].flags = 8;
	cr_expect_eq(proof(&in), KNOT_PROOF_REACHABLE, "one of two");
	s[1].flags = 8;
	cr_expect_eq(proof(&in), KNOT_PROOF_PROVEN);
	in.flags |= KNOT_RUN_LIVE_LEFT;
	cr_expect_eq(proof(&in), KNOT_PROOF_PROVEN, "whatever is live reaches none of them");
	s[1].flags = 0;
	cr_expect_eq(proof(&in), KNOT_PROOF_UNPROVEN, "something live may reach it");
	in.flags = KNOT_RUN_COLLECTED;
	in.snaps_len = 3;
	cr_expect_eq(proof(&in), KNOT_PROOF_UNPROVEN, "a sleeper may reach it");
	s[1].flags = 8;
	cr_expect_eq(proof(&in), KNOT_PROOF_PROVEN);
	in.end = KNOT_END_DEADLOCK;
	struct knot_verdict v = {.kind = 0};

	knot_verdict_decide(&in, &v);
	cr_expect_eq(v.proof, KNOT_PROOF_NONE, "a deadlock needs none");
	knot_verdict_free(&v);
}

Test(verdict, waiting_for_the_outside_is_no_finding_unless_the_test_is_stuck_inside)
{
	struct knot_shm_snap s[] = {snap(0, 5, KNOT_OP_IO, 5, 0), snap(1, 3, KNOT_OP_RECV, 9, 2)};
	struct knot_shm_event e[] = {
		{.kind = KNOT_EV_STEP, .g = 1, .op = KNOT_OP_RECV, .site = 9, .prim = 2}};
	struct knot_verdict_input in = {
		.end = KNOT_END_EXTWAIT, .snaps = s, .snaps_len = 2, .view = {e, 1, NULL, 0}};
	struct knot_verdict v = {.kind = 0};

	s[0].flags = 1;
	CHECK(&in, KNOT_VERDICT_OK, KNOT_NOTE_EXTERNAL, false, false);
	in.end = KNOT_END_LEAK;
	in.snaps_len = 1;
	CHECK(&in, KNOT_VERDICT_OK, KNOT_NOTE_EXTERNAL, false, false);
	knot_verdict_decide(&in, &v);
	cr_assert_eq(v.sites.len, 1, "what is listed says who waits");
	cr_expect_eq(v.sites.data[0].site, 5);
	cr_expect_eq(knot_bucket_hash(&v), 0);
	knot_verdict_free(&v);
	in.end = KNOT_END_EXTWAIT;
	in.snaps_len = 2;
	s[0].flags = 0;
	s[1].flags = 1;
	CHECK(&in, KNOT_VERDICT_DEADLOCK, KNOT_NOTE_UNPROVEN, true, false);
}

/* Two that wait for each other's locks and one that waits for the outside, which touched these, too. */
Test(verdict, a_ring_of_locks_is_a_deadlock_whatever_the_run_ended_in)
{
	struct knot_shm_snap s[] = {snap(0, 5, KNOT_OP_IO, 5, 0), snap(1, 3, KNOT_OP_LOCK, 9, 2),
		snap(2, 3, KNOT_OP_LOCK, 8, 1), snap(3, 3, KNOT_OP_RECV, 7, 3)};
	struct knot_shm_event e[] = {
		{.kind = KNOT_EV_STEP, .g = 0, .op = KNOT_OP_LOCK, .site = 9, .prim = 1},
		{.kind = KNOT_EV_STEP, .g = 0, .op = KNOT_OP_LOCK, .site = 9, .prim = 2},
		{.kind = KNOT_EV_STEP, .g = 0, .op = KNOT_OP_SEND, .site = 9, .prim = 3}};
	struct knot_verdict_input in = {.flags = KNOT_RUN_PROGRAM,
		.steps = 3,
		.snaps = s,
		.snaps_len = 4,
		.view = {e, 3, NULL, 0}};
	static const uint32_t ends[] = {KNOT_END_EXTWAIT, KNOT_END_STEPS, KNOT_END_TIMEOUT};
	struct knot_verdict v = {.kind = 0};

	s[0].flags = 1;
	s[1].holder = 2;
	s[2].holder = 1;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		in.end = ends[i];
		CHECK(&in, KNOT_VERDICT_DEADLOCK, KNOT_NOTE_NONE, true, true);
		knot_verdict_decide(&in, &v);
		cr_assert_eq(v.sites.len, 2, "who is in no ring is another matter");
		cr_expect_eq(v.sites.data[0].site, 8);
		knot_verdict_free(&v);
	}
	s[1].holder = 1;
	s[2].holder = KNOT_G_NONE;
	in.end = KNOT_END_EXTWAIT;
	CHECK(&in, KNOT_VERDICT_DEADLOCK, KNOT_NOTE_UNPROVEN, true, false);
	s[1].holder = 0;
	CHECK(&in, KNOT_VERDICT_OK, KNOT_NOTE_EXTERNAL, false, false);
}

Test(verdict, what_the_collector_proves_beside_one_that_waits_outside_is_a_leak)
{
	struct knot_shm_snap s[] = {snap(0, 3, KNOT_OP_RECV, 5, 0), snap(1, 5, KNOT_OP_IO, 9, 0),
		snap(2, 3, KNOT_OP_SEND, 8, 1)};
	struct knot_verdict_input in = {.end = KNOT_END_EXTWAIT,
		.flags = KNOT_RUN_PROGRAM | KNOT_RUN_COLLECTED,
		.snaps = s,
		.snaps_len = 3};

	s[0].flags = 1 | 8;
	CHECK(&in, KNOT_VERDICT_OK, KNOT_NOTE_EXTERNAL, false, false);
	s[2].flags = 8;
	CHECK(&in, KNOT_VERDICT_LEAK, KNOT_NOTE_NONE, true, true);
	struct knot_verdict v = {.kind = 0};

	knot_verdict_decide(&in, &v);
	cr_expect_eq(v.proof, KNOT_PROOF_PROVEN);
	cr_expect_eq(v.sites.len, 1, "main may wait for good");
	knot_verdict_free(&v);
	/* A test may not: it cannot go on. */
	in.flags = KNOT_RUN_COLLECTED | KNOT_RUN_LIVE_LEFT;
	CHECK(&in, KNOT_VERDICT_DEADLOCK, KNOT_NOTE_NONE, true, true);
	knot_verdict_decide(&in, &v);
	cr_expect_eq(v.proof, KNOT_PROOF_NONE);
	knot_verdict_free(&v);
}

#define SPIN 4000

/* G1 spins with op; G2 is blocked on a channel that G1 does not touch. */
static struct knot_verdict_input spinning(
	struct knot_shm_event *e, const struct knot_shm_snap *s, uint8_t op)
{
	for (uint32_t i = 0; i < SPIN; i++) {
		e[i] = (struct knot_shm_event){.kind = KNOT_EV_STEP,
			.step = i + 1,
			.g = 1,
			.op = op,
			.site = 7 + i % 2,
			.prim = 1};
	}
	return (struct knot_verdict_input){.end = KNOT_END_STEPS,
		.steps = SPIN,
		.flags = KNOT_RUN_FAIR_TAIL,
		.snaps = s,
		.snaps_len = 2,
		.view = {e, SPIN, NULL, 0}};
}

Test(verdict, a_spin_in_the_fair_tail_is_a_livelock)
{
	static struct knot_shm_event e[SPIN];
	struct knot_shm_snap s[] = {
		snap(1, 1, KNOT_OP_ATOMIC_LOAD, 7, 1), snap(2, 3, KNOT_OP_RECV, 9, 2)};
	struct knot_verdict_input in = spinning(e, s, KNOT_OP_ATOMIC_LOAD);
	struct knot_verdict v = {.kind = 0};

	CHECK(&in, KNOT_VERDICT_LIVELOCK, KNOT_NOTE_NONE, true, true);
	knot_verdict_decide(&in, &v);
	cr_assert_eq(v.spinners.list.len, 1, "one that is stuck spins no more");
	cr_expect_eq(v.spinners.list.data[0].g, 1);
	cr_expect_eq(v.spinners.list.data[0].steps, SPIN / 2);
	cr_expect_eq(v.spinners.steps, SPIN / 2);
	cr_assert_eq(v.spinners.list.data[0].spots_len, 2);
	cr_expect_eq(v.spinners.list.data[0].spots[1].site, 8);
	cr_expect_eq(v.spinners.list.data[0].spots[1].times, SPIN / 4);
	cr_assert_eq(v.sites.len, 1, "what is stuck behind the spin names the bug");
	cr_expect_eq(v.sites.data[0].site, 9);
	in.snaps_len = 1;
	knot_verdict_decide(&in, &v);
	cr_assert_eq(v.sites.len, 2, "else where it goes round");
	cr_expect_eq(v.sites.data[0].site, 7);
	knot_verdict_free(&v);
	in.flags = 0;
	CHECK(&in, KNOT_VERDICT_STEPS, KNOT_NOTE_SLOW, false, false);
	in.flags = KNOT_RUN_FAIR_TAIL | KNOT_RUN_TRUNCATED;
	CHECK(&in, KNOT_VERDICT_STEPS, KNOT_NOTE_SLOW, false, false);
}

Test(verdict, a_long_run_that_gets_on_is_no_livelock)
{
	static struct knot_shm_event e[SPIN];
	struct knot_shm_snap s[] = {snap(1, 1, KNOT_OP_SEND, 7, 1), snap(2, 3, KNOT_OP_RECV, 9, 2)};
	struct knot_verdict_input in = spinning(e, s, KNOT_OP_SEND);

	/* somebody ends, an operation is new, a timer fires */
	e[SPIN - 10].kind = KNOT_EV_EXIT;
	CHECK(&in, KNOT_VERDICT_STEPS, KNOT_NOTE_SLOW, false, false);
	e[SPIN - 10].kind = KNOT_EV_STEP;
	e[SPIN - 10].site = 999;
	CHECK(&in, KNOT_VERDICT_STEPS, KNOT_NOTE_SLOW, false, false);
	e[SPIN - 10] =
		(struct knot_shm_event){.kind = KNOT_EV_TIMER, .step = SPIN - 10, .vtime = 5};
	CHECK(&in, KNOT_VERDICT_STEPS, KNOT_NOTE_SLOW, false, false);
	/* hours of timers are none */
	e[SPIN - 1].vtime = 5ull * 3600 * 1000 * 1000 * 1000;
	CHECK(&in, KNOT_VERDICT_LIVELOCK, KNOT_NOTE_NONE, true, true);
}

Test(verdict, a_sleeper_whose_turn_has_not_come_is_no_livelock)
{
	static struct knot_shm_event e[SPIN];
	struct knot_shm_snap s[] = {
		snap(1, 1, KNOT_OP_ATOMIC_LOAD, 7, 1), snap(2, 4, KNOT_OP_SLEEP, 9, 0)};
	struct knot_verdict_input in = spinning(e, s, KNOT_OP_ATOMIC_LOAD);

	CHECK(&in, KNOT_VERDICT_STEPS, KNOT_NOTE_SLOW, false, false);
	/* it has had its turn for hours, and nothing came of it */
	e[SPIN - 10] =
		(struct knot_shm_event){.kind = KNOT_EV_TIMER, .step = SPIN - 10, .vtime = 5};
	e[SPIN - 1].vtime = 5ull * 3600 * 1000 * 1000 * 1000;
	CHECK(&in, KNOT_VERDICT_LIVELOCK, KNOT_NOTE_NONE, true, true);
}

Test(verdict, where_no_run_ends_only_a_loop_that_asks_is_a_livelock)
{
	static struct knot_shm_event e[SPIN];
	struct knot_shm_snap s[] = {snap(1, 1, KNOT_OP_SEND, 7, 1), snap(2, 3, KNOT_OP_RECV, 9, 2)};
	struct knot_verdict_input in = spinning(e, s, KNOT_OP_SEND);

	CHECK(&in, KNOT_VERDICT_LIVELOCK, KNOT_NOTE_NONE, true, true);
	in.always = true;
	CHECK(&in, KNOT_VERDICT_STEPS, KNOT_NOTE_ALWAYS, false, false);
	in = spinning(e, s, KNOT_OP_TRYLOCK);
	in.always = true;
	CHECK(&in, KNOT_VERDICT_LIVELOCK, KNOT_NOTE_NONE, true, true);
}

Test(verdict, a_program_need_not_end_by_itself)
{
	static struct knot_shm_event e[SPIN];
	struct knot_shm_snap s[] = {
		snap(1, 1, KNOT_OP_TRYLOCK, 7, 1), snap(2, 3, KNOT_OP_RECV, 9, 2)};
	struct knot_verdict_input in = spinning(e, s, KNOT_OP_TRYLOCK);

	in.flags |= KNOT_RUN_PROGRAM;
	CHECK(&in, KNOT_VERDICT_LIVELOCK, KNOT_NOTE_NONE, true, true);
	in.always = true;
	CHECK(&in, KNOT_VERDICT_STEPS, KNOT_NOTE_ALWAYS, false, false);
	in.always = false;
	s[1].state = 5;
	CHECK(&in, KNOT_VERDICT_STEPS, KNOT_NOTE_EXTERNAL, false, false);

	in.end = KNOT_END_TIMEOUT;
	CHECK(&in, KNOT_VERDICT_TIMEOUT, KNOT_NOTE_EXTERNAL, false, false);
	s[0].op = KNOT_OP_COMPUTE;
	CHECK(&in, KNOT_VERDICT_TIMEOUT, KNOT_NOTE_NONE, true, true);
	in.always = true;
	CHECK(&in, KNOT_VERDICT_TIMEOUT, KNOT_NOTE_ALWAYS, false, false);

	/* Where a test could not go on, somebody may still call. */
	in.end = KNOT_END_EXTWAIT;
	s[1].state = 3;
	s[1].flags = 1;
	CHECK(&in, KNOT_VERDICT_OK, KNOT_NOTE_EXTERNAL, false, false);
	in.end = KNOT_END_DEADLOCK;
	s[0].state = 3;
	s[0].op = KNOT_OP_RECV;
	CHECK(&in, KNOT_VERDICT_DEADLOCK, KNOT_NOTE_NONE, true, true);
}

Test(verdict, names_are_stable)
{
	cr_expect_str_eq(knot_verdict_name(KNOT_VERDICT_DEADLOCK), "deadlock");
	cr_expect_str_eq(knot_verdict_name(KNOT_VERDICT_EXIT), "exit");
	cr_expect_str_eq(knot_verdict_name(99), "unknown");
	for (uint32_t i = 1; i < KNOT_NOTE_COUNT; i++)
		cr_expect_gt(strlen(knot_verdict_note_text(i)), 10);
}

Test(verdict, a_test_that_is_always_too_slow_is_listed_only)
{
	struct knot_verdict v = {0};
	struct knot_verdict_input in = {.end = KNOT_END_TIMEOUT, .flags = KNOT_RUN_NATIVE};

	knot_verdict_decide(&in, &v);
	cr_expect_eq(v.kind, KNOT_VERDICT_TIMEOUT);
	cr_expect(v.finding, "other runs ended in time");
	in.always = true;
	knot_verdict_decide(&in, &v);
	cr_expect_not(v.finding);
	cr_expect_eq(v.note, KNOT_NOTE_ALWAYS);
	in.flags = 0;
	knot_verdict_decide(&in, &v);
	cr_expect(v.finding, "under control sleeping takes no time");
	knot_verdict_free(&v);
}

Test(verdict, who_computes_for_ever_names_a_timeout)
{
	const struct knot_shm_event e[] = {
		{.kind = KNOT_EV_STEP, .step = 1, .g = 1, .op = KNOT_OP_SEND, .site = 4, .prim = 1},
		{.kind = KNOT_EV_EXTERNAL,
			.step = 1,
			.g = 0,
			.op = KNOT_OP_COMPUTE,
			.site = 30,
			.aux = KNOT_EXT_WATCHDOG},
		{.kind = KNOT_EV_STEP, .step = 2, .g = 0, .op = KNOT_OP_COMPUTE},
		{.kind = KNOT_EV_EXTERNAL,
			.step = 2,
			.g = 0,
			.op = KNOT_OP_COMPUTE,
			.site = 31,
			.aux = KNOT_EXT_WATCHDOG},
	};
	const struct knot_shm_snap s[] = {
		snap(0, 2, KNOT_OP_COMPUTE, 7, 0), snap(1, 3, KNOT_OP_SEND, 4, 1)};
	const struct knot_verdict_input in = {.end = KNOT_END_TIMEOUT,
		.flags = KNOT_RUN_PREEMPTED,
		.steps = 2,
		.snaps = s,
		.snaps_len = 2,
		.view = {e, 4, NULL, 0}};
	struct knot_verdict v = {0};

	knot_verdict_decide(&in, &v);
	cr_expect_eq(v.kind, KNOT_VERDICT_TIMEOUT);
	cr_assert_eq(v.sites.len, 1, "who else was where is a matter of chance");
	cr_expect_eq(v.sites.data[0].op, KNOT_OP_COMPUTE);
	cr_expect_eq(v.sites.data[0].site, 7);
	cr_assert_eq(v.spinners.list.len, 2 - 1, "the other one is blocked");
	cr_expect_eq(v.spinners.list.data[0].preempted, 2);
	cr_assert_eq(v.spinners.list.data[0].spots_len, 2);
	cr_expect_eq(v.spinners.list.data[0].spots[0].site, 30);
	knot_verdict_free(&v);
}

Test(verdict, a_preemption_is_no_progress)
{
	static struct knot_shm_event e[SPIN];
	struct knot_shm_snap s[] = {
		snap(1, 1, KNOT_OP_ATOMIC_LOAD, 7, 1), snap(2, 3, KNOT_OP_RECV, 9, 2)};
	struct knot_verdict_input in = spinning(e, s, KNOT_OP_ATOMIC_LOAD);

	e[SPIN - 10].kind = KNOT_EV_EXTERNAL;
	e[SPIN - 10].aux = KNOT_EXT_NETPOLL;
	CHECK(&in, KNOT_VERDICT_STEPS, KNOT_NOTE_SLOW, false, false);
	e[SPIN - 10].aux = KNOT_EXT_WATCHDOG;
	CHECK(&in, KNOT_VERDICT_LIVELOCK, KNOT_NOTE_NONE, true, true);
}
