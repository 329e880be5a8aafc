/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a bad end to a finding. A bad end of a kind seen before is only counted. A new one is judged; what
 * is no finding is listed once. A candidate is replayed in a fresh process, twice, first cold and when
 * that fails behind one warm-up run; only one that ends the same way both times becomes a finding.
 */
#include "engine/campaign_internal.h"
#include "engine/persist.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "engine/known.h"
#include "engine/listed.h"
#include "engine/native.h"
#include "engine/old.h"
#include "engine/race.h"
#include "engine/regress.h"
#include "engine/timeline.h"
#include "engine/verified.h"
#include "engine/uneven.h"
#include "wire/ignore.h"
#include "wire/places.h"

#include <string.h>

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

#define REPLAYS 2
/* Stands in for the end of a run where a race is asked for. */
#define RACE_END 50u

/* What is asked for: how the run ended, or a race in it. */
struct candidate {
	const struct knot_record *rec;
	const struct knot_race *race; /* of the record, NULL = the end */
	uint64_t bucket; /* of the race */
};

/*
 * Whether a finding is ignored depends on who created its goroutines, too, which the shim's bucket leaves out: the same
 * for two runs whose blocked goroutines are blocked and were created at the same places. 0 where nobody asks.
 */
static uint64_t creators(const struct knot_campaign *c, const struct knot_record *rec)
{
	uint64_t sum = 0;

	if (!c->options.ignore || !c->options.ignore->entries.len)
		return 0;
	for (size_t i = 0; i < rec->snaps.len; i++) {
		const struct knot_shm_snap *s = &rec->snaps.data[i];

		if (s->g < rec->gs.len)
			sum += knot_hash_mix((uint64_t)rec->gs.data[s->g].site << 32 | s->site);
	}
	return sum;
}

static struct knot_kind *kind_of(
	struct knot_campaign *c, const struct knot_target_state *s, const struct candidate *x)
{
	const struct knot_record *rec = x->rec;
	const struct knot_kind_key key = {
		.target = s->index,
		.bucket = x->race ? x->bucket : rec->result.bucket ^ creators(c, rec),
		.end = x->race ? RACE_END
			       : rec->result.end + (rec->timed_out ? 100u : 0u) +
				(rec->signal ? 1000u * (unsigned)rec->signal : 0u),
	};

	return knot_kinds_get(&c->kinds, &key);
}

static void news(struct knot_campaign *c, enum knot_campaign_news kind,
	const struct knot_target_state *s, const struct knot_finding *f,
	const struct knot_record *rec, const char *file, const char *text)
{
	const struct knot_campaign_news_item item = {
		.kind = kind,
		.target = s->target,
		.finding = f,
		.record = rec,
		.names = c->names,
		.crash_file = file,
		.text = text,
	};

	if (c->view.news)
		c->view.news(c->view.arg, &item);
}

bool knot_judge_same_end(const struct knot_record *a, const struct knot_record *b)
{
	return a->result.end == b->result.end && a->timed_out == b->timed_out &&
		a->signal == b->signal && a->result.bucket == b->result.bucket;
}

static bool same_end(
	struct knot_campaign *c, const struct candidate *x, const struct knot_record *b)
{
	const struct knot_record *a = x->rec;

	if (x->race)
		return knot_finding_race(b, x->bucket, c->names) != NULL;
	return knot_judge_same_end(a, b);
}

/* A replay gives up the region of the one before it, which the names must not be looked up in any more. */
int knot_judge_replay(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_schedule *schedule, struct knot_outcome *ret, struct knot_error *err)
{
	const int rc = knot_replay_tolerant(c->replayer, &s->target->run, schedule, ret, err);

	knot_sitenames_use(c->names, knot_replayer_shm(c->replayer));
	return rc;
}

struct knot_schedule knot_judge_schedule(
	const struct knot_plan *plan, const struct knot_record *rec)
{
	return (struct knot_schedule){
		.seed = rec->result.seed,
		.step_limit = plan->request.step_limit,
		.fair_after = plan->request.fair_after,
		.decisions = rec->decisions.data,
		.decisions_len = rec->decisions.len,
		.memory = plan->request.mem,
		.memory_len = plan->request.mem_len,
	};
}

/*
 * Replays until REPLAYS of them agree in end and schedule. The last outcome is kept in ret; *ret_flags are
 * those of the schedule that worked.
 */
static int verify(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_plan *plan, const struct candidate *x, struct knot_outcome *ret,
	uint32_t *ret_flags, uint32_t *ret_tries, uint32_t *ret_same, struct knot_error *err)
{
	const uint32_t warm[] = {0, KNOT_REQ_WARM};
	const struct knot_record *rec = x->rec;
	struct knot_schedule schedule = knot_judge_schedule(plan, rec);

	*ret_tries = *ret_same = 0;
	for (size_t i = 0; i < sizeof(warm) / sizeof(*warm) && *ret_same < REPLAYS; i++) {
		uint64_t hash = 0;

		schedule.flags = warm[i];
		*ret_same = 0;
		for (unsigned n = 0; n < REPLAYS; n++) {
			struct knot_outcome o = {0};
			int rc;

			knot_outcome_free(ret);
			schedule.end_only = n < REPLAYS - 1;
			rc = knot_judge_replay(c, s, &schedule, &o, err);
			if (rc)
				return rc;
			++*ret_tries;
			c->status.replays++;
			bool same = o.ran && same_end(c, x, &o.record) &&
				(!n || hash == o.record.result.hash);

			hash = o.record.result.hash;
			*ret = o;
			if (!same)
				break;
			++*ret_same;
			c->status.replays_same++;
			*ret_flags = warm[i];
		}
		/* The run had others before it: that without them it is another one says nothing about replays. */
		if (i && *ret_same == REPLAYS && *ret_tries == REPLAYS + 1)
			c->status.replays--;
	}
	return 0;
}

/*
 * What needs a run before it may need nothing else: a test that registers something twice, or that finds
 * what it left behind. Then the plain schedule ends so, too, and the schedule is not to blame.
 */
static int not_repeatable(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_plan *plan, const struct candidate *x, bool *ret_yes,
	struct knot_error *err)
{
	const struct knot_schedule plain = {
		.seed = x->rec->result.seed,
		.step_limit = plan->request.step_limit,
		.fair_after = plan->request.fair_after,
		.flags = KNOT_REQ_WARM,
		.end_only = true,
	};
	struct knot_outcome o = {0};

	knot_sitenames_learn(c->names); /* those of the candidate's own replays */
	int rc = knot_judge_replay(c, s, &plain, &o, err);

	if (!rc)
		*ret_yes = o.ran && same_end(c, x, &o.record);
	knot_outcome_free(&o);
	return rc;
}

/* The race detector tells of what it happens to see, so that a race is another matter. */
static int ask_uneven(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_plan *plan, const struct candidate *x, uint32_t flags, uint32_t same,
	bool *ret_yes, struct knot_error *err)
{
	struct knot_schedule schedule = knot_judge_schedule(plan, x->rec);

	if (x->race)
		return 0;
	schedule.flags = same == REPLAYS ? flags : 0;
	knot_sitenames_learn(c->names); /* those of the candidate's own replays */
	return knot_uneven_ask(c, s, &schedule, x->rec, same == REPLAYS ? same : 0, ret_yes, err);
}

/* The bucket, made when it is new; one more hit. *ret_old: whose it is, when that is not in the table yet. */
static struct knot_bucket *bucket_of(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_finding *f, struct knot_old **ret_old, bool *ret_new)
{
	uint64_t key[2] = {s->index, f->bucket};
	struct knot_bucket *b;

	/* NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND(hh, c->buckets, key, sizeof(key), b);
	const size_t old = b ? SIZE_MAX : knot_old_find(c, s, f);

	if (old != SIZE_MAX) {
		*ret_old = c->olds.data[old];
		b = (*ret_old)->bucket;
	}
	*ret_new = !b;
	if (!b) {
		b = knot_xalloc(sizeof(*b));
		memcpy(b->key, key, sizeof(key));
		/* The first hit is stored with the finding. */
		b->stored_hits = 1;
		HASH_ADD(hh, c->buckets, key, sizeof(b->key), b);
	}
	b->hits++;
	return b;
}

void knot_judge_count(
	struct knot_campaign *c, struct knot_target_state *s, uint32_t verdict, uint64_t ns)
{
	const bool hang = verdict == KNOT_VERDICT_TIMEOUT || verdict == KNOT_VERDICT_LIVELOCK;

	c->status.verdicts[verdict]++;
	s->findings++;
	if (ns > c->last_finding_ns)
		c->last_finding_ns = ns;
	if (hang && ns > c->last_hang_ns)
		c->last_hang_ns = ns;
}

void knot_judge_uncount(struct knot_campaign *c, struct knot_target_state *s, const char *verdict)
{
	for (uint32_t kind = 0; kind < KNOT_VERDICT_COUNT; kind++)
		c->status.verdicts[kind] -=
			c->status.verdicts[kind] > 0 && !strcmp(verdict, knot_verdict_name(kind));
	s->findings -= s->findings > 0;
}

static bool may_be_saved(const struct knot_bucket *b)
{
	return b->ignored || b->is_back || b->fixed_ns || b->is_unclear;
}

/* A verified finding in its bucket: new, ignored, back, or known. */
static int settle(struct knot_campaign *c, struct knot_target_state *s, struct knot_bucket *b,
	struct knot_verified *v, const struct knot_finding *f, bool *ret_finding,
	struct knot_error *err)
{
	const bool fresh = !v->known || b->is_back || b->fixed_ns || b->is_unclear;
	int rc = 0;

	v->fixed_ns = b->fixed_ns;
	if (v->ignored && (fresh || b->ignored)) {
		if (b->told) {
			c->status.duplicates++;
			return 0;
		}
		v->kept = b->ignored;
		b->ignored = b->told = true;
		b->is_unclear = false;
		return knot_verified_ignore(c, s, v, f, err);
	}
	/* Goroutines that are blocked alike may have been created elsewhere, where nobody ignores them. */
	if (fresh || b->ignored) {
		c->status.ignored_all -= b->ignored;
		b->ignored = b->is_back = b->is_unclear = false;
		b->fixed_ns = 0;
		rc = knot_verified_save(c, s, v, f, err);
		*ret_finding |= !rc;
		return rc;
	}
	c->status.duplicates++;
	c->status.known_hits++;
	return 0;
}

/* Of older code, and met in this one: from here on it is of this one. */
static int meet(struct knot_campaign *c, struct knot_old *old, const struct knot_finding *f,
	const char *places, struct knot_error *err)
{
	const bool ignored = old->bucket->ignored;
	struct knot_bucket *b;
	const int rc = knot_old_meet(c, old, f, places, &b, err);

	old->stored.state = ignored ? KNOT_FINDING_IGNORED : KNOT_FINDING_VERIFIED;
	old->stored.build = knot_regress_build(c, old->s);
	return rc ? rc : knot_store_finding_settle(c->store, &old->stored, err);
}

static int accept(struct knot_campaign *c, struct knot_target_state *s, struct knot_kind *k,
	const struct candidate *x, const struct knot_verified *verified, bool *ret_finding,
	struct knot_error *err)
{
	struct knot_outcome *o = verified->outcome;
	struct knot_verified v = *verified;
	struct knot_timeline timeline = {0};
	struct knot_places places = {0};
	struct knot_finding f = {0};
	struct knot_old *old = NULL;
	bool is_new = false;
	int rc = 0;

	const struct knot_race *race =
		x->race ? knot_finding_race(&o->record, x->bucket, c->names) : NULL;

	knot_finding_judge(&o->record, race, o->out, o->out_len, o->err, o->err_len, !s->good_runs,
		c->names, &f);
	if (f.verdict.finding)
		k->verified = bucket_of(c, s, &f, &old, &is_new);
	if (is_new || (k->verified && may_be_saved(k->verified)))
		knot_timeline_of_run(&f, &o->record, c->names, NULL, &timeline);
	v.timeline = &timeline;
	knot_record_drop_events(&o->record);
	if (f.verdict.finding) {
		knot_known_places(c->project, s->target->package, &f, &o->record,
			knot_sitenames_view(c->names), &places);
		knot_auto_free char *at = knot_places_encode(&places);
		knot_auto_free char *why = knot_ignore_reason(
			c->options.ignore, knot_verdict_name(f.verdict.kind), &places);

		v.places = at;
		v.ignored = why;
		v.known = !is_new;
		rc = old ? meet(c, old, &f, at, err) : 0;
		if (!rc)
			rc = settle(c, s, k->verified, &v, &f, ret_finding, err);
		knot_listed_remove(s, k);
		knot_listed_contradict(s, f.verdict.kind);
	} else {
		const struct knot_listed listed = {.k = k,
			.plan = v.plan,
			.rec = &o->record,
			.f = &f,
			.o = o,
			.note = f.verdict.note};

		rc = knot_listed_add(c, s, &listed, err);
	}
	knot_timeline_free(&timeline);
	knot_places_free(&places);
	knot_finding_free(&f);
	return rc;
}

static void reject(struct knot_campaign *c, struct knot_target_state *s, struct knot_kind *k,
	const struct knot_finding *f, const struct knot_record *rec, const char *why)
{
	c->status.rejected++;
	knot_listed_remove(s, k);
	k->settled = ++k->tries >= KNOT_JUDGE_TRIES;
	/* Most often that is what earlier runs left in package variables. A native run may just be rare. */
	if (k->settled && !c->options.native)
		knot_portfolio_keep_fresh(s->portfolio);
	news(c, KNOT_NEWS_REJECTED, s, f, rec, NULL, why);
}

struct native_question {
	struct knot_campaign *c;
	const struct candidate *x;
};

static bool ends_like(void *arg, const struct knot_outcome *o)
{
	const struct native_question *q = arg;

	knot_sitenames_use(q->c->names, knot_replayer_shm(q->c->replayer));
	return same_end(q->c, q->x, &o->record);
}

/* What does not come again natively may have a schedule all the same, which then is the finding. */
static int judge_controlled(struct knot_campaign *c, struct knot_target_state *s,
	struct knot_kind *k, const struct knot_plan *plan, const struct candidate *x,
	const struct knot_finding *f, bool *ret_finding, struct knot_error *err)
{
	struct knot_native_control n = {0};
	struct knot_plan from = *plan;

	from.request.steps_hint = x->rec->result.steps;
	int rc = knot_native_control(c, s, &from, f, x->rec, &n, err);

	if (!rc && n.found) {
		const struct knot_verified v = {
			.plan = &n.plan, .outcome = &n.outcome, .tries = REPLAYS, .same = REPLAYS};

		c->status.replays += REPLAYS;
		c->status.replays_same += REPLAYS;
		k->settled = true;
		rc = accept(c, s, k, x, &v, ret_finding, err);
	}
	knot_native_control_free(&n);
	return rc;
}

static int judge_native(struct knot_campaign *c, struct knot_target_state *s, struct knot_kind *k,
	const struct knot_plan *plan, const struct candidate *x, const struct knot_finding *f,
	bool *ret_finding, struct knot_error *err)
{
	struct native_question q = {.c = c, .x = x};
	struct knot_plan best = *plan;
	struct knot_native_trial t = {0};
	int rc = knot_native_verify(
		c->replayer, &s->target->run, &best, x->rec, ends_like, &q, &t, err);

	knot_sitenames_use(c->names, knot_replayer_shm(c->replayer));
	c->status.replays += t.tries;
	c->status.replays_same += t.same;
	if (!rc && t.same) {
		const struct knot_verified v = {.plan = &best,
			.outcome = &t.outcome,
			.tries = t.tries,
			.same = t.same,
			.native = true};

		k->settled = true;
		rc = accept(c, s, k, x, &v, ret_finding, err);
	} else if (!rc && !k->tries) {
		rc = judge_controlled(c, s, k, plan, x, f, ret_finding, err);
	}
	if (!rc && !k->settled) {
		knot_auto_free char *why = knot_xasprintf("did not come again in %u native runs%s",
			t.tries, knot_replayer_late(c->replayer) ? " before the time was up" : "");

		reject(c, s, k, f, x->rec, why);
	}
	knot_outcome_free(&t.outcome);
	return rc;
}

/* No finding, as far as can be seen now. */
static int judge_none(struct knot_campaign *c, struct knot_target_state *s,
	struct knot_listed *listed, struct knot_error *err)
{
	const struct knot_verdict *v = &listed->f->verdict;
	struct knot_kind *k = listed->k;
	/* A failure on every schedule so far may yet turn out to depend on it, a step limit better
	 * fitted to the test may yet prove a livelock, and what failed behind an early timer may
	 * yet fail without one. The last is asked again however often: it is cheap to tell. */
	const bool open = v->note == KNOT_NOTE_ALWAYS || v->note == KNOT_NOTE_SLOW;

	if (v->kind == KNOT_VERDICT_STEPS && v->note == KNOT_NOTE_EXTERNAL)
		knot_portfolio_serves(s->portfolio);
	if (v->note != KNOT_NOTE_TIMING)
		k->settled = !open || ++k->looks >= KNOT_JUDGE_LOOKS;
	listed->note = v->note;
	return knot_listed_add(c, s, listed, err);
}

int knot_judge(struct knot_campaign *c, struct knot_campaign_worker *w,
	const struct knot_plan *plan, struct knot_record *rec, const struct knot_race *race,
	bool *ret_finding, struct knot_error *err)
{
	struct knot_target_state *s = w->state;
	struct candidate x = {.rec = rec, .race = race};
	struct knot_finding f = {0};
	struct knot_outcome o = {0};
	uint32_t flags = 0, tries, same;
	int rc;

	knot_sitenames_use(c->names, knot_worker_shm(w->worker));
	/* Cheap to judge, and only its bucket tells races apart. */
	if (race) {
		knot_finding_judge(rec, race, NULL, 0, NULL, 0, false, c->names, &f);
		x.bucket = f.bucket;
	}
	struct knot_kind *k = kind_of(c, s, &x);

	if (race && !k->hits)
		knot_race_share(race, c->names, knot_portfolio_sharing(s->portfolio));
	k->hits++;
	if (k->settled) {
		if (k->verified) {
			k->verified->hits++;
			c->status.duplicates++;
		}
		knot_finding_free(&f);
		return 0;
	}
	if (!race)
		knot_finding_judge(rec, NULL, NULL, 0, NULL, 0, !s->good_runs, c->names, &f);
	struct knot_listed listed = {.k = k, .plan = plan, .rec = rec, .f = &f};

	if (!f.verdict.finding) {
		rc = judge_none(c, s, &listed, err);
		knot_finding_free(&f);
		return rc;
	}
	if (c->options.native) {
		/* The search under the controlled scheduler wants them already when the end is judged. */
		for (size_t i = 0; i < rec->races.len; i++)
			knot_race_share(&rec->races.data[i], c->names,
				knot_portfolio_sharing(s->portfolio));
		rc = judge_native(c, s, k, plan, &x, &f, ret_finding, err);
		knot_finding_free(&f);
		return rc;
	}
	bool repeat = false, uneven = false;

	/* The replays have a trace of their own. */
	knot_record_drop_events(rec);
	rc = verify(c, s, plan, &x, &o, &flags, &tries, &same, err);
	if (!rc && same == REPLAYS && flags & KNOT_REQ_WARM)
		rc = not_repeatable(c, s, plan, &x, &repeat, err);
	if (!rc && !repeat)
		rc = ask_uneven(c, s, plan, &x, flags, same, &uneven, err);
	if (!rc && uneven) {
		reject(c, s, k, &f, rec,
			"ends now so, now otherwise under one and the same schedule");
	} else if (!rc && repeat) {
		k->settled = true;
		knot_portfolio_keep_fresh(s->portfolio);
		listed.note = KNOT_NOTE_REPEAT;
		listed.o = &o;
		rc = knot_listed_add(c, s, &listed, err);
	} else if (!rc && same == REPLAYS) {
		const struct knot_verified v = {
			.plan = plan, .outcome = &o, .flags = flags, .tries = tries, .same = same};

		k->settled = true;
		rc = accept(c, s, k, &x, &v, ret_finding, err);
	} else if (!rc) {
		reject(c, s, k, &f, rec, "did not replay in a fresh process");
	}
	knot_outcome_free(&o);
	knot_finding_free(&f);
	return rc;
}

void knot_judge_free(struct knot_campaign *c)
{
	knot_kinds_free(&c->kinds);
	KNOT_TABLE_FREE(c->buckets);
}
