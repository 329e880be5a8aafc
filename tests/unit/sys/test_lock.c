/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/lock.h"

#include "base/error.h"
#include "sys/tree.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];

static void setup(void)
{
	strcpy(dir, "/tmp/knot-lock-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
}

static void teardown(void)
{
	knot_tree_remove(dir, NULL);
}

TestSuite(lock, .init = setup, .fini = teardown);

Test(lock, a_second_holder_is_told_who_has_it)
{
	struct knot_lock *lock = NULL;
	struct knot_lock *second = NULL;
	struct knot_error err = {0};
	char pid[32];
	cr_assert_eq(knot_lock_take(dir, &lock, &err), 0, "%s", err.message);
	cr_assert_eq(knot_lock_take(dir, &second, &err), KNOT_EBUSY);
	snprintf(pid, sizeof(pid), "process %d", (int)getpid());
	cr_assert_not_null(strstr(err.message, pid), "%s", err.message);
	cr_assert_null(second);
	knot_lock_close(lock);
	cr_assert_eq(knot_lock_take(dir, &lock, &err), 0);
	knot_lock_close(lock);
}

Test(lock, ends_with_its_process)
{
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	const pid_t pid = fork();
	if (pid == 0) {
		struct knot_lock *lock;
		(void)!write(ends[1], knot_lock_take(dir, &lock, NULL) == 0 ? "y" : "n", 1);
		pause();
		_exit(0);
	}
	char answer = 0;
	struct knot_lock *lock = NULL;
	struct knot_error err = {0};
	cr_assert_eq(read(ends[0], &answer, 1), 1);
	cr_assert_eq(answer, 'y');
	cr_assert_eq(knot_lock_take(dir, &lock, &err), KNOT_EBUSY);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	cr_assert_eq(knot_lock_take(dir, &lock, &err), 0, "%s", err.message);
	knot_lock_close(lock);
}

Test(lock, a_missing_directory_is_a_usage_error)
{
	struct knot_lock *lock = NULL;
	struct knot_error err = {0};
	cr_assert_eq(knot_lock_take("/nonexistent/campaign", &lock, &err), KNOT_EUSAGE);
	knot_lock_close(NULL);
}

/* As another user: root may write anywhere. */
Test(lock, a_read_only_directory_is_a_usage_error)
{
	cr_assert_eq(chmod(dir, 0555), 0);
	const pid_t pid = fork();
	if (pid == 0) {
		struct knot_lock *lock = NULL;
		if (geteuid() == 0 && setuid(65534) < 0)
			_exit(2);
		_exit(knot_lock_take(dir, &lock, NULL) == KNOT_EUSAGE ? 0 : 1);
	}
	int status;
	waitpid(pid, &status, 0);
	cr_assert_eq(status, 0);
}
