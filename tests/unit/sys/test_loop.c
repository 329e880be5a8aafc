/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/loop.h"

#include "base/error.h"
#include "sys/clock.h"
#include "sys/proc.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

struct state {
	struct knot_loop *loop;
	struct knot_source *victim;
	int fired, signals, last_signal;
};

static struct knot_loop *open_loop(void)
{
	struct knot_loop *loop = NULL;
	struct knot_error err = {0};
	cr_assert_eq(knot_loop_open(&loop, &err), 0, "%s", err.message);
	return loop;
}

static int on_timer(void *arg, uint64_t expirations, struct knot_error *err)
{
	(void)err;
	struct state *s = arg;
	s->fired += (int)expirations;
	if (s->fired >= 3)
		knot_loop_stop(s->loop);
	return 0;
}

Test(loop, timers_fire_at_their_pace)
{
	struct state s = {.loop = open_loop()};
	struct knot_error err;
	const uint64_t start = knot_clock_mono_ns();
	cr_assert_eq(knot_loop_add_timer(s.loop, 5 * KNOT_NS_PER_MS, 5 * KNOT_NS_PER_MS, on_timer,
			     &s, NULL, &err),
		0);
	cr_assert_eq(knot_loop_run(s.loop, &err), 0);
	cr_assert_geq(s.fired, 3);
	cr_assert_geq(knot_clock_mono_ns() - start, 15 * KNOT_NS_PER_MS);
	knot_loop_close(s.loop);
}

Test(loop, an_unarmed_timer_waits_for_rearm)
{
	struct state s = {.loop = open_loop(), .fired = 2};
	struct knot_source *timer = NULL;
	struct knot_error err;
	cr_assert_eq(knot_loop_add_timer(s.loop, 0, 0, on_timer, &s, &timer, &err), 0);
	cr_assert_eq(knot_loop_step(s.loop, 20, &err), 0);
	cr_assert_eq(s.fired, 2);
	cr_assert_eq(knot_loop_rearm(timer, 1, 0, &err), 0);
	cr_assert_eq(knot_loop_run(s.loop, &err), 0);
	cr_assert_eq(s.fired, 3);
	knot_loop_close(s.loop);
}

static int on_signal(void *arg, int signo, struct knot_error *err)
{
	(void)err;
	struct state *s = arg;
	s->signals++;
	s->last_signal = signo;
	knot_loop_stop(s->loop);
	return 0;
}

Test(loop, signals_arrive_as_events_and_the_mask_comes_back)
{
	struct state s = {.loop = open_loop()};
	const int signals[] = {SIGUSR1, SIGTERM, 0};
	struct knot_error err;
	cr_assert_eq(knot_loop_add_signals(s.loop, signals, on_signal, &s, NULL, &err), 0);
	cr_assert_eq(
		knot_loop_add_signals(s.loop, signals, on_signal, &s, NULL, &err), KNOT_EINTERNAL);
	kill(getpid(), SIGTERM);
	cr_assert_eq(knot_loop_run(s.loop, &err), 0);
	cr_assert_eq(s.signals, 1);
	cr_assert_eq(s.last_signal, SIGTERM);
	knot_loop_close(s.loop);
	sigset_t mask;
	sigprocmask(SIG_BLOCK, NULL, &mask);
	cr_assert_not(sigismember(&mask, SIGTERM));
}

/* Both ends of two pipes are ready in one batch: whichever comes first removes the other. */
static int remove_victim(void *arg, int fd, uint32_t events, struct knot_error *err)
{
	(void)fd;
	(void)events;
	(void)err;
	struct state *s = arg;
	s->fired++;
	knot_loop_remove(s->loop, s[0].victim);
	return 0;
}

Test(loop, a_source_removed_in_its_batch_is_not_called)
{
	struct knot_loop *loop = open_loop();
	struct state s[2] = {{.loop = loop}, {.loop = loop}};
	struct knot_error err;
	int pipes[2][2];
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(pipe(pipes[i]), 0);
		cr_assert_eq(write(pipes[i][1], "x", 1), 1);
		cr_assert_eq(knot_loop_add_fd(loop, pipes[i][0], EPOLLIN, remove_victim, &s[i],
				     &s[1 - i].victim, &err),
			0);
	}
	cr_assert_eq(knot_loop_step(loop, 1000, &err), 0);
	cr_assert_eq(s[0].fired + s[1].fired, 1);
	knot_loop_close(loop);
}

static int fail_now(void *arg, int fd, uint32_t events, struct knot_error *err)
{
	(void)arg;
	(void)fd;
	(void)events;
	return knot_error_set(err, KNOT_EINTERNAL, "on purpose");
}

Test(loop, a_callback_error_ends_the_loop)
{
	struct knot_loop *loop = open_loop();
	struct knot_error err = {0};
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(write(ends[1], "x", 1), 1);
	cr_assert_eq(knot_loop_add_fd(loop, ends[0], EPOLLIN, fail_now, NULL, NULL, &err), 0);
	cr_assert_eq(knot_loop_run(loop, &err), KNOT_EINTERNAL);
	cr_assert_str_eq(err.message, "on purpose");
	knot_loop_close(loop);
}

static int on_death(void *arg, int fd, uint32_t events, struct knot_error *err)
{
	(void)fd;
	(void)err;
	struct state *s = arg;
	s->fired = (events & EPOLLIN) != 0;
	knot_loop_stop(s->loop);
	return 0;
}

Test(loop, a_pidfd_tells_of_death)
{
	struct state s = {.loop = open_loop()};
	struct knot_error err = {0};
	const char *argv[] = {"/bin/true", NULL};
	struct knot_proc_options options = KNOT_PROC_OPTIONS_INIT;
	options.argv = argv;
	struct knot_proc *proc = NULL;
	cr_assert_eq(knot_proc_start(&options, &proc, &err), 0, "%s", err.message);
	cr_assert_eq(
		knot_loop_add_fd(s.loop, knot_proc_pidfd(proc), EPOLLIN, on_death, &s, NULL, &err),
		0);
	cr_assert_eq(knot_loop_run(s.loop, &err), 0);
	cr_assert_eq(s.fired, 1);
	knot_loop_close(s.loop);
	knot_proc_close(proc);
}
