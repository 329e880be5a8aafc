/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of sys/proc.h that tells how much memory a process and what it has forked take. */
#include "sys/proc.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static uint64_t resident(pid_t pid)
{
	char path[64], line[128];
	uint64_t size, pages;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	knot_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t len = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);

	if (len <= 0)
		return 0;
	line[len] = '\0';
	if (sscanf(line, "%" SCNu64 " %" SCNu64, &size, &pages) != 2)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t knot_proc_memory(const struct knot_proc *proc, bool whole_session)
{
	const pid_t leader = knot_proc_pid(proc);
	uint64_t sum = resident(leader);
	DIR *dir = whole_session ? opendir("/proc") : NULL;

	if (!dir)
		return sum;
	for (const struct dirent *entry; (entry = readdir(dir));) {
		const pid_t pid = isdigit((unsigned char)entry->d_name[0])
			? (pid_t)strtol(entry->d_name, NULL, 10)
			: 0;

		if (pid && pid != leader && getsid(pid) == leader)
			sum += resident(pid);
	}
	closedir(dir);
	return sum;
}
