/* SPDX-License-Identifier: BSD-2-Clause */
/* A campaign: workers over targets, until time, count, a signal or the first finding ends it. */
#ifndef KNOT_ENGINE_CAMPAIGN_H
#define KNOT_ENGINE_CAMPAIGN_H

#include "engine/feedback.h"
#include "engine/finding.h"
#include "engine/project.h"
#include "explore/portfolio.h"

struct knot_campaign;
struct knot_campaign_news_item;
struct knot_error;
struct knot_ignore;

struct knot_campaign_options {
	uint64_t fuzztime_ns; /* 0 = until stopped */
	uint64_t fuzztime_runs; /* 0 = no limit */
	uint32_t parallel;
	uint64_t seed;
	int32_t policy; /* KNOT_POLICY_*, -1 = portfolio */
	uint32_t depth; /* of a pinned PCT or delay, 0 = mixed */
	bool native; /* the stock scheduler */
	bool mutate, gopie; /* gopie: that algorithm in place of all policies */
	enum knot_feedback_kind feedback;
	bool first; /* stop at the first finding */
	uint32_t fresh_every; /* requests per process, 0 = default */
	double audit; /* share of the requests that are replayed, whatever they end in */
	uint32_t
		trials; /* chains refused, and as many tried, of a test that are forced at the end */
	uint32_t tries; /* runs that each has, 0 = KNOT_TRIAL_TRIES */
	uint64_t minimize_ns; /* real time for making a new finding's schedule smaller, 0 = none */
	uint64_t timeout_ns; /* real time of one run */
	uint64_t memory_bytes, disk_bytes; /* of a target; of the campaign directory, 0 = default */
	uint32_t cfg_flags; /* KNOT_CFG_* */
	const char *campaign_dir; /* absolute */
	const char *command_line; /* kept in the store */
	const char *packages_dir; /* absolute, kept for who shows how to replay */
	struct knot_ignore *ignore; /* findings that are lived with, NULL = none */
	const volatile int *cancel; /* set by a signal handler */
};

/* Counts of a session that are also kept over all of them. */
enum knot_live {
	KNOT_LIVE_PROCESSES,
	KNOT_LIVE_REPLAYS,
	KNOT_LIVE_REPLAYS_SAME,
	KNOT_LIVE_REJECTED,
	KNOT_LIVE_DUPLICATES,
	KNOT_LIVE_NOT_RECORDED,
	KNOT_LIVE_IMPORTED,
	KNOT_LIVE_RECORDED,
	KNOT_LIVE_COUNT,
};

/* What the screen shows. */
struct knot_campaign_status {
	uint64_t elapsed_ns;
	uint64_t earlier_ns; /* of the sessions before */
	uint64_t earlier[KNOT_LIVE_COUNT]; /* likewise */
	uint64_t since_pair_ns, since_finding_ns, since_hang_ns; /* UINT64_MAX = none so far */
	uint64_t cycles; /* turns that every test has had */
	uint64_t pending; /* chains of the corpus that were never mutated */
	uint64_t imported; /* chains taken from files, in this session */
	uint64_t recorded; /* of these, from recordings */
	uint32_t longest_chain;
	uint64_t runs_at_finding; /* when the last finding of this session came */
	uint64_t runs, steps, processes;
	uint64_t pairs, states, corpus;
	uint64_t chain_runs, chain_any,
		chain_all; /* runs under a chain, with an effect, with all of it */
	uint32_t workers, targets, programs, set_aside;
	uint32_t findings, duplicates, rejected;
	uint32_t listed, listed_all; /* seen in this session, and in all with this code */
	uint32_t verdicts
		[KNOT_VERDICT_COUNT]; /* findings by verdict, those of earlier sessions with them */
	uint32_t ignored,
		ignored_all; /* findings that the ignore file matches, in this session and in all */
	uint32_t fixed; /* findings of other builds whose schedules end well now, in this session */
	uint32_t known_hits; /* verified ends whose bucket was known before */
	uint64_t replays, replays_same; /* fidelity of verification */
	uint64_t audits, audits_same; /* runs replayed; same end and schedule */
	struct knot_feedback_stats probe;
	uint64_t trials_refused, trials_refused_had, trials_tried, trials_tried_had;
	/* Of the campaign directory: taken, at most, taken by builds; and left on the disk. */
	uint64_t disk_bytes, disk_limit_bytes, disk_builds_bytes, disk_free_bytes;
	uint64_t events_lost, hooks_missed, pairs_full, sites_full, prims_full, races_lost,
		preempts;
};

struct knot_campaign_view {
	/* Every interval_ns (0 = 3 s). */
	void (*progress)(void *arg, const struct knot_campaign_status *status);
	uint64_t interval_ns;
	void (*news)(void *arg, const struct knot_campaign_news_item *item);
	void *arg;
};

/* Opens the store, the sandboxes and the workers. project is borrowed. */
int knot_campaign_open(const struct knot_campaign_options *options, struct knot_project *project,
	const struct knot_campaign_view *view, struct knot_campaign **ret_campaign,
	struct knot_error *err);
/* Runs to the end. 0 whatever was found. */
int knot_campaign_run(struct knot_campaign *c, struct knot_error *err);
void knot_campaign_status(struct knot_campaign *c, struct knot_campaign_status *ret_status);
/* Everything of this session that was lost and counted, whatever it was. */
uint64_t knot_campaign_not_recorded(const struct knot_campaign_status *st);

/* One test, and what all sessions made of it. */
struct knot_campaign_target {
	const struct knot_target *target; /* borrowed from the project */
	uint64_t runs, steps, pairs;
	uint64_t chain_runs, chain_any, chain_all;
	uint64_t used_ns; /* worker time */
	uint32_t findings;
	uint32_t workers; /* that run it now */
	bool aside;
};

struct knot_campaign_worker_status {
	const struct knot_target *target; /* NULL = none; borrowed */
	uint64_t runs;
	pid_t pid; /* 0 = no process */
};

size_t knot_campaign_targets(const struct knot_campaign *c);
/* i below the number of targets, of workers. */
void knot_campaign_target(
	const struct knot_campaign *c, size_t i, struct knot_campaign_target *ret_target);
void knot_campaign_worker(
	const struct knot_campaign *c, uint32_t i, struct knot_campaign_worker_status *ret_worker);
/* What an arm of all targets' portfolios did in this session. */
void knot_campaign_arm(
	const struct knot_campaign *c, enum knot_arm arm, struct knot_arm_stats *ret_stats);
void knot_campaign_close(struct knot_campaign *c);

#endif
