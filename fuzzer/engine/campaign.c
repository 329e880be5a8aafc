/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/campaign.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "engine/campaign_internal.h"
#include "engine/audit.h"
#include "engine/turns.h"
#include "engine/disk.h"
#include "engine/entering.h"
#include "engine/listed_rows.h"
#include "engine/old.h"
#include "engine/persist.h"
#include "engine/probing.h"
#include "engine/nosubtest.h"
#include "engine/regress.h"
#include "engine/trial.h"
#include "explore/corpus.h"
#include "explore/sharing.h"
#include "explore/turns.h"
#include "sys/clock.h"
#include "sys/drain.h"
#include "sys/herd.h"
#include "sys/lock.h"
#include "sys/proc.h"
#include "sys/sandbox.h"
#include "sys/warden.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <time.h>

#define PROGRESS_NS (3 * KNOT_NS_PER_S)
/* A killed campaign loses what came behind the last one: a second at most, with what a flush itself takes. */
#define FLUSH_NS (KNOT_NS_PER_S / 2)
#define REAP_NS (1 * KNOT_NS_PER_S)
#define LONG_NS \
	(5ull * 60 * KNOT_NS_PER_S) /* from then on a campaign takes its memory in advance */
#define RESERVE_BYTES (64u << 20) /* struct knot_budget, when all of it is used up */
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
		.view = knot_feedback_view(c, rec),
		.decisions = rec->decisions.data,
		.decisions_len = rec->decisions.len,
	};

	knot_turn_look_begin(w);
	/* First: judging gives the trace up. */
	knot_portfolio_feed_run(s->portfolio, plan, &run, &gain);
	if (gain.pairs1 || gain.pairs2)
		c->last_pair_ns = knot_clock_wall_ns();
	knot_corpuscover_note(c, s, plan, &gain);
	knot_feedback_check(w, plan, rec);
	/* A native run does not replay. */
	if (plan->audit && !c->options.native && (rc = knot_audit(c, w, plan, rec, err)))
		return rc;
	const bool bad = knot_record_is_bad(rec);

	if (bad)
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
	knot_turn_look_end(w, bad, bad && !finding);
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
	knot_turn_count(w, plan, end);
	knot_portfolio_feed_end(s->portfolio, plan, end);
	t->requests++;
	t->runs += end->runs;
	t->steps += end->steps;
	s->runs += end->runs;
	s->steps += end->steps;
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
	const int rc = plan->request.flags & KNOT_REQ_MEM_LEARN ? learn_memory(w, err) : 0;

	return rc ? rc : knot_nosubtest_ask(w->campaign, s, err);
}

static int on_broken(void *arg, const char *why, struct knot_error *err)
{
	struct knot_campaign_worker *w = arg;
	struct knot_campaign *c = w->campaign;

	(void)err;
	if (!w->state->aside) {
		w->state->aside = true;
		knot_turns_set_aside(c->turns, w->state->index);
		c->status.set_aside++;
		knot_campaign_tell(c, w->state, KNOT_NEWS_ASIDE, why);
	}
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
	return knot_turn_give_up(c, w, err);
}

static int step_worker(
	struct knot_campaign *c, struct knot_campaign_worker *w, struct knot_error *err)
{
	const struct knot_worker_events events = {.run = on_run,
		.end = on_end,
		.more = knot_turn_fill,
		.broken = on_broken,
		.arg = w};
	int rc = knot_turn_step(c, w, err);

	if (!rc && w->state)
		rc = knot_worker_poll(w->worker, &events, err);
	return rc == KNOT_EINPUT && w->state ? on_damage(c, w, err) : rc;
}

static bool finished(const struct knot_campaign *c)
{
	const struct knot_campaign_options *o = &c->options;

	return c->stop || (o->cancel && *o->cancel) ||
		(o->fuzztime_ns && knot_clock_mono_ns() - c->start_ns >= o->fuzztime_ns) ||
		knot_turns_used_up(c);
}

static int reap(struct knot_campaign *c, struct knot_error *err)
{
	knot_auto_free pid_t *known = knot_xalloc((c->options.parallel + 2) * sizeof(*known));
	size_t n = 0, reaped;
	pid_t replaying = knot_replayer_pid(c->replayer);

	known[n++] = knot_warden_pid(c->warden);
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

static int save_and_show(struct knot_campaign *c, uint64_t now, struct knot_error *err)
{
	struct knot_campaign_status st;
	int rc = 0;

	if (now >= c->next_flush_ns) {
		rc = knot_persist_flush(c, err);
		c->next_flush_ns = knot_clock_mono_ns() + FLUSH_NS;
	}
	if (!rc && now >= c->next_progress_ns && c->view.progress) {
		knot_campaign_status(c, &st);
		c->view.progress(c->view.arg, &st);
		c->next_progress_ns += c->view.interval_ns ? c->view.interval_ns : PROGRESS_NS;
	}
	return rc;
}

int knot_campaign_meanwhile(void *arg, struct knot_error *err)
{
	struct knot_campaign *c = arg;
	const uint64_t now = knot_clock_mono_ns();

	if (c->probing)
		knot_probing_drain(c->probing);
	if (c->entering)
		knot_entering_drain(c->entering);
	if (now < c->next_flush_ns && now < c->next_progress_ns)
		return 0;
	/* The region that names were looked up in last may be gone; who waits sets the next one. */
	knot_sitenames_use(c->names, NULL);
	return save_and_show(c, now, err);
}

int knot_campaign_run(struct knot_campaign *c, struct knot_error *err)
{
	const uint64_t start = knot_clock_mono_ns();
	uint64_t next_reap = start + REAP_NS, next_import = start;
	int rc = 0;

	/* Before the first request is made, so that a clock has no say in what it can know. */
	rc = knot_corpusdir_import(c, err);
	if (!rc)
		rc = knot_regress(c, err);
	next_import += IMPORT_NS;
	c->next_flush_ns = start; /* from here on there is work to lose */
	c->next_progress_ns = start + (c->view.interval_ns ? c->view.interval_ns : PROGRESS_NS);
	while (!rc && !finished(c)) {
		for (uint32_t i = 0; i < c->options.parallel && !rc; i++)
			rc = step_worker(c, &c->workers[i], err);
		const uint64_t now = knot_clock_mono_ns();

		if (!rc && now >= next_reap) {
			rc = reap(c, err);
			next_reap = now + REAP_NS;
		}
		if (!rc && now >= next_import) {
			rc = knot_corpusdir_import(c, err);
			next_import = now + IMPORT_NS;
		}
		if (!rc)
			rc = save_and_show(c, now, err);
		if (!rc)
			rc = knot_disk_watch(c, err);
		rest(c);
	}
	for (uint32_t i = 0; i < c->options.parallel; i++)
		knot_turn_close(c, &c->workers[i]);
	/* Ctrl-C also cuts off a verification, which is no failure of the campaign. */
	if (rc == KNOT_EUSAGE && c->options.cancel && *c->options.cancel)
		rc = 0;
	if (!rc)
		rc = knot_persist_flush(c, err);
	if (!rc && c->options.trials)
		rc = knot_trials(c, err);
	return rc ? rc : knot_persist_live_end(c, err);
}

static int open_states(struct knot_campaign *c)
{
	const struct knot_campaign_options *o = &c->options;

	knot_budget_open(&c->budget, c->project->targets.len);
	c->desk = knot_cpop_desk_new();
	c->turns = knot_turns_new(c->project->targets.len);
	c->states = knot_xalloc(c->project->targets.len * sizeof(*c->states));
	for (size_t i = 0; i < c->project->targets.len; i++) {
		struct knot_target_state *s = &c->states[i];
		struct knot_portfolio_options po = knot_portfolio_defaults(
			knot_hash_mix(o->seed + c->project->targets.data[i]->run.salt));

		po.policy = o->policy;
		po.gopie = o->gopie;
		po.race = c->project->options.race;
		po.depth = o->depth;
		po.native = o->native;
		po.mutate = o->mutate;
		po.budget = &c->budget;
		po.desk = c->desk;
		po.feedback = o->feedback != KNOT_FEEDBACK_NONE;
		po.audit = o->audit;
		po.sample = o->trials;
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

/* Every worker sees a copy of the modules' directories: tests may write there. */
int knot_campaign_sandbox(struct knot_campaign *c, const char *name, struct knot_sandbox **ret,
	struct knot_error *err)
{
	knot_auto_free char *state = knot_xasprintf("%s/work/%s", c->options.campaign_dir, name);
	const char *copy[KNOT_SANDBOX_COPY_MAX];
	const struct knot_sandbox_options o = {
		.state_dir = state,
		.shared_dir = c->options.campaign_dir,
		.copy_dirs = copy,
		.copy_len = knot_project_copies(c->project, copy, KNOT_SANDBOX_COPY_MAX),
	};

	const int rc = knot_sandbox_open(&o, ret, err);

	if (!rc) {
		const struct knot_herd herd = knot_herd_of(*ret);

		knot_warden_watch(c->warden, &herd);
	}
	return rc;
}

struct knot_worker_options knot_campaign_worker_options(
	const struct knot_campaign *c, struct knot_sandbox *sandbox)
{
	return (struct knot_worker_options){
		.sandbox = sandbox,
		.timeout_ns = c->options.timeout_ns,
		.memory_bytes = c->options.memory_bytes,
		.processes = KNOT_WORKER_PROCESSES,
		.cfg_flags = c->options.cfg_flags,
		.native = c->options.native,
		.stdout_fd = KNOT_PROC_NULL,
		.stderr_fd = KNOT_PROC_NULL,
		.drain_fd = c->drain_fd,
	};
}

static int open_workers(struct knot_campaign *c, struct knot_error *err)
{
	int rc = knot_campaign_sandbox(c, "replay", &c->replay_sandbox, err);

	if (rc)
		return rc;
	struct knot_worker_options o = knot_campaign_worker_options(c, c->replay_sandbox);

	if ((rc = knot_replayer_open(&o, c->options.cancel, &c->replayer, err)))
		return rc;
	knot_replayer_set_meanwhile(c->replayer, knot_campaign_meanwhile, c);
	c->workers = knot_xalloc(c->options.parallel * sizeof(*c->workers));
	for (uint32_t i = 0; i < c->options.parallel; i++) {
		struct knot_campaign_worker *w = &c->workers[i];
		knot_auto_free char *name = knot_xasprintf("%u", i);

		w->campaign = c;
		if ((rc = knot_campaign_sandbox(c, name, &w->sandbox, err)))
			return rc;
		o = knot_campaign_worker_options(c, w->sandbox);
		if (c->probing)
			w->stream = knot_probing_stream_new(c->probing);
		if (c->entering)
			w->entering = knot_entering_stream_new(c->entering);
		o.probe = w->stream;
		o.entering = w->entering;
		o.probe_all = c->feedback_ebpf;
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

	if (options->fuzztime_ns > LONG_NS || (!options->fuzztime_ns && !options->fuzztime_runs))
		knot_alloc_reserve(RESERVE_BYTES);
	c->options = *options;
	c->project = project;
	c->view = *view;
	c->start_ns = knot_clock_mono_ns();
	c->names = knot_sitenames_new(project->sites);
	open_states(c);
	if ((rc = knot_proc_become_subreaper(err)) || (rc = knot_persist_open(c, err)) ||
		(rc = knot_corpusdir_open(c, err)) || (rc = knot_drain_open(&c->drain_fd, err)) ||
		(rc = knot_warden_open(&c->warden, err)) || (rc = knot_feedback_open(c, err)) ||
		(rc = open_workers(c, err)) || (rc = knot_disk_open(c, err)) ||
		(rc = knot_feedback_start(c, err))) {
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
		knot_probing_stream_free(c->workers[i].stream);
		knot_entering_stream_free(c->workers[i].entering);
		knot_sandbox_close(c->workers[i].sandbox);
	}
	knot_feedback_close(c);
	knot_replayer_close(c->replayer);
	knot_warden_close(c->warden);
	/* What the targets left behind in sessions of their own. */
	if (c->workers)
		(void)knot_proc_reap_orphans(NULL, 0, NULL, NULL);
	knot_sandbox_close(c->replay_sandbox);
	if (c->drain_fd)
		close(c->drain_fd);
	knot_persist_close(c);
	knot_judge_free(c);
	knot_olds_free(c);
	knot_corpusdir_close(c);
	for (size_t i = 0; c->states && i < c->project->targets.len; i++) {
		knot_portfolio_free(c->states[i].portfolio);
		knot_listed_rows_free(&c->states[i]);
	}
	knot_turns_free(c->turns);
	knot_cpop_desk_free(c->desk);
	knot_sitenames_free(c->names);
	free(c->states);
	free(c->workers);
	free(c);
}
