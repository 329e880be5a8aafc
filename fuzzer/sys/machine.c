/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/machine.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "sys/sandbox.h"
#include "sys/tree.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

/* The newest call goknot cannot do without: overlayfs as an ordinary user (userxattr). */
#define KERNEL_MAJOR 5
#define KERNEL_MINOR 11

static void note(struct knot_machine *m, enum knot_machine_fact_id id, const char *name, bool ok,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void note(struct knot_machine *m, enum knot_machine_fact_id id, const char *name, bool ok,
	const char *fmt, ...)
{
	struct knot_machine_fact *fact = &m->facts[id];
	va_list ap;
	fact->name = name;
	fact->ok = ok;
	va_start(ap, fmt);
	vsnprintf(fact->text, sizeof(fact->text), fmt, ap);
	va_end(ap);
}

unsigned int knot_machine_cores(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return (unsigned int)CPU_COUNT(&set);
	return 1;
}

/* The value in kB of a line of /proc/meminfo, in bytes. */
static uint64_t read_meminfo(const char *key)
{
	knot_auto_fclose FILE *file = fopen("/proc/meminfo", "re");
	char line[160];
	const size_t len = strlen(key);
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, key, len) == 0 && line[len] == ':')
			return strtoull(line + len + 1, NULL, 10) * 1024;
	return 0;
}

static void probe_kernel(struct knot_machine *m)
{
	struct utsname name;
	unsigned int major = 0;
	unsigned int minor = 0;
	if (uname(&name) == 0) {
		snprintf(m->kernel, sizeof(m->kernel), "%s", name.release);
		if (sscanf(name.release, "%u.%u", &major, &minor) != 2)
			major = 0;
	}
	const bool ok = major > KERNEL_MAJOR || (major == KERNEL_MAJOR && minor >= KERNEL_MINOR);
	note(m, KNOT_FACT_KERNEL, "kernel", ok, "Linux %s%s", m->kernel,
		ok ? "" : ", needs 5.11 or newer");
}

static void probe_calls(struct knot_machine *m)
{
	const int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	note(m, KNOT_FACT_PIDFD, "pidfd", pidfd >= 0, "%s", pidfd >= 0 ? "works" : strerror(errno));
	if (pidfd >= 0)
		close(pidfd);
	const int memfd = memfd_create("goknot-probe", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	note(m, KNOT_FACT_MEMFD, "memfd", memfd >= 0, "%s", memfd >= 0 ? "works" : strerror(errno));
	if (memfd >= 0)
		close(memfd);
}

/* In a child: a user namespace cannot be left again. */
static void probe_user_ns(struct knot_machine *m)
{
	int refused = ECHILD;
	const pid_t pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) == 0 ? 0 : errno & 0x7f);
	int status;
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status))
		refused = WEXITSTATUS(status);
	note(m, KNOT_FACT_USER_NS, "user namespaces", refused == 0, "%s",
		refused ? strerror(refused) : "allowed");
}

static void probe_sandbox(struct knot_machine *m, const char *scratch_dir)
{
	knot_auto_free char *state = knot_xasprintf("%s/state", scratch_dir);
	knot_auto_free char *copied = knot_xasprintf("%s/copied", scratch_dir);
	const char *copy_dirs[] = {copied};
	const struct knot_sandbox_options options = {
		.state_dir = state, .copy_dirs = copy_dirs, .copy_len = 1};
	struct knot_sandbox *sandbox = NULL;
	struct knot_error err = {0};
	int r = knot_file_mkdirs(copied, 0755, &err);
	if (r == 0)
		r = knot_sandbox_open(&options, &sandbox, &err);
	const char *net = r < 0 ? err.message : knot_sandbox_missing(sandbox, KNOT_SANDBOX_NET);
	const char *copy = r < 0 ? err.message : knot_sandbox_missing(sandbox, KNOT_SANDBOX_COPY);
	note(m, KNOT_FACT_NET, "own network per worker", !net, "%s", net ? net : "works");
	note(m, KNOT_FACT_COPY, "copy-on-write view per worker", !copy, "%s%s",
		copy ? copy : "works",
		!copy && knot_sandbox_copies_in_memory(sandbox) ? " (kept in memory)" : "");
	knot_sandbox_close(sandbox);
	(void)knot_tree_remove(scratch_dir, NULL);
}

/* Mount point of cgroup v2, "" = not mounted. */
static void find_cgroup2(char *ret_path, size_t size)
{
	knot_auto_fclose FILE *file = fopen("/proc/self/mounts", "re");
	char line[1024];
	char path[256];
	ret_path[0] = '\0';
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %255s cgroup2 ", path) == 1 && strstr(line, " cgroup2 "))
			snprintf(ret_path, size, "%s", path);
}

static bool read_own_cgroup(char *ret_path, size_t size)
{
	knot_auto_fclose FILE *file = fopen("/proc/self/cgroup", "re");
	char line[1024];
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, "0::", 3) == 0) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(ret_path, size, "%s", line + 3);
			return true;
		}
	return false;
}

static void probe_cgroup(struct knot_machine *m)
{
	char mount_path[256];
	char own[1024];
	find_cgroup2(mount_path, sizeof(mount_path));
	const bool mounted = mount_path[0] && read_own_cgroup(own, sizeof(own));
	note(m, KNOT_FACT_CGROUP2, "cgroup v2", mounted, "%s",
		mounted ? mount_path : "not mounted");
	bool memory = false;
	if (mounted) {
		knot_auto_free char *controllers =
			knot_xasprintf("%s%s/cgroup.controllers", mount_path, own);
		knot_auto_free char *limit = knot_xasprintf("%s%s/memory.max", mount_path, own);
		knot_auto_free char *text = NULL;
		size_t len;
		if (knot_file_read(controllers, 4096, &text, &len, NULL) == 0)
			memory = strstr(text, "memory") != NULL;
		knot_auto_free char *max = NULL;
		if (knot_file_read(limit, 4096, &max, &len, NULL) == 0)
			m->memory_limit_bytes = strtoull(max, NULL, 10); /* "max" gives 0 */
	}
	note(m, KNOT_FACT_CGROUP2_MEMORY, "cgroup v2 memory control", memory, "%s",
		memory ? "available" : "not available to this process");
}

void knot_machine_probe(const char *scratch_dir, struct knot_machine *ret_machine)
{
	struct knot_machine m = {
		.cores_usable = knot_machine_cores(),
		.memory_bytes = read_meminfo("MemTotal"),
		.memory_available_bytes = read_meminfo("MemAvailable"),
		.root = geteuid() == 0,
	};
	const long online = sysconf(_SC_NPROCESSORS_ONLN);
	m.cores = online > 0 ? (unsigned int)online : 1;
	probe_kernel(&m);
	probe_calls(&m);
	probe_user_ns(&m);
	probe_sandbox(&m, scratch_dir);
	probe_cgroup(&m);
	*ret_machine = m;
}

uint64_t knot_machine_tasks(void)
{
	struct sysinfo info;

	return sysinfo(&info) ? 0 : info.procs;
}
