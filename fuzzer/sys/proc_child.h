/* SPDX-License-Identifier: BSD-2-Clause */
/* Between clone and exec; used by sys/proc.c only. */
#ifndef KNOT_SYS_PROC_CHILD_H
#define KNOT_SYS_PROC_CHILD_H

#include <signal.h>
#include <sys/types.h>

struct knot_proc_options;

/* Lives in memory that parent and child share on both paths. */
struct knot_proc_child {
	const struct knot_proc_options *options;
	char *const *argv;
	char *const *envp;
	pid_t parent;
	int exec_pipe; /* closed by exec; -1 on the fast path */
	/* The answer: which step failed and why. NULL = exec succeeded. */
	const char *volatile failed_step;
	volatile int failed_errno;
};

/*
 * Runs in the child, maybe in the parent's memory: async-signal-safe calls only, every signal
 * blocked on entry. Returns the exit code when a step or exec failed.
 */
int knot_proc_child_main(void *arg);

#endif
