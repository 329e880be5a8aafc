/* SPDX-License-Identifier: BSD-2-Clause */
/* What can be seen of a running campaign. */
#include "base/alloc.h"
#include "engine/campaign_internal.h"
#include "engine/listed_rows.h"
#include "explore/corpus.h"
#include "sys/clock.h"

#include <string.h>

/* The wall clock may have been set back. */
static uint64_t since(uint64_t then_ns)
{
	const uint64_t now = knot_clock_wall_ns();

	return !then_ns ? UINT64_MAX : now > then_ns ? now - then_ns : 0;
}

static void add_corpus(struct knot_campaign_status *st, const struct knot_pool *pool)
{
	const uint32_t len = knot_pool_len(pool);

	st->corpus += len;
	for (uint32_t i = 0; i < len; i++) {
		const struct knot_pool_entry *e = knot_pool_get(pool, i);

		st->pending += !e->picks;
		if (e->chain.len > st->longest_chain)
			st->longest_chain = e->chain.len;
	}
}

void knot_campaign_status(struct knot_campaign *c, struct knot_campaign_status *ret_status)
{
	struct knot_campaign_status *st = &c->status;

	knot_feedback_stats(c, &st->probe);
	st->elapsed_ns = knot_clock_mono_ns() - c->start_ns;
	st->earlier_ns = c->earlier_ns;
	memcpy(st->earlier, c->earlier_live, sizeof(st->earlier));
	st->since_pair_ns = since(c->last_pair_ns);
	st->since_finding_ns = since(c->last_finding_ns);
	st->since_hang_ns = since(c->last_hang_ns);
	st->workers = c->options.parallel;
	st->targets = (uint32_t)c->project->targets.len;
	st->programs = c->project->options.program ? st->targets : 0;
	st->pairs = st->states = st->corpus = st->pending = 0;
	st->listed = st->listed_all = 0;
	st->longest_chain = 0;
	st->cycles = c->project->targets.len ? UINT64_MAX : 0;
	st->events_lost = st->hooks_missed = st->pairs_full = st->processes = 0;
	st->sites_full = st->prims_full = st->races_lost = st->preempts = 0;
	for (size_t i = 0; i < c->project->targets.len; i++) {
		st->pairs += knot_cpop_pair_count(knot_portfolio_cpop(c->states[i].portfolio));
		st->states += knot_cpop_state_count(knot_portfolio_cpop(c->states[i].portfolio));
		st->pairs_full += knot_cpop_dropped(knot_portfolio_cpop(c->states[i].portfolio));
		add_corpus(st, knot_portfolio_pool(c->states[i].portfolio));
		knot_listed_rows_count(&c->states[i], &st->listed, &st->listed_all);
		if (!c->states[i].aside && c->states[i].slices < st->cycles)
			st->cycles = c->states[i].slices;
	}
	for (uint32_t i = 0; i < c->options.parallel; i++) {
		struct knot_worker_stats ws;

		knot_worker_stats(c->workers[i].worker, &ws);
		st->events_lost += ws.events_lost;
		st->hooks_missed += ws.hooks_missed;
		st->pairs_full += ws.pairs_full;
		st->sites_full += ws.sites_full;
		st->prims_full += ws.prims_full;
		st->races_lost += ws.races_lost;
		st->preempts += ws.preempts;
		st->processes += ws.processes;
	}
	if (st->cycles == UINT64_MAX) /* all are set aside */
		st->cycles = 0;
	*ret_status = *st;
}

uint64_t knot_campaign_not_recorded(const struct knot_campaign_status *st)
{
	return st->events_lost + st->hooks_missed + st->pairs_full + st->sites_full +
		st->prims_full + st->races_lost;
}

size_t knot_campaign_targets(const struct knot_campaign *c)
{
	return c->project->targets.len;
}

void knot_campaign_target(
	const struct knot_campaign *c, size_t i, struct knot_campaign_target *ret_target)
{
	const struct knot_target_state *s = &c->states[i];
	struct knot_campaign_target t = {
		.target = s->target,
		.runs = s->runs,
		.steps = s->steps,
		.pairs = knot_cpop_pair_count(knot_portfolio_cpop(s->portfolio)),
		.used_ns = knot_target_used_ns(c, s),
		.findings = s->findings,
		.workers = s->workers,
		.aside = s->aside,
		.chain_runs = s->earlier_chain_runs,
		.chain_any = s->earlier_chain_any,
		.chain_all = s->earlier_chain_all,
	};

	for (size_t policy = 0; policy < KNOT_POLICY_COUNT; policy++) {
		t.chain_runs += s->total[policy].chain_runs;
		t.chain_any += s->total[policy].chain_any;
		t.chain_all += s->total[policy].chain_all;
	}
	*ret_target = t;
}

uint64_t knot_target_used_ns(const struct knot_campaign *c, const struct knot_target_state *s)
{
	const uint64_t now = knot_clock_mono_ns();
	uint64_t used = s->earlier_used_ns + s->used_ns;

	for (uint32_t i = 0; s->workers && i < c->options.parallel; i++)
		if (c->workers[i].state == s)
			used += now - c->workers[i].turn.start_ns;
	return used;
}

void knot_campaign_worker(
	const struct knot_campaign *c, uint32_t i, struct knot_campaign_worker_status *ret_worker)
{
	const struct knot_campaign_worker *w = &c->workers[i];

	*ret_worker = (struct knot_campaign_worker_status){
		.target = w->state ? w->state->target : NULL,
		.runs = w->runs,
		.pid = knot_worker_pid(w->worker),
	};
}

void knot_campaign_arm(
	const struct knot_campaign *c, enum knot_arm arm, struct knot_arm_stats *ret_stats)
{
	struct knot_arm_stats sum = {0};

	for (size_t i = 0; i < c->project->targets.len; i++) {
		struct knot_arm_stats one;

		knot_portfolio_arm(c->states[i].portfolio, arm, &one);
		sum.requests += one.requests;
		sum.runs += one.runs;
		sum.steps += one.steps;
		sum.pairs += one.pairs;
		sum.findings += one.findings;
	}
	*ret_stats = sum;
}
