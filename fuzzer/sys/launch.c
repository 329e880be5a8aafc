/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/launch.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Only what is safe behind a fork. */
_Noreturn static void child(
	const char *path, char *const *argv, const sigset_t *mask, int gate, int failure)
{
	const struct sigaction dfl = {.sa_handler = SIG_DFL};
	int error;
	char go;

	/* goknot is gone, or has no use for it. */
	if (read(gate, &go, 1) != 1)
		_exit(127);
	sigaction(SIGPIPE, &dfl, NULL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execv(path, argv);
	error = errno;
	(void)!write(failure, &error, sizeof(error));
	_exit(127);
}

int knot_launch_start(const char *path, char *const *argv, const sigset_t *mask,
	struct knot_launch *ret_launch, struct knot_error *err)
{
	int gate[2], failure[2];

	if (pipe2(gate, O_CLOEXEC))
		return knot_error_sys(err, "pipe");
	if (pipe2(failure, O_CLOEXEC)) {
		close(gate[0]);
		close(gate[1]);
		return knot_error_sys(err, "pipe");
	}
	const pid_t pid = fork();

	if (!pid) {
		close(gate[1]);
		child(path, argv, mask, gate[0], failure[1]);
	}
	close(gate[0]);
	close(failure[1]);
	struct knot_launch l = {.pid = pid, .pidfd = -1, .gate = gate[1], .failure = failure[0]};

	if (pid < 0 || (l.pidfd = (int)syscall(SYS_pidfd_open, pid, 0)) < 0) {
		const int rc = knot_error_sys(err, "starting %s", path);

		knot_launch_close(&l);
		return rc;
	}
	*ret_launch = l;
	return 0;
}

int knot_launch_go(struct knot_launch *l, struct knot_error *err)
{
	int error = 0;
	ssize_t n;

	if (write(l->gate, "", 1) != 1)
		return knot_error_sys(err, "starting process %d", (int)l->pid);
	close(l->gate);
	l->gate = -1;
	/* Closed by the exec. */
	do
		n = read(l->failure, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	close(l->failure);
	l->failure = -1;
	if (n == sizeof(error))
		return knot_error_set(
			err, KNOT_EUSAGE, "it cannot be executed: %s", strerror(error));
	return 0;
}

void knot_launch_close(struct knot_launch *l)
{
	const bool waits = l->gate >= 0;

	if (waits)
		close(l->gate);
	if (l->failure >= 0)
		close(l->failure);
	if (waits && l->pid > 0)
		(void)waitpid(l->pid, NULL, 0);
	if (l->pidfd >= 0)
		close(l->pidfd);
	*l = (struct knot_launch){.pid = -1, .pidfd = -1, .gate = -1, .failure = -1};
}
