/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A target and everything it has forked, however it did: what lives in the namespaces that a sandbox made for it, and
 * what lives in its session. A process gets out of the one by privilege only, of the other by setsid.
 */
#ifndef KNOT_SYS_HERD_H
#define KNOT_SYS_HERD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct knot_sandbox;

#define KNOT_HERD_NAMESPACES 2

struct knot_herd {
	uint64_t ns
		[KNOT_HERD_NAMESPACES]; /* inodes of its network and of its mounts, 0 = has none of its own */
	pid_t session; /* 0 = does not count */
};

/* Those in the sandbox. NULL: nobody. */
struct knot_herd knot_herd_of(const struct knot_sandbox *sandbox);
/* How many live; reads all of /proc. */
size_t knot_herd_count(const struct knot_herd *herd);
/* SIGKILL until none lives or a second is over. Returns how many were found at first. */
size_t knot_herd_kill(const struct knot_herd *herd);

#endif
