/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goknot status shows of a campaign while it runs: counts of all sessions, the arms of the portfolio, the
 * workers. Written with every flush.
 */
#include "engine/campaign_internal.h"
#include "engine/persist.h"
#include "store/live.h"
#include "store/store.h"
#include "sys/clock.h"

#include <unistd.h>

static const char *const keys[KNOT_LIVE_COUNT] = {
	[KNOT_LIVE_PROCESSES] = "processes",
	[KNOT_LIVE_REPLAYS] = "replays",
	[KNOT_LIVE_REPLAYS_SAME] = "replays_same",
	[KNOT_LIVE_REJECTED] = "rejected",
	[KNOT_LIVE_DUPLICATES] = "duplicates",
	[KNOT_LIVE_NOT_RECORDED] = "not_recorded",
	[KNOT_LIVE_IMPORTED] = "imported",
	[KNOT_LIVE_RECORDED] = "recorded",
};

static void counts_of(const struct knot_campaign_status *st, uint64_t ret_counts[KNOT_LIVE_COUNT])
{
	ret_counts[KNOT_LIVE_PROCESSES] = st->processes;
	ret_counts[KNOT_LIVE_REPLAYS] = st->replays;
	ret_counts[KNOT_LIVE_REPLAYS_SAME] = st->replays_same;
	ret_counts[KNOT_LIVE_REJECTED] = st->rejected;
	ret_counts[KNOT_LIVE_DUPLICATES] = st->duplicates;
	ret_counts[KNOT_LIVE_IMPORTED] = st->imported;
	ret_counts[KNOT_LIVE_RECORDED] = st->recorded;
	ret_counts[KNOT_LIVE_NOT_RECORDED] = knot_campaign_not_recorded(st);
}

int knot_persist_live_open(struct knot_campaign *c, struct knot_error *err)
{
	int rc = knot_store_meta_get_u64(c->store, "last_pair_ns", 0, &c->last_pair_ns, err);

	for (size_t i = 0; i < KNOT_LIVE_COUNT && !rc; i++)
		rc = knot_store_meta_get_u64(c->store, keys[i], 0, &c->earlier_live[i], err);
	if (!rc)
		rc = knot_store_worker_trim(c->store, c->options.parallel, err);
	return rc ? rc : knot_store_meta_set_u64(c->store, "pid", (uint64_t)getpid(), err);
}

static int save_arms(struct knot_campaign *c, struct knot_error *err)
{
	int rc = 0;

	for (enum knot_arm arm = 0; arm < KNOT_ARM_COUNT && !rc; arm++) {
		struct knot_arm_stats now, *old = &c->stored_arms[arm];

		knot_campaign_arm(c, arm, &now);
		if (now.requests == old->requests)
			continue;
		const struct knot_store_arm delta = {
			.name = knot_portfolio_arm_name(arm),
			.runs = now.runs - old->runs,
			.steps = now.steps - old->steps,
			.pairs = now.pairs - old->pairs,
			.findings = now.findings - old->findings,
		};

		rc = knot_store_arm_add(c->store, &delta, err);
		*old = now;
	}
	return rc;
}

static int save_workers(struct knot_campaign *c, struct knot_error *err)
{
	int rc = 0;

	for (uint32_t i = 0; c->workers && i < c->options.parallel && !rc; i++) {
		const struct knot_campaign_worker *w = &c->workers[i];
		const struct knot_store_worker row = {
			.worker = i,
			.target = w->state ? w->state->store_id : 0,
			.pid = w->worker ? knot_worker_pid(w->worker) : 0,
			.runs = w->runs,
		};

		rc = knot_store_worker_set(c->store, &row, err);
	}
	return rc;
}

/* Since the flush before. */
static uint64_t runs_per_s(struct knot_campaign *c)
{
	const uint64_t now = knot_clock_mono_ns(), runs = c->status.runs;
	const uint64_t ns = now - (c->flushed_ns ? c->flushed_ns : c->start_ns);
	const uint64_t rate =
		ns ? (uint64_t)((double)(runs - c->flushed_runs) * 1e9 / (double)ns) : 0;

	c->flushed_ns = now;
	c->flushed_runs = runs;
	return rate;
}

int knot_persist_live(struct knot_campaign *c, struct knot_error *err)
{
	struct knot_campaign_status st;
	uint64_t counts[KNOT_LIVE_COUNT];
	int rc;

	knot_campaign_status(c, &st);
	counts_of(&st, counts);
	if ((rc = save_arms(c, err)) || (rc = save_workers(c, err)) ||
		(rc = knot_store_meta_set_u64(c->store, "runs_per_s", runs_per_s(c), err)) ||
		(rc = knot_store_meta_set_u64(c->store, "disk_bytes", st.disk_bytes, err)) ||
		(rc = knot_store_meta_set_u64(
			 c->store, "disk_limit_bytes", st.disk_limit_bytes, err)) ||
		(rc = knot_store_meta_set_u64(c->store, "last_pair_ns", c->last_pair_ns, err)))
		return rc;
	for (size_t i = 0; i < KNOT_LIVE_COUNT && !rc; i++)
		rc = knot_store_meta_set_u64(
			c->store, keys[i], c->earlier_live[i] + counts[i], err);
	return rc;
}

int knot_persist_live_end(struct knot_campaign *c, struct knot_error *err)
{
	int rc = knot_store_worker_trim(c->store, 0, err);

	if (!rc)
		rc = knot_store_meta_set_u64(c->store, "pid", 0, err);
	return rc ? rc : knot_store_flush(c->store, err);
}
