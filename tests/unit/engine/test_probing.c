/* SPDX-License-Identifier: BSD-2-Clause */
/* A target is played by the hook of this very program. */
#include "base/error.h"
#include "engine/probing.h"
#include "sys/probe.h"
#include "tests/unit/skip.h"

#include <criterion/criterion.h>
#include <string.h>

static struct knot_probing *opened(void)
{
	struct knot_probing *p = NULL;
	struct knot_error err = {0};
	int rc = knot_probing_open(&p, &err);

	if (rc == KNOT_EUNSUPPORTED) {
		knot_test_skip("the probe", err.message);
		return NULL;
	}
	cr_assert_eq(rc, 0, "%s", err.message);
	cr_assert_eq(knot_probing_attach(p, "/proc/self/exe", &err), 0, "%s", err.message);
	/* Once more would give each hit twice. */
	cr_assert_eq(knot_probing_attach(p, "/proc/self/exe", &err), 0, "%s", err.message);
	return p;
}

static void hit(uint64_t session, uint64_t request, uint64_t run, uint64_t cursor, uint8_t kind,
	uint64_t aux)
{
	const struct knot_shm_event e = {
		.g = 3, .kind = kind, .site = 7, .prim = 9, .aux = aux, .vtime = 5};
	uint64_t words[KNOT_PROBE_WORDS] = {session, request, run, cursor};

	memcpy(&words[KNOT_PROBE_EVENT], &e, sizeof(e));
	knot_probe_hit_own(words);
}

/* A run of three events, from cursor on; of the chain it executes the first done elements. */
static void run_of(uint64_t session, uint64_t request, uint64_t run, uint64_t cursor, uint32_t done)
{
	for (uint64_t i = 0; i < 3; i++)
		hit(session, request, run, cursor + i, i < done ? KNOT_EV_CHAIN : KNOT_EV_STEP, i);
}

static struct knot_probed_run ask(
	struct knot_probing_stream *s, uint64_t request, uint32_t run, uint64_t cursor)
{
	const struct knot_shm_result result = {.request = request,
		.batch_runs = run + 1,
		.ev_start = cursor,
		.ev_end = cursor + 3};
	struct knot_probed_run r;

	knot_probing_run(s, &result, &r);
	return r;
}

Test(probing, carries_an_event)
{
	struct knot_probing *p = opened();
	struct knot_shm_event e;

	if (!p)
		return;
	struct knot_probing_stream *s = knot_probing_stream_new(p);
	const uint64_t session = knot_probing_start(s);

	run_of(session, 4, 2, 100, 0);
	const struct knot_probed_run r = ask(s, 4, 2, 100);

	cr_assert_eq(r.len, 3);
	cr_expect_not(r.lossy);
	memcpy(&e, r.records[1].event, sizeof(e));
	cr_expect_eq(e.g, 3);
	cr_expect_eq(e.kind, KNOT_EV_STEP);
	cr_expect_eq(e.site, 7);
	cr_expect_eq(e.prim, 9);
	cr_expect_eq(e.aux, 1);
	cr_expect_eq(e.vtime, 5);
	cr_expect_eq(r.records[1].cursor, 101);
	cr_expect_eq(knot_probing_records(p), 3);
	cr_expect_eq(knot_probing_lost(p), 0);
	knot_probing_stream_free(s);
	knot_probing_close(p);
}

Test(probing, tells_workers_and_runs_apart)
{
	struct knot_probing *p = opened();

	if (!p)
		return;
	struct knot_probing_stream *a = knot_probing_stream_new(p), *b = knot_probing_stream_new(p);
	const uint64_t sa = knot_probing_start(a), sb = knot_probing_start(b);

	cr_expect_neq(sa, sb);
	for (uint64_t i = 0; i < 5; i++) {
		run_of(sa, 1, i, 100, 0); /* not held: the next run has the same cursors */
		run_of(sb, 1, i, 100, 0);
	}
	hit(sb, 1, 4, 103, KNOT_EV_STEP, 0);
	run_of(sa, 2, 0, 103, 0);
	cr_expect_eq(ask(a, 1, 3, 100).len, 3);
	cr_expect_eq(ask(a, 1, 4, 100).len, 3);
	cr_expect_eq(ask(a, 2, 0, 103).len, 3);
	cr_expect_eq(ask(a, 2, 0, 103).len, 0, "what was asked for is gone");
	cr_expect_eq(ask(b, 1, 4, 100).len, 3, "an event behind the end is none of the run's");
	/* What comes behind a run of which nothing is there stays. */
	run_of(sa, 5, 0, 200, 0);
	cr_expect_eq(ask(a, 3, 0, 106).len, 0);
	cr_expect_eq(ask(a, 5, 0, 200).len, 3);
	/* Of the process before nothing is left. */
	run_of(sb, 7, 0, 100, 0);
	cr_expect_neq(knot_probing_start(b), sb);
	run_of(sb, 7, 0, 100, 0);
	cr_expect_eq(ask(b, 7, 0, 100).len, 0);
	knot_probing_stream_free(a);
	knot_probing_stream_free(b);
	knot_probing_close(p);
}

Test(probing, counts_what_became_of_chains)
{
	static const uint32_t done[] = {0, 2, 1, 3, 2, 0};
	struct knot_probing *p = opened();
	uint32_t any = 0, all = 0;

	if (!p)
		return;
	struct knot_probing_stream *s = knot_probing_stream_new(p);
	const uint64_t session = knot_probing_start(s);

	for (uint32_t i = 0; i < 6; i++)
		run_of(session, 1, i, 100, done[i]);
	hit(session, 2, 0, 100, KNOT_EV_CHAIN, 1); /* the second element alone is no beginning */
	run_of(session, 2, 1, 100, 2);
	cr_assert(knot_probing_chain(s, 1, 2, &any, &all));
	cr_expect_eq(any, 4);
	cr_expect_eq(all, 3);
	/* Its last run is not followed by another. */
	cr_assert(knot_probing_chain(s, 2, 2, &any, &all));
	cr_expect_eq(any, 1);
	cr_expect_eq(all, 1);
	run_of(session, 3, 0, 100, 0);
	cr_assert(knot_probing_chain(s, 3, 2, &any, &all));
	cr_expect_eq(any, 0);
	cr_assert(knot_probing_chain(s, 4, 2, &any, &all), "a request without an event");
	cr_expect_eq(any, 0);
	knot_probing_stream_free(s);
	knot_probing_close(p);
}

/* Nothing is said of a request, and a run that is cut short is known to be, once the ring was full. */
Test(probing, lost_records)
{
	struct knot_probing *p = opened();
	uint32_t any = 7, all = 7;

	if (!p)
		return;
	struct knot_probing_stream *s = knot_probing_stream_new(p);
	const uint64_t session = knot_probing_start(s);

	run_of(session, 1, 0, 100, 2);
	cr_expect_eq(ask(s, 1, 0, 100).len, 3);
	for (uint32_t i = 0; i < KNOT_PROBE_RING_BYTES / sizeof(struct knot_probe_record); i++)
		hit(session, 1, 1, 103, KNOT_EV_STEP, 0);
	hit(session, 1, 1, 104, KNOT_EV_STEP, 0);
	const struct knot_probed_run r = ask(s, 1, 1, 103);

	cr_expect(r.lossy);
	cr_expect_eq(r.len, 1);
	cr_expect_gt(knot_probing_lost(p), 0);
	cr_expect_not(knot_probing_chain(s, 1, 2, &any, &all));
	cr_expect_eq(any, 7);
	/* From here on nothing more is lost. */
	run_of(session, 2, 0, 105, 2);
	cr_expect(knot_probing_chain(s, 2, 2, &any, &all));
	cr_expect_eq(all, 1);
	knot_probing_stream_free(s);
	knot_probing_close(p);
}
