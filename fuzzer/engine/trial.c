/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/trial.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/hash.h"
#include "engine/audit.h"
#include "engine/campaign_internal.h"
#include "explore/cpop.h"
#include "explore/describe.h"
#include "explore/names.h"
#include "explore/sample.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <inttypes.h>
#include <poll.h>
#include <time.h>

#define REQUEST_RUNS 25
#define ORDINALS_MAX 256 /* of a go statement, that are looked for */
#define PATH_MAX_DEPTH 8

struct forcing {
	struct knot_campaign *c;
	struct knot_campaign_worker *w;
	struct knot_target_state *s;
	const char *why;
	uint32_t runs, requests;
	bool had, ended, broken;
};

/* --- a chain in words ------------------------------------------------------------------------ */

static const char *why_text(uint32_t why)
{
	return why == KNOT_REFUSAL_ORDER ? "order" : why == KNOT_REFUSAL_FILTER ? "clocks" : NULL;
}

static bool spawn_of(const struct knot_cpop *c, uint64_t child, struct knot_cpop_spawn *ret)
{
	for (uint32_t i = 0; i < knot_cpop_spawn_count(c); i++) {
		knot_cpop_get_spawn(c, i, ret);
		if (ret->child == child)
			return true;
	}
	return false;
}

static void add_path(struct knot_text *t, const struct knot_cpop *c, uint64_t path,
	const struct knot_names *names)
{
	struct knot_cpop_spawn up[PATH_MAX_DEPTH];
	uint32_t n = 0;

	while (n < PATH_MAX_DEPTH && path != KNOT_PATH_ROOT && spawn_of(c, path, &up[n]))
		path = up[n++].parent;
	knot_text_adds(t, path == KNOT_PATH_ROOT ? "T" : "...");
	while (n--) {
		knot_auto_free char *at = knot_describe_site(names, up[n].site);
		uint32_t nth = 0;

		while (nth < ORDINALS_MAX &&
			knot_hash_child(up[n].parent, up[n].site, nth) != up[n].child)
			nth++;
		knot_text_addf(t, "/%s#%" PRIu32, at, nth);
	}
}

/* "send m.go:4 on c of T/m.go:3#0, close m.go:9 on c of T". Caller frees. */
static char *in_words(const struct forcing *f, const struct knot_chain *chain)
{
	const struct knot_names *names = knot_sitenames_view(f->c->names);
	struct knot_text t = {0};

	for (uint32_t i = 0; i < chain->len; i++) {
		const struct knot_chain_op *o = &chain->ops[i];
		knot_auto_free char *at = knot_describe_site(names, o->site);
		const struct knot_site_name *name = knot_names_site(names, o->site);

		knot_text_addf(&t, "%s%s %s", i ? ", " : "", knot_op_name(o->op), at);
		if (name && name->primitive)
			knot_text_addf(&t, " on %s", name->primitive);
		knot_text_adds(&t, " of ");
		add_path(&t, knot_portfolio_cpop(f->s->portfolio), o->gpath, names);
	}
	return knot_text_steal(&t);
}

/* --- one chain ------------------------------------------------------------------------------- */

static int on_run(
	void *arg, const struct knot_plan *plan, struct knot_record *rec, struct knot_error *err)
{
	const struct forcing *f = arg;

	if (!f->why || f->had || rec->result.chain_done != plan->request.chain_len)
		return 0;
	/* The run that had what none should have. */
	knot_sitenames_use(f->c->names, knot_worker_shm(f->w->worker));
	return knot_audit_trace(f->c, f->s, "refused", rec, err);
}

static int on_end(void *arg, const struct knot_plan *plan, const struct knot_plan_end *end,
	struct knot_error *err)
{
	struct forcing *f = arg;

	(void)plan;
	(void)err;
	/* A process that died before it had told of a run has made one. */
	f->runs += end->runs ? end->runs : 1;
	f->had |= end->chain_all > 0;
	f->ended = true;
	return 0;
}

static int on_broken(void *arg, const char *why, struct knot_error *err)
{
	struct forcing *f = arg;

	(void)why;
	(void)err;
	f->broken = true;
	return 0;
}

static bool cancelled(const struct knot_campaign *c)
{
	return c->options.cancel && *c->options.cancel;
}

/* One request, to its end. */
static int request(
	struct forcing *f, const struct knot_chain *chain, uint32_t tries, struct knot_error *err)
{
	const struct knot_worker_events events = {
		.run = on_run, .end = on_end, .broken = on_broken, .arg = f};
	const struct timespec tick = {.tv_nsec = 200000};
	struct knot_plan plan;

	knot_portfolio_trial(f->s->portfolio, chain, f->requests++, &plan);
	plan.request.count = tries - f->runs < REQUEST_RUNS ? tries - f->runs : REQUEST_RUNS;
	f->ended = false;
	int rc = knot_worker_post(f->w->worker, &plan, err);

	while (!rc && !f->ended && !f->broken && !cancelled(f->c)) {
		rc = knot_worker_poll(f->w->worker, &events, err);
		if (!rc && !f->ended)
			ppoll(NULL, 0, &tick, NULL);
		if (!rc)
			rc = knot_campaign_meanwhile(f->c, err);
	}
	return rc;
}

static int force(struct forcing *f, const struct knot_sampled *x, struct knot_error *err)
{
	struct knot_campaign_status *st = &f->c->status;
	const uint32_t asked = f->c->options.tries, tries = asked ? asked : KNOT_TRIAL_TRIES;
	int rc = 0;

	f->why = why_text(x->why);
	f->runs = f->requests = 0;
	f->had = x->whole > 0;
	while (!rc && f->runs < tries && !f->had && !f->broken && !cancelled(f->c))
		rc = request(f, &x->chain, tries, err);
	if (rc || f->broken || cancelled(f->c))
		return rc;
	st->trials_refused += f->why != NULL;
	st->trials_refused_had += f->why && f->had;
	st->trials_tried += !f->why;
	st->trials_tried_had += !f->why && f->had;
	knot_auto_free char *chain = in_words(f, &x->chain);
	const struct knot_campaign_trial trial = {
		.chain = chain,
		.why = f->why,
		.refused_now = why_text(
			knot_mutator_refusal(knot_portfolio_mutator(f->s->portfolio), &x->chain)),
		.len = x->chain.len,
		.runs = f->runs,
		.earlier = x->runs,
		.earlier_whole = x->whole,
		.had = f->had,
	};
	const struct knot_campaign_news_item item = {.kind = KNOT_NEWS_TRIAL,
		.target = f->s->target,
		.names = f->c->names,
		.trial = &trial};

	if (f->c->view.news)
		f->c->view.news(f->c->view.arg, &item);
	return 0;
}

static int force_all(struct forcing *f, const struct knot_sample *sample, struct knot_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < sample->kept.len && !rc && !f->broken && !cancelled(f->c); i++)
		rc = force(f, &sample->kept.data[i], err);
	return rc;
}

int knot_trials(struct knot_campaign *c, struct knot_error *err)
{
	struct knot_campaign_worker *w = &c->workers[0];
	int rc = 0;

	for (size_t i = 0; i < c->project->targets.len && !rc && !cancelled(c); i++) {
		struct forcing f = {
			.c = c, .w = w, .s = &c->states[i], .broken = c->states[i].aside};

		/* Its last turn may have left requests behind. */
		rc = knot_worker_assign(w->worker, NULL, err);
		if (!rc)
			rc = knot_worker_assign(w->worker, &f.s->target->run, err);
		if (!rc)
			rc = force_all(&f, knot_portfolio_refused(f.s->portfolio), err);
		if (!rc)
			rc = force_all(&f, knot_portfolio_tried(f.s->portfolio), err);
		/* It writes over the shared memory: nothing more can be had of it. */
		if (rc == KNOT_EINPUT)
			rc = 0;
	}
	return rc ? rc : knot_worker_assign(w->worker, NULL, err);
}
