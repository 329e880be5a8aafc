/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/lock.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

struct knot_lock {
	int fd;
};

static int open_lock_file(const char *dir, int *ret_fd, struct knot_error *err)
{
	knot_auto_free char *path = knot_xasprintf("%s/lock", dir);
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd >= 0) {
		*ret_fd = fd;
		return 0;
	}
	switch (errno) {
	case EROFS:
	case EACCES:
		return knot_error_set(
			err, KNOT_EUSAGE, "campaign directory %s cannot be written to", dir);
	case ENOENT:
	case ENOTDIR:
		return knot_error_set(err, KNOT_EUSAGE, "%s is not a campaign directory", dir);
	case ENOSPC:
	case EDQUOT:
		return knot_error_set(err, KNOT_EFULL, "the disk of %s is full", dir);
	default:
		return knot_error_sys(err, "opening %s", path);
	}
}

static long read_holder(int fd)
{
	char text[24] = "";
	const ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	return n > 0 ? strtol(text, NULL, 10) : 0;
}

int knot_lock_take(const char *dir, struct knot_lock **ret_lock, struct knot_error *err)
{
	knot_auto_close int fd = -1;
	const int r = open_lock_file(dir, &fd, err);
	if (r < 0)
		return r;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return knot_error_sys(err, "locking %s", dir);
		const long holder = read_holder(fd);
		if (holder > 0)
			return knot_error_set(err, KNOT_EBUSY,
				"campaign directory %s is in use by another goknot (process %ld)",
				dir, holder);
		return knot_error_set(
			err, KNOT_EBUSY, "campaign directory %s is in use by another goknot", dir);
	}
	char text[24];
	const int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	/* The number serves the message only: a full disk must not keep the lock from being taken. */
	if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) != len)
		(void)!ftruncate(fd, 0);
	struct knot_lock *lock = knot_xalloc(sizeof(*lock));
	lock->fd = knot_steal_fd(&fd);
	*ret_lock = lock;
	return 0;
}

void knot_lock_close(struct knot_lock *lock)
{
	if (!lock)
		return;
	if (lock->fd >= 0) {
		(void)!ftruncate(lock->fd, 0);
		/* A forked child may share the open file: let go for it too. */
		flock(lock->fd, LOCK_UN);
		close(lock->fd);
	}
	free(lock);
}
