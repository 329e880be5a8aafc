/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/worker.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/vec.h"
#include "engine/entering.h"
#include "engine/probing.h"
#include "engine/worker_words.h"
#include "sys/clock.h"
#include "sys/drain.h"
#include "sys/herd.h"
#include "sys/machine.h"
#include "sys/proc.h"
#include "sys/sandbox.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

#define SHM_TARGET_FD 3
/* Processes in a row that die before their first run: the test cannot be run. */
#define BROKEN_AFTER 3
/* Under -race memory is watched from outside: the process this often, all that it has forked more rarely. */
#define MEMORY_NS (5 * KNOT_NS_PER_MS)
#define MEMORY_SESSION_EVERY 50
/* Processes are counted when the machine has come to have so many tasks more, and not more often than this. */
#define TASKS_MORE 128
#define TASKS_NS (20 * KNOT_NS_PER_MS)
/* A run ends itself when its time is up, and can tell more than one that is killed. */
#define NATIVE_GRACE_NS (5 * KNOT_NS_PER_S)
#define GRACE_NS KNOT_NS_PER_S

struct queued {
	struct knot_plan plan;
	uint16_t *prefix; /* owned copy */
	bool posted;
};

struct knot_worker {
	struct knot_worker_options options;
	struct knot_shm *shm;
	struct knot_proc *proc;
	const struct knot_worker_target *target;
	struct queued queue[KNOT_WORKER_QUEUE];
	unsigned queued;
	uint64_t next_id;
	/* progress of the run under way, for the time-out */
	uint64_t mark_runs;
	uint64_t mark_ns;
	bool killed_for_time, killed_for_memory, killed_for_processes;
	uint64_t tasks_ns; /* of the last look */
	uint64_t tasks; /* of the machine, when the target's were counted last */
	uint64_t memory_ns; /* of the last look */
	unsigned memory_looks;
	unsigned deaths; /* processes in a row without a run */
	struct knot_shm_results results;
	struct knot_worker_stats total; /* of processes that have ended */
	uint64_t process_runs; /* results or ends seen from this process */
};

int knot_worker_open(const struct knot_worker_options *options, struct knot_worker **ret_worker,
	struct knot_error *err)
{
	struct knot_worker *w = knot_xalloc(sizeof(*w));
	int rc = knot_shm_create(&w->shm, err);

	if (rc) {
		free(w);
		return rc;
	}
	w->options = *options;
	w->next_id = 1;
	*ret_worker = w;
	return 0;
}

static void add_stats(struct knot_worker_stats *s, const struct knot_shm_counters *c)
{
	s->runs += c->runs_total;
	s->steps += c->steps_total;
	s->events_lost += c->events_lost;
	s->pairs_full += c->pairs_full;
	s->sites_full += c->sites_full;
	s->prims_full += c->prims_full;
	s->hooks_missed += c->hooks_missed;
	s->races_lost += c->races_lost;
	s->preempts += c->preempts;
}

/* Ends the process and forgets it; its counters stay. */
static void drop_process(struct knot_worker *w)
{
	struct knot_shm_counters c;

	if (!w->proc)
		return;
	knot_proc_close(w->proc);
	w->proc = NULL;
	knot_shm_counters(w->shm, &c);
	add_stats(&w->total, &c);
}

static void drop_front(struct knot_worker *w)
{
	free(w->queue[0].prefix);
	w->queued--;
	memmove(w->queue, w->queue + 1, w->queued * sizeof(w->queue[0]));
}

void knot_worker_close(struct knot_worker *w)
{
	if (!w)
		return;
	drop_process(w);
	while (w->queued)
		drop_front(w);
	knot_vec_free(&w->results);
	knot_shm_close(w->shm);
	free(w);
}

int knot_worker_assign(
	struct knot_worker *w, const struct knot_worker_target *target, struct knot_error *err)
{
	(void)err;
	if (w->target == target)
		return 0;
	drop_process(w);
	while (w->queued)
		drop_front(w);
	w->target = target;
	w->deaths = 0;
	return 0;
}

void knot_worker_set_sandbox(struct knot_worker *w, struct knot_sandbox *sandbox)
{
	knot_assert(!w->proc);
	w->options.sandbox = sandbox;
}

unsigned knot_worker_room(const struct knot_worker *w)
{
	return KNOT_WORKER_QUEUE - w->queued;
}

bool knot_worker_idle(const struct knot_worker *w)
{
	return w->queued == 0;
}

static int output(const struct knot_worker *w, int fd)
{
	return fd == KNOT_PROC_NULL && w->options.drain_fd ? w->options.drain_fd : fd;
}

typedef KNOT_VEC(const char *) strings;

static void descriptors(const struct knot_worker *w, struct knot_proc_options *o)
{
	const int out = output(w, w->options.stdout_fd), err = output(w, w->options.stderr_fd);

	o->extra[o->extra_len++] =
		(struct knot_proc_fd){.from = knot_shm_fd(w->shm), .to = SHM_TARGET_FD};
	o->stdout_fd = out;
	o->stderr_fd = err;
	if (!w->options.debugger)
		return;
	o->interactive = true;
	o->stdin_fd = STDIN_FILENO;
	o->stdout_fd = STDOUT_FILENO;
	o->stderr_fd = STDERR_FILENO;
	o->extra[o->extra_len++] =
		(struct knot_proc_fd){.from = out, .to = KNOT_WORKER_DEBUG_STDOUT};
	o->extra[o->extra_len++] =
		(struct knot_proc_fd){.from = err, .to = KNOT_WORKER_DEBUG_STDERR};
}

/* go test's own environment for a test, and how the shim finds us. */
static int start(struct knot_worker *w, struct knot_error *err)
{
	const struct knot_worker_target *t = w->target;
	struct knot_proc_options o = KNOT_PROC_OPTIONS_INIT;
	knot_auto_free char *name = knot_xasprintf("GOKNOT_TEST=%s", t->test);
	knot_auto_free char *region =
		knot_xasprintf("GOKNOT_%s=%d", w->options.native ? "NATIVE" : "SHM", SHM_TARGET_FD);
	knot_auto_free char *pwd = knot_xasprintf("PWD=%s", t->dir);
	knot_auto_free char *tmp = NULL;
	knot_auto_free char *race = t->race ? knot_worker_race_setting(&w->options) : NULL;
	struct knot_worker_words words = {0};
	strings envp = {0};
	struct knot_shm_counters c;
	uint32_t forget = 0;

	knot_shm_counters(w->shm, &c);
	if (c.pairs_full)
		forget |= KNOT_SHM_FORGET_PAIRS;
	/* Each process writes down what it meets: the positions of earlier tests only take room away. */
	if (c.sites_full || c.sites_used > KNOT_SITE_SLOTS / 4)
		forget |= KNOT_SHM_FORGET_SITES;
	int rc = knot_shm_reset(
		w->shm, w->options.cfg_flags | (t->program ? KNOT_CFG_PROGRAM : 0), forget, err);

	if (rc)
		return rc;
	knot_shm_header(w->shm)->start_ns = t->start_ns;
	if (w->options.probe)
		knot_shm_header(w->shm)->session = knot_probing_start(w->options.probe);
	knot_entering_start(w->options.entering, knot_shm_header(w->shm)->session);
	knot_worker_words_make(&words, &w->options, t);
	for (char **e = environ; *e; e++)
		if (strncmp(*e, "GOKNOT_", 7) != 0 && strncmp(*e, "PWD=", 4) != 0 &&
			strncmp(*e, "TMPDIR=", 7) != 0 &&
			!(race && strncmp(*e, "GORACE=", 7) == 0) &&
			(w->options.native || strncmp(*e, "GOMAXPROCS=", 11) != 0))
			knot_vec_push(&envp, *e);
	knot_vec_push(&envp, region);
	if (!t->program)
		knot_vec_push(&envp, name);
	knot_vec_push(&envp, pwd);
	if (race)
		knot_vec_push(&envp, race);
	if (w->options.sandbox) {
		/* What the process before left there would pile up over a night. */
		(void)knot_sandbox_clean(w->options.sandbox, NULL);
		tmp = knot_xasprintf("TMPDIR=%s", knot_sandbox_tmpdir(w->options.sandbox));
		knot_vec_push(&envp, tmp);
		o.ns_len = knot_sandbox_namespaces(w->options.sandbox, o.ns_fds);
	}
	knot_vec_push(&envp, NULL);
	o.argv = words.argv.data;
	o.envp = envp.data;
	o.cwd = t->dir;
	descriptors(w, &o);
	o.memory_bytes = t->race ? 0 : w->options.memory_bytes;
	o.fixed_addresses = t->race;
	rc = knot_proc_start(&o, &w->proc, err);
	knot_worker_words_free(&words);
	knot_vec_free(&envp);
	if (rc)
		return knot_error_wrap(err, "starting %s", t->binary);
	w->total.processes++;
	w->process_runs = 0;
	w->mark_runs = UINT64_MAX;
	w->mark_ns = knot_clock_mono_ns();
	w->killed_for_time = w->killed_for_memory = w->killed_for_processes = false;
	w->memory_ns = w->tasks_ns = w->mark_ns;
	w->tasks = knot_machine_tasks();
	for (unsigned i = 0; i < w->queued; i++)
		w->queue[i].posted = false;
	return 0;
}

static bool is_probed(const struct knot_worker *w, const struct knot_plan *plan)
{
	return w->options.probe && (w->options.probe_all || plan->audit);
}

/* Starts the process when it is missing and hands it what is queued. */
static int feed(struct knot_worker *w, struct knot_error *err)
{
	int rc;

	if (!w->queued || !w->target)
		return 0;
	if (!w->proc && (rc = start(w, err)))
		return rc;
	for (unsigned i = 0; i < w->queued; i++) {
		struct queued *q = &w->queue[i];

		if (q->posted)
			continue;
		struct knot_shm_request request = q->plan.request;

		if (is_probed(w, &q->plan))
			request.flags |= KNOT_REQ_PROBE;
		if (w->options.entering && q->plan.audit)
			request.flags |= KNOT_REQ_RUNTIME;
		rc = knot_shm_post(w->shm, &request, q->prefix, request.prefix_len, err);
		if (rc == KNOT_EFULL)
			return 0;
		if (rc)
			return rc;
		q->posted = true;
	}
	return 0;
}

int knot_worker_post(struct knot_worker *w, const struct knot_plan *plan, struct knot_error *err)
{
	struct queued *q = &w->queue[w->queued];

	knot_assert(w->queued < KNOT_WORKER_QUEUE && w->target);
	*q = (struct queued){.plan = *plan};
	q->plan.request.id = w->next_id++;
	q->plan.request.salt = w->target->salt;
	q->plan.request.start_ns = w->target->start_ns;
	q->plan.request.timeout_ms = (uint32_t)(w->options.timeout_ns / KNOT_NS_PER_MS);
	q->plan.prefix = NULL;
	if (plan->request.prefix_len) {
		size_t size_bytes = plan->request.prefix_len * sizeof(*plan->prefix);

		q->prefix = knot_xalloc(size_bytes);
		memcpy(q->prefix, plan->prefix, size_bytes);
	}
	w->queued++;
	return feed(w, err);
}

static int end_front(struct knot_worker *w, const struct knot_worker_events *ev,
	const struct knot_plan_end *end, struct knot_error *err)
{
	int rc = ev->end(ev->arg, &w->queue[0].plan, end, err);

	drop_front(w);
	return rc || !ev->more ? rc : ev->more(ev->arg, err);
}

static int probe_run(struct knot_worker *w, struct knot_record *rec, struct knot_error *err)
{
	return knot_record_probe(
		w->shm, w->options.probe, w->queue[0].plan.audit, w->options.probe_all, rec, err);
}

/* The region is free again before anybody looks at the run: judging it may need another one. */
static int held_run(struct knot_worker *w, const struct knot_worker_events *ev,
	const struct knot_shm_result *r, struct knot_record *rec, struct knot_error *err)
{
	int rc = knot_record_take(w->shm, r, w->options.end_only, rec, err);

	if (!rc && is_probed(w, &w->queue[0].plan))
		rc = probe_run(w, rec, err);
	if (!rc)
		rc = knot_shm_release(w->shm, r->ev_end, r->dec_end, err);
	return rc ? rc : ev->run(ev->arg, &w->queue[0].plan, rec, err);
}

/* The target's count of a request's runs goes into sums: it cannot be more than was asked for. */
static bool runs_ok(const struct knot_shm_request *request, uint32_t runs)
{
	return runs <= (request->count ? request->count : 1);
}

static int one_result(struct knot_worker *w, const struct knot_worker_events *ev,
	const struct knot_shm_result *r, struct knot_record *rec, struct knot_error *err)
{
	int rc = 0;

	if (!w->queued || w->queue[0].plan.request.id != r->request)
		return knot_error_set(
			err, KNOT_EINPUT, "a result for a request that is not under way");
	if (!runs_ok(&w->queue[0].plan.request, r->batch_runs))
		return knot_error_set(err, KNOT_EINPUT, "more runs than were asked for");
	w->process_runs++;
	if (r->flags & KNOT_RUN_HELD)
		rc = held_run(w, ev, r, rec, err);
	if (!rc && r->flags & KNOT_RUN_BATCH_END) {
		struct knot_plan_end end = {
			.runs = r->batch_runs,
			.chain_any = r->batch_chain_any,
			.chain_all = r->batch_chain_all,
			.steps = r->batch_steps,
			.real_ns = r->real_ns,
			.timed_out = r->end == KNOT_END_TIMEOUT && !w->options.native,
		};

		if (w->options.probe && w->options.probe_all)
			knot_probing_chain(w->options.probe, r->request,
				w->queue[0].plan.request.chain_len, &end.chain_any, &end.chain_all);

		rc = end_front(w, ev, &end, err);
	}
	return rc;
}

static int take_results(
	struct knot_worker *w, const struct knot_worker_events *ev, struct knot_error *err)
{
	/* Of all workers together only the run that is looked at is in memory. */
	struct knot_record rec = {0};
	int rc;

	w->results.len = 0;
	rc = knot_shm_take_results(w->shm, &w->results, err);
	for (size_t i = 0; i < w->results.len && !rc; i++)
		rc = one_result(w, ev, &w->results.data[i], &rec, err);
	knot_record_free(&rec);
	return rc;
}

/* The process died inside a run: the run's remains are its result. */
static int died_in_run(struct knot_worker *w, const struct knot_worker_events *ev,
	const struct knot_proc_exit *x, struct knot_error *err)
{
	struct knot_record rec = {0};
	int rc = knot_record_take_current(w->shm, w->options.end_only, &rec, err);

	rec.timed_out = w->killed_for_time;
	rec.over_memory = w->killed_for_memory;
	rec.over_processes = w->killed_for_processes ? w->options.processes : 0;
	rec.signal = x->signaled ? x->code : 0;
	rec.exit_code = x->signaled ? 0 : (uint32_t)x->code;
	const struct knot_plan_end end = {
		.runs = rec.result.batch_runs,
		.steps = rec.result.steps,
		.timed_out = w->killed_for_time,
	};

	const bool of_front = !rc && w->queued && w->queue[0].plan.request.id == rec.result.request;

	if (of_front && is_probed(w, &w->queue[0].plan))
		rc = probe_run(w, &rec, err);

	if (of_front && !rc && !runs_ok(&w->queue[0].plan.request, rec.result.batch_runs)) {
		rc = knot_error_set(err, KNOT_EINPUT, "more runs than were asked for");
	} else if (of_front && !rc) {
		rc = ev->run(ev->arg, &w->queue[0].plan, &rec, err);
		if (!rc)
			rc = end_front(w, ev, &end, err);
	}
	knot_record_free(&rec);
	return rc;
}

static int process_gone(struct knot_worker *w, const struct knot_worker_events *ev,
	const struct knot_proc_exit *x, struct knot_error *err)
{
	struct knot_shm_counters c;
	uint32_t state;
	char why[128];

	knot_shm_counters(w->shm, &c);
	state = c.state;
	if (state == KNOT_STATE_RUNNING || c.runs_total || w->process_runs)
		w->deaths = 0;
	else
		w->deaths++;
	knot_proc_close(w->proc);
	w->proc = NULL;
	add_stats(&w->total, &c);
	w->total.cpu_ns += x->user_ns + x->system_ns;
	if (state == KNOT_STATE_RUNNING)
		return died_in_run(w, ev, x, err);
	if (state == KNOT_STATE_NO_TEST)
		return ev->broken(ev->arg, "the test is not in the binary any more", err);
	if (w->options.debugger && w->queued) {
		while (w->queued)
			drop_front(w);
		return ev->broken(ev->arg, "the debugger was left before the run", err);
	}
	if (w->deaths < BROKEN_AFTER)
		return 0;
	if (state == KNOT_STATE_EMPTY)
		snprintf(why, sizeof(why), "the %s does not start (%s %d)",
			w->target->program ? "program" : "test binary",
			x->signaled ? "signal" : "exit code", x->code);
	else
		snprintf(why, sizeof(why),
			"the process ends before the test begins (%s %d): TestMain or an init "
			"function",
			x->signaled ? "signal" : "exit code", x->code);
	return ev->broken(ev->arg, why, err);
}

/* Kills the process when its run has taken too long; its remains are taken once it is reaped. */
static void watch_time(struct knot_worker *w)
{
	const uint64_t limit =
		w->options.timeout_ns + (w->options.native ? NATIVE_GRACE_NS : GRACE_NS);
	struct knot_shm_counters c;
	uint64_t now;

	if (!w->options.timeout_ns || w->killed_for_time)
		return;
	knot_shm_counters(w->shm, &c);
	now = knot_clock_mono_ns();
	if (c.runs_total != w->mark_runs || !w->queued) {
		w->mark_runs = c.runs_total;
		w->mark_ns = now;
	} else if (now - w->mark_ns > limit) {
		w->killed_for_time = true;
		knot_proc_kill(w->proc);
	}
}

/*
 * ThreadSanitizer's shadow counts as data, so that no limit of the kernel's can be set. It also keeps some memory
 * of every run: a process that has come half way to the limit leaves behind the run under way, so that what
 * exceeds the limit does so in one run.
 */
static void watch_memory(struct knot_worker *w)
{
	uint64_t now;

	if (!w->options.memory_bytes || !w->target->race || w->killed_for_memory ||
		w->killed_for_time)
		return;
	now = knot_clock_mono_ns();
	if (now - w->memory_ns < MEMORY_NS)
		return;
	w->memory_ns = now;
	const bool all = ++w->memory_looks % MEMORY_SESSION_EVERY == 0;
	const uint64_t taken = knot_proc_memory(w->proc, all);

	if (taken > w->options.memory_bytes) {
		w->killed_for_memory = true;
		knot_proc_kill(w->proc);
	} else if (taken > w->options.memory_bytes / 2) {
		knot_shm_stop(w->shm);
	}
}

/*
 * A limit of the kernel's would count threads, and all that the user runs, and does not hold for root. So the machine
 * is asked how many tasks it has, which costs next to nothing; only when that has grown are the target's counted.
 */
static void watch_processes(struct knot_worker *w)
{
	const uint64_t now = knot_clock_mono_ns();

	if (!w->options.processes || w->killed_for_processes || now - w->tasks_ns < TASKS_NS)
		return;
	w->tasks_ns = now;
	const uint64_t tasks = knot_machine_tasks();

	if (tasks < w->tasks)
		w->tasks = tasks;
	if (tasks - w->tasks < TASKS_MORE)
		return;
	struct knot_herd herd = knot_herd_of(w->options.sandbox);

	herd.session = knot_proc_pid(w->proc);
	w->tasks = tasks;
	if (knot_herd_count(&herd) <= w->options.processes)
		return;
	w->killed_for_processes = true;
	knot_proc_kill(w->proc);
	knot_herd_kill(&herd);
}

int knot_worker_poll(
	struct knot_worker *w, const struct knot_worker_events *events, struct knot_error *err)
{
	struct knot_proc_exit x = {0};
	bool done = false;
	int rc;

	if (w->options.drain_fd)
		knot_drain_empty(w->options.drain_fd);
	if (w->options.probe)
		knot_probing_drain(knot_probing_of(w->options.probe));
	knot_entering_drain_for(w->options.entering);
	if (w->proc) {
		/* Asked first: whatever a process that is dead now has written, it has written before. */
		if ((rc = knot_proc_wait(w->proc, 0, &done, &x, err)) ||
			(rc = take_results(w, events, err)))
			return rc;
		if (done) {
			if ((rc = process_gone(w, events, &x, err)))
				return rc;
		} else {
			watch_time(w);
			watch_memory(w);
			watch_processes(w);
		}
	}
	return feed(w, err);
}

pid_t knot_worker_pid(const struct knot_worker *w)
{
	return w->proc ? knot_proc_pid(w->proc) : 0;
}

int knot_worker_pidfd(const struct knot_worker *w)
{
	return w->proc ? knot_proc_pidfd(w->proc) : -1;
}

void knot_worker_stats(struct knot_worker *w, struct knot_worker_stats *ret_stats)
{
	struct knot_shm_counters c;

	*ret_stats = w->total;
	if (w->proc) {
		knot_shm_counters(w->shm, &c);
		add_stats(ret_stats, &c);
	}
}

struct knot_shm *knot_worker_shm(struct knot_worker *w)
{
	return w->shm;
}
