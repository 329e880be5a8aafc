/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs one schedule again, in a fresh process of its own, with its output kept. This is how a candidate
 * is verified and what `goknot replay` does.
 */
#ifndef KNOT_ENGINE_REPLAY_H
#define KNOT_ENGINE_REPLAY_H

#include "engine/record.h"
#include "engine/worker.h"
#include "wire/chain.h"

struct knot_crash;
struct knot_error;
struct knot_replayer;

/* What to follow; everything borrowed during the call. */
struct knot_schedule {
	uint64_t seed;
	uint32_t step_limit, fair_after;
	uint32_t
		flags; /* KNOT_REQ_* of the run; KNOT_REQ_WARM: one fifo run comes first in the process */
	uint32_t policy; /* KNOT_POLICY_*, for what the decisions leave open; 0 = fifo */
	bool candidates; /* who else could have gone on is among the events: KNOT_REQ_CANDIDATES */
	bool switches; /* the decisions are entries of wire/switches.h instead */
	const uint16_t *decisions;
	size_t decisions_len;
	/* Of a schedule of other code: explore/moved.h. */
	const uint16_t *aliases; /* KNOT_ALIAS_SLOTS each */
	size_t aliases_len; /* in slots */
	/* Behind what is followed policy decides, by draws of its own; 0 = by those of seed. */
	uint64_t policy_seed;
	uint32_t depth, steps_hint; /* of that policy */
	const uint32_t *memory; /* accesses that are scheduling points, KNOT_MEM_MAX at most */
	size_t memory_len;
	uint32_t stop_step; /* the step before which a debugger is stopped, 0 = none */
	bool end_only; /* the outcome's record is without its trace */
	bool to_the_end; /* wait until the process is gone, so that its CPU time is known */
	/* Order control, where decisions leave it something: native runs have no other. */
	struct knot_chain chain;
	/* Native: so many runs in the process until one ends badly. */
	bool native;
	uint32_t runs;
	uint32_t wait_us;
};

/* That of a crash file, not of a native one, borrowed from it; memory has room for KNOT_MEM_MAX and lives as long. */
struct knot_schedule knot_schedule_of(const struct knot_crash *crash, uint32_t *memory);

/* Owns its contents; free with knot_outcome_free. */
struct knot_outcome {
	bool ran; /* false: the process never came to the end of a run */
	bool damaged; /* by knot_replay_tolerant: why not */
	uint64_t wall_ns, cpu_ns; /* of the whole process; cpu_ns with to_the_end only */
	struct knot_record record; /* native: of the run that ended badly, else of the last */
	uint32_t runs; /* that were made */
	char *out, *err; /* what the target printed, at most KNOT_REPLAY_OUTPUT bytes each */
	size_t out_len, err_len;
};

#define KNOT_REPLAY_OUTPUT (1u << 20)

/* options as for a worker (its descriptors are ignored); cancel is read between polls, may be NULL. */
int knot_replayer_open(const struct knot_worker_options *options, const volatile int *cancel,
	struct knot_replayer **ret_replayer, struct knot_error *err);
void knot_replayer_close(struct knot_replayer *r);
/* Another place for the processes to come; that of the last replay is ended. Borrowed. */
void knot_replayer_set_sandbox(struct knot_replayer *r, struct knot_sandbox *sandbox);
/* Blocks until the run has ended. KNOT_EUSAGE "interrupted" when *cancel became true. */
int knot_replay(struct knot_replayer *r, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, struct knot_outcome *ret_outcome,
	struct knot_error *err);
/*
 * The same where one more run, however it ends, is all that is asked for: that the target writes over the shared memory, which
 * is KNOT_EINPUT, is then no error but a run that says nothing.
 */
int knot_replay_tolerant(struct knot_replayer *r, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, struct knot_outcome *ret_outcome,
	struct knot_error *err);
void knot_outcome_free(struct knot_outcome *o);
/* Monotonic time from which on no native run is tried again, 0 = never. */
void knot_replayer_set_deadline(struct knot_replayer *r, uint64_t deadline_ns);
bool knot_replayer_late(const struct knot_replayer *r);
/* Time until then, most_ns at most. */
uint64_t knot_replayer_left_ns(const struct knot_replayer *r, uint64_t most_ns);
/* What else is to be done while a run is waited for; a negative answer ends the replay with it. */
typedef int (*knot_replayer_meanwhile)(void *arg, struct knot_error *err);
void knot_replayer_set_meanwhile(
	struct knot_replayer *r, knot_replayer_meanwhile meanwhile, void *arg);
/*
 * Replays to come are run by a debugger: words as struct knot_worker_options has them, borrowed. There is no limit of time,
 * memory or processes then. said is told what the target prints as it comes; arg is its own.
 */
typedef void (*knot_replayer_said)(void *arg, const char *data, size_t len);
void knot_replayer_set_debugger(
	struct knot_replayer *r, const char *const *words, knot_replayer_said said, void *arg);
/* Pid of its process, which may still be ending; 0 = none. */
pid_t knot_replayer_pid(const struct knot_replayer *r);
/* Borrowed: for site names, until the next replay. */
struct knot_shm *knot_replayer_shm(struct knot_replayer *r);

#endif
