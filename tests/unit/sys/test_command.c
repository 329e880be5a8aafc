/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/command.h"

#include "base/alloc.h"
#include "base/error.h"
#include "sys/clock.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const char *argv[] = {"/bin/sh", "-c", NULL, NULL};

static struct knot_command shell(const char *script)
{
	struct knot_command command = KNOT_COMMAND_INIT;
	argv[2] = script;
	command.process.argv = argv;
	return command;
}

static struct knot_command_result run(const struct knot_command *command)
{
	struct knot_command_result result;
	struct knot_error err = {0};
	cr_assert_eq(knot_command_run(command, &result, &err), 0, "%s", err.message);
	return result;
}

Test(command, keeps_both_streams_and_the_exit, .timeout = 20)
{
	struct knot_command command = shell("echo out; echo err >&2; exit 3");
	struct knot_command_result result = run(&command);
	cr_assert_str_eq(result.out.data, "out\n");
	cr_assert_str_eq(result.err.data, "err\n");
	cr_assert_eq(result.exit.code, 3);
	cr_assert_not(result.timed_out);
	knot_command_result_free(&result);
	command = shell(":");
	result = run(&command);
	cr_assert_str_eq(result.out.data, "");
	knot_command_result_free(&result);
}

Test(command, large_input_and_output_do_not_block_each_other, .timeout = 30)
{
	const size_t len = 3u << 20;
	char *input = knot_xalloc(len);
	for (size_t i = 0; i < len; i++)
		input[i] = (char)(i * 7);
	struct knot_command command = shell("cat; echo done >&2");
	command.input = input;
	command.input_len = len;
	struct knot_command_result result = run(&command);
	cr_assert_eq(result.out.len, len);
	cr_assert_eq(memcmp(result.out.data, input, len), 0);
	cr_assert_str_eq(result.err.data, "done\n");
	knot_command_result_free(&result);
	free(input);
}

Test(command, output_beyond_the_limit_is_counted, .timeout = 20)
{
	struct knot_command command = shell("head -c 1000000 /dev/zero");
	command.output_limit = 1000;
	struct knot_command_result result = run(&command);
	cr_assert_eq(result.out.len, 1000);
	cr_assert_eq(result.out.dropped, 999000);
	cr_assert_eq(result.exit.code, 0);
	knot_command_result_free(&result);
}

Test(command, time_out_also_stops_endless_output, .timeout = 20)
{
	struct knot_command command = shell("yes & yes");
	command.timeout_ms = 200;
	command.output_limit = 1 << 16;
	const uint64_t start = knot_clock_mono_ns();
	struct knot_command_result result = run(&command);
	cr_assert(result.timed_out);
	cr_assert(result.exit.signaled);
	cr_assert_eq(result.exit.code, SIGKILL);
	cr_assert_lt(knot_clock_mono_ns() - start, 10 * KNOT_NS_PER_S);
	knot_command_result_free(&result);
}

Test(command, a_stray_that_holds_the_pipe_does_not_hold_us, .timeout = 20)
{
	struct knot_command command = shell("setsid sh -c 'sleep 15' & sleep 0.1; echo ready");
	const uint64_t start = knot_clock_mono_ns();
	struct knot_error err;
	cr_assert_eq(knot_proc_become_subreaper(&err), 0);
	struct knot_command_result result = run(&command);
	cr_assert_str_eq(result.out.data, "ready\n");
	cr_assert_lt(knot_clock_mono_ns() - start, 5 * KNOT_NS_PER_S);
	size_t reaped = 0;
	cr_assert_eq(knot_proc_reap_orphans(NULL, 0, &reaped, &err), 0);
	cr_assert_geq(reaped, 1);
	knot_command_result_free(&result);
}

Test(command, can_be_canceled, .timeout = 20)
{
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(write(ends[1], "x", 1), 1);
	struct knot_command command = shell("sleep 1000");
	command.cancel_fd = ends[0];
	struct knot_command_result result = run(&command);
	cr_assert(result.canceled);
	cr_assert_not(result.timed_out);
	knot_command_result_free(&result);
}

Test(command, a_missing_program_is_an_error)
{
	const char *none[] = {"/nonexistent/go", NULL};
	struct knot_command command = KNOT_COMMAND_INIT;
	command.process.argv = none;
	struct knot_command_result result;
	struct knot_error err = {0};
	cr_assert_eq(knot_command_run(&command, &result, &err), KNOT_ESYS);
	cr_assert_not_null(strstr(err.message, "/nonexistent/go"));
}
