/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/native.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/rng.h"
#include "engine/campaign_internal.h"
#include "explore/corpus.h"
#include "explore/derive.h"
#include "explore/sharing.h"
#include "sys/clock.h"

#include <poll.h>

#define TRY_NS (5 * KNOT_NS_PER_S) /* slow tests are tried less often */
#define TRIES_MIN 4
#define SWITCHES_MAX 5 /* of a derived chain */
#define DERIVED_WAIT_US \
	50000 /* the order is known to be possible: wait for it even on a busy machine */
/* The search under the controlled scheduler. */
#define CONTROL_REQUESTS 48
#define CONTROL_RUNS 64
#define CONTROL_NS (3 * KNOT_NS_PER_S)
#define CONTROL_STEPS 400000
#define REPLAYS 2

int knot_native_try(struct knot_replayer *r, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, uint32_t tries, knot_native_same same, void *arg,
	struct knot_native_trial *ret_trial, struct knot_error *err)
{
	const uint64_t start = knot_clock_mono_ns();
	const uint32_t batch = schedule->chain.len ? KNOT_NATIVE_BATCH : KNOT_NATIVE_BATCH_FREE;
	struct knot_native_trial *t = ret_trial;

	while (t->tries < tries) {
		struct knot_schedule s = *schedule;
		struct knot_outcome o = {0};

		if (knot_replayer_late(r) ||
			(t->tries >= TRIES_MIN && knot_clock_mono_ns() - start > TRY_NS))
			break;
		s.native = true;
		s.runs = tries - t->tries < batch ? tries - t->tries : batch;
		int rc = knot_replay_tolerant(r, target, &s, &o, err);

		if (rc)
			return rc;
		if (!o.ran) {
			knot_outcome_free(&o);
			break;
		}
		const bool hit =
			(knot_record_is_bad(&o.record) || o.record.races.len) && same(arg, &o);

		t->tries += o.runs ? o.runs : 1;
		t->same += hit;
		if (hit ? t->same == 1 : !t->same) {
			knot_outcome_free(&t->outcome);
			t->outcome = o;
		} else {
			knot_outcome_free(&o);
		}
	}
	return 0;
}

/* Whose run is tried again, and how it is known. */
struct question {
	struct knot_replayer *replayer;
	const struct knot_worker_target *target;
	const struct knot_record *rec;
	knot_native_same same;
	void *arg;
};

static int try_plan(const struct question *q, const struct knot_plan *plan, uint32_t tries,
	struct knot_native_trial *ret_trial, struct knot_error *err)
{
	const struct knot_schedule schedule = {
		.seed = q->rec->result.seed,
		.wait_us = plan->request.wait_us,
		.chain = knot_chain_get(&plan->request),
	};

	return knot_native_try(
		q->replayer, q->target, &schedule, tries, q->same, q->arg, ret_trial, err);
}

/* The chain of so many switches that brings the end back most often, if any does more often than least. */
static int best_derived(const struct question *q, uint32_t least, struct knot_plan *plan,
	bool *ret_found, struct knot_error *err)
{
	const struct knot_record *rec = q->rec;
	const struct knot_run_view view = knot_record_view(rec);
	struct knot_plan next = *plan;
	int rc = 0;

	if (next.request.wait_us < DERIVED_WAIT_US)
		next.request.wait_us = DERIVED_WAIT_US;
	for (uint32_t n = 1; n <= SWITCHES_MAX && least < KNOT_NATIVE_BATCH && !rc; n++) {
		struct knot_native_trial t = {0};
		struct knot_chain chain;

		if (!knot_derive_chain(&view, rec->snaps.data, rec->snaps.len, n, &chain))
			break;
		knot_chain_put(&chain, &next.request);
		rc = try_plan(q, &next, KNOT_NATIVE_BATCH, &t, err);
		if (!rc && t.same > least) {
			least = t.same;
			*plan = next;
			*ret_found = true;
		}
		knot_outcome_free(&t.outcome);
	}
	return rc;
}

/* Chains derived from the run in q; the best of them, tried as often as it takes to tell the share. */
static int try_derived(struct question *q, struct knot_plan *plan, struct knot_native_trial *t,
	struct knot_error *err)
{
	struct knot_native_trial derived = {0};
	struct knot_plan next = *plan;
	bool found = false;
	int rc = best_derived(
		q, t->tries ? t->same * KNOT_NATIVE_BATCH / t->tries : 0, &next, &found, err);

	if (!rc && found)
		rc = try_plan(q, &next, KNOT_NATIVE_TRIES, &derived, err);
	if (rc || derived.same * (uint64_t)t->tries <= t->same * (uint64_t)derived.tries) {
		knot_outcome_free(&derived.outcome);
		return rc;
	}
	knot_outcome_free(&t->outcome);
	*t = derived;
	*plan = next;
	return 0;
}

/* Often enough that no other chain is looked for. */
static bool often(const struct knot_native_trial *t)
{
	return t->same * 2 > t->tries;
}

int knot_native_verify(struct knot_replayer *r, const struct knot_worker_target *target,
	struct knot_plan *plan, const struct knot_record *rec, knot_native_same same, void *arg,
	struct knot_native_trial *ret_trial, struct knot_error *err)
{
	struct question q = {.replayer = r, .target = target, .rec = rec, .same = same, .arg = arg};
	struct knot_native_trial *t = ret_trial;
	int rc = 0;

	if (plan->request.chain_len)
		rc = try_plan(&q, plan, KNOT_NATIVE_TRIES, t, err);
	if (!rc && !often(t)) {
		/* Nothing is worse than no tries at all. */
		t->tries = t->tries ? t->tries : 1;
		rc = try_derived(&q, plan, t, err);
	}
	if (rc || t->same)
		return rc;
	/* As it was found: by luck. That run has another trace to derive chains from. */
	plan->request.chain_len = 0;
	knot_outcome_free(&t->outcome);
	*t = (struct knot_native_trial){0};
	rc = try_plan(&q, plan, KNOT_NATIVE_TRIES_FREE, t, err);
	if (!rc && t->same) {
		struct knot_outcome first = t->outcome;

		t->outcome = (struct knot_outcome){0};
		q.rec = &first.record;
		rc = try_derived(&q, plan, t, err);
		if (t->outcome.ran)
			knot_outcome_free(&first);
		else
			t->outcome = first;
	}
	return rc;
}

int knot_native_improve(struct knot_replayer *r, const struct knot_worker_target *target,
	struct knot_plan *plan, const struct knot_record *rec, knot_native_same same, void *arg,
	struct knot_native_trial *trial, struct knot_error *err)
{
	struct question q = {.replayer = r, .target = target, .rec = rec, .same = same, .arg = arg};

	return often(trial) ? 0 : try_derived(&q, plan, trial, err);
}

/* --- the same under the controlled scheduler ------------------------------------------------- */

struct search {
	struct knot_campaign *c;
	const struct knot_target_state *s;
	const struct knot_finding *wanted;
	const struct knot_record *like; /* whose end is wanted, NULL = the bucket is */
	struct knot_worker *worker;
	struct knot_record candidate; /* events are not kept */
	struct knot_plan plan; /* of the candidate */
	bool have, done, broken;
};

/* The race is known by its positions; of an end without its output only the kind is known. */
static bool looks_wanted(const struct search *q, const struct knot_record *rec)
{
	struct knot_finding f = {0};

	if (q->wanted->race)
		return knot_finding_race(rec, q->wanted->bucket, q->c->names) != NULL;
	knot_finding_judge(rec, NULL, NULL, 0, NULL, 0, false, q->c->names, &f);
	const bool yes = f.verdict.finding && f.verdict.kind == q->wanted->verdict.kind;

	knot_finding_free(&f);
	return yes;
}

static int on_run(
	void *arg, const struct knot_plan *plan, struct knot_record *rec, struct knot_error *err)
{
	struct search *q = arg;

	(void)err;
	if (q->have || (q->wanted->race ? !rec->races.len : !knot_record_is_bad(rec)))
		return 0;
	knot_sitenames_use(q->c->names, knot_worker_shm(q->worker));
	if (looks_wanted(q, rec)) {
		q->have = true;
		q->plan = *plan;
		q->candidate.result = rec->result;
		q->candidate.timed_out = rec->timed_out;
		q->candidate.signal = rec->signal;
		q->candidate.decisions.len = 0;
		for (size_t i = 0; i < rec->decisions.len; i++)
			knot_vec_push(&q->candidate.decisions, rec->decisions.data[i]);
	}
	return 0;
}

static int on_end(void *arg, const struct knot_plan *plan, const struct knot_plan_end *end,
	struct knot_error *err)
{
	(void)plan;
	(void)end;
	(void)err;
	((struct search *)arg)->done = true;
	return 0;
}

static int on_broken(void *arg, const char *why, struct knot_error *err)
{
	(void)why;
	(void)err;
	((struct search *)arg)->broken = true;
	return 0;
}

/* Accesses that raced are points, as in a campaign that is controlled from the start. */
static void add_memory(
	const struct search *q, uint64_t seed, uint32_t i, struct knot_shm_request *request)
{
	struct knot_rng rng = {.seed = knot_hash_mix(seed + i)};

	if (!q->s->target->run.race)
		return;
	knot_sharing_choose(knot_portfolio_sharing(q->s->portfolio), &rng, i, request);
	request->flags &= ~(uint32_t)KNOT_REQ_MEM_LEARN;
	/* A process tells of a race once: where its replay came to something else, the next tells again. */
	if (q->wanted->race)
		request->flags |= KNOT_REQ_EXIT;
}

/* Odd requests go without the chain: the bug may need it in another order than the scheduler can give. */
static struct knot_plan plan_of(
	const struct search *q, const struct knot_plan *from, uint64_t seed, uint32_t i)
{
	struct knot_plan plan = {
		.request =
			{
				.seed = knot_hash_mix(seed + i),
				.count = CONTROL_RUNS,
				.policy = i / 2 % 2 ? KNOT_POLICY_PCT : KNOT_POLICY_RANDOM,
				.depth = 2 + i / 4 % 3,
				.steps_hint = from->request.steps_hint,
				.step_limit = CONTROL_STEPS,
				.fair_after = CONTROL_STEPS / 4,
				.flags = KNOT_REQ_NO_FEEDBACK | (i % 4 < 2 ? KNOT_REQ_NO_TIMER : 0),
			},
		.arm = KNOT_ARM_RANDOM,
		.parent = KNOT_POOL_NONE,
	};

	if (i % 2 == 0) {
		const struct knot_chain chain = knot_chain_get(&from->request);

		knot_chain_put(&chain, &plan.request);
	}
	add_memory(q, seed, i, &plan.request);
	return plan;
}

static int one_request(struct search *q, const struct knot_plan *plan, struct knot_error *err)
{
	const struct knot_worker_events events = {
		.run = on_run, .end = on_end, .broken = on_broken, .arg = q};
	const volatile int *cancel = q->c->options.cancel;
	int rc = knot_worker_post(q->worker, plan, err);

	q->done = false;
	while (!rc && !q->done && !q->broken) {
		const struct timespec tick = {.tv_nsec = 200000};

		if (cancel && *cancel)
			return 0;
		ppoll(NULL, 0, &tick, NULL);
		rc = knot_worker_poll(q->worker, &events, err);
		if (!rc)
			rc = knot_campaign_meanwhile(q->c, err);
	}
	return rc;
}

/* Two replays that end as the finding does, with one schedule. */
static int confirm(struct search *q, struct knot_native_control *ret, struct knot_error *err)
{
	const struct knot_schedule schedule = {
		.seed = q->candidate.result.seed,
		.step_limit = q->plan.request.step_limit,
		.fair_after = q->plan.request.fair_after,
		.decisions = q->candidate.decisions.data,
		.decisions_len = q->candidate.decisions.len,
		.memory = q->plan.request.mem,
		.memory_len = q->plan.request.mem_len,
	};
	uint64_t hash = 0;
	bool good = true;

	for (int n = 0; n < REPLAYS && good; n++) {
		struct knot_outcome *o = &ret->outcome;
		struct knot_finding f = {0};

		knot_outcome_free(o);
		int rc =
			knot_replay_tolerant(q->c->replayer, &q->s->target->run, &schedule, o, err);

		if (rc)
			return rc;
		knot_sitenames_use(q->c->names, knot_replayer_shm(q->c->replayer));
		good = o->ran && (!n || hash == o->record.result.hash);
		if (!good)
			break;
		hash = o->record.result.hash;
		const struct knot_race *race = q->wanted->race
			? knot_finding_race(&o->record, q->wanted->bucket, q->c->names)
			: NULL;

		knot_finding_judge(&o->record, race, o->out, o->out_len, o->err, o->err_len, false,
			q->c->names, &f);
		good = !race == !q->wanted->race && f.verdict.finding &&
			f.verdict.kind == q->wanted->verdict.kind &&
			(q->like ? knot_judge_same_end(q->like, &o->record)
				 : f.bucket == q->wanted->bucket);
		if (good && n == REPLAYS - 1) {
			ret->found = true;
			ret->plan = q->plan;
			ret->finding = knot_xalloc(sizeof(f));
			*ret->finding = f;
		} else {
			knot_finding_free(&f);
		}
	}
	return 0;
}

static int search(struct search *q, const struct knot_plan *plan, struct knot_native_control *ret,
	struct knot_error *err)
{
	const uint64_t start = knot_clock_mono_ns();
	int rc = knot_worker_assign(q->worker, &q->s->target->run, err);

	for (uint32_t i = 0; !rc && i < CONTROL_REQUESTS && !ret->found && !q->broken; i++) {
		const struct knot_plan next = plan_of(q, plan, q->c->options.seed, i);

		if (knot_clock_mono_ns() - start > CONTROL_NS)
			break;
		q->have = false;
		rc = one_request(q, &next, err);
		if (!rc && q->have)
			rc = confirm(q, ret, err);
	}
	return rc;
}

int knot_native_control(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_plan *plan, const struct knot_finding *f, const struct knot_record *like,
	struct knot_native_control *ret_control, struct knot_error *err)
{
	struct search q = {.c = c, .s = s, .wanted = f, .like = f->race ? NULL : like};
	struct knot_worker_options o = knot_campaign_worker_options(c, c->replay_sandbox);

	o.native = false;
	int rc = knot_worker_open(&o, &q.worker, err);

	if (rc)
		return rc;
	rc = search(&q, plan, ret_control, err);
	knot_worker_close(q.worker);
	knot_record_free(&q.candidate);
	/* The region that the names were looked up in is gone. */
	knot_sitenames_use(c->names, knot_replayer_shm(c->replayer));
	return rc;
}

void knot_native_control_free(struct knot_native_control *n)
{
	knot_outcome_free(&n->outcome);
	if (n->finding)
		knot_finding_free(n->finding);
	free(n->finding);
	*n = (struct knot_native_control){0};
}
