/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the campaign share: campaign.c (loop), judge.c (candidates), audit.c (replays of any run), status.c. */
#ifndef KNOT_ENGINE_CAMPAIGN_INTERNAL_H
#define KNOT_ENGINE_CAMPAIGN_INTERNAL_H

#include "base/table.h"
#include "base/vec.h"
#include "engine/campaign.h"
#include "engine/kinds.h"
#include "engine/news.h"
#include "engine/replay.h"
#include "engine/sitenames.h"
#include "engine/turns.h"
#include "explore/budget.h"
#include "explore/portfolio.h"

struct knot_corpus_cover;
struct knot_entering;
struct knot_entering_stream;
struct knot_probing;
struct knot_probing_stream;
struct knot_corpus_name;
struct knot_listed_row;
struct knot_old;
struct knot_sandbox;
struct knot_store;
struct knot_warden;

#define KNOT_JUDGE_TRIES 3 /* candidates that may fail verification before their kind is given up */
#define KNOT_JUDGE_LOOKS 50 /* at a kind that is no finding yet but may turn into one */

/* Counters that persist.c writes as differences. */
struct knot_target_totals {
	uint64_t runs, steps, requests;
	uint64_t ends[KNOT_END_COUNT];
	uint64_t chain_runs, chain_any, chain_all;
};

struct knot_target_state {
	struct knot_target *target;
	struct knot_portfolio *portfolio;
	uint32_t index;
	int64_t store_id, store_binary;
	uint64_t build; /* engine/regress.h; 0 = not asked for yet */
	uint64_t used_ns; /* worker time spent in this session, slices under way left out */
	uint64_t earlier_used_ns; /* in the sessions before */
	uint64_t earlier_chain_runs, earlier_chain_any, earlier_chain_all;
	uint32_t findings; /* of all sessions */
	uint64_t slices; /* turns that it has had */
	uint64_t taken; /* runs asked for in this session, those of requests under way with them */
	uint64_t run_ns, request_ns; /* real time lately, 0 = not known */
	uint64_t good_runs; /* in which the test passed, whatever it left behind */
	uint64_t runs, steps, last_new_pair_run;
	KNOT_VEC(struct knot_listed_row) listed; /* engine/listed_rows.h */
	bool asked_subtests; /* engine/nosubtest.h */
	bool aside, stored_aside, is_uneven; /* is_uneven: that is why */
	uint32_t uneven; /* candidates whose schedule ended now so, now otherwise */
	uint64_t damages; /* processes that wrote over the shared memory */
	uint32_t damages_in_a_row; /* without a request done in between */
	uint32_t workers; /* that run it now */
	struct knot_target_totals total[KNOT_POLICY_COUNT], stored[KNOT_POLICY_COUNT];
	uint32_t stored_ops, stored_pairs, stored_pool;
	uint64_t stored_changes /* of the positions */, stored_used_ns;
	uint32_t plain_exported; /* chains that showed nothing new and were written to a file */
};

struct knot_campaign_worker {
	struct knot_campaign *campaign;
	struct knot_worker *worker;
	struct knot_probing_stream *stream; /* NULL = no probe */
	struct knot_entering_stream *entering; /* NULL = none at the runtime's own functions */
	struct knot_sandbox *sandbox;
	struct knot_target_state *state; /* NULL = none assigned */
	struct knot_campaign_turn turn;
	uint64_t runs; /* of this session */
	uint64_t heard_request; /* request whose held runs are counted */
	uint32_t heard;
};

struct knot_campaign {
	struct knot_campaign_options options;
	struct knot_project *project;
	struct knot_campaign_view view;
	struct knot_store *store;
	struct knot_sitenames *names;
	struct knot_replayer *replayer;
	struct knot_sandbox *replay_sandbox;
	struct knot_warden *warden;
	struct knot_probing *probing; /* NULL = no probe */
	struct knot_entering *entering; /* NULL = none at the runtime's own functions */
	struct knot_feedback_stats probe; /* what the probe counts itself left out */
	int drain_fd; /* takes what the tests print */
	struct knot_campaign_worker *workers;
	struct knot_target_state *states;
	struct knot_budget budget; /* of all targets */
	struct knot_cpop_desk *desk;
	struct knot_kind *kinds;
	struct knot_bucket *buckets;
	KNOT_VEC(struct knot_old *) olds; /* engine/old.h */
	struct knot_campaign_status status;
	uint64_t start_ns, earlier_ns, earlier_hooks_missed;
	uint64_t last_pair_ns, last_finding_ns, last_hang_ns; /* wall clock, 0 = none so far */
	struct knot_arm_stats stored_arms[KNOT_ARM_COUNT];
	uint64_t earlier_live[KNOT_LIVE_COUNT];
	uint64_t flushed_ns, flushed_runs; /* at the last flush */
	uint64_t next_flush_ns, next_progress_ns, next_disk_ns, next_glance_ns;
	struct knot_turns *turns;
	uint64_t taken; /* runs asked for */
	KNOT_VEC(struct knot_corpus_cover) covers; /* of entries that are not stored yet */
	struct knot_corpus_name *corpus_names; /* files of corpus/ that are dealt with */
	bool corpus_complained, disk_complained, stop, feedback_ebpf;
};
/* What replays the run that rec is of; it borrows from both. */
struct knot_schedule knot_judge_schedule(
	const struct knot_plan *plan, const struct knot_record *rec);
/* judge.c: a bad end, or a race of the record's (NULL = the end), arrived from worker w. Rec loses its events
 * when it is a candidate. */
int knot_judge(struct knot_campaign *c, struct knot_campaign_worker *w,
	const struct knot_plan *plan, struct knot_record *rec, const struct knot_race *race,
	bool *ret_finding, struct knot_error *err);
/* The same end, as far as the target itself can tell. */
bool knot_judge_same_end(const struct knot_record *a, const struct knot_record *b);
/* Replays schedule of s with the campaign's replayer. */
int knot_judge_replay(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_schedule *schedule, struct knot_outcome *ret, struct knot_error *err);
/* A verified finding of s, of this session or an earlier one, of that time of the wall clock. */
void knot_judge_count(
	struct knot_campaign *c, struct knot_target_state *s, uint32_t verdict, uint64_t ns);
/* It is none any more. */
void knot_judge_uncount(struct knot_campaign *c, struct knot_target_state *s, const char *verdict);
void knot_judge_free(struct knot_campaign *c);

/* status.c: worker time of all sessions, slices under way with it. */
uint64_t knot_target_used_ns(const struct knot_campaign *c, const struct knot_target_state *s);

/* campaign.c: news without a finding; s NULL = of no test. */
void knot_campaign_tell(struct knot_campaign *c, const struct knot_target_state *s,
	enum knot_campaign_news kind, const char *text);

/* campaign.c: the place of a worker's processes. */
int knot_campaign_sandbox(struct knot_campaign *c, const char *name, struct knot_sandbox **ret,
	struct knot_error *err);
/* How the campaign's processes are run, and printed text dropped, in such a place. */
struct knot_worker_options knot_campaign_worker_options(
	const struct knot_campaign *c, struct knot_sandbox *sandbox);
/* What cannot wait for a verification: saves and shows when that is due. arg is the campaign. */
int knot_campaign_meanwhile(void *arg, struct knot_error *err);

#endif
