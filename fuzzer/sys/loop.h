/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event loop: epoll with timerfd, signalfd and any other descriptor, pidfds included (readable
 * once the process is dead). One thread. A callback may add and remove any source, itself included.
 */
#ifndef KNOT_SYS_LOOP_H
#define KNOT_SYS_LOOP_H

#include <stdint.h>

struct knot_error;
struct knot_loop;
struct knot_source; /* borrowed until knot_loop_remove or knot_loop_close */

/* All return 0 to go on or a negative KNOT_E... with err set, which ends knot_loop_run. */
typedef int (*knot_loop_fd_fn)(void *arg, int fd, uint32_t events, struct knot_error *err);
typedef int (*knot_loop_timer_fn)(void *arg, uint64_t expirations, struct knot_error *err);
typedef int (*knot_loop_signal_fn)(void *arg, int signo, struct knot_error *err);

int knot_loop_open(struct knot_loop **ret_loop, struct knot_error *err);
/* Removes every source; the signal mask is again what it was. Accepts NULL. */
void knot_loop_close(struct knot_loop *loop);

/* events: EPOLLIN, EPOLLOUT ... The loop never closes fd: remove the source first. */
int knot_loop_add_fd(struct knot_loop *loop, int fd, uint32_t events, knot_loop_fd_fn fn, void *arg,
	struct knot_source **ret_source, struct knot_error *err);
/* first_ns after now, then every interval_ns (0 = once). first_ns 0 leaves it unarmed. */
int knot_loop_add_timer(struct knot_loop *loop, uint64_t first_ns, uint64_t interval_ns,
	knot_loop_timer_fn fn, void *arg, struct knot_source **ret_source, struct knot_error *err);
int knot_loop_rearm(
	struct knot_source *timer, uint64_t first_ns, uint64_t interval_ns, struct knot_error *err);
/* Blocks the signals (list ends with 0) and delivers them here. One such source per loop. */
int knot_loop_add_signals(struct knot_loop *loop, const int *signals, knot_loop_signal_fn fn,
	void *arg, struct knot_source **ret_source, struct knot_error *err);
/* Accepts a NULL source. */
void knot_loop_remove(struct knot_loop *loop, struct knot_source *source);

/* One wait of at most timeout_ms (-1 = for ever) and its callbacks. */
int knot_loop_step(struct knot_loop *loop, int timeout_ms, struct knot_error *err);
/* Steps until knot_loop_stop or a callback's error. */
int knot_loop_run(struct knot_loop *loop, struct knot_error *err);
void knot_loop_stop(struct knot_loop *loop);

#endif
