/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/verified.h"

#include "base/cleanup.h"
#include "engine/crashfile.h"
#include "engine/known.h"
#include "engine/native.h"
#include "engine/persist.h"
#include "engine/shrink.h"
#include "engine/timeline.h"
#include "sys/clock.h"

#include <string.h>

/* The same end under the controlled scheduler: a crash file that replays exactly, beside the other one. */
static int control(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_verified *v, const struct knot_finding *f,
	struct knot_native_control *ret_control, char **ret_file, struct knot_error *err)
{
	struct knot_native_control *n = ret_control;
	struct knot_crash crash = {0};
	struct knot_timeline timeline = {0};
	struct knot_plan plan = *v->plan;

	plan.request.steps_hint = v->outcome->record.result.steps;
	int rc = knot_native_control(c, s, &plan, f, NULL, n, err);

	if (!rc && n->found) {
		knot_crashfile_fill(c, s, &n->plan, &n->outcome.record, 0, n->finding, &crash);
		knot_timeline_of_run(n->finding, &n->outcome.record, c->names, NULL, &timeline);
		rc = knot_crashfile_write(c, &crash, &n->outcome, NULL, &timeline, ret_file, err);
	}
	knot_timeline_free(&timeline);
	knot_crash_free(&crash);
	return rc;
}

/* A native finding and what brings it back. */
struct natively {
	struct knot_plan plan;
	struct knot_native_trial trial; /* its outcome is without events */
	struct knot_timeline timeline; /* which they have become */
};

static void natively_free(struct natively *n)
{
	knot_outcome_free(&n->trial.outcome);
	knot_timeline_free(&n->timeline);
}

struct looks_same {
	struct knot_campaign *c;
	const struct knot_verified *v;
	const struct knot_finding *f;
};

static bool looks_same(void *arg, const struct knot_outcome *o)
{
	const struct looks_same *q = arg;

	knot_sitenames_use(q->c->names, knot_replayer_shm(q->c->replayer));
	return q->f->race ? knot_finding_race(&o->record, q->f->bucket, q->c->names) != NULL
			  : knot_judge_same_end(&q->v->outcome->record, &o->record);
}

/* What came again seldom is tried under chains out of the exact trace; v is then about the best of them. */
static int improve(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_native_control *control, const struct knot_finding *f,
	struct knot_verified *v, struct natively *better, struct knot_error *err)
{
	struct looks_same q = {.c = c, .v = v, .f = f};

	if (!control->found)
		return 0;
	better->plan = *v->plan;
	better->trial = (struct knot_native_trial){.tries = v->tries, .same = v->same};
	int rc = knot_native_improve(c->replayer, &s->target->run, &better->plan,
		&control->outcome.record, looks_same, &q, &better->trial, err);

	knot_sitenames_use(c->names, knot_replayer_shm(c->replayer));
	if (rc || !better->trial.outcome.ran)
		return rc;
	knot_timeline_of_run(f, &better->trial.outcome.record, c->names, NULL, &better->timeline);
	knot_record_drop_events(&better->trial.outcome.record);
	v->plan = &better->plan;
	v->outcome = &better->trial.outcome;
	v->timeline = &better->timeline;
	v->tries = better->trial.tries;
	v->same = better->trial.same;
	return 0;
}

static void fill_native(
	const struct knot_verified *v, const char *controlled_file, struct knot_crash *crash)
{
	const char *slash = controlled_file ? strrchr(controlled_file, '/') : NULL;

	crash->native = true;
	crash->wait_us = v->plan->request.wait_us;
	crash->tries = v->tries;
	crash->reproduced = v->same;
	if (slash)
		crash->controlled = knot_xstrdup(slash + 1);
}

/* What has been saved as it was found is saved again with a smaller schedule. */
static int shrink(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_verified *v, const struct knot_finding *f, struct knot_crash *crash,
	struct knot_shrunk *ret, struct knot_error *err)
{
	struct knot_schedule schedule = knot_judge_schedule(v->plan, &v->outcome->record);
	char *file = NULL;

	*ret = (struct knot_shrunk){0};
	const struct knot_record *rec = &v->outcome->record;

	/* What had to be killed is not run a hundred times more. */
	if (v->native || !c->options.minimize_ns || rec->over_processes || rec->over_memory ||
		rec->timed_out)
		return 0;
	schedule.flags = v->flags;
	int rc = knot_shrink(c, s, &schedule, v->outcome->wall_ns, f, crash, ret, err);

	if (!rc && ret->smaller)
		rc = knot_crashfile_write(
			c, crash, &ret->m.outcome, ret->explanation, &ret->timeline, &file, err);
	free(file);
	return rc;
}

static void tell_finding(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_verified *v, const struct knot_finding *f, const struct knot_crash *crash,
	const struct knot_shrunk *shrunk, const char *file, const char *controlled)
{
	const struct knot_finding *finding = shrunk->smaller ? &shrunk->finding : f;
	const struct knot_record *rec =
		shrunk->smaller ? &shrunk->m.outcome.record : &v->outcome->record;
	knot_auto_free char *to_ignore = knot_known_propose(
		c->project, s->target->package, finding, rec, knot_sitenames_view(c->names));
	const struct knot_campaign_news_item item = {
		.kind = KNOT_NEWS_FINDING,
		.target = s->target,
		.finding = finding,
		.record = rec,
		.fixed_ns = v->fixed_ns,
		.to_ignore = to_ignore,
		.names = c->names,
		.crash_file = file,
		.native = v->native,
		.tries = v->tries,
		.same = v->same,
		.controlled_file = controlled,
		.minimized = shrunk->m.runs || shrunk->m.end ? &shrunk->m : NULL,
		.critical = (const char *const *)crash->switches.data,
		.critical_len = crash->switches.len,
	};

	if (c->view.news)
		c->view.news(c->view.arg, &item);
}

static void tell_ignored(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_verified *v, const struct knot_finding *f)
{
	const struct knot_campaign_news_item item = {
		.kind = KNOT_NEWS_IGNORED,
		.target = s->target,
		.finding = f,
		.record = &v->outcome->record,
		.names = c->names,
		.text = v->ignored,
	};

	c->status.ignored++;
	if (c->view.news)
		c->view.news(c->view.arg, &item);
}

/* What is ignored is kept all the same, as it was found: the ignore file may change. */
int knot_verified_ignore(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_verified *v, const struct knot_finding *f, struct knot_error *err)
{
	struct knot_crash crash = {0};
	knot_auto_free char *file = NULL;
	int rc;

	if (v->kept) {
		tell_ignored(c, s, v, f);
		return 0;
	}
	knot_crashfile_fill(c, s, v->plan, &v->outcome->record, v->flags, f, &crash);
	if (v->native)
		fill_native(v, NULL, &crash);
	rc = knot_crashfile_write(c, &crash, v->outcome, NULL, v->timeline, &file, err);
	if (!rc)
		rc = knot_persist_finding(c, s, v, f, &crash, file, err);
	if (!rc)
		tell_ignored(c, s, v, f);
	c->status.ignored_all += !rc;
	knot_crash_free(&crash);
	return rc;
}

void knot_verified_back(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_finding *f, const struct knot_outcome *o, const char *file,
	uint64_t fixed_ns)
{
	const struct knot_campaign_news_item item = {
		.kind = KNOT_NEWS_FINDING,
		.target = s->target,
		.finding = f,
		.record = &o->record,
		.names = c->names,
		.crash_file = file,
		.fixed_ns = fixed_ns,
	};

	c->status.findings++;
	knot_judge_count(c, s, f->verdict.kind, knot_clock_wall_ns());
	if (c->view.news)
		c->view.news(c->view.arg, &item);
	c->stop |= c->options.first;
}

static int save(struct knot_campaign *c, struct knot_target_state *s, const struct knot_verified *v,
	const struct knot_finding *f, const char *controlled, struct knot_error *err)
{
	struct knot_crash crash = {0};
	struct knot_shrunk shrunk = {0};
	knot_auto_free char *file = NULL;

	knot_crashfile_fill(c, s, v->plan, &v->outcome->record, v->flags, f, &crash);
	if (v->native)
		fill_native(v, controlled, &crash);
	int rc = knot_crashfile_write(c, &crash, v->outcome, NULL, v->timeline, &file, err);

	if (!rc)
		rc = knot_persist_finding(c, s, v, f, &crash, file, err);
	if (!rc)
		rc = shrink(c, s, v, f, &crash, &shrunk, err);
	if (!rc) {
		c->status.findings++;
		c->status.runs_at_finding = c->status.runs;
		knot_judge_count(c, s, f->verdict.kind, knot_clock_wall_ns());
		tell_finding(c, s, v, f, &crash, &shrunk, file, controlled);
		c->stop |= c->options.first;
	}
	knot_shrunk_free(&shrunk);
	knot_crash_free(&crash);
	return rc;
}

int knot_verified_save(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_verified *v, const struct knot_finding *f, struct knot_error *err)
{
	struct knot_verified best = *v;
	struct knot_native_control exact = {0};
	struct natively better = {0};
	knot_auto_free char *controlled = NULL;
	int rc = 0;

	if (v->native) {
		rc = control(c, s, v, f, &exact, &controlled, err);
		if (!rc)
			rc = improve(c, s, &exact, f, &best, &better, err);
	}
	if (!rc)
		rc = save(c, s, &best, f, controlled, err);
	natively_free(&better);
	knot_native_control_free(&exact);
	return rc;
}
