/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the output of processes goes that nobody reads. Not /dev/null, which is a character device: programs that look
 * take that for a terminal, and behave otherwise than in a replay. A file in memory never blocks its writers; who owns
 * it empties it often.
 */
#ifndef KNOT_SYS_DRAIN_H
#define KNOT_SYS_DRAIN_H

struct knot_error;

/* ret_fd: closed on exec, to be closed by the caller. See memfd_create(2). */
int knot_drain_open(int *ret_fd, struct knot_error *err);
/* Throws away what was written, where that is much. */
void knot_drain_empty(int fd);

#endif
