/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/command.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/vec.h"
#include "sys/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEFAULT_LIMIT ((size_t)16 << 20)
#define CHUNK 65536
#define DRAIN_CHUNKS 32

/* A memfd instead of a pipe: the whole input is there before the command starts, nothing can block. */
static int open_input(const struct knot_command *command, int *ret_fd, struct knot_error *err)
{
	knot_auto_close int fd = memfd_create("goknot-input", MFD_CLOEXEC);
	if (fd < 0)
		return knot_error_sys(err, "passing input to a command");
	for (size_t done = 0; done < command->input_len;) {
		const ssize_t n = write(fd, command->input + done, command->input_len - done);
		if (n < 0)
			return knot_error_sys(err, "passing input to a command");
		done += (size_t)n;
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return knot_error_sys(err, "passing input to a command");
	*ret_fd = knot_steal_fd(&fd);
	return 0;
}

static void keep(struct knot_command_text *text, const char *data, size_t len, size_t limit)
{
	const size_t room = limit - text->len;
	const size_t kept = len < room ? len : room;
	knot_vec_reserve(text, text->len + kept + 1);
	memcpy(text->data + text->len, data, kept);
	text->len += kept;
	text->data[text->len] = '\0';
	text->dropped += len - kept;
}

/*
 * Reads what is there; true = the stream has ended. Bounded, so that a command that prints without
 * end cannot keep its own time-out from being seen.
 */
static bool drain(int fd, struct knot_command_text *text, size_t limit)
{
	char chunk[CHUNK];
	for (int i = 0; i < DRAIN_CHUNKS; i++) {
		const ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n < 0)
			return errno != EAGAIN && errno != EINTR;
		if (n == 0)
			return true;
		keep(text, chunk, (size_t)n, limit);
	}
	return false;
}

static int time_left_ms(uint64_t deadline_ns)
{
	if (!deadline_ns)
		return -1;
	const uint64_t now = knot_clock_mono_ns();
	if (now >= deadline_ns)
		return 0;
	const uint64_t ms = (deadline_ns - now) / KNOT_NS_PER_MS + 1;
	return ms > 3600000 ? 3600000 : (int)ms;
}

enum { POLL_OUT, POLL_ERR, POLL_EXIT, POLL_CANCEL, POLL_COUNT };

/*
 * Collects until the process is dead, not until the pipes end: a grandchild that left the session may
 * hold them open for ever.
 */
static int collect(const struct knot_command *command, struct knot_proc *proc, const int *pipes,
	struct knot_command_result *result, struct knot_error *err)
{
	const size_t limit = command->output_limit ? command->output_limit : DEFAULT_LIMIT;
	const uint64_t deadline_ns = command->timeout_ms
		? knot_clock_mono_ns() + command->timeout_ms * KNOT_NS_PER_MS
		: 0;
	struct pollfd fds[POLL_COUNT] = {
		[POLL_OUT] = {.fd = pipes[0], .events = POLLIN},
		[POLL_ERR] = {.fd = pipes[1], .events = POLLIN},
		[POLL_EXIT] = {.fd = knot_proc_pidfd(proc), .events = POLLIN},
		[POLL_CANCEL] = {.fd = command->cancel_fd, .events = POLLIN},
	};
	for (;;) {
		const bool stopping = result->timed_out || result->canceled;
		const int n = poll(fds, POLL_COUNT, stopping ? -1 : time_left_ms(deadline_ns));
		if (n < 0 && errno != EINTR)
			return knot_error_sys(err, "waiting for a command");
		if (n > 0 && fds[POLL_OUT].revents && drain(pipes[0], &result->out, limit))
			fds[POLL_OUT].fd = -1;
		if (n > 0 && fds[POLL_ERR].revents && drain(pipes[1], &result->err, limit))
			fds[POLL_ERR].fd = -1;
		if (n > 0 && fds[POLL_EXIT].revents)
			break;
		if (n > 0 && fds[POLL_CANCEL].revents) {
			result->canceled = true;
			fds[POLL_CANCEL].fd = -1;
			knot_proc_kill(proc);
		} else if (!stopping && deadline_ns && time_left_ms(deadline_ns) == 0) {
			result->timed_out = true;
			knot_proc_kill(proc);
		}
	}
	bool done;
	const int r = knot_proc_wait(proc, -1, &done, &result->exit, err);
	drain(pipes[0], &result->out, limit);
	drain(pipes[1], &result->err, limit);
	return r;
}

/* Only the reading end is non-blocking: the command gets an ordinary pipe. */
static int open_pipe(int *ret_read, int *ret_write, struct knot_error *err)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return knot_error_sys(err, "creating a pipe");
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*ret_read = ends[0];
	*ret_write = ends[1];
	return 0;
}

int knot_command_run(const struct knot_command *command, struct knot_command_result *ret_result,
	struct knot_error *err)
{
	knot_auto_close int out_read = -1;
	knot_auto_close int out_write = -1;
	knot_auto_close int err_read = -1;
	knot_auto_close int err_write = -1;
	knot_auto_close int input = -1;
	int r = open_pipe(&out_read, &out_write, err);
	if (r == 0)
		r = open_pipe(&err_read, &err_write, err);
	if (r == 0 && command->input)
		r = open_input(command, &input, err);
	if (r < 0)
		return r;
	struct knot_proc_options options = command->process;
	options.stdin_fd = command->input ? input : KNOT_PROC_NULL;
	options.stdout_fd = out_write;
	options.stderr_fd = err_write;
	struct knot_proc *proc = NULL;
	r = knot_proc_start(&options, &proc, err);
	if (r < 0)
		return r;
	close(knot_steal_fd(&out_write));
	close(knot_steal_fd(&err_write));
	struct knot_command_result result = {0};
	keep(&result.out, "", 0, 1);
	keep(&result.err, "", 0, 1);
	const int pipes[2] = {out_read, err_read};
	r = collect(command, proc, pipes, &result, err);
	knot_proc_close(proc);
	if (r < 0) {
		knot_command_result_free(&result);
		return r;
	}
	*ret_result = result;
	return 0;
}

void knot_command_result_free(struct knot_command_result *result)
{
	if (!result)
		return;
	knot_vec_free(&result->out);
	knot_vec_free(&result->err);
}
