/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goknot says while it fuzzes and replays, as text for people or one JSON object a line. Takes plain
 * values only: the lower layers decide what is said, here is how. All texts may come from a target; the
 * callers have escaped them (wire/text.h).
 */
#ifndef KNOT_VIEW_EMIT_H
#define KNOT_VIEW_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct knot_emit_progress {
	uint64_t elapsed_ns;
	uint64_t runs, runs_since; /* since the line before */
	uint64_t since_ns;
	uint64_t pairs, pairs_since, states;
	uint64_t chain_runs, chain_any, chain_all;
	uint64_t corpus, processes, steps;
	uint32_t findings, duplicates, rejected, listed, ignored, fixed, targets, programs,
		set_aside, workers;
	uint64_t replays, replays_same;
	uint64_t audits, audits_same;
	uint64_t trials_refused, trials_refused_had, trials_tried, trials_tried_had;
	uint64_t events_lost, hooks_missed, pairs_full, sites_full, prims_full, races_lost,
		preempts;
};

struct knot_emit_finding {
	const char *package, *test, *verdict, *title, *message;
	const char *proof; /* of a leak, NULL = no leak */
	const char *crash_file; /* as to be typed */
	const char *replay_flags; /* to be typed before it: "" or "-C dir " */
	const char *lines_are; /* "waits": who waits for whom; "stacks": of a race */
	const char *const *lines;
	size_t lines_len;
	uint64_t bucket, schedule_hash;
	uint64_t early_ns; /* virtual time skipped by firing timers early, all of them together */
	uint32_t steps;
	bool external; /* something outside the program took part */
	bool native;
	uint32_t tries, reproduced; /* native */
	const char *const *critical; /* switches of the minimised schedule */
	size_t critical_len;
	const char *not_smaller; /* why its schedule is as it was found; NULL = it was minimised */
	bool minimized; /* the two above, and the next two, mean something */
	uint32_t preemptions, preemptions_before;
	const char *fixed; /* a regression: the day on which it was fixed; else NULL */
	const char *to_ignore; /* lines for an ignore file, NULL = none are proposed */
	const char
		*controlled_file; /* native: the same under the controlled scheduler, NULL = none */
};

struct knot_emit_replay; /* view/emit_replay.h */

/* A schedule that was made smaller, or could not be. */
struct knot_emit_minimized {
	const char *file, *result; /* as to be typed; result NULL = none */
	const char *why; /* it is not as small as can be, NULL = it is */
	bool smaller; /* there is a result: all below is about it */
	uint32_t steps_before, preemptions_before, switches_before, timers_before;
	uint32_t steps, preemptions, switches, timers;
	uint32_t runs, tries; /* trials, and runs that each was given */
	uint64_t ns;
	uint32_t replays, replays_same; /* of the result */
	uint32_t proof_runs; /* schedules with fewer preemptions that were tried */
	bool proved; /* there are no others */
	const char *const *lines; /* its critical switches */
	size_t lines_len;
	bool chain_does; /* chain alone, the rest run-until-block, ends so, too */
	uint32_t chain_runs; /* trials of it */
	const char *const *chain; /* an operation each */
	size_t chain_len;
	/* Native: a chain is all there is. Of what is above only file, result, why, smaller, runs and ns mean something. */
	bool native;
	uint32_t chain_before; /* operations */
	uint32_t confirm_tries, confirm_same; /* native runs of the result */
	double confirm_low, confirm_high; /* with 95 % confidence, 0 to 1 */
};

/* A schedule kept beside the code, replayed. */
struct knot_emit_schedule {
	const char *file, *package, *test,
		*expected; /* file as to be typed; expected: its verdict */
	const char *
		outcome; /* "reproduced", "other" (another bug), "clean", "fixed", "diverged", "stale", "ignored" */
	const char *title; /* of what it ended in, "" = well */
	const char *why; /* stale, ignored: why, else NULL */
	uint32_t step; /* diverged: where */
	const char *
		text; /* what became of the schedule where the code has changed, NULL = it has not */
};

struct knot_emit_tested {
	uint32_t schedules, reproduced, other, fixed, diverged, stale, ignored;
	uint64_t build_ns, replay_ns;
};

/* A run that was replayed whatever it ended in. */
struct knot_emit_audit {
	const char *package, *test, *verdict, *end, *title, *why;
	uint64_t schedule_hash, early_ns, virtual_ns;
	uint64_t cpu_ns, wall_ns; /* of the process that replayed it */
	uint32_t steps;
	bool external, reproduced, same_hash;
};

/* A chain that was forced. */
struct knot_emit_trial {
	const char *package, *test, *chain;
	const char *why, *refused_now; /* "order", "clocks", NULL = not refused */
	uint32_t len, runs;
	uint64_t earlier, earlier_whole; /* runs of the campaign */
	bool had;
};

struct knot_emit_ops {
	void (*note)(FILE *out, const char *text);
	void (*progress)(FILE *out, const struct knot_emit_progress *p);
	void (*finding)(FILE *out, const struct knot_emit_finding *f);
	/* A bad end that is no finding, an ignored one, a rejected candidate, a test set aside. */
	void (*listed)(FILE *out, const char *kind, const char *package, const char *test,
		const char *title, const char *why);
	void (*audit)(FILE *out, const struct knot_emit_audit *a);
	void (*trial)(FILE *out, const struct knot_emit_trial *t);
	/* At the end: a line of the ignore file, ".goknotignore:3", and what it matched. */
	void (*ignore)(FILE *out, const char *at, const char *line, uint64_t findings);
	void (*summary)(FILE *out, const struct knot_emit_progress *p);
	void (*step)(FILE *out, const char *text, bool is_event);
	void (*replay)(FILE *out, const struct knot_emit_replay *r);
	void (*minimized)(FILE *out, const struct knot_emit_minimized *m);
	void (*schedule)(FILE *out, const struct knot_emit_schedule *s);
	void (*tested)(FILE *out, const struct knot_emit_tested *t);
};

extern const struct knot_emit_ops knot_emit_text;
extern const struct knot_emit_ops knot_emit_json;

#endif
