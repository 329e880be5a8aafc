/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/herd.h"
#include "sys/warden.h"
#include "tests/unit/skip.h"

#include <criterion/criterion.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that leads a session, in a network of its own where wanted; 0 = that is refused. */
static pid_t herded(bool own_net)
{
	int ready[2];
	char byte = 0;

	cr_assert_eq(pipe(ready), 0);
	const pid_t pid = fork();

	if (pid == 0) {
		setsid();
		byte = !own_net || unshare(CLONE_NEWNET) == 0;
		(void)!write(ready[1], &byte, 1);
		pause();
		_exit(0);
	}
	cr_assert_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	if (byte)
		return pid;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return 0;
}

static uint64_t net_of(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	return stat(path, &st) ? 0 : (uint64_t)st.st_ino;
}

Test(herd, is_known_by_its_session, .timeout = 20)
{
	const pid_t pid = herded(false);
	const struct knot_herd h = {.session = pid};
	int status;

	cr_expect_eq(knot_herd_count(&h), 1);
	cr_expect_eq(knot_herd_kill(&h), 1);
	cr_expect_eq(waitpid(pid, &status, 0), pid);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	cr_expect_eq(knot_herd_count(&h), 0);
	cr_expect_eq(knot_herd_count(&(struct knot_herd){.session = 0}), 0);
}

Test(herd, is_known_by_its_network, .timeout = 20)
{
	const pid_t pid = herded(true);

	if (!pid) {
		knot_test_skip("a herd in a network of its own", "namespaces are refused");
		return;
	}
	const struct knot_herd h = {.ns = {net_of(pid)}};

	cr_expect_eq(knot_herd_count(&h), 1);
	cr_expect_eq(knot_herd_kill(&h), 1);
	cr_expect_eq(waitpid(pid, NULL, 0), pid);
}

/* One who opens a warden for the herd and goes, with a word or without. */
static void keeper(const struct knot_herd *h, bool well)
{
	struct knot_warden *w;
	const pid_t pid = fork();

	if (pid == 0) {
		if (knot_warden_open(&w, NULL))
			_exit(1);
		knot_warden_watch(w, h);
		if (well)
			knot_warden_close(w);
		_exit(0);
	}
	int status;

	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

Test(warden, kills_when_nobody_says_that_all_is_well, .timeout = 20)
{
	const pid_t pid = herded(true);

	if (!pid) {
		knot_test_skip("a warden", "namespaces are refused");
		return;
	}
	const struct knot_herd h = {.ns = {net_of(pid)}};
	int status;

	keeper(&h, true);
	usleep(100000);
	cr_expect_eq(waitpid(pid, NULL, WNOHANG), 0);
	keeper(&h, false);
	cr_expect_eq(waitpid(pid, &status, 0), pid);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
