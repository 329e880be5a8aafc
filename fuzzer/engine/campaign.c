/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/campaign.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "engine/campaign_internal.h"
#include "engine/persist.h"
#include "explore/corpus.h"
#include "explore/sharing.h"
#include "sys/clock.h"
#include "sys/drain.h"
#include "sys/lock.h"
#include "sys/proc.h"
#include "sys/sandbox.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <time.h>

#define DISCOVERY_NS (250 * KNOT_NS_PER_MS) /* a target's first slice */
#define SLICE_NS (1000 * KNOT_NS_PER_MS)
#define PROGRESS_NS (3 * KNOT_NS_PER_S)
#define FLUSH_NS (1 * KNOT_NS_PER_S)
#define LATE_NS (2 * KNOT_NS_PER_S) /* of verifications, behind the end */
#define IMPORT_NS (10 * KNOT_NS_PER_S)
/* Starting a process costs some requests' time: rare enough to be cheap, often enough to show first runs. */
#define FRESH_EVERY 64
#define DAMAGES_MAX \
	10 /* processes in a row that wrote over the shared memory before a request was done */
#define REST_MAX 128 /* workers whose end is noticed at once; the others within a tick */

void knot_campaign_tell(struct knot_campaign *c, const struct knot_target_state *s,
	enum knot_campaign_news kind, const char *text)
{
	const struct knot_campaign_news_item item = {
		.kind = kind, .target = s ? s->target : NULL, .names = c->names, .text = text};

	if (c->view.news)
		c->view.news(c->view.arg, &item);
}

static struct knot_target_totals *totals_of(
	struct knot_target_state *s, const struct knot_plan *plan)
{
	return &s->total[plan->request.policy < KNOT_POLICY_COUNT ? plan->request.policy : 0];
}

static int on_run(
	void *arg, const struct knot_plan *plan, struct knot_record *rec, struct knot_error *err)
{
	struct knot_campaign_worker *w = arg;
	struct knot_campaign *c = w->campaign;
	struct knot_target_state *s = w->state;
	const uint32_t end = rec->result.end;
	struct knot_cpop_gain gain;
	bool finding = false;
	int rc = 0;

	const struct knot_plan_run run = {
		.result = &rec->result,
		.view = knot_record_view(rec),
		.decisions = rec->decisions.data,
		.decisions_len = rec->decisions.len,
	};

	/* First: judging gives the trace up. */
	knot_portfolio_feed_run(s->portfolio, plan, &run, &gain);
	if (gain.pairs1 || gain.pairs2)
		c->last_pair_ns = knot_clock_wall_ns();
	if (plan->audit && (rc = knot_audit(c, w, plan, rec, err)))
		return rc;
	if (knot_record_is_bad(rec))
		rc = knot_judge(c, w, plan, rec, NULL, &finding, err);
	/* A race does not end a run, and is a finding beside whatever the run ended in. */
	for (size_t i = 0; i < rec->races.len && !rc; i++)
		rc = knot_judge(c, w, plan, rec, &rec->races.data[i], &finding, err);
	if (finding)
		knot_portfolio_reward_finding(s->portfolio, plan);
	if (w->heard_request != plan->request.id)
		w->heard = 0;
	w->heard_request = plan->request.id;
	w->heard++;
	/* Where goroutines are left the test itself has passed. */
	if (!rec->timed_out && !rec->signal &&
		(end == KNOT_END_OK || end == KNOT_END_SKIP || end == KNOT_END_LEAK))
		s->good_runs++;
	totals_of(s, plan)->ends[end < KNOT_END_COUNT ? end : KNOT_END_NONE]++;
	return rc;
}

/* What the target has seen of memory that goroutines share. */
static int learn_memory(struct knot_campaign_worker *w, struct knot_error *err)
{
	struct knot_sharing *sharing = knot_portfolio_sharing(w->state->portfolio);
	struct knot_sitenames *names = w->campaign->names;
	struct knot_shm_mems mems = {0};
	int rc = knot_shm_copy_mems(knot_worker_shm(w->worker), &mems, err);

	/* Their names are kept at once: the store wants them when this region may be another's. */
	knot_sitenames_use(names, knot_worker_shm(w->worker));
	for (size_t i = 0; i < mems.len; i++)
		if (knot_sharing_add(sharing, mems.data[i].site, mems.data[i].op, false))
			knot_names_site(knot_sitenames_view(names), mems.data[i].site);
	knot_vec_free(&mems);
	return rc;
}

static int on_end(void *arg, const struct knot_plan *plan, const struct knot_plan_end *end,
	struct knot_error *err)
{
	struct knot_campaign_worker *w = arg;
	struct knot_target_state *s = w->state;
	struct knot_campaign_status *st = &w->campaign->status;

	struct knot_target_totals *t = totals_of(s, plan);

	s->damages_in_a_row = 0;
	knot_portfolio_feed_end(s->portfolio, plan, end);
	t->requests++;
	t->runs += end->runs;
	t->steps += end->steps;
	s->runs += end->runs;
	s->steps += end->steps;
	s->session_runs += end->runs;
	w->runs += end->runs;
	/* Every bad end is heard of one by one; the runs not heard of were good. */
	const uint32_t heard = w->heard_request == plan->request.id ? w->heard : 0;

	if (end->runs > heard)
		s->good_runs += end->runs - heard;
	st->runs += end->runs;
	st->steps += end->steps;
	if (plan->request.chain_len) {
		st->chain_runs += end->runs;
		st->chain_any += end->chain_any;
		st->chain_all += end->chain_all;
		t->chain_runs += end->runs;
		t->chain_any += end->chain_any;
		t->chain_all += end->chain_all;
	}
	return plan->request.flags & KNOT_REQ_MEM_LEARN ? learn_memory(w, err) : 0;
}

static int on_broken(void *arg, const char *why, struct knot_error *err)
{
	struct knot_campaign_worker *w = arg;
	struct knot_campaign *c = w->campaign;

	(void)err;
	if (!w->state->aside) {
		w->state->aside = true;
		c->status.set_aside++;
		knot_campaign_tell(c, w->state, KNOT_NEWS_ASIDE, why);
	}
	return 0;
}

/* The target that has had least time, weighted by what its last slice brought. */
static struct knot_target_state *choose(struct knot_campaign *c)
{
	struct knot_target_state *best = NULL;
	uint64_t best_score = UINT64_MAX;

	for (size_t i = 0; i < c->project->targets.len; i++) {
		struct knot_target_state *s = &c->states[i];
		uint64_t weight = 1 + (s->gain > 9 ? 9 : s->gain);
		/* Targets that a worker runs already count as if their slice were over. */
		uint64_t score = (s->used_ns + s->workers * SLICE_NS) / weight;

		if (!s->slices && !s->workers)
			score = 0;
		if (!s->aside && score < best_score) {
			best = s;
			best_score = score;
		}
	}
	return best;
}

static void end_slice(struct knot_campaign_worker *w)
{
	struct knot_target_state *s = w->state;
	uint64_t used;

	if (!s)
		return;
	used = knot_clock_mono_ns() - w->slice_start_ns;
	s->used_ns += used;
	s->slices++;
	s->workers--;
	s->gain = knot_cpop_pair_count(knot_portfolio_cpop(s->portfolio)) - w->slice_pairs;
	w->state = NULL;
}

/* Time is up; or of a number of runs the test has had its equal share, which comes first. */
static bool slice_over(
	const struct knot_campaign *c, const struct knot_campaign_worker *w, uint64_t now)
{
	const struct knot_target_state *s = w->state;

	if (s->aside)
		return true;
	/* One run at least: what takes longer than a slice would never come to an end. */
	if (now - w->slice_start_ns >= w->slice_ns)
		return s->session_runs > w->slice_runs || !knot_worker_pid(w->worker);
	return c->options.fuzztime_runs && !s->slices &&
		s->session_runs * c->project->targets.len >= c->options.fuzztime_runs;
}

/* The test's share of a number of runs is used up once what is queued has run: nothing more is started. */
static bool share_posted(const struct knot_campaign *c, const struct knot_campaign_worker *w)
{
	const struct knot_target_state *s = w->state;
	const uint64_t queued = KNOT_WORKER_QUEUE - knot_worker_room(w->worker);

	return c->options.fuzztime_runs && !s->slices && queued &&
		(s->session_runs + queued) * c->project->targets.len >= c->options.fuzztime_runs;
}

/* At the end of its slice a worker goes to the target that deserves it most, often the same one. */
static int assign(struct knot_campaign *c, struct knot_campaign_worker *w, struct knot_error *err)
{
	uint64_t now = knot_clock_mono_ns();

	if (w->state && !slice_over(c, w, now))
		return 0;
	struct knot_target_state *old = w->state;

	end_slice(w);
	struct knot_target_state *s = choose(c);

	if (!s) {
		c->stop = true;
		return knot_worker_assign(w->worker, NULL, err);
	}
	if (s != old) {
		int rc = knot_worker_assign(w->worker, &s->target->run, err);

		if (rc)
			return rc;
	}
	w->state = s;
	s->workers++;
	w->slice_start_ns = now;
	w->slice_ns = s->slices ? SLICE_NS : DISCOVERY_NS;
	w->slice_runs = s->session_runs;
	w->slice_pairs = knot_cpop_pair_count(knot_portfolio_cpop(s->portfolio));
	return 0;
}

/*
 * The target wrote over the shared memory: its process goes, the campaign goes on. That is told once; a test
 * that does nothing else is set aside.
 */
static int on_damage(
	struct knot_campaign *c, struct knot_campaign_worker *w, struct knot_error *err)
{
	struct knot_target_state *s = w->state;

	if (!s->damages++) {
		knot_auto_free char *text = knot_xasprintf("%s %s: %s; its process was ended",
			s->target->package, s->target->name, err->message);

		knot_campaign_tell(c, s, KNOT_NEWS_NOTE, text);
	}
	if (++s->damages_in_a_row >= DAMAGES_MAX)
		on_broken(w, "it writes over the memory that it shares with goknot", err);
	end_slice(w);
	return knot_worker_assign(w->worker, NULL, err);
}

static int step_worker(
	struct knot_campaign *c, struct knot_campaign_worker *w, struct knot_error *err)
{
	const struct knot_worker_events events = {
		.run = on_run, .end = on_end, .broken = on_broken, .arg = w};
	int rc = assign(c, w, err);

	if (rc || !w->state)
		return rc;
	while (!rc && knot_worker_room(w->worker) && !c->stop && !share_posted(c, w)) {
		struct knot_plan plan;

		knot_portfolio_next(w->state->portfolio, &plan);
		rc = knot_worker_post(w->worker, &plan, err);
	}
	if (!rc)
		rc = knot_worker_poll(w->worker, &events, err);
	return rc == KNOT_EINPUT ? on_damage(c, w, err) : rc;
}

/* No test goes without a turn, however few runs were asked for. */
static bool runs_used_up(const struct knot_campaign *c)
{
	if (!c->options.fuzztime_runs || c->status.runs < c->options.fuzztime_runs)
		return false;
	for (size_t i = 0; i < c->project->targets.len; i++)
		if (!c->states[i].session_runs && !c->states[i].aside)
			return false;
	return true;
}

static bool finished(const struct knot_campaign *c)
{
	const struct knot_campaign_options *o = &c->options;

	return c->stop || (o->cancel && *o->cancel) ||
		(o->fuzztime_ns && knot_clock_mono_ns() - c->start_ns >= o->fuzztime_ns) ||
		runs_used_up(c);
}

static int reap(struct knot_campaign *c, struct knot_error *err)
{
	knot_auto_free pid_t *known = knot_xalloc((c->options.parallel + 1) * sizeof(*known));
	size_t n = 0, reaped;
	pid_t replaying = knot_replayer_pid(c->replayer);

	if (replaying)
		known[n++] = replaying;
	for (uint32_t i = 0; i < c->options.parallel; i++) {
		pid_t pid = knot_worker_pid(c->workers[i].worker);

		if (pid)
			known[n++] = pid;
	}
	return knot_proc_reap_orphans(known, n, &reaped, err);
}

/* Half a millisecond, or until a process ends: its worker has nothing to do until it gets another. */
static void rest(const struct knot_campaign *c)
{
	const struct timespec tick = {.tv_nsec = 500000};
	struct pollfd fds[REST_MAX];
	nfds_t n = 0;

	for (uint32_t i = 0; i < c->options.parallel && n < REST_MAX; i++)
		fds[n++] = (struct pollfd){
			.fd = knot_worker_pidfd(c->workers[i].worker), .events = POLLIN};
	ppoll(fds, n, &tick, NULL);
}

int knot_campaign_run(struct knot_campaign *c, struct knot_error *err)
{
	const uint64_t interval = c->view.interval_ns ? c->view.interval_ns : PROGRESS_NS;
	uint64_t next_progress = knot_clock_mono_ns() + interval;
	uint64_t next_flush = knot_clock_mono_ns() + FLUSH_NS;
	uint64_t next_import = knot_clock_mono_ns();
	struct knot_campaign_status st;
	int rc = 0;

	while (!rc && !finished(c)) {
		for (uint32_t i = 0; i < c->options.parallel && !rc; i++)
			rc = step_worker(c, &c->workers[i], err);
		uint64_t now = knot_clock_mono_ns();

		if (!rc && now >= next_flush) {
			rc = knot_persist_flush(c, err);
			if (!rc)
				rc = reap(c, err);
			next_flush = now + FLUSH_NS;
		}
		if (!rc && now >= next_import) {
			rc = knot_corpusdir_import(c, err);
			next_import = now + IMPORT_NS;
		}
		if (now >= next_progress && c->view.progress) {
			knot_campaign_status(c, &st);
			c->view.progress(c->view.arg, &st);
			next_progress += interval;
		}
		rest(c);
	}
	for (uint32_t i = 0; i < c->options.parallel; i++)
		end_slice(&c->workers[i]);
	/* Ctrl-C also cuts off a verification, which is no failure of the campaign. */
	if (rc == KNOT_EUSAGE && c->options.cancel && *c->options.cancel)
		rc = 0;
	if (!rc)
		rc = knot_persist_flush(c, err);
	return rc ? rc : knot_persist_live_end(c, err);
}

static int open_states(struct knot_campaign *c)
{
	const struct knot_campaign_options *o = &c->options;

	knot_budget_open(&c->budget, c->project->targets.len);
	c->desk = knot_cpop_desk_new();
	c->states = knot_xalloc(c->project->targets.len * sizeof(*c->states));
	for (size_t i = 0; i < c->project->targets.len; i++) {
		struct knot_target_state *s = &c->states[i];
		struct knot_portfolio_options po = knot_portfolio_defaults(
			knot_hash_mix(o->seed + c->project->targets.data[i]->run.salt));

		po.policy = o->policy;
		po.race = c->project->options.race;
		po.depth = o->depth;
		po.native = o->native;
		po.mutate = o->mutate;
		po.budget = &c->budget;
		po.desk = c->desk;
		po.feedback = o->feedback;
		po.audit = o->audit;
		po.fresh_every = o->fresh_every ? o->fresh_every : FRESH_EVERY;
		s->target = c->project->targets.data[i];
		if (s->target->run.program)
			po.fresh_every = 1;
		s->index = (uint32_t)i;
		s->portfolio = knot_portfolio_new(&po);
		if (!s->target->run.start_ns)
			s->target->run.start_ns = knot_clock_wall_ns();
	}
	return 0;
}

/* Every worker sees a copy of the module's directory: tests may write there. */
static int open_sandbox(struct knot_campaign *c, const char *name, struct knot_sandbox **ret,
	struct knot_error *err)
{
	knot_auto_free char *state = knot_xasprintf("%s/work/%s", c->options.campaign_dir, name);
	const char *copy[] = {c->project->build.module_dir};
	const struct knot_sandbox_options o = {
		.state_dir = state,
		.shared_dir = c->options.campaign_dir,
		.copy_dirs = copy,
		.copy_len = *copy[0] ? 1 : 0,
	};

	return knot_sandbox_open(&o, ret, err);
}

static struct knot_worker_options worker_options(
	const struct knot_campaign *c, struct knot_sandbox *sandbox)
{
	return (struct knot_worker_options){
		.sandbox = sandbox,
		.timeout_ns = c->options.timeout_ns,
		.memory_bytes = c->options.memory_bytes,
		.cfg_flags = c->options.cfg_flags,
		.native = c->options.native,
		.stdout_fd = KNOT_PROC_NULL,
		.stderr_fd = KNOT_PROC_NULL,
		.drain_fd = c->drain_fd,
	};
}

static int open_workers(struct knot_campaign *c, struct knot_error *err)
{
	int rc = open_sandbox(c, "replay", &c->replay_sandbox, err);

	if (rc)
		return rc;
	struct knot_worker_options o = worker_options(c, c->replay_sandbox);

	if ((rc = knot_replayer_open(&o, c->options.cancel, &c->replayer, err)))
		return rc;
	c->workers = knot_xalloc(c->options.parallel * sizeof(*c->workers));
	for (uint32_t i = 0; i < c->options.parallel; i++) {
		struct knot_campaign_worker *w = &c->workers[i];
		knot_auto_free char *name = knot_xasprintf("%u", i);

		w->campaign = c;
		if ((rc = open_sandbox(c, name, &w->sandbox, err)))
			return rc;
		o = worker_options(c, w->sandbox);
		if ((rc = knot_worker_open(&o, &w->worker, err)))
			return rc;
	}
	for (int part = 0; part < KNOT_SANDBOX_PARTS; part++) {
		const char *why = knot_sandbox_missing(c->replay_sandbox, part);

		if (why)
			knot_campaign_tell(c, NULL, KNOT_NEWS_NOTE, why);
	}
	return 0;
}

int knot_campaign_open(const struct knot_campaign_options *options, struct knot_project *project,
	const struct knot_campaign_view *view, struct knot_campaign **ret_campaign,
	struct knot_error *err)
{
	struct knot_campaign *c = knot_xalloc(sizeof(*c));
	int rc;

	c->options = *options;
	c->project = project;
	c->view = *view;
	c->start_ns = knot_clock_mono_ns();
	c->names = knot_sitenames_new(project->sites);
	open_states(c);
	if ((rc = knot_proc_become_subreaper(err)) || (rc = knot_persist_open(c, err)) ||
		(rc = knot_corpusdir_open(c, err)) || (rc = knot_drain_open(&c->drain_fd, err)) ||
		(rc = open_workers(c, err))) {
		knot_campaign_close(c);
		return rc;
	}
	c->start_ns = knot_clock_mono_ns();
	if (c->options.fuzztime_ns)
		knot_replayer_set_deadline(
			c->replayer, c->start_ns + c->options.fuzztime_ns + LATE_NS);
	*ret_campaign = c;
	return 0;
}

void knot_campaign_close(struct knot_campaign *c)
{
	if (!c)
		return;
	for (uint32_t i = 0; c->workers && i < c->options.parallel; i++) {
		knot_worker_close(c->workers[i].worker);
		knot_sandbox_close(c->workers[i].sandbox);
	}
	knot_replayer_close(c->replayer);
	/* What the targets left behind in sessions of their own. */
	if (c->workers)
		(void)knot_proc_reap_orphans(NULL, 0, NULL, NULL);
	knot_sandbox_close(c->replay_sandbox);
	if (c->drain_fd)
		close(c->drain_fd);
	knot_persist_close(c);
	knot_judge_free(c);
	knot_corpusdir_close(c);
	for (size_t i = 0; c->states && i < c->project->targets.len; i++)
		knot_portfolio_free(c->states[i].portfolio);
	knot_cpop_desk_free(c->desk);
	knot_sitenames_free(c->names);
	free(c->states);
	free(c->workers);
	free(c);
}
