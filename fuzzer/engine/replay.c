/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/replay.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/vec.h"
#include "sys/clock.h"
#include "wire/crash.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

struct stream {
	int fds[2];
	char *data;
	size_t len;
};

struct knot_replayer {
	struct knot_worker_options options;
	struct knot_worker *worker; /* of the last replay */
	const volatile int *cancel;
	struct stream out, err;
	uint64_t deadline_ns;
	knot_replayer_meanwhile meanwhile;
	void *meanwhile_arg;
	knot_replayer_said said; /* NULL = nobody wants to know */
	void *said_arg;
};

struct waiting {
	struct knot_outcome *outcome;
	bool warming; /* the first end is the warm-up's */
	bool done;
	bool broken;
	bool native; /* the first run that ends badly is the outcome, and nothing behind it counts */
	bool bad; /* there was one */
};

int knot_replayer_open(const struct knot_worker_options *options, const volatile int *cancel,
	struct knot_replayer **ret_replayer, struct knot_error *err)
{
	struct knot_replayer *r = knot_xalloc(sizeof(*r));

	(void)err;
	r->options = *options;
	r->cancel = cancel;
	*ret_replayer = r;
	return 0;
}

void knot_replayer_close(struct knot_replayer *r)
{
	if (!r)
		return;
	knot_worker_close(r->worker);
	free(r);
}

void knot_replayer_set_sandbox(struct knot_replayer *r, struct knot_sandbox *sandbox)
{
	knot_worker_close(r->worker);
	r->worker = NULL;
	r->options.sandbox = sandbox;
}

struct knot_shm *knot_replayer_shm(struct knot_replayer *r)
{
	return r->worker ? knot_worker_shm(r->worker) : NULL;
}

void knot_replayer_set_deadline(struct knot_replayer *r, uint64_t deadline_ns)
{
	r->deadline_ns = deadline_ns;
}

void knot_replayer_set_meanwhile(
	struct knot_replayer *r, knot_replayer_meanwhile meanwhile, void *arg)
{
	r->meanwhile = meanwhile;
	r->meanwhile_arg = arg;
}

void knot_replayer_set_debugger(
	struct knot_replayer *r, const char *const *words, knot_replayer_said said, void *arg)
{
	r->options.debugger = words;
	r->options.timeout_ns = 0;
	r->options.memory_bytes = 0;
	r->options.processes = 0;
	r->said = said;
	r->said_arg = arg;
}

bool knot_replayer_late(const struct knot_replayer *r)
{
	return r->deadline_ns && knot_clock_mono_ns() >= r->deadline_ns;
}

uint64_t knot_replayer_left_ns(const struct knot_replayer *r, uint64_t most_ns)
{
	const uint64_t now_ns = knot_clock_mono_ns();

	if (!r->deadline_ns)
		return most_ns;
	if (r->deadline_ns <= now_ns)
		return 0;
	return r->deadline_ns - now_ns < most_ns ? r->deadline_ns - now_ns : most_ns;
}

pid_t knot_replayer_pid(const struct knot_replayer *r)
{
	return r->worker ? knot_worker_pid(r->worker) : 0;
}

void knot_outcome_free(struct knot_outcome *o)
{
	knot_record_free(&o->record);
	free(o->out);
	free(o->err);
	*o = (struct knot_outcome){0};
}

static int stream_open(struct stream *s, struct knot_error *err)
{
	*s = (struct stream){.fds = {-1, -1}};
	if (pipe2(s->fds, O_CLOEXEC))
		return knot_error_sys(err, "pipe");
	fcntl(s->fds[0], F_SETFL, O_NONBLOCK);
	s->data = knot_xalloc(KNOT_REPLAY_OUTPUT + 1);
	return 0;
}

/* Reads what is there; beyond the limit it is read and dropped, so that the target never blocks on us. */
static void stream_drain(const struct knot_replayer *r, struct stream *s)
{
	char rest[4096];

	for (;;) {
		size_t room = KNOT_REPLAY_OUTPUT - s->len;
		ssize_t n = room ? read(s->fds[0], s->data + s->len, room)
				 : read(s->fds[0], rest, sizeof(rest));

		if (n <= 0)
			return;
		if (r->said)
			r->said(r->said_arg, room ? s->data + s->len : rest, (size_t)n);
		if (room)
			s->len += (size_t)n;
	}
}

static void stream_close(struct stream *s)
{
	for (int i = 0; i < 2; i++)
		if (s->fds[i] >= 0)
			close(s->fds[i]);
	free(s->data);
	*s = (struct stream){.fds = {-1, -1}};
}

static void steal_record(struct knot_record *to, struct knot_record *from)
{
	knot_record_free(to);
	*to = *from;
	*from = (struct knot_record){0};
}

static int on_run(
	void *arg, const struct knot_plan *plan, struct knot_record *rec, struct knot_error *err)
{
	struct waiting *w = arg;

	(void)err;
	if (!(plan->request.flags & KNOT_REQ_REPLAY) && w->warming)
		return 0;
	if (w->bad)
		return 0;
	if (w->native && (knot_record_is_bad(rec) || rec->races.len)) {
		w->bad = w->done = true;
		w->outcome->runs = rec->result.batch_runs;
	}
	steal_record(&w->outcome->record, rec);
	w->outcome->ran = true;
	return 0;
}

static int on_end(void *arg, const struct knot_plan *plan, const struct knot_plan_end *end,
	struct knot_error *err)
{
	struct waiting *w = arg;

	(void)err;
	if (plan->request.flags & KNOT_REQ_REPLAY && !w->bad) {
		w->outcome->runs = end->runs;
	}
	w->done |= (plan->request.flags & KNOT_REQ_REPLAY) != 0;
	return 0;
}

static int on_broken(void *arg, const char *why, struct knot_error *err)
{
	struct waiting *w = arg;

	(void)why;
	(void)err;
	w->broken = true;
	return 0;
}

static int post_native(
	struct knot_replayer *r, const struct knot_schedule *s, struct knot_error *err)
{
	struct knot_plan plan = {
		.request =
			{
				.seed = s->seed,
				.count = s->runs,
				.policy = KNOT_POLICY_FIFO,
				.flags = KNOT_REQ_REPLAY | KNOT_REQ_EXIT | KNOT_REQ_NO_FEEDBACK,
				.wait_us = s->wait_us,
			},
	};

	knot_chain_put(&s->chain, &plan.request);
	plan.request.alias_len = (uint32_t)(s->aliases_len / KNOT_ALIAS_SLOTS);
	plan.request.prefix_len = (uint32_t)s->aliases_len;
	plan.prefix = s->aliases;
	return knot_worker_post(r->worker, &plan, err);
}

static int post(struct knot_replayer *r, const struct knot_schedule *s, struct knot_error *err)
{
	struct knot_plan plan = {
		.request =
			{
				.seed = s->seed,
				.count = 1,
				.step_limit = s->step_limit,
				.policy = KNOT_POLICY_FIFO,
				.flags = KNOT_REQ_NO_FEEDBACK,
			},
	};
	int rc;

	if (s->native)
		return post_native(r, s, err);
	if (s->flags & KNOT_REQ_WARM && (rc = knot_worker_post(r->worker, &plan, err)))
		return rc;
	plan.request.fair_after = s->fair_after;
	plan.request.policy = s->policy;
	plan.request.flags = KNOT_REQ_REPLAY | KNOT_REQ_EXIT | KNOT_REQ_NO_FEEDBACK |
		(s->switches ? KNOT_REQ_SWITCHES : 0) | (s->candidates ? KNOT_REQ_CANDIDATES : 0);
	if (s->policy_seed)
		plan.request.flags |= s->flags & (KNOT_REQ_NO_TIMER | KNOT_REQ_SHORT_TIMER);
	plan.request.policy_seed = s->policy_seed;
	plan.request.depth = s->depth;
	plan.request.steps_hint = s->steps_hint;
	plan.request.alias_len = (uint32_t)(s->aliases_len / KNOT_ALIAS_SLOTS);
	plan.request.prefix_len = (uint32_t)(s->aliases_len + s->decisions_len);
	plan.request.stop_step = s->stop_step;
	plan.request.mem_len = (uint32_t)s->memory_len;
	knot_chain_put(&s->chain, &plan.request);
	if (s->memory_len)
		memcpy(plan.request.mem, s->memory, s->memory_len * sizeof(*s->memory));
	knot_auto_free uint16_t *prefix =
		knot_xreallocarray(NULL, s->aliases_len + s->decisions_len + 1, sizeof(*prefix));

	if (s->aliases_len)
		memcpy(prefix, s->aliases, s->aliases_len * sizeof(*prefix));
	if (s->decisions_len)
		memcpy(prefix + s->aliases_len, s->decisions, s->decisions_len * sizeof(*prefix));
	plan.prefix = prefix;
	return knot_worker_post(r->worker, &plan, err);
}

static int wait_for_end(
	struct knot_replayer *r, struct waiting *w, bool to_the_end, struct knot_error *err)
{
	const struct knot_worker_events events = {
		.run = on_run, .end = on_end, .broken = on_broken, .arg = w};
	int rc = 0;

	while (!rc && ((!w->done && !w->broken) || (to_the_end && knot_worker_pid(r->worker)))) {
		struct pollfd p[2] = {{.fd = r->out.fds[0], .events = POLLIN},
			{.fd = r->err.fds[0], .events = POLLIN}};
		const struct timespec tick = {.tv_nsec = 200000};

		if (r->cancel && *r->cancel)
			return knot_error_set(err, KNOT_EUSAGE, "interrupted");
		ppoll(p, 2, &tick, NULL);
		stream_drain(r, &r->out);
		stream_drain(r, &r->err);
		rc = knot_worker_poll(r->worker, &events, err);
		if (!rc && r->meanwhile)
			rc = r->meanwhile(r->meanwhile_arg, err);
	}
	stream_drain(r, &r->out);
	stream_drain(r, &r->err);
	return rc;
}

int knot_replay(struct knot_replayer *r, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, struct knot_outcome *ret_outcome,
	struct knot_error *err)
{
	struct knot_worker_options o = r->options;
	struct knot_outcome outcome = {0};
	const uint64_t start_ns = knot_clock_mono_ns();
	struct waiting w = {.outcome = &outcome,
		.warming = schedule->flags & KNOT_REQ_WARM,
		.native = schedule->native};
	int rc;

	knot_worker_close(r->worker);
	r->worker = NULL;
	r->err.fds[0] = r->err.fds[1] = -1;
	if ((rc = stream_open(&r->out, err)) || (rc = stream_open(&r->err, err)))
		goto out;
	o.end_only = schedule->end_only;
	o.native = schedule->native;
	o.stdout_fd = r->out.fds[1];
	o.stderr_fd = r->err.fds[1];
	if ((rc = knot_worker_open(&o, &r->worker, err)) ||
		(rc = knot_worker_assign(r->worker, target, err)) || (rc = post(r, schedule, err)))
		goto out;
	rc = wait_for_end(r, &w, schedule->to_the_end, err);
	if (!rc) {
		struct knot_worker_stats stats;

		knot_worker_stats(r->worker, &stats);
		outcome.cpu_ns = stats.cpu_ns;
		outcome.wall_ns = knot_clock_mono_ns() - start_ns;
		outcome.out_len = r->out.len;
		outcome.err_len = r->err.len;
		r->out.data[r->out.len] = r->err.data[r->err.len] = '\0';
		outcome.out = knot_steal(&r->out.data);
		outcome.err = knot_steal(&r->err.data);
		*ret_outcome = outcome;
	}
out:
	if (rc)
		knot_outcome_free(&outcome);
	stream_close(&r->out);
	stream_close(&r->err);
	return rc;
}

int knot_replay_tolerant(struct knot_replayer *r, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, struct knot_outcome *ret_outcome,
	struct knot_error *err)
{
	const int rc = knot_replay(r, target, schedule, ret_outcome, err);

	if (rc != KNOT_EINPUT)
		return rc;
	*ret_outcome = (struct knot_outcome){.damaged = true};
	return 0;
}

struct knot_schedule knot_schedule_of(const struct knot_crash *crash, uint32_t *memory)
{
	for (size_t i = 0; i < crash->memory.len; i++)
		knot_crash_memory_site(crash->memory.data[i], &memory[i]);
	return (struct knot_schedule){
		.seed = crash->seed,
		.step_limit = crash->step_limit,
		.fair_after = crash->fair_after,
		.flags = crash->request_flags,
		.decisions = crash->decisions.data,
		.decisions_len = crash->decisions.len,
		.memory = memory,
		.memory_len = crash->memory.len,
	};
}
