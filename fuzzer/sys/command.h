/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs one command to its end and keeps what it printed: go list, go test -c, the instrument helper.
 * Blocking; everything else goknot does meanwhile waits.
 */
#ifndef KNOT_SYS_COMMAND_H
#define KNOT_SYS_COMMAND_H

#include "sys/proc.h"

struct knot_command {
	struct knot_proc_options process; /* its three standard descriptors are set here */
	const char *input; /* stdin; NULL = none */
	size_t input_len;
	uint64_t timeout_ms; /* 0 = none */
	size_t output_limit; /* bytes kept of each stream; the rest is read and dropped. 0 = 16 MiB */
	int cancel_fd; /* kills the command when readable (a signalfd); -1 = none */
};

#define KNOT_COMMAND_INIT \
	{ \
		.process = KNOT_PROC_OPTIONS_INIT, .cancel_fd = -1 \
	}

struct knot_command_text {
	char *data; /* NUL-terminated, may hold NULs before */
	size_t len, cap;
	uint64_t dropped; /* bytes beyond the limit */
};

struct knot_command_result {
	struct knot_command_text out, err;
	struct knot_proc_exit exit;
	bool timed_out, canceled;
};

/* 0 whenever the command ran, whatever its exit. Caller frees with knot_command_result_free. */
int knot_command_run(const struct knot_command *command, struct knot_command_result *ret_result,
	struct knot_error *err);
/*
 * Runs several, at most at_once of them at a time, begun in their order; a result for each. A failure of goknot's own ends
 * them all, and there is no result.
 */
int knot_command_run_all(const struct knot_command *commands, size_t len, size_t at_once,
	struct knot_command_result *ret_results, struct knot_error *err);
void knot_command_result_free(struct knot_command_result *result);

#endif
