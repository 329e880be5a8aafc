/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program of the user's, as a shell would start it: in goknot's session and process group, with its terminal, and it
 * outlives goknot. It stands still before its first instruction until it is told to go.
 */
#ifndef KNOT_SYS_LAUNCH_H
#define KNOT_SYS_LAUNCH_H

#include <signal.h>
#include <sys/types.h>

struct knot_error;

struct knot_launch {
	pid_t pid;
	int pidfd; /* readable once it is dead */
	int gate, failure; /* -1 once it is on its way */
};

/* argv ends with NULL. mask: the signals it starts with blocked. */
int knot_launch_start(const char *path, char *const *argv, const sigset_t *mask,
	struct knot_launch *ret_launch, struct knot_error *err);
/* KNOT_EUSAGE: it cannot be executed. */
int knot_launch_go(struct knot_launch *l, struct knot_error *err);
/* One that is not on its way never will be; another one goes on. */
void knot_launch_close(struct knot_launch *l);

#endif
