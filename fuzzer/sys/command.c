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

/* A command under way, or not started yet, or over: then no descriptor is polled. */
struct running {
	const struct knot_command *command;
	struct knot_proc *proc; /* NULL = not under way */
	struct pollfd *fds; /* POLL_COUNT of them */
	int out, err; /* reading ends of its pipes, -1 = none */
	uint64_t deadline_ns;
	struct knot_command_result result;
};

static void unpoll(struct running *r)
{
	for (int i = 0; i < POLL_COUNT; i++)
		r->fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
}

static void running_end(struct running *r)
{
	unpoll(r);
	knot_proc_close(knot_steal(&r->proc));
	if (r->out >= 0)
		close(knot_steal_fd(&r->out));
	if (r->err >= 0)
		close(knot_steal_fd(&r->err));
}

static bool stopping(const struct running *r)
{
	return r->result.timed_out || r->result.canceled;
}

/*
 * Collects until the process is dead, not until the pipes end: a grandchild that left the session may
 * hold them open for ever. Looks at what poll has found; *ret_over: it is dead.
 */
static int look(struct running *r, bool *ret_over, struct knot_error *err)
{
	const size_t limit = r->command->output_limit ? r->command->output_limit : DEFAULT_LIMIT;

	*ret_over = false;
	if (r->fds[POLL_OUT].revents && drain(r->out, &r->result.out, limit))
		r->fds[POLL_OUT].fd = -1;
	if (r->fds[POLL_ERR].revents && drain(r->err, &r->result.err, limit))
		r->fds[POLL_ERR].fd = -1;
	if (!r->fds[POLL_EXIT].revents) {
		if (r->fds[POLL_CANCEL].revents) {
			r->result.canceled = true;
			r->fds[POLL_CANCEL].fd = -1;
			knot_proc_kill(r->proc);
		} else if (!stopping(r) && r->deadline_ns && time_left_ms(r->deadline_ns) == 0) {
			r->result.timed_out = true;
			knot_proc_kill(r->proc);
		}
		return 0;
	}
	bool done;
	const int rc = knot_proc_wait(r->proc, -1, &done, &r->result.exit, err);
	drain(r->out, &r->result.out, limit);
	drain(r->err, &r->result.err, limit);
	*ret_over = true;
	return rc;
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

static int start(struct running *r, struct knot_error *err)
{
	const struct knot_command *command = r->command;
	knot_auto_close int out_write = -1;
	knot_auto_close int err_write = -1;
	knot_auto_close int input = -1;
	int rc = open_pipe(&r->out, &out_write, err);
	if (rc == 0)
		rc = open_pipe(&r->err, &err_write, err);
	if (rc == 0 && command->input)
		rc = open_input(command, &input, err);
	if (rc < 0)
		return rc;
	struct knot_proc_options options = command->process;
	options.stdin_fd = command->input ? input : KNOT_PROC_NULL;
	options.stdout_fd = out_write;
	options.stderr_fd = err_write;
	rc = knot_proc_start(&options, &r->proc, err);
	if (rc < 0)
		return rc;
	keep(&r->result.out, "", 0, 1);
	keep(&r->result.err, "", 0, 1);
	r->deadline_ns = command->timeout_ms
		? knot_clock_mono_ns() + command->timeout_ms * KNOT_NS_PER_MS
		: 0;
	r->fds[POLL_OUT].fd = r->out;
	r->fds[POLL_ERR].fd = r->err;
	r->fds[POLL_EXIT].fd = knot_proc_pidfd(r->proc);
	r->fds[POLL_CANCEL].fd = command->cancel_fd;
	return 0;
}

/* The time until the first of them has to be killed. */
static int next_deadline_ms(const struct running *all, size_t len)
{
	int least = -1;

	for (size_t i = 0; i < len; i++) {
		if (!all[i].proc || stopping(&all[i]))
			continue;
		const int ms = time_left_ms(all[i].deadline_ns);
		if (ms >= 0 && (least < 0 || ms < least))
			least = ms;
	}
	return least;
}

static int run_all(
	struct running *all, size_t len, size_t at_once, struct pollfd *fds, struct knot_error *err)
{
	size_t begun = 0, live = 0;

	while (begun < len || live) {
		while (begun < len && live < at_once) {
			const int rc = start(&all[begun], err);
			if (rc < 0)
				return rc;
			begun++;
			live++;
		}
		const int n = poll(fds, len * POLL_COUNT, next_deadline_ms(all, begun));
		if (n < 0 && errno != EINTR)
			return knot_error_sys(err, "waiting for a command");
		for (size_t i = 0; n < 0 && i < len * POLL_COUNT; i++)
			fds[i].revents = 0;
		for (size_t i = 0; i < begun; i++) {
			bool over = false;
			const int rc = all[i].proc ? look(&all[i], &over, err) : 0;
			if (rc < 0)
				return rc;
			if (over) {
				running_end(&all[i]);
				live--;
			}
		}
	}
	return 0;
}

int knot_command_run_all(const struct knot_command *commands, size_t len, size_t at_once,
	struct knot_command_result *ret_results, struct knot_error *err)
{
	struct running *all = knot_xalloc(len * sizeof(*all));
	struct pollfd *fds = knot_xalloc(len * POLL_COUNT * sizeof(*fds));

	for (size_t i = 0; i < len; i++) {
		all[i] = (struct running){
			.command = &commands[i], .fds = fds + i * POLL_COUNT, .out = -1, .err = -1};
		unpoll(&all[i]);
	}
	const int rc = run_all(all, len, at_once, fds, err);

	for (size_t i = 0; i < len; i++) {
		running_end(&all[i]);
		if (rc)
			knot_command_result_free(&all[i].result);
		else
			ret_results[i] = all[i].result;
	}
	free(all);
	free(fds);
	return rc;
}

int knot_command_run(const struct knot_command *command, struct knot_command_result *ret_result,
	struct knot_error *err)
{
	return knot_command_run_all(command, 1, 1, ret_result, err);
}

void knot_command_result_free(struct knot_command_result *result)
{
	if (!result)
		return;
	knot_vec_free(&result->out);
	knot_vec_free(&result->err);
}
