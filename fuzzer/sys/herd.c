/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/herd.h"

#include "sys/sandbox.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 200
#define PAUSE_NS 5000000

struct knot_herd knot_herd_of(const struct knot_sandbox *sandbox)
{
	struct knot_herd herd = {.session = 0};

	if (sandbox)
		knot_sandbox_inodes(sandbox, &herd.ns[0], &herd.ns[1]);
	return herd;
}

static uint64_t inode_of(const char *pid, const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%.16s/ns/%s", pid, name);
	return stat(path, &st) ? 0 : (uint64_t)st.st_ino;
}

/* Of a zombie, and of what is not ours to look at, nothing is told: neither belongs. */
static bool belongs(const struct knot_herd *h, const char *name, pid_t pid)
{
	static const char *const spaces[KNOT_HERD_NAMESPACES] = {"net", "mnt"};

	if (h->session && getsid(pid) == h->session)
		return inode_of(name, spaces[0]) != 0;
	for (size_t i = 0; i < KNOT_HERD_NAMESPACES; i++)
		if (h->ns[i])
			return inode_of(name, spaces[i]) == h->ns[i];
	return false;
}

static size_t look(const struct knot_herd *h, bool slay)
{
	DIR *dir = opendir("/proc");
	const pid_t self = getpid();
	size_t found = 0;

	if (!dir)
		return 0;
	for (const struct dirent *e; (e = readdir(dir));) {
		const pid_t pid = isdigit((unsigned char)e->d_name[0])
			? (pid_t)strtol(e->d_name, NULL, 10)
			: 0;

		if (!pid || pid == self || !belongs(h, e->d_name, pid))
			continue;
		found++;
		if (!slay)
			continue;
		/* As a whole: a group that forks as fast as it is killed would win against single blows. */
		const pid_t group = getpgid(pid);

		if (group > 1 && group != getpgrp())
			kill(-group, SIGKILL);
		kill(pid, SIGKILL);
	}
	closedir(dir);
	return found;
}

size_t knot_herd_count(const struct knot_herd *herd)
{
	return look(herd, false);
}

size_t knot_herd_kill(const struct knot_herd *herd)
{
	const size_t first = look(herd, true);
	const struct timespec pause = {.tv_nsec = PAUSE_NS};

	for (int round = 0; first && round < ROUNDS && look(herd, true); round++)
		nanosleep(&pause, NULL);
	return first;
}
