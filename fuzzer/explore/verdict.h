/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run's end means. The target says how the run ended and how every goroutine stood; here that
 * becomes a verdict, and whether it is a finding or only listed, with the reason.
 *
 * deadlock   the test cannot go on. leak: it ended, and goroutines of its run can never be woken.
 * proven     nothing live was left. Else only goroutines count whose primitives nothing live touched.
 * livelock   the step limit in the fair tail, and the last half of the trace did nothing that the part
 *            before it had not done: the same operations, nobody new, nobody ended, and nobody sleeps
 *            whose turn has not come. When no run of the test has ever ended, only a loop that changes
 *            nothing counts.
 */
#ifndef KNOT_EXPLORE_VERDICT_H
#define KNOT_EXPLORE_VERDICT_H

#include "explore/spinners.h"
#include "explore/waitgraph.h"

enum knot_verdict_kind {
	KNOT_VERDICT_OK,
	KNOT_VERDICT_DEADLOCK,
	KNOT_VERDICT_LEAK,
	KNOT_VERDICT_PANIC,
	KNOT_VERDICT_FATAL, /* fatal error of the Go runtime, or killed by a signal */
	KNOT_VERDICT_FAIL,
	KNOT_VERDICT_LIVELOCK,
	KNOT_VERDICT_STEPS, /* step limit without proof of a livelock */
	KNOT_VERDICT_TIMEOUT, /* wall clock */
	KNOT_VERDICT_EXIT, /* os.Exit inside a run */
	KNOT_VERDICT_RACE, /* data race */
	KNOT_VERDICT_COUNT,
};

/* Why something is listed only, or how sure a finding is. Numbers in databases: a new one comes last. */
enum knot_verdict_note {
	KNOT_NOTE_NONE,
	KNOT_NOTE_UNPROVEN, /* a finding, but something live was left */
	KNOT_NOTE_LIBRARY, /* only goroutines known to live for ever are left */
	KNOT_NOTE_EXTERNAL, /* waits for something outside the process */
	KNOT_NOTE_LIVE, /* whatever is blocked could still be woken */
	KNOT_NOTE_TIMING, /* the test gave up after a timer was fired 0.5 s or more too early */
	KNOT_NOTE_ALWAYS, /* every schedule so far ends so */
	KNOT_NOTE_SLOW, /* more steps might have ended it */
	KNOT_NOTE_CLEAN_EXIT, /* os.Exit(0) */
	KNOT_NOTE_REPEAT, /* it takes a second run in one process, and no special schedule */
	KNOT_NOTE_COUNT,
};

/* Of a leak: how it is known that nothing wakes the goroutines. Names go into crash files. */
enum knot_proof {
	KNOT_PROOF_NONE, /* no leak */
	KNOT_PROOF_UNPROVEN, /* the Go release cannot tell, or something live was left */
	KNOT_PROOF_REACHABLE, /* nothing is left that runs, but something live reaches what they wait for */
	KNOT_PROOF_PROVEN, /* by Go's collector: nothing live reaches what they wait for */
	KNOT_PROOF_COUNT,
};

struct knot_verdict_input {
	uint32_t end; /* KNOT_END_* */
	uint32_t flags; /* KNOT_RUN_* */
	uint32_t steps;
	uint32_t lost; /* events */
	uint64_t bucket; /* pre-bucket of the target */
	uint64_t early_ns; /* the most that a timer was fired before it was due */
	uint32_t exit_code; /* of os.Exit */
	int signal; /* that killed the process, 0 = none */
	bool timed_out; /* goknot killed it for wall-clock time */
	bool race; /* asked for a race and not for how the run ended; fail_sites are where */
	bool always; /* no run of this test has ever ended otherwise */
	const struct knot_shm_snap *snaps;
	size_t snaps_len;
	struct knot_run_view view; /* len 0 = no trace */
	const struct knot_names *names; /* may be NULL: then nothing is known as a library's */
	const uint32_t *fail_sites; /* where it panicked or failed, from the dump; may be NULL */
	size_t fail_sites_len;
	const char *message; /* first line of the panic or failure; may be NULL */
	bool watchdog; /* it panicked in the callback of a timer, which does nothing else then */
};

/* One thing that makes a bucket: what happened where. */
struct knot_verdict_site {
	uint32_t op;
	uint32_t site;
};

struct knot_verdict {
	uint32_t kind; /* enum knot_verdict_kind */
	uint32_t note; /* enum knot_verdict_note */
	bool finding;
	bool proven;
	uint32_t proof; /* enum knot_proof */
	uint64_t pre_bucket; /* used where there are no sites */
	struct knot_waitgraph graph;
	struct knot_spinners spinners; /* of a run that did not end */
	KNOT_VEC(struct knot_verdict_site)
	sites; /* sorted, each once: blocked, failing or spinning */
};

/* Fills *ret_verdict, which must be zeroed or come from an earlier call. Free it afterwards. */
void knot_verdict_decide(const struct knot_verdict_input *in, struct knot_verdict *ret_verdict);
void knot_verdict_free(struct knot_verdict *v);

/* "deadlock", "leak", ...: as in crash files and reports. */
/* NULL where there is nothing to prove. */
const char *knot_proof_name(uint32_t proof);
const char *knot_verdict_name(uint32_t kind);
/* A clause for a person: "something live was left". "" for KNOT_NOTE_NONE. */
const char *knot_verdict_note_text(uint32_t note);

#endif
