/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/doctor.h"

#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)
#define DISK_NEEDED (200 * MIB)
#define DISK_WANTED (2 * GIB)
#define FDS_OWN 64
#define FDS_PER_WORKER 16
#define PROCESSES_PER_WORKER 64

/* The nearest existing directory at or above path. Caller frees. */
static char *existing_parent(const char *path)
{
	char *p = knot_xstrdup(path);
	struct stat st;
	while (stat(p, &st) < 0 && strrchr(p, '/') && strrchr(p, '/') != p)
		*strrchr(p, '/') = '\0';
	return p;
}

/* By writing a file that has no name; where the file system cannot, by the permissions. */
static bool writable(const char *dir)
{
	knot_auto_close int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (fd >= 0)
		return write(fd, "x", 1) == 1;
	if (errno == EOPNOTSUPP || errno == EISDIR)
		return access(dir, W_OK | X_OK) == 0;
	return false;
}

static void check_directory(
	struct knot_doctor *d, const char *name, const char *path, const char *fix)
{
	knot_auto_free char *dir = existing_parent(path);
	if (!writable(dir)) {
		knot_doctor_say(d, KNOT_DOCTOR_MISSING, name, fix, "%s cannot be written: %s", dir,
			strerror(errno));
		return;
	}
	struct statvfs fs;
	if (statvfs(dir, &fs) < 0) {
		knot_doctor_say(d, KNOT_DOCTOR_LIMITED, name, fix, "%s: %s", dir, strerror(errno));
		return;
	}
	const uint64_t bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	const enum knot_doctor_status status = bytes < DISK_NEEDED ? KNOT_DOCTOR_MISSING
		: bytes < DISK_WANTED                              ? KNOT_DOCTOR_LIMITED
								   : KNOT_DOCTOR_OK;
	knot_doctor_say(d, status, name, fix, "%s, %" PRIu64 " MiB free", path, bytes / MIB);
}

static void check_directories(struct knot_doctor *d)
{
	const char *tmp = getenv("TMPDIR");
	knot_auto_free char *campaign = knot_xasprintf("%s/.goknot", d->dir);
	check_directory(d, "campaign", campaign,
		"make room, or put the campaign elsewhere: goknot fuzz -o DIR");
	check_directory(d, "temporary files", tmp && *tmp ? tmp : "/tmp",
		"make room, or set TMPDIR to another directory");
	if (d->gocache && d->gocache[0] == '/')
		check_directory(d, "go build cache", d->gocache,
			"make room (go clean -cache), or set GOCACHE to another directory");
}

static void check_limit(
	struct knot_doctor *d, const char *name, int resource, uint64_t wanted, const char *fix)
{
	struct rlimit limit;
	if (getrlimit(resource, &limit) < 0) {
		knot_doctor_say(d, KNOT_DOCTOR_LIMITED, name, fix, "%s", strerror(errno));
		return;
	}
	if (limit.rlim_cur == RLIM_INFINITY)
		knot_doctor_say(d, KNOT_DOCTOR_OK, name, NULL, "no limit");
	else
		knot_doctor_say(d, limit.rlim_cur >= wanted ? KNOT_DOCTOR_OK : KNOT_DOCTOR_LIMITED,
			name, fix, "%" PRIu64 ", %" PRIu64 " are enough", (uint64_t)limit.rlim_cur,
			wanted);
}

static void check_limits(struct knot_doctor *d)
{
	check_limit(d, "open files", RLIMIT_NOFILE, FDS_OWN + (uint64_t)d->cores * FDS_PER_WORKER,
		"ulimit -n, or use fewer workers: -parallel 1");
	check_limit(d, "processes", RLIMIT_NPROC, (uint64_t)d->cores * PROCESSES_PER_WORKER,
		"ulimit -u, or use fewer workers: -parallel 1");
}

void knot_doctor_room(struct knot_doctor *d)
{
	check_directories(d);
	check_limits(d);
}
