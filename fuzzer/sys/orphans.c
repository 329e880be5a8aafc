/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of sys/proc.h that finds children goknot never started. */
#include "sys/proc.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/vec.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Each round can uncover the children of those killed in the round before. */
#define ROUNDS 64
#define REAP_PATIENCE_MS 1000

struct pids {
	pid_t *data;
	size_t len, cap;
};

/* Reads the kernel's list of this thread's children; false when it has none to give. */
static bool read_children_file(const char *path, struct pids *out)
{
	knot_auto_fclose FILE *file = fopen(path, "re");
	if (!file)
		return false;
	int pid;
	while (fscanf(file, "%d", &pid) == 1)
		knot_vec_push(out, (pid_t)pid);
	return true;
}

/* Kernels without CONFIG_PROC_CHILDREN: the parent stands in every process' stat. */
static pid_t read_parent(const char *name)
{
	knot_auto_free char *path = knot_xasprintf("/proc/%s/stat", name);
	knot_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	char line[512];
	const ssize_t len = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (len <= 0)
		return 0;
	line[len] = '\0';
	const char *after_name = strrchr(line, ')');
	int parent = 0;
	if (!after_name || sscanf(after_name + 1, " %*c %d", &parent) != 1)
		return 0;
	return (pid_t)parent;
}

static int scan_proc(struct pids *out, struct knot_error *err)
{
	DIR *dir = opendir("/proc");
	if (!dir)
		return knot_error_sys(err, "listing processes");
	const pid_t self = getpid();
	for (const struct dirent *entry; (entry = readdir(dir));)
		if (isdigit((unsigned char)entry->d_name[0]) && read_parent(entry->d_name) == self)
			knot_vec_push(out, (pid_t)strtol(entry->d_name, NULL, 10));
	closedir(dir);
	return 0;
}

static int list_children(struct pids *out, struct knot_error *err)
{
	DIR *dir = opendir("/proc/self/task");
	if (!dir)
		return knot_error_sys(err, "listing threads");
	bool found = false;
	for (const struct dirent *entry; (entry = readdir(dir));) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		knot_auto_free char *path =
			knot_xasprintf("/proc/self/task/%s/children", entry->d_name);
		found |= read_children_file(path, out);
	}
	closedir(dir);
	return found ? 0 : scan_proc(out, err);
}

static bool is_known(pid_t pid, const pid_t *known, size_t known_len)
{
	const pid_t session = getsid(pid);
	for (size_t i = 0; i < known_len; i++)
		if (pid == known[i] || session == known[i])
			return true;
	return false;
}

/* A killed process dies at once unless it sits in the kernel: that one is left to the next call. */
static bool reap_killed(pid_t pid)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	for (int i = 0; i < REAP_PATIENCE_MS; i++) {
		const pid_t done = waitpid(pid, NULL, WNOHANG);
		if (done == pid)
			return true;
		if (done < 0 && errno != EINTR)
			return false;
		nanosleep(&pause, NULL);
	}
	return false;
}

int knot_proc_reap_orphans(
	const pid_t *known, size_t known_len, size_t *ret_reaped, struct knot_error *err)
{
	size_t reaped = 0;
	int r = 0;
	for (int round = 0; round < ROUNDS; round++) {
		struct pids children = {0};
		r = list_children(&children, err);
		size_t now = 0;
		for (size_t i = 0; i < children.len; i++)
			if (!is_known(children.data[i], known, known_len)) {
				kill(children.data[i], SIGKILL);
				now += reap_killed(children.data[i]);
			}
		knot_vec_free(&children);
		reaped += now;
		if (r < 0 || !now)
			break;
	}
	if (r == 0 && ret_reaped)
		*ret_reaped = reaped;
	return r;
}
