/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goknot says while it fuzzes and replays, as text for people or one JSON object a line. Takes plain
 * values only: the lower layers decide what is said, here is how. All texts may come from a target; the
 * callers have escaped them (wire/text.h).
 */
#ifndef KNOT_VIEW_EMIT_H
#define KNOT_VIEW_EMIT_H

#include "wire/entered.h"

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
	uint64_t checks, checks_same, checked_events, checks_raced; /* ring against eBPF probe */
	/* Events against the Go runtime's own functions; left: by enum knot_entered_rule. */
	uint64_t runtime_checks, runtime_checks_same, runtime_checks_unknown, runtime_pairs;
	uint64_t runtime_lost, runtime_left[KNOT_ENTERED_RULES];
	uint64_t probe_records, probe_lost, probe_incomplete;
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

struct knot_emit_minimized; /* view/emit_minimized.h */
struct knot_emit_replay; /* view/emit_replay.h */
struct knot_emit_schedule; /* view/emit_schedule.h, as the next one */
struct knot_emit_tested;

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

struct knot_emit_listed {
	const char *kind; /* "listed", "ignored", ... */
	const char *package, *test, *title, *message, *why; /* the last three: NULL = none */
};

struct knot_emit_ops {
	void (*note)(FILE *out, const char *text);
	void (*progress)(FILE *out, const struct knot_emit_progress *p);
	void (*finding)(FILE *out, const struct knot_emit_finding *f);
	/* A bad end that is no finding, an ignored one, a rejected candidate, a test set aside. */
	void (*listed)(FILE *out, const struct knot_emit_listed *l);
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
