/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "base/file.h"
#include "sys/launch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct knot_launch start(const char *path, char *const *argv)
{
	struct knot_error err = {0};
	struct knot_launch l;
	sigset_t none;

	sigemptyset(&none);
	cr_assert_eq(knot_launch_start(path, argv, &none, &l, &err), 0, "%s", err.message);
	cr_expect(l.pid > 0 && l.pidfd >= 0 && l.gate >= 0);
	return l;
}

Test(launch, stands_still_until_told)
{
	char marker[] = "/tmp/goknot-launch-XXXXXX";
	char *const argv[] = {"sh", "-c", "rm \"$0\"; exit 3", marker, NULL};
	int status;

	close(mkstemp(marker));
	struct knot_launch l = start("/bin/sh", argv);

	usleep(50000);
	cr_expect(knot_file_exists(marker));
	cr_expect_eq(waitpid(l.pid, &status, WNOHANG), 0);
	cr_expect_eq(knot_launch_go(&l, NULL), 0);
	cr_expect_eq(waitpid(l.pid, &status, 0), l.pid);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	cr_expect_not(knot_file_exists(marker));
	knot_launch_close(&l);
	knot_launch_close(&l);
}

/* It never runs, and is gone. */
Test(launch, is_not_told)
{
	char marker[] = "/tmp/goknot-launch-XXXXXX";
	char *const argv[] = {"rm", marker, NULL};

	close(mkstemp(marker));
	struct knot_launch l = start("/bin/rm", argv);
	const pid_t pid = l.pid;

	knot_launch_close(&l);
	cr_expect_eq(waitpid(pid, NULL, WNOHANG), -1);
	cr_expect(knot_file_exists(marker));
	unlink(marker);
}

Test(launch, what_cannot_be_executed)
{
	char *const argv[] = {"nowhere", NULL};
	struct knot_launch l = start("/nowhere", argv);
	struct knot_error err = {0};

	cr_expect_eq(knot_launch_go(&l, &err), KNOT_EUSAGE);
	cr_expect_str_eq(err.message, "it cannot be executed: No such file or directory");
	cr_expect_eq(waitpid(l.pid, NULL, 0), l.pid);
	knot_launch_close(&l);
}
