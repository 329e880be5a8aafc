/* SPDX-License-Identifier: BSD-2-Clause */
/* One run as goknot keeps it while it looks at it: copied out of the shared memory, owned, contiguous. */
#ifndef KNOT_ENGINE_RECORD_H
#define KNOT_ENGINE_RECORD_H

#include "explore/run_view.h"
#include "sys/shm.h"
#include "wire/probed.h"
#include "wire/race.h"

struct knot_error;
struct knot_probing_stream;

struct knot_record {
	struct knot_shm_result result;
	struct knot_shm_events events;
	struct knot_shm_decisions decisions;
	struct knot_shm_snaps snaps;
	struct knot_shm_goroutines
		gs; /* by number, from the SPAWN events: complete even beyond the table */
	/* The same as the eBPF probe saw it, where it was asked to. */
	struct knot_record_probed {
		bool asked;
		bool complete; /* every event that the ring has is there, and in no run that lost any */
		struct knot_shm_events events; /* settled, in the order of the probe */
		struct knot_probed_check check; /* against the ring, of an audited run */
		bool checked;
	} probed;
	char *dump; /* goroutine dump, NULL = none */
	struct knot_races races; /* what the race detector reported in the run */
	char *race_text; /* the same in its own words, NULL = nothing */
	size_t race_len;
	bool timed_out; /* killed for time */
	bool over_memory; /* killed for taking more memory than it may */
	uint32_t over_processes; /* killed for having more than so many, 0 = not for that */
	int signal; /* signal that ended the process, 0 = none */
	uint32_t exit_code; /* of a process that ended inside the run */
};

/*
 * Fills rec from the region for a held run (or for the run a process died in). end_only leaves the trace
 * (events, decisions, goroutines) out: a long one is 40 MB, so that there is never more than one of them.
 */
int knot_record_take(struct knot_shm *shm, const struct knot_shm_result *result, bool end_only,
	struct knot_record *rec, struct knot_error *err);
/* The run under way in shm, when its process died or hangs: a result made of it. */
int knot_record_take_current(
	struct knot_shm *shm, bool end_only, struct knot_record *rec, struct knot_error *err);
/*
 * Adds to a run that was just taken what the eBPF probe saw of it. compare: with the ring, too; chain: what became of
 * the chain is the probe's word. Called before the region's events are released.
 */
int knot_record_probe(struct knot_shm *shm, struct knot_probing_stream *probe, bool compare,
	bool chain, struct knot_record *rec, struct knot_error *err);
/* Gives the events up once they have been looked at; the rest stays. */
void knot_record_drop_events(struct knot_record *rec);
/* Leaves rec empty and usable; keeps no memory. */
void knot_record_free(struct knot_record *rec);
/* Did it end in another way than passed or skipped? */
bool knot_record_is_bad(const struct knot_record *rec);
/* How often the watchdog preempted a goroutine. */
uint32_t knot_record_preemptions(const struct knot_record *rec);

/* How many times something from outside arrived: I/O, the end of a system call, a signal. */
uint32_t knot_record_arrivals(const struct knot_record *rec);
/* Borrowed from rec. */
struct knot_run_view knot_record_view(const struct knot_record *rec);
/* The same of what the probe recorded: empty when that is not complete. */
struct knot_run_view knot_record_probed_view(const struct knot_record *rec);

#endif
