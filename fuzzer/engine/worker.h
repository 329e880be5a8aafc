/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One worker: a sandbox, a shared region and at most one target process at a time. It runs requests for
 * one test, starts the process anew when it left or died, and hands every run that matters to its owner.
 * It never blocks: knot_worker_poll is called about once a millisecond.
 */
#ifndef KNOT_ENGINE_WORKER_H
#define KNOT_ENGINE_WORKER_H

#include "engine/record.h"
#include "explore/portfolio.h"

#include <stdbool.h>

struct knot_error;
struct knot_entering_stream;
struct knot_probing_stream;
struct knot_sandbox;
struct knot_worker;

/* The test, or the program, that a worker runs; borrowed while it is assigned. */
struct knot_worker_target {
	const char *binary; /* absolute */
	const char *dir; /* where it runs: a test in its package's directory, as with go test */
	const char *test;
	const char *run, *skip; /* patterns for its subtests, NULL = all of it */
	const char *const *args; /* after -args, or the program's; NULL-terminated or NULL */
	bool program; /* from main to its exit, one run a process; test is its name */
	bool is_short;
	bool race; /* built with -race */
	uint64_t salt;
	uint64_t start_ns; /* wall clock at virtual time 0 of every run, 0 = now */
};

struct knot_worker_options {
	struct knot_sandbox *sandbox; /* borrowed; NULL = none */
	uint64_t timeout_ns; /* real time of one run, 0 = none */
	uint64_t memory_bytes; /* 0 = no limit */
	uint32_t processes; /* that a target may have, 0 = no limit */
	uint32_t cfg_flags; /* KNOT_CFG_* */
	bool end_only; /* of each run its end, without the trace */
	bool native; /* on the stock scheduler */
	int stdout_fd, stderr_fd; /* KNOT_PROC_NULL or a file; borrowed */
	/*
	 * Words in front of the binary, NULL-terminated: the process is a debugger that runs it, on goknot's terminal. What the
	 * target prints comes from the descriptors KNOT_WORKER_DEBUG_*. There is one such process, whatever comes of it. NULL = none;
	 * borrowed.
	 */
	const char *const *debugger;
	struct knot_probing_stream *probe; /* NULL = none; borrowed */
	struct knot_entering_stream
		*entering; /* likewise, of the runtime's own functions in audited runs */
	bool probe_all; /* all requests are probed, and what became of their chains is the probe's word; else only audits are */
	int drain_fd; /* takes the place of KNOT_PROC_NULL (sys/drain.h), 0 = none; borrowed */
};

/* All are called from knot_worker_poll. A negative answer ends the poll with it. */
struct knot_worker_events {
	/* A held run or a bad end. rec is borrowed; what it holds may be taken out of it or dropped. */
	int (*run)(void *arg, const struct knot_plan *plan, struct knot_record *rec,
		struct knot_error *err);
	/* A request has ended. */
	int (*end)(void *arg, const struct knot_plan *plan, const struct knot_plan_end *end,
		struct knot_error *err);
	/* That was that, and there is room for another: before any later run is told of. NULL = nothing to say. */
	int (*more)(void *arg, struct knot_error *err);
	/* The process cannot run the test at all (died before the first run, no such test). */
	int (*broken)(void *arg, const char *why, struct knot_error *err);
	void *arg;
};

struct knot_worker_stats {
	uint64_t processes, runs, steps;
	uint64_t cpu_ns; /* of processes that have ended by themselves */
	uint64_t events_lost, pairs_full, sites_full, prims_full, hooks_missed, races_lost,
		preempts;
};

#define KNOT_WORKER_QUEUE 8
/* In the debugger. */
#define KNOT_WORKER_DEBUG_STDOUT 4
#define KNOT_WORKER_DEBUG_STDERR 5
#define KNOT_WORKER_PROCESSES 1000 /* more are a bomb */

int knot_worker_open(const struct knot_worker_options *options, struct knot_worker **ret_worker,
	struct knot_error *err);
/* Kills the process. Accepts NULL. */
void knot_worker_close(struct knot_worker *w);

/* Switches to another test (NULL = none): requests under way are dropped without an answer. */
int knot_worker_assign(
	struct knot_worker *w, const struct knot_worker_target *target, struct knot_error *err);
/* Another place for the processes to come; there is none now. Borrowed. */
void knot_worker_set_sandbox(struct knot_worker *w, struct knot_sandbox *sandbox);
/* Requests that may be posted now. */
unsigned knot_worker_room(const struct knot_worker *w);
bool knot_worker_idle(const struct knot_worker *w);
/* Queues a request and starts the process when there is none. The plan's prefix is copied. */
int knot_worker_post(struct knot_worker *w, const struct knot_plan *plan, struct knot_error *err);
int knot_worker_poll(
	struct knot_worker *w, const struct knot_worker_events *events, struct knot_error *err);

/* Pid of the process, 0 = none. */
pid_t knot_worker_pid(const struct knot_worker *w);
/* Readable once the process is dead; -1 = none. Borrowed. */
int knot_worker_pidfd(const struct knot_worker *w);
/* Sums over all processes so far. */
void knot_worker_stats(struct knot_worker *w, struct knot_worker_stats *ret_stats);
/* Borrowed: for the site table. */
struct knot_shm *knot_worker_shm(struct knot_worker *w);

#endif
