/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flags as `go test` spells them: -x v, -x=v, --x v and --x=v are alike; flags stand before, between
 * and after the package patterns; "--" ends the flags, -args ends them and gives the rest to the target.
 *
 * Nothing is allocated: every text and list borrows from argv, whose words are put in another order.
 * Error messages are one sentence without "goknot <command>: " (knot_cmd_fail puts it in front).
 */
#ifndef KNOT_CMD_OPTIONS_H
#define KNOT_CMD_OPTIONS_H

#include "engine/feedback.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_error;

enum knot_option_kind {
	KNOT_OPTION_BOOL, /* bool; -x, -x=true, -x=false */
	KNOT_OPTION_INT, /* uint32_t in [low, high] */
	KNOT_OPTION_U64, /* uint64_t, decimal or 0x...; second: bool, whether it was given */
	KNOT_OPTION_DURATION, /* uint64_t ns: 1h30m, 500ms */
	KNOT_OPTION_BUDGET, /* duration, or second: uint64_t, a count: 1000x */
	KNOT_OPTION_SIZE, /* uint64_t bytes: 512m */
	KNOT_OPTION_SHARE, /* double from 0 to 1: 0.05 */
	KNOT_OPTION_STRING, /* const char *, not empty */
	KNOT_OPTION_REGEXP, /* const char *, go test's -run: the helper knows what it may be */
	KNOT_OPTION_ENUM, /* uint32_t, index of the word in names */
	KNOT_OPTION_NAME, /* const char *, one of names as it stands there */
	KNOT_OPTION_PERHAPS, /* bool; -x, or -x=3 with second: uint32_t in [low, high] */
};

#define KNOT_OPTION_NAMES_MAX 10

struct knot_option {
	const char *name;
	enum knot_option_kind kind;
	size_t offset, second; /* in the command's options */
	uint32_t low, high; /* INT */
	const char *names[KNOT_OPTION_NAMES_MAX]; /* ENUM, NAME; ends with NULL */
};

struct knot_option_table {
	const struct knot_option *options;
	size_t count;
	bool takes_args; /* -args, and -- for a program's; else -- only ends the flags */
};

/* What is no flag, in order. */
struct knot_option_words {
	char **words;
	size_t words_len;
	char **args; /* after -args or -- */
	size_t args_len;
	bool program; /* there was a --: the words before it name a program */
};

/* "-" where a file is to be written: standard output. */
bool knot_option_is_out(const char *file);
/* argv[0] is skipped. Fields of flags that are not given stay as they are. */
int knot_options_parse(const struct knot_option_table *table, int argc, char **argv, void *target,
	struct knot_option_words *ret_words, struct knot_error *err);
/* The name nearest to word, NULL when none is near. names ends with NULL. */
const char *knot_options_nearest(const char *word, const char *const *names);
bool knot_options_take_duration(const char *text, uint64_t *ret_ns);
bool knot_options_take_size(const char *text, uint64_t *ret_bytes);

#define KNOT_OPTION_MINIMIZE_NS (60ull * 1000 * 1000 * 1000) /* of a finding, as go test has it */
#define KNOT_OPTION_MEMORY_BYTES (4ull << 30) /* the default of -memory */

enum knot_sched {
	KNOT_SCHED_CONTROLLED,
	KNOT_SCHED_NATIVE,
};

struct knot_fuzz_options {
	const char *dir; /* -C, NULL = here */
	const char *run, *skip; /* NULL = all tests */
	uint64_t fuzztime_ns, fuzztime_runs; /* 0 = no limit */
	const char *output; /* -o, NULL = .goknot in dir */
	const char *policy; /* name for every run, NULL = the portfolio */
	uint64_t seed;
	uint64_t minimize_ns; /* 0 = no finding is minimised */
	uint64_t timeout_ns; /* 0 = the default */
	const char *tags; /* NULL = none */
	const char *deps; /* NULL = none */
	const char *ignore; /* file of known findings, NULL = the module's, if it has one */
	uint64_t memory_bytes; /* 0 = the default */
	uint64_t disk_bytes; /* likewise */
	double audit; /* share of the requests that are replayed */
	uint32_t trials, tries; /* chains forced at the end, runs each; 0 = none, the default */
	struct knot_option_words words; /* package patterns; none = "." */
	uint32_t depth; /* of every run under -policy pct or delay, 0 = mixed */
	uint32_t parallel; /* 0 = one worker per core */
	uint32_t sched; /* enum knot_sched */
	uint32_t feedback; /* enum knot_feedback_kind */
	uint32_t fresh_every; /* requests per process, 0 = the default */
	uint32_t hooks; /* 0 = the inserted hooks do nothing */
	bool mutate;
	bool seed_set;
	bool first; /* stop at the first finding */
	bool is_short;
	bool race;
	bool json;
	bool quiet;
	bool screen; /* where the terminal allows it */
	const char *metrics; /* NULL = none */
	const char *junit, *sarif; /* files, "-" = standard output, NULL = none */
	const char *since; /* a revision: only packages that changed since then; NULL = all */
};

/* All defaults are set first. KNOT_EUSAGE with one sentence. */
int knot_options_fuzz(
	int argc, char **argv, struct knot_fuzz_options *ret_options, struct knot_error *err);

#endif
