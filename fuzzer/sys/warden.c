/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/warden.h"

#include "base/alloc.h"
#include "base/error.h"
#include "sys/herd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Sandboxes are made anew when tests have filled the disk: the oldest are long empty then. */
#define HERDS 4096

struct knot_warden {
	pid_t pid;
	int fd; /* herds go in; its end is goknot's */
};

/* Its end comes by the end of the pipe, and a herd that asks for nothing says that all is well. */
static void watch(int fd)
{
	static struct knot_herd herds[HERDS];
	struct knot_herd h;
	size_t n = 0;

	for (;;) {
		const ssize_t got = read(fd, &h, sizeof(h));

		if (got < 0 && errno == EINTR)
			continue;
		if (got != (ssize_t)sizeof(h))
			break;
		if (!h.ns[0] && !h.ns[1])
			_exit(0);
		herds[n++ % HERDS] = h;
	}
	for (size_t i = 0; i < n && i < HERDS; i++)
		knot_herd_kill(&herds[i]);
	_exit(0);
}

static void become(int fd)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP};

	/* Out of the group that a terminal or a kill of the whole group reaches. */
	setsid();
	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
	prctl(PR_SET_NAME, "goknot-warden");
	if (chdir("/") < 0 || dup2(fd, 0) < 0)
		_exit(1);
	/* Locks, pipes that somebody reads to the end: nothing of goknot's may stay open here. */
	close_range(1, ~0u, 0);
	watch(0);
}

int knot_warden_open(struct knot_warden **ret_warden, struct knot_error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return knot_error_sys(err, "starting the warden");
	const pid_t pid = fork();

	if (pid == 0)
		become(ends[0]);
	const int saved = errno;

	close(ends[0]);
	errno = saved;
	if (pid < 0) {
		close(ends[1]);
		return knot_error_sys(err, "starting the warden");
	}
	struct knot_warden *w = knot_xalloc(sizeof(*w));

	*w = (struct knot_warden){.pid = pid, .fd = ends[1]};
	*ret_warden = w;
	return 0;
}

static void say(struct knot_warden *w, const struct knot_herd *herd)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction old;

	/* Whoever killed the warden has not asked for the end of the campaign. */
	sigaction(SIGPIPE, &ignore, &old);
	(void)!write(w->fd, herd, sizeof(*herd));
	sigaction(SIGPIPE, &old, NULL);
}

void knot_warden_watch(struct knot_warden *warden, const struct knot_herd *herd)
{
	if (herd->ns[0] || herd->ns[1])
		say(warden, herd);
}

pid_t knot_warden_pid(const struct knot_warden *warden)
{
	return warden->pid;
}

void knot_warden_close(struct knot_warden *warden)
{
	if (!warden)
		return;
	say(warden, &(struct knot_herd){.session = 0});
	close(warden->fd);
	while (waitpid(warden->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(warden);
}
