/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/sandbox.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "sys/proc.h"
#include "sys/sandbox_child.h"
#include "sys/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEFAULT_COPY_BYTES (256ull << 20)

struct knot_sandbox {
	char *tmp_dir;
	char *cow_dir;
	int user_fd, net_fd, mount_fd;
	struct knot_sandbox_report report;
};

static int real_path(const char *path, char **ret_path, struct knot_error *err)
{
	char *real = realpath(path, NULL);
	if (!real)
		return knot_error_sys(err, "finding %s", path);
	*ret_path = real;
	return 0;
}

static void free_plan(struct knot_sandbox_plan *plan)
{
	for (size_t i = 0; plan->copy_dirs && i < plan->copy_len; i++)
		free(plan->copy_dirs[i]);
	free(plan->copy_dirs);
	free(plan->cow_dir);
	free(plan->shared_dir);
}

static bool is_below(const char *path, const char *dir)
{
	const size_t len = strlen(dir);
	return strncmp(path, dir, len) == 0 && (path[len] == '/' || path[len] == '\0' || len == 1);
}

/* An outer view would hide an inner one that was mounted before it. */
static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Resolves every path; state_dir exists. plan is freed by the caller also on failure. */
static int make_plan(const struct knot_sandbox_options *options, struct knot_sandbox_plan *plan,
	struct knot_error *err)
{
	if (options->copy_len > KNOT_SANDBOX_COPY_MAX)
		return knot_error_set(err, KNOT_EUSAGE, "more than %d directories to copy",
			KNOT_SANDBOX_COPY_MAX);
	plan->no_net = options->no_net;
	plan->copy_bytes = options->copy_bytes ? options->copy_bytes : DEFAULT_COPY_BYTES;
	plan->copy_dirs = knot_xalloc((options->copy_len + 1) * sizeof(*plan->copy_dirs));
	knot_auto_free char *shared = NULL;
	/* TMPDIR at least must be the real directory: goknot empties it from outside. */
	const char *shared_dir = options->shared_dir ? options->shared_dir : options->state_dir;
	const int shared_r = real_path(shared_dir, &shared, err);
	if (shared_r < 0)
		return shared_r;
	bool hides_shared = false;
	for (size_t i = 0; i < options->copy_len; i++) {
		const int r = real_path(options->copy_dirs[i], &plan->copy_dirs[i], err);
		if (r < 0)
			return r;
		plan->copy_len = i + 1;
		hides_shared |= shared && is_below(shared, plan->copy_dirs[i]);
	}
	qsort(plan->copy_dirs, plan->copy_len, sizeof(*plan->copy_dirs), compare_paths);
	if (hides_shared)
		plan->shared_dir = knot_steal(&shared);
	return 0;
}

static int make_dir(
	const char *state_dir, const char *name, char **ret_path, struct knot_error *err)
{
	knot_auto_free char *path = knot_xasprintf("%s/%s", state_dir, name);
	int r = knot_tree_remove(path, err);
	if (r == 0)
		r = knot_file_mkdirs(path, 0755, err);
	if (r < 0)
		return r;
	return real_path(path, ret_path, err);
}

static int open_namespace(pid_t pid, const char *name, int *ret_fd, struct knot_error *err)
{
	knot_auto_free char *path = knot_xasprintf("/proc/%d/ns/%s", (int)pid, name);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return knot_error_sys(err, "keeping the %s namespace", name);
	*ret_fd = fd;
	return 0;
}

static int keep_namespaces(struct knot_sandbox *sandbox, pid_t pid, struct knot_error *err)
{
	const struct knot_sandbox_report *report = &sandbox->report;
	const bool net = report->ok[KNOT_SANDBOX_NET];
	const bool copy = report->ok[KNOT_SANDBOX_COPY];
	int r = 0;
	if (report->user && (net || copy))
		r = open_namespace(pid, "user", &sandbox->user_fd, err);
	if (r == 0 && net)
		r = open_namespace(pid, "net", &sandbox->net_fd, err);
	if (r == 0 && copy)
		r = open_namespace(pid, "mnt", &sandbox->mount_fd, err);
	return r;
}

/* Forks the maker; its namespaces live on by the descriptors taken before it ends. */
static int make_namespaces(struct knot_sandbox *sandbox, const struct knot_sandbox_plan *plan,
	struct knot_sandbox_report *shared, struct knot_error *err)
{
	int ready[2];
	int done[2];
	if (pipe2(ready, O_CLOEXEC) < 0)
		return knot_error_sys(err, "making a sandbox");
	if (pipe2(done, O_CLOEXEC) < 0) {
		close(ready[0]);
		close(ready[1]);
		return knot_error_sys(err, "making a sandbox");
	}
	const pid_t parent = getpid();
	const pid_t pid = fork();
	if (pid == 0) {
		char byte = 0;
		close(ready[0]);
		close(done[1]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent) {
			knot_sandbox_child_main(plan, shared);
			(void)!write(ready[1], &byte, 1);
			(void)!read(done[0], &byte, 1);
		}
		_exit(0);
	}
	const int fork_errno = errno;
	close(ready[1]);
	close(done[0]);
	int r = 0;
	char byte;
	if (pid < 0) {
		errno = fork_errno;
		r = knot_error_sys(err, "making a sandbox");
	} else if (read(ready[0], &byte, 1) != 1) {
		r = knot_error_set(err, KNOT_EINTERNAL, "the process that makes a sandbox died");
	} else {
		sandbox->report = *shared;
		r = keep_namespaces(sandbox, pid, err);
	}
	close(ready[0]);
	close(done[1]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return r;
}

int knot_sandbox_open(const struct knot_sandbox_options *options, struct knot_sandbox **ret_sandbox,
	struct knot_error *err)
{
	struct knot_sandbox *sandbox = knot_xalloc(sizeof(*sandbox));
	sandbox->user_fd = sandbox->net_fd = sandbox->mount_fd = -1;
	struct knot_sandbox_plan plan = {0};
	int r = make_dir(options->state_dir, "tmp", &sandbox->tmp_dir, err);
	if (r == 0)
		r = make_dir(options->state_dir, "cow", &sandbox->cow_dir, err);
	if (r == 0)
		r = make_plan(options, &plan, err);
	if (r == 0) {
		plan.cow_dir = knot_xstrdup(sandbox->cow_dir);
		struct knot_sandbox_report *shared = mmap(NULL, sizeof(*shared),
			PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (shared == MAP_FAILED) {
			r = knot_error_sys(err, "making a sandbox");
		} else {
			r = make_namespaces(sandbox, &plan, shared, err);
			munmap(shared, sizeof(*shared));
		}
	}
	free_plan(&plan);
	if (r < 0) {
		knot_sandbox_close(sandbox);
		return r;
	}
	*ret_sandbox = sandbox;
	return 0;
}

void knot_sandbox_close(struct knot_sandbox *sandbox)
{
	if (!sandbox)
		return;
	knot_cleanup_close(&sandbox->mount_fd);
	knot_cleanup_close(&sandbox->net_fd);
	knot_cleanup_close(&sandbox->user_fd);
	if (sandbox->tmp_dir)
		(void)knot_tree_remove(sandbox->tmp_dir, NULL);
	if (sandbox->cow_dir)
		(void)knot_tree_remove(sandbox->cow_dir, NULL);
	free(sandbox->tmp_dir);
	free(sandbox->cow_dir);
	free(sandbox);
}

const char *knot_sandbox_missing(const struct knot_sandbox *sandbox, enum knot_sandbox_part part)
{
	return sandbox->report.ok[part] ? NULL : sandbox->report.reason[part];
}

bool knot_sandbox_copies_in_memory(const struct knot_sandbox *sandbox)
{
	return sandbox->report.ok[KNOT_SANDBOX_COPY] && sandbox->report.in_memory;
}

size_t knot_sandbox_namespaces(const struct knot_sandbox *sandbox, int *fds)
{
	const int all[] = {sandbox->user_fd, sandbox->net_fd, sandbox->mount_fd};
	size_t count = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] >= 0)
			fds[count++] = all[i];
	return count;
}

static uint64_t inode_of(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

void knot_sandbox_inodes(
	const struct knot_sandbox *sandbox, uint64_t *ret_net, uint64_t *ret_mounts)
{
	*ret_net = inode_of(sandbox->net_fd);
	*ret_mounts = inode_of(sandbox->mount_fd);
}

const char *knot_sandbox_tmpdir(const struct knot_sandbox *sandbox)
{
	return sandbox->tmp_dir;
}

int knot_sandbox_clean(struct knot_sandbox *sandbox, struct knot_error *err)
{
	const int r = knot_tree_remove(sandbox->tmp_dir, err);
	return r < 0 ? r : knot_file_mkdirs(sandbox->tmp_dir, 0755, err);
}
