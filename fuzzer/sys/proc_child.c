/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/proc_child.h"

#include "sys/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FD_COUNT (3 + KNOT_PROC_EXTRA_FDS)
/* Sources are first moved out of the way of every target number. */
#define FD_PARK 64

/*
 * The child shares the parent's memory but not its stack: AddressSanitizer would mark the child's
 * frames in the parent's shadow and never take the marks back, since exec unwinds nothing.
 */
#define IN_CHILD __attribute__((no_sanitize("address")))

IN_CHILD static int fail(struct knot_proc_child *child, const char *step)
{
	child->failed_errno = errno;
	child->failed_step = step;
	return 127;
}

/* The kernel's struct: libc's sigaction refuses the two signals that it keeps for itself. */
struct kernel_sigaction {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

IN_CHILD static void reset_signals(void)
{
	const struct kernel_sigaction dfl = {.handler = SIG_DFL};
	for (int signo = 1; signo < NSIG; signo++)
		syscall(SYS_rt_sigaction, signo, &dfl, NULL,
			sizeof(dfl.mask)); /* refused for SIGKILL, SIGSTOP */
}

IN_CHILD static int set_limit(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit limit;
	if (getrlimit(resource, &limit) < 0)
		return -1;
	if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max)
		value = limit.rlim_max;
	limit.rlim_cur = limit.rlim_max = value;
	return setrlimit(resource, &limit);
}

IN_CHILD static const char *set_limits(const struct knot_proc_options *o)
{
	if (set_limit(RLIMIT_CORE, 0) < 0)
		return "limiting core dumps";
	if (o->memory_bytes && set_limit(RLIMIT_DATA, o->memory_bytes) < 0)
		return "limiting memory";
	if (o->file_bytes && set_limit(RLIMIT_FSIZE, o->file_bytes) < 0)
		return "limiting the size of files";
	if (o->nice && setpriority(PRIO_PROCESS, 0, o->nice) < 0)
		return "setting the priority";
	return NULL;
}

/* Parks a copy of fd (or /dev/null) above every number that is a target. */
IN_CHILD static int park_fd(int fd)
{
	if (fd != KNOT_PROC_NULL)
		return fcntl(fd, F_DUPFD_CLOEXEC, FD_PARK);
	const int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd < 0)
		return -1;
	const int parked = fcntl(null_fd, F_DUPFD_CLOEXEC, FD_PARK);
	close(null_fd);
	return parked;
}

IN_CHILD static const char *place_fds(const struct knot_proc_options *o)
{
	int from[FD_COUNT] = {o->stdin_fd, o->stdout_fd, o->stderr_fd};
	int to[FD_COUNT] = {0, 1, 2};
	const size_t count = 3 + o->extra_len;
	for (size_t i = 0; i < o->extra_len; i++) {
		from[3 + i] = o->extra[i].from;
		to[3 + i] = o->extra[i].to;
	}
	for (size_t i = 0; i < count; i++) {
		from[i] = park_fd(from[i]);
		if (from[i] < 0)
			return "duplicating a descriptor";
	}
	for (size_t i = 0; i < count; i++)
		if (dup2(from[i], to[i]) < 0)
			return "placing a descriptor";
	/* Everything between and above the targets goes. The pipe is close-on-exec by itself. */
	unsigned int next = 3;
	for (size_t i = 3; i < count; i++) {
		if ((unsigned int)to[i] > next)
			close_range(next, (unsigned int)to[i] - 1, CLOSE_RANGE_CLOEXEC);
		next = (unsigned int)to[i] + 1;
	}
	close_range(next, ~0u, CLOSE_RANGE_CLOEXEC);
	return NULL;
}

IN_CHILD int knot_proc_child_main(void *arg)
{
	struct knot_proc_child *child = arg;
	const struct knot_proc_options *o = child->options;

	reset_signals();
	if (!o->interactive && setsid() < 0)
		return fail(child, "starting a session");
	for (size_t i = 0; i < o->ns_len; i++)
		if (setns(o->ns_fds[i], 0) < 0)
			return fail(child, "entering a namespace");
	/* After setns: joining a user namespace clears it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fail(child, "tying it to goknot");
	if (getppid() != child->parent)
		return fail(child, "finding goknot alive");
	/* Refused in some containers: then addresses stay random, which is no failure. */
	if (o->fixed_addresses)
		personality(ADDR_NO_RANDOMIZE);
	const char *step = set_limits(o);
	if (!step)
		step = place_fds(o);
	if (step)
		return fail(child, step);
	if (o->cwd && chdir(o->cwd) < 0)
		return fail(child, "changing to its directory");
	sigset_t none;
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return fail(child, "clearing its signal mask");
	execve(child->argv[0], child->argv, child->envp);
	return fail(child, "exec");
}
