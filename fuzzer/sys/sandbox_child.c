/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mounting is by descriptor (/proc/self/fd/N) wherever a path would become part of an option string:
 * overlayfs options have no safe quoting for commas and colons. All lower directories are opened
 * before the first overlay hides any of them.
 */
#include "sys/sandbox_child.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void refuse(struct knot_sandbox_report *report, enum knot_sandbox_part part, const char *fmt,
	...) __attribute__((format(printf, 3, 4)));

static void refuse(
	struct knot_sandbox_report *report, enum knot_sandbox_part part, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(report->reason[part], KNOT_SANDBOX_REASON, fmt, ap);
	va_end(ap);
}

static bool write_text(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	const bool ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	const int saved_errno = errno;
	close(fd);
	errno = saved_errno;
	return ok;
}

/* Maps the user to the same number: the target sees who it is, as without a sandbox. */
static bool enter_user_namespace(void)
{
	char uid_map[64];
	char gid_map[64];
	snprintf(uid_map, sizeof(uid_map), "%u %u 1", geteuid(), geteuid());
	snprintf(gid_map, sizeof(gid_map), "%u %u 1", getegid(), getegid());
	return unshare(CLONE_NEWUSER) == 0 && write_text("/proc/self/setgroups", "deny") &&
		write_text("/proc/self/uid_map", uid_map) &&
		write_text("/proc/self/gid_map", gid_map);
}

static void make_network(struct knot_sandbox_report *report)
{
	if (unshare(CLONE_NEWNET) < 0) {
		refuse(report, KNOT_SANDBOX_NET, "no network of its own: %s", strerror(errno));
		return;
	}
	struct ifreq request = {.ifr_name = "lo"};
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up = fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0;
	request.ifr_flags |= IFF_UP | IFF_RUNNING;
	up = up && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	if (!up)
		refuse(report, KNOT_SANDBOX_NET, "its own loopback does not come up: %s",
			strerror(errno));
	if (fd >= 0)
		close(fd);
	report->ok[KNOT_SANDBOX_NET] = up;
}

static bool make_layer(const char *cow_dir, size_t index, const char *name, int *ret_fd)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%zu", cow_dir, index);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return false;
	snprintf(path, sizeof(path), "%s/%zu/%s", cow_dir, index, name);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return false;
	*ret_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return *ret_fd >= 0;
}

/* The upper directory becomes the root of the view: it must look like the directory below. */
static void copy_owner(int lower_fd, int upper_fd)
{
	struct stat st;
	char path[64];
	if (fstat(lower_fd, &st) < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", upper_fd);
	(void)!chown(path, st.st_uid, st.st_gid);
	(void)!chmod(path, st.st_mode & 07777);
}

static bool mount_overlay(
	const struct knot_sandbox_plan *plan, size_t index, int lower_fd, bool user)
{
	int upper_fd = -1;
	int work_fd = -1;
	bool ok = make_layer(plan->cow_dir, index, "upper", &upper_fd) &&
		make_layer(plan->cow_dir, index, "work", &work_fd);
	if (ok) {
		copy_owner(lower_fd, upper_fd);
		char options[256];
		/* volatile: nothing here has to survive a crash, so fsync costs nothing. */
		snprintf(options, sizeof(options),
			"lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/"
			"%d,"
			"volatile%s",
			lower_fd, upper_fd, work_fd, user ? ",userxattr" : "");
		ok = mount("overlay", plan->copy_dirs[index], "overlay", MS_NODEV, options) == 0;
	}
	const int saved_errno = errno;
	if (upper_fd >= 0)
		close(upper_fd);
	if (work_fd >= 0)
		close(work_fd);
	errno = saved_errno;
	return ok;
}

static bool mount_memory(const struct knot_sandbox_plan *plan)
{
	char options[64];
	snprintf(options, sizeof(options), "size=%llu,mode=0755",
		(unsigned long long)plan->copy_bytes);
	return mount("goknot", plan->cow_dir, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
}

/*
 * Disk first. The kernel refuses some file systems as upper layer (overlayfs itself, as in containers),
 * and before 5.13 an upper layer below the lower one, where the campaign usually lies: then memory.
 */
static bool mount_views(const struct knot_sandbox_plan *plan, const int *lower_fds,
	struct knot_sandbox_report *report)
{
	for (size_t i = 0; i < plan->copy_len; i++) {
		if (mount_overlay(plan, i, lower_fds[i], report->user))
			continue;
		int disk_errno = errno;
		if (!report->in_memory && mount_memory(plan)) {
			report->in_memory = true;
			if (mount_overlay(plan, i, lower_fds[i], report->user))
				continue;
			disk_errno = errno;
		}
		refuse(report, KNOT_SANDBOX_COPY,
			"tests write to the real directory: no copy-on-write view of %s: %s",
			plan->copy_dirs[i], strerror(disk_errno));
		return false;
	}
	return true;
}

static bool bind_shared(const struct knot_sandbox_plan *plan, int shared_fd)
{
	char source[64];
	snprintf(source, sizeof(source), "/proc/self/fd/%d", shared_fd);
	return mount(source, plan->shared_dir, NULL, MS_BIND | MS_REC, NULL) == 0;
}

static void make_copies(const struct knot_sandbox_plan *plan, struct knot_sandbox_report *report)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		refuse(report, KNOT_SANDBOX_COPY,
			"tests write to the real directory: no mounts of its own: %s",
			strerror(errno));
		return;
	}
	int lower_fds[KNOT_SANDBOX_COPY_MAX];
	for (size_t i = 0; i < plan->copy_len; i++) {
		lower_fds[i] = open(plan->copy_dirs[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (lower_fds[i] < 0) {
			refuse(report, KNOT_SANDBOX_COPY,
				"tests write to the real directory: %s: %s", plan->copy_dirs[i],
				strerror(errno));
			return;
		}
	}
	const int shared_fd =
		plan->shared_dir ? open(plan->shared_dir, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (!mount_views(plan, lower_fds, report))
		return;
	if (plan->shared_dir && (shared_fd < 0 || !bind_shared(plan, shared_fd))) {
		refuse(report, KNOT_SANDBOX_COPY, "tests write to the real directory: %s: %s",
			plan->shared_dir, strerror(errno));
		return;
	}
	report->ok[KNOT_SANDBOX_COPY] = true;
}

/* Are new namespaces refused for want of privilege? Asked of a child: unshare cannot be undone. */
static bool needs_user_namespace(void)
{
	return unshare(CLONE_NEWUTS) < 0 && errno == EPERM;
}

void knot_sandbox_child_main(
	const struct knot_sandbox_plan *plan, struct knot_sandbox_report *report)
{
	if (needs_user_namespace()) {
		if (!enter_user_namespace()) {
			const char *why = strerror(errno);
			refuse(report, KNOT_SANDBOX_NET,
				"no network of its own: needs root or user namespaces, which are "
				"refused: %s",
				why);
			refuse(report, KNOT_SANDBOX_COPY,
				"tests write to the real directory: needs root or user namespaces, "
				"which are refused: %s",
				why);
			return;
		}
		report->user = true;
	}
	if (plan->no_net)
		refuse(report, KNOT_SANDBOX_NET, "not asked for");
	else
		make_network(report);
	if (plan->copy_len)
		make_copies(plan, report);
	else
		refuse(report, KNOT_SANDBOX_COPY, "not asked for");
}
