/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/command.h"

#include "base/alloc.h"
#include "base/error.h"
#include "sys/clock.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
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

Test(command, several_run_side_by_side_and_apart, .timeout = 20)
{
	/* Each waits for the other's file: one after the other they would never end. */
	char dir[] = "/tmp/goknot-command-XXXXXX";
	cr_assert_not_null(mkdtemp(dir));
	const char *const words[3][5] = {
		{"/bin/sh", "-c", "cd $0; : >a; while ! [ -e b ]; do sleep 0.01; done; echo one",
			dir},
		{"/bin/sh", "-c", "cd $0; : >b; while ! [ -e a ]; do sleep 0.01; done; exit 4",
			dir},
		{"/bin/sh", "-c", "cd $0; rm a b; echo three >&2", dir}};
	struct knot_command commands[3];
	struct knot_command_result results[3];
	struct knot_error err = {0};
	for (size_t i = 0; i < 3; i++) {
		commands[i] = (struct knot_command)KNOT_COMMAND_INIT;
		commands[i].process.argv = words[i];
	}
	cr_assert_eq(knot_command_run_all(commands, 2, 2, results, &err), 0, "%s", err.message);
	cr_assert_eq(knot_command_run_all(commands + 2, 1, 2, results + 2, &err), 0);
	cr_assert_str_eq(results[0].out.data, "one\n");
	cr_assert_str_eq(results[1].out.data, "");
	cr_assert_eq(results[1].exit.code, 4);
	cr_assert_str_eq(results[2].err.data, "three\n");
	for (size_t i = 0; i < 3; i++)
		knot_command_result_free(&results[i]);
	rmdir(dir);
}

Test(command, no_more_at_once_than_allowed, .timeout = 20)
{
	char dir[] = "/tmp/goknot-command-XXXXXX";
	cr_assert_not_null(mkdtemp(dir));
	const char *const words[] = {
		"/bin/sh", "-c", "mkdir $0/one && sleep 0.05 && rmdir $0/one", dir, NULL};
	struct knot_command commands[4];
	struct knot_command_result results[4];
	struct knot_error err = {0};
	for (size_t i = 0; i < 4; i++) {
		commands[i] = (struct knot_command)KNOT_COMMAND_INIT;
		commands[i].process.argv = words;
	}
	cr_assert_eq(knot_command_run_all(commands, 4, 1, results, &err), 0, "%s", err.message);
	for (size_t i = 0; i < 4; i++) {
		cr_assert_eq(results[i].exit.code, 0, "%s", results[i].err.data);
		knot_command_result_free(&results[i]);
	}
	rmdir(dir);
}

Test(command, several_end_together, .timeout = 20)
{
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(write(ends[1], "x", 1), 1);
	struct knot_command commands[3];
	struct knot_command_result results[3];
	struct knot_error err = {0};
	for (size_t i = 0; i < 3; i++) {
		commands[i] = shell("sleep 1000");
		commands[i].cancel_fd = i == 1 ? -1 : ends[0];
		commands[i].timeout_ms = i == 1 ? 50 : 0;
	}
	cr_assert_eq(knot_command_run_all(commands, 3, 2, results, &err), 0, "%s", err.message);
	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(results[i].canceled, i != 1);
		cr_assert_eq(results[i].timed_out, i == 1);
		knot_command_result_free(&results[i]);
	}
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
