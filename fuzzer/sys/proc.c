/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting is vfork-like: clone(CLONE_VM | CLONE_VFORK) with a stack of its own, because a plain fork
 * copies the page tables of all the rings goknot has mapped. The child runs with every signal blocked
 * until its handlers are the default ones, so no handler of goknot can run in the shared memory.
 */
#include "sys/proc.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "sys/proc_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_SIZE ((size_t)64 * 1024)

extern char **environ;

struct knot_proc {
	pid_t pid;
	int pidfd;
	bool reaped;
	bool interactive;
	struct knot_proc_exit exit;
};

/* Shared by parent and child on both paths: the message and the child's stack. */
struct launch {
	struct knot_proc_child child;
	char stack[STACK_SIZE] __attribute__((aligned(16)));
};

static int check_options(const struct knot_proc_options *o, struct knot_error *err)
{
	if (o->extra_len > KNOT_PROC_EXTRA_FDS || o->ns_len > KNOT_PROC_NS_FDS)
		return knot_error_set(err, KNOT_EINTERNAL, "too many descriptors for a process");
	int last = 2;
	for (size_t i = 0; i < o->extra_len; i++) {
		if (o->extra[i].to <= last || o->extra[i].to >= 64)
			return knot_error_set(
				err, KNOT_EINTERNAL, "descriptor %d out of order", o->extra[i].to);
		last = o->extra[i].to;
	}
	if (o->ns_len && o->cwd && o->cwd[0] != '/')
		return knot_error_set(
			err, KNOT_EINTERNAL, "a sandboxed process needs an absolute directory");
	return 0;
}

/* Fast path. Returns the pid or -1; the child has called exec or failed when it returns. */
static pid_t clone_shared(struct launch *launch, int *ret_pidfd)
{
	launch->child.exec_pipe = -1;
	return clone(knot_proc_child_main, launch->stack + STACK_SIZE,
		CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &launch->child, ret_pidfd);
}

/* Slow path: the pipe's end of file tells that exec happened. */
static pid_t fork_and_wait(struct launch *launch, int *ret_pidfd)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	launch->child.exec_pipe = ends[1];
	const pid_t pid = fork();
	if (pid == 0)
		_exit(knot_proc_child_main(&launch->child));
	const int saved_errno = errno;
	close(ends[1]);
	char byte;
	while (pid > 0 && read(ends[0], &byte, 1) < 0 && errno == EINTR)
		;
	close(ends[0]);
	errno = saved_errno;
	if (pid < 0)
		return -1;
	const int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0) {
		const int open_errno = errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		errno = open_errno;
		return -1;
	}
	*ret_pidfd = pidfd;
	return pid;
}

static pid_t launch_blocked(struct launch *launch, bool use_fork, int *ret_pidfd)
{
	sigset_t all;
	sigset_t old;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid_t pid = -1;
	if (!use_fork)
		pid = clone_shared(launch, ret_pidfd);
	if (use_fork || (pid < 0 && (errno == EINVAL || errno == ENOSYS || errno == EPERM)))
		pid = fork_and_wait(launch, ret_pidfd);
	const int saved_errno = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = saved_errno;
	return pid;
}

static int launch_failed(
	const struct launch *launch, const struct knot_proc_options *o, struct knot_error *err)
{
	errno = launch->child.failed_errno;
	if (strcmp(launch->child.failed_step, "exec") == 0)
		return knot_error_sys(err, "starting %s", o->argv[0]);
	if (o->cwd && errno == ENOENT)
		return knot_error_sys(err, "starting %s in %s: %s", o->argv[0], o->cwd,
			launch->child.failed_step);
	return knot_error_sys(err, "starting %s: %s", o->argv[0], launch->child.failed_step);
}

int knot_proc_start(const struct knot_proc_options *options, struct knot_proc **ret_proc,
	struct knot_error *err)
{
	int r = check_options(options, err);
	if (r < 0)
		return r;
	struct launch *launch = mmap(NULL, sizeof(*launch), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (launch == MAP_FAILED)
		return knot_error_sys(err, "starting %s", options->argv[0]);
	launch->child = (struct knot_proc_child){
		.options = options,
		.argv = (char *const *)options->argv,
		.envp = options->envp ? (char *const *)options->envp : environ,
		.parent = getpid(),
		.exec_pipe = -1,
	};
	int pidfd = -1;
	const pid_t pid = launch_blocked(launch, options->use_fork, &pidfd);
	if (pid < 0) {
		r = knot_error_sys(err, "starting %s", options->argv[0]);
	} else if (launch->child.failed_step) {
		waitpid(pid, NULL, 0);
		close(pidfd);
		r = launch_failed(launch, options, err);
	} else {
		struct knot_proc *proc = knot_xalloc(sizeof(*proc));
		*proc = (struct knot_proc){
			.pid = pid, .pidfd = pidfd, .interactive = options->interactive};
		*ret_proc = proc;
	}
	munmap(launch, sizeof(*launch));
	return r;
}

pid_t knot_proc_pid(const struct knot_proc *proc)
{
	return proc->pid;
}

int knot_proc_pidfd(const struct knot_proc *proc)
{
	return proc->pidfd;
}

void knot_proc_kill(struct knot_proc *proc)
{
	/* Until it is reaped its pid cannot be given to another group. */
	if (!proc->reaped)
		kill(proc->interactive ? proc->pid : -proc->pid, SIGKILL);
}

static uint64_t timeval_ns(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * 1000000000ull + (uint64_t)tv->tv_usec * 1000ull;
}

static int reap(struct knot_proc *proc, struct knot_error *err)
{
	/* Dead but not reaped: the group's number is still ours, and so are those left in it. */
	knot_proc_kill(proc);
	int status;
	struct rusage usage;
	while (wait4(proc->pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			return knot_error_sys(err, "reaping process %d", (int)proc->pid);
	proc->reaped = true;
	proc->exit = (struct knot_proc_exit){
		.signaled = WIFSIGNALED(status),
		.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		.core_dumped = WIFSIGNALED(status) && WCOREDUMP(status),
		.user_ns = timeval_ns(&usage.ru_utime),
		.system_ns = timeval_ns(&usage.ru_stime),
		.max_rss_bytes = (uint64_t)usage.ru_maxrss * 1024,
	};
	return 0;
}

int knot_proc_wait(struct knot_proc *proc, int timeout_ms, bool *ret_done,
	struct knot_proc_exit *ret_exit, struct knot_error *err)
{
	if (!proc->reaped) {
		struct pollfd pfd = {.fd = proc->pidfd, .events = POLLIN};
		const int n = poll(&pfd, 1, timeout_ms);
		if (n < 0 && errno != EINTR)
			return knot_error_sys(err, "waiting for process %d", (int)proc->pid);
		if (n <= 0) {
			*ret_done = false;
			return 0;
		}
		const int r = reap(proc, err);
		if (r < 0)
			return r;
	}
	*ret_done = true;
	if (ret_exit)
		*ret_exit = proc->exit;
	return 0;
}

void knot_proc_close(struct knot_proc *proc)
{
	if (!proc)
		return;
	if (!proc->reaped) {
		knot_proc_kill(proc);
		(void)reap(proc, NULL);
	}
	close(proc->pidfd);
	free(proc);
}

int knot_proc_become_subreaper(struct knot_error *err)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return knot_error_sys(err, "becoming the reaper of stray processes");
	return 0;
}

static bool is_program(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

int knot_proc_find_program(const char *name, char **ret_path, struct knot_error *err)
{
	if (strchr(name, '/')) {
		*ret_path = knot_xstrdup(name);
		return 0;
	}
	const char *path = getenv("PATH");
	if (!path)
		path = "/usr/local/bin:/usr/bin:/bin";
	while (*path) {
		const size_t len = strcspn(path, ":");
		knot_auto_free char *candidate =
			knot_xasprintf("%.*s/%s", len ? (int)len : 1, len ? path : ".", name);
		if (is_program(candidate)) {
			*ret_path = knot_steal(&candidate);
			return 0;
		}
		path += len + (path[len] == ':');
	}
	return knot_error_set(err, KNOT_EUNSUPPORTED, "%s is not on PATH", name);
}
