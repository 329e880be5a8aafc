/* SPDX-License-Identifier: BSD-2-Clause */
/* All that is needed to run one schedule again, and what it ended in: docs/wire-format.md. encode(decode(x)) == x. */
#ifndef KNOT_WIRE_CRASH_H
#define KNOT_WIRE_CRASH_H

#include "base/span.h"
#include "base/vec.h"
#include "wire/chain.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_error;

#define KNOT_CRASH_VERSION 7
#define KNOT_CRASH_MAX_BYTES (64u << 20)
#define KNOT_CRASH_MAX_TEXT 65536 /* bytes of one text; encode cuts longer ones, ending in "..." */
#define KNOT_CRASH_MAX_LIST 65536 /* entries of args, signature, goroutines */
#define KNOT_CRASH_MAX_DECISIONS KNOT_DECISION_IN_SLOTS

/* One operation of the chain with what a person needs to recognise it. */
struct knot_crash_op {
	struct knot_chain_op op;
	char *gpath; /* "T/manager.go:26#0" */
	char *pos; /* "manager.go:31" */
	char *prim; /* "m.podsLock" */
};

struct knot_crash_goroutine {
	uint32_t g; /* its number in the schedule */
	uint64_t path;
	char *gpath;
};

/* A site by what survives an edit of the code around it. */
struct knot_crash_name {
	uint32_t site;
	uint32_t op; /* as in the site table; KNOT_OP_NONE: a position that is not in it */
	uint32_t nth,
		of; /* among those with its operation and primitive in the function; of 0 = not in the table */
	uint32_t op_nth, op_of; /* among those with its operation in the function */
	char *pkg, *func;
	char *pos; /* "manager.go:31" */
	char *prim;
};

/* One thing that the bucket is made of. */
struct knot_crash_about {
	uint32_t op, site;
};

enum knot_departs {
	KNOT_DEPARTS_AT, /* who ran last is stopped before an operation */
	KNOT_DEPARTS_IN, /* it is blocked in one */
	KNOT_DEPARTS_AFTER, /* it was, could go on, and does not yet */
	KNOT_DEPARTS_BEHIND, /* it has ended */
};

/* A departure from run-until-block, as wire/switches.h has it, and its place as code names it. */
struct knot_crash_departure {
	uint32_t kind; /* enum knot_departs */
	uint64_t from,
		to; /* goroutine paths; from 0 = nobody has run yet, to 0 = the next timer fires */
	uint32_t ops; /* that from has executed */
	uint32_t op, site, nth; /* the operation, and how many times from has executed it before */
};

/* Owns all it points to. NULL texts count as empty; decode gives "" instead. */
struct knot_crash {
	uint32_t version; /* of the file; 0 counts as KNOT_CRASH_VERSION */
	char *goknot; /* version that wrote it */
	char *target; /* import path of the package */
	char *dir; /* of the package, relative to the module root; "." = the root */
	char *module; /* module path */
	char *test;
	/* -run and -skip as far as they are about subtests of it; in other files neither. */
	char *run, *skip;
	char *go; /* "go1.26.8" */
	uint64_t code; /* hash of the target's package and of those of names; 0 = unknown */
	char *tags; /* -tags */
	char *deps; /* -deps; NULL = none */
	bool race; /* -race */
	bool is_short; /* -short */
	KNOT_VEC(char *) args; /* after -args */
	/* What a process and a run might take: -memory and -timeout; 0 in files without them. */
	uint64_t memory_limit, timeout_ns;

	char *policy; /* knot_policy_name */
	uint64_t seed; /* of this run */
	uint32_t depth, steps_hint, step_limit, fair_after;
	uint64_t salt;
	uint64_t start_ns; /* wall clock at virtual time 0 */
	uint32_t request_flags; /* KNOT_REQ_* of the run that found it */
	uint32_t config_flags; /* KNOT_CFG_* */

	char *verdict; /* name of the verdict */
	char *message; /* panic text and the like, one line */
	char *proof; /* of a leak: knot_proof_name; since version 2 */
	uint64_t bucket;
	uint32_t end; /* KNOT_END_* */
	uint32_t run_flags; /* KNOT_RUN_* */
	uint32_t steps;
	uint64_t virtual_ns;
	uint64_t schedule_hash;
	KNOT_VEC(char *) signature; /* what the bucket is made of: "lock manager.go:31" */
	/* Of a run that did not end: who spins where, and who is blocked on what, a line each. */
	KNOT_VEC(char *) at_end; /* at most KNOT_CRASH_MAX_LIST */

	/* Of a native run only, which has no decisions; in the file none of it else. */
	size_t native; /* 0 or 1: "sched: native" */
	uint32_t wait_us; /* how long an operation waits for the one before it in the chain */
	uint32_t tries,
		reproduced; /* native runs of the verification, and those that ended the same way */
	char *controlled; /* name of a crash file with a schedule that ends the same way; "" = none */

	KNOT_VEC(struct knot_crash_op) chain; /* at most KNOT_CHAIN_MAX */
	/* Accesses to memory that were scheduling points, under -race: "memwrite 1a2b3c4d a.go:15". */
	KNOT_VEC(char *) memory; /* at most KNOT_MEM_MAX */
	/* Where the schedule departs from run-until-block, when it has been minimised, in words. */
	KNOT_VEC(char *) switches; /* at most KNOT_CRASH_MAX_LIST */
	/* What a replay finds its way by when the code has changed; none in older files. Each at most KNOT_CRASH_MAX_LIST. */
	KNOT_VEC(struct knot_crash_name) names;
	KNOT_VEC(struct knot_crash_about) about;
	size_t minimised; /* 0 or 1: departures say all of the schedule; without one it is run-until-block */
	KNOT_VEC(struct knot_crash_departure) departures;
	KNOT_VEC(struct knot_crash_goroutine) goroutines;
	KNOT_VEC(uint16_t) decisions; /* goroutine numbers, KNOT_DECISION_* */
};

/* Fails only when a list is longer than its limit. Caller frees *ret_data. */
int knot_crash_encode(
	const struct knot_crash *c, char **ret_data, size_t *ret_len, struct knot_error *err);
/* KNOT_EINPUT with one sentence that names line and key. Caller frees with knot_crash_free. */
int knot_crash_decode(struct knot_span file, struct knot_crash *ret_crash, struct knot_error *err);
/* KNOT_CFG_* to run it with, with what its version stands for; renew makes it one of the newest that means the same. */
uint32_t knot_crash_config(const struct knot_crash *c);
void knot_crash_renew(struct knot_crash *c);
/* What it calls a site; NULL = nothing. */
const struct knot_crash_name *knot_crash_name_of(const struct knot_crash *c, uint32_t site);
/* The site hash of an entry of memory; false when it is not of that form. */
bool knot_crash_memory_site(const char *entry, uint32_t *ret_site);
/* Frees what a run ended in and how it went; what was run, and how it was asked for, stays. */
void knot_crash_forget_run(struct knot_crash *c);
/* Frees what it points to. */
void knot_crash_op_free(struct knot_crash_op *op);
void knot_crash_forget_chain(struct knot_crash *c);
/* Frees the contents; c is empty and usable afterwards. */
void knot_crash_free(struct knot_crash *c);

#endif
