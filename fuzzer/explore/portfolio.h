/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one target runs next. A bandit over the arms {random, PCT of depth 2, 3, 4, POS, SURW, delay-bounded,
 * chain}: its currency is steps (not time, so that a campaign repeats run for run), its reward new pairs and
 * findings. The first requests alternate the policies whatever they yield: one fifo run, then random and another
 * in turn, in growing sizes. The chain arm joins when there are CPOP2 pairs; under a chain the policy is mostly random.
 *
 * The portfolio owns all that is learnt about the target (pairs, mutator, corpus). Its answers depend on
 * the options and on the sequence of calls only: several requests may be under way at once.
 *
 * Native: the arms are free runs (random) and chains, the bandit's currency is microseconds.
 *
 * One request:  knot_portfolio_next -> the engine adds id, salt, start_ns, prefix_off, copies the prefix
 *               knot_portfolio_feed_run for each held run, in the order of the results
 *               knot_portfolio_feed_end once, with the totals
 */
#ifndef KNOT_EXPLORE_PORTFOLIO_H
#define KNOT_EXPLORE_PORTFOLIO_H

#include "explore/cpop.h"
#include "explore/mutate.h"
#include "wire/abi.h"

#include <stdbool.h>

struct knot_portfolio;
struct knot_pool;
struct knot_sample;
struct knot_sharing;

enum knot_arm {
	KNOT_ARM_RANDOM,
	KNOT_ARM_PCT2,
	KNOT_ARM_PCT3,
	KNOT_ARM_PCT4,
	KNOT_ARM_POS,
	KNOT_ARM_RPOS,
	KNOT_ARM_SURW,
	KNOT_ARM_DELAY,
	KNOT_ARM_STALL, /* one operation that is slow */
	KNOT_ARM_CHAIN,
	KNOT_ARM_RECORDED, /* chains from a recording; no choice of the bandit: they come first */
	KNOT_ARM_COUNT,
};

struct knot_portfolio_options {
	uint64_t seed;
	int32_t policy; /* KNOT_POLICY_* for every request, -1 = the bandit chooses */
	bool gopie; /* the algorithm of that paper decides, on either scheduler: gopie.c */
	uint32_t depth; /* of a pinned PCT (0 = 2, 3 and 4 in turn) or delay (0 = 1 to 4) */
	bool mutate; /* chains are made and mutated */
	bool race; /* built with -race: accesses to memory can be scheduling points */
	bool feedback; /* pairs decide; without them chains are made blindly, and nothing is recorded without chains */
	uint32_t
		fresh_every; /* every so many requests the process ends: 0 never, 1 one run a process */
	uint32_t step_limit; /* 0 = from the longest run that ended by itself */
	uint32_t sample; /* chains refused, and as many tried, that are kept for trials; 0 = none */
	double audit; /* share of the requests that are one run, held, to be replayed */
	struct knot_budget *budget; /* borrowed; NULL = limits of its own */
	struct knot_cpop_desk *desk; /* borrowed; NULL = its own */
	uint32_t request_steps; /* steps a request should take; 0 = KNOT_PORTFOLIO_REQUEST_STEPS */
	bool native; /* runs on the stock scheduler: no policies, and real time is the currency */
};

/* At 200 ns a step: 2 ms. */
#define KNOT_PORTFOLIO_REQUEST_STEPS 10000
#define KNOT_PORTFOLIO_FRESH_EVERY 16

/* The options of a plain `goknot fuzz`. */
struct knot_portfolio_options knot_portfolio_defaults(uint64_t seed);

/* A request and where it came from; the engine keeps it until the request has ended. */
struct knot_plan {
	struct knot_shm_request request;
	uint32_t arm; /* enum knot_arm, KNOT_ARM_COUNT = the fifo run */
	uint32_t parent; /* entry of the corpus, KNOT_POOL_NONE = none */
	bool audit; /* its run is to be replayed, whatever it ends in */
	bool is_parent; /* the chain is the parent's own, with new seeds */
	enum knot_operator how;
	const uint16_t *prefix; /* request.prefix_len decisions, borrowed until the next call */
};

/* How a request ended. */
struct knot_plan_end {
	uint32_t runs, chain_any, chain_all; /* struct knot_shm_result batch_* of its last result */
	uint64_t steps;
	uint64_t real_ns; /* 0 = not known */
	bool timed_out; /* the target was killed for time or did not end by itself */
};

/* A held run. decisions may be NULL. */
struct knot_plan_run {
	const struct knot_shm_result *result;
	struct knot_run_view view; /* len 0 = no trace */
	const uint16_t *decisions;
	size_t decisions_len;
};

struct knot_arm_stats {
	uint64_t requests, runs, steps, pairs, findings;
};

/* Caller frees with knot_portfolio_free. */
struct knot_portfolio *knot_portfolio_new(const struct knot_portfolio_options *options);
void knot_portfolio_free(struct knot_portfolio *p);

void knot_portfolio_next(struct knot_portfolio *p, struct knot_plan *ret_plan);
void knot_portfolio_feed_run(struct knot_portfolio *p, const struct knot_plan *plan,
	const struct knot_plan_run *run, struct knot_cpop_gain *ret_gain);
/* A run of plan, fed before, ended in a finding not seen before. */
void knot_portfolio_reward_finding(struct knot_portfolio *p, const struct knot_plan *plan);
/* What came to the step limit merely serves: more steps would show the same. */
void knot_portfolio_serves(struct knot_portfolio *p);
void knot_portfolio_feed_end(
	struct knot_portfolio *p, const struct knot_plan *plan, const struct knot_plan_end *end);

/* Seed chains: tried first, each once, in this order. False when it is full or was there already. */
bool knot_portfolio_seed_chain(struct knot_portfolio *p, const struct knot_chain *chain);
/* The same from a recording of a real program: before everything but the first run, and before what alternates at first. */
bool knot_portfolio_seed_recorded(struct knot_portfolio *p, const struct knot_chain *chain);
/* From now on every run has a process of its own. */
void knot_portfolio_keep_fresh(struct knot_portfolio *p);
/* A campaign that resumes goes on behind the draws of the one before. */
void knot_portfolio_skip(struct knot_portfolio *p, uint64_t requests);

/* Borrowed, for saving and restoring. */
struct knot_cpop *knot_portfolio_cpop(struct knot_portfolio *p);
struct knot_pool *knot_portfolio_pool(struct knot_portfolio *p);
struct knot_mutator *knot_portfolio_mutator(struct knot_portfolio *p);
/* Borrowed, to be told of positions: -race. */
struct knot_sharing *knot_portfolio_sharing(struct knot_portfolio *p);
void knot_portfolio_arm(
	const struct knot_portfolio *p, enum knot_arm arm, struct knot_arm_stats *ret);
const char *knot_portfolio_arm_name(enum knot_arm arm);

/* Borrowed: different chains that were refused as impossible, why = enum knot_refusal, and that were tried, with
 * their runs and those that executed all of it. */
const struct knot_sample *knot_portfolio_refused(const struct knot_portfolio *p);
const struct knot_sample *knot_portfolio_tried(const struct knot_portfolio *p);
/* The nth request, of one run, that forces a chain and teaches nothing. The caller sets how many runs it has. */
void knot_portfolio_trial(struct knot_portfolio *p, const struct knot_chain *chain, uint32_t nth,
	struct knot_plan *ret_plan);

/* Decisions of a run before the first step that matches op; 0 when there is none or they do not fit. */
uint32_t knot_portfolio_prefix_len(const struct knot_run_view *view, const uint16_t *decisions,
	size_t decisions_len, const struct knot_chain_op *op);

#endif
