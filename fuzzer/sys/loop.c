/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/loop.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "sys/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#define BATCH 32

enum source_kind { SOURCE_FD, SOURCE_TIMER, SOURCE_SIGNAL };

struct knot_source {
	struct knot_source *next;
	enum source_kind kind;
	int fd;
	/* Removed sources live on until the batch that may still name them is through. */
	bool dead;
	void *arg;
	union {
		knot_loop_fd_fn fd;
		knot_loop_timer_fn timer;
		knot_loop_signal_fn signal;
	} fn;
};

struct knot_loop {
	int epoll_fd;
	bool stopped;
	bool mask_saved;
	bool in_batch;
	sigset_t old_mask;
	struct knot_source *sources;
};

int knot_loop_open(struct knot_loop **ret_loop, struct knot_error *err)
{
	const int fd = epoll_create1(EPOLL_CLOEXEC);
	if (fd < 0)
		return knot_error_sys(err, "creating the event loop");
	struct knot_loop *loop = knot_xalloc(sizeof(*loop));
	loop->epoll_fd = fd;
	*ret_loop = loop;
	return 0;
}

static void free_source(struct knot_source *source)
{
	if (source->kind != SOURCE_FD && source->fd >= 0)
		close(source->fd);
	free(source);
}

static void sweep(struct knot_loop *loop)
{
	for (struct knot_source **link = &loop->sources; *link;) {
		struct knot_source *source = *link;
		if (!source->dead) {
			link = &source->next;
			continue;
		}
		*link = source->next;
		free_source(source);
	}
}

void knot_loop_close(struct knot_loop *loop)
{
	if (!loop)
		return;
	for (struct knot_source *source = loop->sources; source; source = source->next)
		knot_loop_remove(loop, source);
	loop->in_batch = false;
	sweep(loop);
	close(loop->epoll_fd);
	free(loop);
}

/* Takes source over, also on failure. */
static int add_source(struct knot_loop *loop, struct knot_source *source, uint32_t events,
	struct knot_source **ret_source, struct knot_error *err)
{
	struct epoll_event ev = {.events = events, .data.ptr = source};
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, source->fd, &ev) < 0) {
		const int r = knot_error_sys(err, "watching descriptor %d", source->fd);
		free_source(source);
		return r;
	}
	source->next = loop->sources;
	loop->sources = source;
	if (ret_source)
		*ret_source = source;
	return 0;
}

int knot_loop_add_fd(struct knot_loop *loop, int fd, uint32_t events, knot_loop_fd_fn fn, void *arg,
	struct knot_source **ret_source, struct knot_error *err)
{
	struct knot_source *source = knot_xalloc(sizeof(*source));
	*source = (struct knot_source){.kind = SOURCE_FD, .fd = fd, .arg = arg, .fn.fd = fn};
	return add_source(loop, source, events, ret_source, err);
}

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){
		.tv_sec = (time_t)(ns / KNOT_NS_PER_S), .tv_nsec = (long)(ns % KNOT_NS_PER_S)};
}

int knot_loop_rearm(
	struct knot_source *timer, uint64_t first_ns, uint64_t interval_ns, struct knot_error *err)
{
	const struct itimerspec spec = {
		.it_value = to_timespec(first_ns), .it_interval = to_timespec(interval_ns)};
	if (timerfd_settime(timer->fd, 0, &spec, NULL) < 0)
		return knot_error_sys(err, "setting a timer");
	return 0;
}

int knot_loop_add_timer(struct knot_loop *loop, uint64_t first_ns, uint64_t interval_ns,
	knot_loop_timer_fn fn, void *arg, struct knot_source **ret_source, struct knot_error *err)
{
	const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (fd < 0)
		return knot_error_sys(err, "creating a timer");
	struct knot_source *source = knot_xalloc(sizeof(*source));
	*source = (struct knot_source){.kind = SOURCE_TIMER, .fd = fd, .arg = arg, .fn.timer = fn};
	const int r = knot_loop_rearm(source, first_ns, interval_ns, err);
	if (r < 0) {
		free_source(source);
		return r;
	}
	return add_source(loop, source, EPOLLIN, ret_source, err);
}

int knot_loop_add_signals(struct knot_loop *loop, const int *signals, knot_loop_signal_fn fn,
	void *arg, struct knot_source **ret_source, struct knot_error *err)
{
	if (loop->mask_saved)
		return knot_error_set(err, KNOT_EINTERNAL, "the loop has a signal source already");
	sigset_t mask;
	sigemptyset(&mask);
	for (const int *s = signals; *s; s++)
		sigaddset(&mask, *s);
	const int fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return knot_error_sys(err, "watching signals");
	struct knot_source *source = knot_xalloc(sizeof(*source));
	*source =
		(struct knot_source){.kind = SOURCE_SIGNAL, .fd = fd, .arg = arg, .fn.signal = fn};
	const int r = add_source(loop, source, EPOLLIN, ret_source, err);
	if (r < 0)
		return r;
	sigprocmask(SIG_BLOCK, &mask, &loop->old_mask);
	loop->mask_saved = true;
	return 0;
}

void knot_loop_remove(struct knot_loop *loop, struct knot_source *source)
{
	if (!source || source->dead)
		return;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
	source->dead = true;
	if (source->kind == SOURCE_SIGNAL && loop->mask_saved) {
		sigprocmask(SIG_SETMASK, &loop->old_mask, NULL);
		loop->mask_saved = false;
	}
}

static int fire_timer(struct knot_source *source, struct knot_error *err)
{
	uint64_t expirations = 0;
	if (read(source->fd, &expirations, sizeof(expirations)) != sizeof(expirations))
		return 0; /* rearmed between the wake-up and here */
	return source->fn.timer(source->arg, expirations, err);
}

static int fire_signals(struct knot_source *source, struct knot_error *err)
{
	struct signalfd_siginfo info;
	while (!source->dead && read(source->fd, &info, sizeof(info)) == sizeof(info)) {
		const int r = source->fn.signal(source->arg, (int)info.ssi_signo, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int fire(struct knot_source *source, uint32_t events, struct knot_error *err)
{
	switch (source->kind) {
	case SOURCE_TIMER:
		return fire_timer(source, err);
	case SOURCE_SIGNAL:
		return fire_signals(source, err);
	case SOURCE_FD:
		break;
	}
	return source->fn.fd(source->arg, source->fd, events, err);
}

int knot_loop_step(struct knot_loop *loop, int timeout_ms, struct knot_error *err)
{
	struct epoll_event events[BATCH];
	const int n = epoll_wait(loop->epoll_fd, events, BATCH, timeout_ms);
	if (n < 0)
		return errno == EINTR ? 0 : knot_error_sys(err, "waiting for events");
	const bool outermost = !loop->in_batch;
	loop->in_batch = true;
	int r = 0;
	for (int i = 0; i < n && r == 0; i++) {
		struct knot_source *source = events[i].data.ptr;
		if (!source->dead)
			r = fire(source, events[i].events, err);
	}
	if (outermost) {
		loop->in_batch = false;
		sweep(loop);
	}
	return r;
}

int knot_loop_run(struct knot_loop *loop, struct knot_error *err)
{
	int r = 0;
	loop->stopped = false;
	while (r == 0 && !loop->stopped)
		r = knot_loop_step(loop, -1, err);
	return r;
}

void knot_loop_stop(struct knot_loop *loop)
{
	loop->stopped = true;
}
