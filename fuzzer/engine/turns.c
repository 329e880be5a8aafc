/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A worker's turn at a test (whose it is: explore/turns.h). A turn is over when its runs have taken the steps it was
 * given, so that one worker with one seed gives the same campaign run for run; and, where tests are slow and
 * the campaign is limited by time, after a second. What has been asked for by then is waited for: the target
 * remembers what it has told of, so nothing that it is about to tell may be dropped.
 *
 * For the same reason the next request is made after one has ended and before the next answer is looked at, never
 * when it happens to be noticed: what a request can know depends on the requests before it and on no clock.
 */
#include "engine/campaign_internal.h"
#include "engine/turns.h"
#include "explore/turns.h"
#include "sys/clock.h"

#define LONG_NS (1000 * KNOT_NS_PER_MS)
#define SHORT_NS (250 * KNOT_NS_PER_MS)
#define NS_PER_STEP (LONG_NS / KNOT_TURNS_LONG)
/* In steps, as measured: 3 us and 2 ms. */
#define RUN_COST 16
#define PROCESS_COST 20000
/* Requests of slow tests are cut, and made one by one. Far from what a busy machine makes of a fast test. */
#define REQUEST_NS (1000 * KNOT_NS_PER_MS)
#define SLOW_NS (250 * KNOT_NS_PER_MS)
#define SLOW_RUN_NS (20 * KNOT_NS_PER_MS)

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Runs in all: no test goes without one, however few were asked for. */
static uint64_t allowed(const struct knot_campaign *c)
{
	const uint64_t asked = c->options.fuzztime_runs, targets = c->project->targets.len;

	return asked > targets ? asked : targets;
}

static uint64_t share_left(const struct knot_campaign *c, const struct knot_target_state *s)
{
	const uint64_t share = allowed(c) / c->project->targets.len;

	return share > s->taken ? share - s->taken : 0;
}

/* Runs that are kept for the first turns of tests: with few in all others would have run them off before a slow one has begun. */
static uint64_t kept(const struct knot_campaign *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < c->project->targets.len; i++)
		if (!c->states[i].slices && !c->states[i].aside)
			sum += share_left(c, &c->states[i]);
	return sum;
}

/* Runs that nobody has asked for and that are not kept for anyone. */
static uint64_t unclaimed(const struct knot_campaign *c)
{
	const uint64_t left = allowed(c) - least(c->taken, allowed(c)), firsts = kept(c);

	return left > firsts ? left - firsts : 0;
}

/* Runs that may still be asked for in this turn. In a test's first it is its equal share. */
static uint64_t room(const struct knot_campaign *c, const struct knot_target_state *s)
{
	if (!c->options.fuzztime_runs)
		return UINT64_MAX;
	return s->slices ? unclaimed(c) : least(allowed(c) - c->taken, share_left(c, s));
}

/* Others are still at the last runs, or at first turns for which they are kept. */
static bool must_wait(const struct knot_campaign *c)
{
	if (!c->options.fuzztime_runs || unclaimed(c))
		return false;
	if (c->taken >= allowed(c))
		return true;
	for (size_t i = 0; i < c->project->targets.len; i++) {
		const struct knot_target_state *s = &c->states[i];

		if (!s->aside && !s->slices && !s->workers)
			return false; /* it is the next to have a turn */
	}
	return true;
}

bool knot_turns_used_up(const struct knot_campaign *c)
{
	bool idle = c->options.fuzztime_runs && c->taken >= allowed(c);

	for (uint32_t i = 0; i < c->options.parallel && idle; i++)
		idle = knot_worker_idle(c->workers[i].worker);
	return idle;
}

static bool is_over(const struct knot_campaign *c, const struct knot_campaign_worker *w)
{
	if (w->turn.cost >= (w->turn.is_short ? KNOT_TURNS_SHORT : KNOT_TURNS_LONG) ||
		!room(c, w->state))
		return true;
	return c->options.fuzztime_ns && w->turn.ends && knot_clock_mono_ns() >= w->turn.until_ns;
}

static void end_turn(struct knot_campaign *c, struct knot_campaign_worker *w)
{
	struct knot_target_state *s = w->state;

	if (!s)
		return;
	const uint64_t used = knot_clock_mono_ns() - w->turn.start_ns;
	struct knot_turn turn = {
		.cost = w->turn.cost,
		.pairs = c->options.feedback == KNOT_FEEDBACK_NONE
			? 0
			: knot_cpop_pair_count(knot_portfolio_cpop(s->portfolio)) - w->turn.pairs,
		.findings = s->findings - w->turn.findings,
		.runs = w->turn.runs,
		.known_ends = w->turn.known,
	};

	if (c->options.fuzztime_ns && used > (w->turn.is_short ? SHORT_NS : LONG_NS) &&
		used / NS_PER_STEP > turn.cost)
		turn.cost = used / NS_PER_STEP;
	knot_turns_end(c->turns, s->index, &turn);
	s->used_ns += used;
	s->slices++;
	s->workers--;
	/* Of what was still under way nobody will hear. */
	c->taken -= w->turn.taken;
	s->taken -= w->turn.taken;
	w->turn.taken = 0;
	w->state = NULL;
}

int knot_turn_give_up(
	struct knot_campaign *c, struct knot_campaign_worker *w, struct knot_error *err)
{
	end_turn(c, w);
	return knot_worker_assign(w->worker, NULL, err);
}

/* Behind a turn a worker goes to the test that deserves it most, often the same one. */
static int begin_turn(
	struct knot_campaign *c, struct knot_campaign_worker *w, struct knot_error *err)
{
	bool is_short;
	size_t at;
	int rc;

	if (!knot_turns_next(c->turns, &at, &is_short)) {
		c->stop = true;
		return knot_worker_assign(w->worker, NULL, err);
	}
	struct knot_target_state *s = &c->states[at];

	if ((rc = knot_worker_assign(w->worker, &s->target->run, err)))
		return rc;
	w->state = s;
	s->workers++;
	w->turn.closing = false;
	w->turn.is_short = is_short;
	w->turn.start_ns = w->turn.mark_ns = knot_clock_mono_ns();
	w->turn.ends = w->turn.cost = w->turn.runs = w->turn.known = w->turn.aside_ns = 0;
	w->turn.pairs = knot_cpop_pair_count(knot_portfolio_cpop(s->portfolio));
	w->turn.findings = s->findings;
	return 0;
}

/* Requests under way at a time. Of a slow test, and of one not known yet, no more than one. */
static unsigned depth(const struct knot_target_state *s)
{
	return s->request_ns && s->request_ns < SLOW_NS ? KNOT_WORKER_QUEUE : 1;
}

int knot_turn_fill(void *arg, struct knot_error *err)
{
	struct knot_campaign_worker *w = arg;
	struct knot_campaign *c = w->campaign;
	struct knot_target_state *s = w->state;
	int rc = 0;

	while (!rc && !w->turn.closing && !c->stop && !s->aside &&
		KNOT_WORKER_QUEUE - knot_worker_room(w->worker) < depth(s)) {
		struct knot_plan plan;
		uint64_t most;

		if (is_over(c, w)) {
			w->turn.closing = true;
			break;
		}
		if (knot_worker_idle(w->worker))
			w->turn.mark_ns = knot_clock_mono_ns();
		knot_portfolio_next(s->portfolio, &plan);
		most = room(c, s);
		if (s->run_ns > SLOW_RUN_NS)
			most = least(most, REQUEST_NS / s->run_ns + 1);
		if (plan.request.count > most)
			plan.request.count = most ? (uint32_t)most : 1;
		c->taken += plan.request.count;
		s->taken += plan.request.count;
		w->turn.taken += plan.request.count;
		rc = knot_worker_post(w->worker, &plan, err);
	}
	return rc;
}

int knot_turn_step(struct knot_campaign *c, struct knot_campaign_worker *w, struct knot_error *err)
{
	int rc = 0;

	if (w->state && w->state->aside)
		rc = knot_turn_give_up(c, w, err);
	if (!rc && (!w->state || (w->turn.closing && knot_worker_idle(w->worker)))) {
		end_turn(c, w);
		if (must_wait(c))
			return 0;
		rc = begin_turn(c, w, err);
	}
	return rc || !w->state ? rc : knot_turn_fill(w, err);
}

void knot_turn_close(struct knot_campaign *c, struct knot_campaign_worker *w)
{
	end_turn(c, w);
}

/* --- what a turn costs ----------------------------------------------------------------------- */

/* Verifying a candidate says nothing about how slow the test is. */
void knot_turn_look_begin(struct knot_campaign_worker *w)
{
	const uint64_t now = knot_clock_mono_ns();

	w->turn.aside_ns += now - w->turn.mark_ns;
	w->turn.mark_ns = now;
}

void knot_turn_look_end(struct knot_campaign_worker *w, bool bad, bool known)
{
	w->turn.mark_ns = knot_clock_mono_ns();
	/* Such a process leaves. */
	if (bad)
		w->turn.cost += PROCESS_COST;
	w->turn.known += known;
}

static uint64_t lately(uint64_t before, uint64_t now)
{
	return before ? (3 * before + now) / 4 + 1 : now + 1;
}

void knot_turn_count(struct knot_campaign_worker *w, const struct knot_plan *plan,
	const struct knot_plan_end *end)
{
	struct knot_campaign *c = w->campaign;
	struct knot_target_state *s = w->state;
	const uint32_t asked = plan->request.count ? plan->request.count : 1;
	const uint32_t runs = end->runs ? end->runs : 1;
	const uint64_t now = knot_clock_mono_ns();
	/* Where the target can tell it is without the start of its process. */
	const uint64_t took =
		end->real_ns ? end->real_ns : w->turn.aside_ns + now - w->turn.mark_ns;

	w->turn.aside_ns = 0;
	w->turn.mark_ns = now;
	s->run_ns = lately(s->run_ns, took / runs);
	s->request_ns = lately(s->request_ns, took);
	if (!w->turn.ends++)
		w->turn.until_ns = now + (w->turn.is_short ? SHORT_NS : LONG_NS);
	w->turn.runs += runs;
	w->turn.cost += end->steps + (uint64_t)runs * RUN_COST +
		(plan->request.flags & KNOT_REQ_EXIT ? PROCESS_COST : 0);
	w->turn.taken -= asked;
	c->taken -= asked - (runs < asked ? runs : asked);
	s->taken -= asked - (runs < asked ? runs : asked);
}
