/* SPDX-License-Identifier: BSD-2-Clause */
/* The flags of the commands that take crash files: replay, minimize, save, export, test. As cmd/options.h says. */
#ifndef KNOT_CMD_OPTIONS_CRASH_H
#define KNOT_CMD_OPTIONS_CRASH_H

#include "cmd/options.h"

/* Continuations of a schedule that the code has changed under. A test of many files has to be quick. */
#define KNOT_OPTION_REPLAY_CONTINUE 20
#define KNOT_OPTION_TEST_CONTINUE 2

struct knot_replay_options {
	uint32_t times; /* 0 = not given */
	uint32_t continuations;
	bool bisect; /* exit codes as git bisect run wants them */
	uint64_t memory_bytes; /* 0 = the default */
	bool dlv; /* under delve, which stops before a step */
	uint32_t dlv_step; /* 0 = not given */
	const char *trace; /* file to write the interleaving to, NULL = none */
	bool json;
	bool quiet;
	const char *dir; /* -C: where the module of the crash file is, NULL = here */
	const char *output; /* -o: campaign directory for build products, NULL = .goknot in dir */
	const char *file; /* the crash file */
};

struct knot_minimize_command {
	uint64_t fuzztime_ns; /* for the trials */
	bool prove; /* that fewer preemptions cannot do */
	uint64_t memory_bytes; /* 0 = the default */
	bool json;
	const char
		*result; /* -o: file for the smaller schedule, NULL = named after the crash file */
	const char *dir; /* -C, as for replay */
	const char *output; /* -campaign: directory for build products, NULL = .goknot in dir */
	const char *file; /* the crash file */
};

struct knot_save_options {
	const char *dir; /* -C: the module's directory, NULL = found */
	const char *file; /* the crash file */
};

#define KNOT_EXPORT_GO "go" /* the format that is a directory: cmd/export_go.h */

struct knot_export_options {
	const char *format; /* "" = not given */
	const char *
		result; /* -o: file to write, NULL = standard output; a directory of a Go test, NULL = named after it */
	const char *dir; /* -C, as for replay */
	const char *output; /* -campaign: directory for build products, NULL = .goknot in dir */
	uint64_t memory_bytes; /* 0 = the default */
	const char *file; /* the crash file */
	uint32_t times; /* of a Go test: runs of the proof, 0 = not given */
	bool go; /* -format go */
};

struct knot_test_options {
	const char *dir; /* -C, NULL = here */
	const char *output; /* -o: campaign directory for build products, NULL = .goknot in dir */
	uint64_t memory_bytes; /* 0 = as each file says */
	const char *ignore; /* file of known findings, NULL = the module's, if it has one */
	uint32_t continuations;
	bool json;
	bool verbose; /* tell of those that do not reproduce, too */
	const char *junit, *sarif; /* files, "-" = standard output, NULL = none */
	struct knot_option_words words; /* directories, as "./..."; none = "." */
};

/* All defaults are set first. KNOT_EUSAGE with one sentence. */
int knot_options_replay(
	int argc, char **argv, struct knot_replay_options *ret_options, struct knot_error *err);
int knot_options_minimize(
	int argc, char **argv, struct knot_minimize_command *ret_options, struct knot_error *err);
int knot_options_save(
	int argc, char **argv, struct knot_save_options *ret_options, struct knot_error *err);
int knot_options_export(
	int argc, char **argv, struct knot_export_options *ret_options, struct knot_error *err);
int knot_options_test(
	int argc, char **argv, struct knot_test_options *ret_options, struct knot_error *err);

#endif
