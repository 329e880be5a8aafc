/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where namespaces are allowed the whole sandbox is asserted; the unprivileged and the refused case
 * are made by giving privilege up in a child, so that they are tested on every machine. Elsewhere,
 * as root in most containers, the same tests assert what is left and say so.
 */
#include "sys/sandbox.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "sys/command.h"
#include "sys/tree.h"
#include "tests/unit/skip.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

/* Also for forked children, where Criterion's own assertions must not be used. */
#define CHECK(e, ...) ((e) ? (void)0 : check_failed(__LINE__, #e, " " __VA_ARGS__))

static void check_failed(int line, const char *expr, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), noreturn));

static void check_failed(int line, const char *expr, const char *fmt, ...)
{
	va_list ap;
	fprintf(stderr, "test_sandbox.c:%d: %s: ", line, expr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

static char top[64];
static char package[96];
static char inner[128];
static char campaign[128];
static char state[160];

static void write_file(const char *dir, const char *name, const char *text)
{
	knot_auto_free char *path = knot_xasprintf("%s/%s", dir, name);
	const int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
	CHECK(fd >= 0, "%s: %s", path, strerror(errno));
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static bool file_has(const char *dir, const char *name, const char *want)
{
	knot_auto_free char *path = knot_xasprintf("%s/%s", dir, name);
	char text[64] = "";
	const int fd = open(path, O_RDONLY);
	const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	return n >= 0 && strcmp(text, want) == 0;
}

/* A package with a directory below it and the campaign inside, as goknot fuzz finds it. */
static void make_package(void)
{
	strcpy(top, "/tmp/knot-sandbox-XXXXXX");
	CHECK(mkdtemp(top));
	snprintf(
		package, sizeof(package), "%s/pkg, a:b", top); /* what mount options cannot quote */
	snprintf(inner, sizeof(inner), "%s/testdata", package);
	snprintf(campaign, sizeof(campaign), "%s/.goknot", package);
	snprintf(state, sizeof(state), "%s/worker-0", campaign);
	CHECK(mkdir(package, 0755) == 0);
	CHECK(mkdir(inner, 0755) == 0);
	CHECK(mkdir(campaign, 0755) == 0);
	write_file(package, "golden", "original");
	write_file(inner, "data", "original");
}

static struct knot_sandbox *open_sandbox(void)
{
	const char *dirs[] = {package};
	const struct knot_sandbox_options options = {
		.state_dir = state, .shared_dir = campaign, .copy_dirs = dirs, .copy_len = 1};
	struct knot_sandbox *sandbox = NULL;
	struct knot_error err = {0};
	CHECK(knot_sandbox_open(&options, &sandbox, &err) == 0, "%s", err.message);
	return sandbox;
}

/* Runs script in the package directory inside the sandbox; caller frees the output. */
static char *run_inside(const struct knot_sandbox *sandbox, const char *script)
{
	const char *argv[] = {"/bin/sh", "-c", script, "sh", knot_sandbox_tmpdir(sandbox), NULL};
	struct knot_command command = KNOT_COMMAND_INIT;
	struct knot_command_result result;
	struct knot_error err = {0};
	command.process.argv = argv;
	command.process.cwd = package;
	command.process.ns_len = knot_sandbox_namespaces(sandbox, command.process.ns_fds);
	command.timeout_ms = 20000;
	CHECK(knot_command_run(&command, &result, &err) == 0, "%s", err.message);
	char *out = knot_xasprintf("%s%s", result.out.data, result.err.data);
	knot_command_result_free(&result);
	return out;
}

static void check_copy_works(struct knot_sandbox *sandbox)
{
	knot_auto_free char *first = run_inside(sandbox,
		"cat golden testdata/data; echo changed > golden; rm testdata/data; echo x > new;"
		"echo kept > .goknot/output; echo t > \"$1/file\"; id -u");
	char want[64];
	snprintf(want, sizeof(want), "originaloriginal%d\n", (int)geteuid());
	CHECK(strcmp(first, want) == 0, "%s", first);
	/* The view lives on from process to process of the worker ... */
	knot_auto_free char *second =
		run_inside(sandbox, "cat golden; ls testdata; cat \"$1/file\"");
	CHECK(strcmp(second, "changed\nt\n") == 0, "%s", second);
	/* ... and the user's files are what they were, but the campaign's are real. */
	CHECK(file_has(package, "golden", "original"));
	CHECK(file_has(inner, "data", "original"));
	CHECK(!file_has(package, "new", "x\n"));
	CHECK(file_has(campaign, "output", "kept\n"));
	CHECK(file_has(knot_sandbox_tmpdir(sandbox), "file", "t\n"));
	struct knot_error err = {0};
	CHECK(knot_sandbox_clean(sandbox, &err) == 0, "%s", err.message);
	knot_auto_free char *third =
		run_inside(sandbox, "ls -A \"$1\"; echo again > \"$1/f\" && cat \"$1/f\"");
	CHECK(strcmp(third, "again\n") == 0, "%s", third);
}

static void check_net_works(struct knot_sandbox *sandbox)
{
	/* No ip(8) or nc(1) needed: the kernel's own tables. Bit 0 of the flags = up. */
	knot_auto_free char *out = run_inside(sandbox,
		"ls /proc/self/net/dev_snmp6 2>/dev/null; tail -n +3 /proc/self/net/dev | wc -l;"
		"grep -c '^127\\|lo' /proc/self/net/dev");
	CHECK(strstr(out, "1\n"), "%s", out);
	knot_auto_free char *route =
		run_inside(sandbox, "grep -q 'LOCAL' /proc/self/net/fib_trie && echo local");
	CHECK(strcmp(route, "local\n") == 0, "loopback is down");
}

static void check_whole_sandbox(void)
{
	struct knot_sandbox *sandbox = open_sandbox();
	const char *net = knot_sandbox_missing(sandbox, KNOT_SANDBOX_NET);
	const char *copy = knot_sandbox_missing(sandbox, KNOT_SANDBOX_COPY);
	CHECK(!net, "%s", net);
	CHECK(!copy, "%s", copy);
	CHECK(!knot_sandbox_copies_in_memory(sandbox));
	check_copy_works(sandbox);
	check_net_works(sandbox);
	knot_sandbox_close(sandbox);
	knot_auto_free char *tmp = knot_xasprintf("%s/tmp", state);
	CHECK(access(tmp, F_OK) != 0);
}

static bool child_may_unshare(int flags)
{
	const pid_t pid = fork();
	if (pid == 0)
		_exit(unshare(flags) == 0 ? 0 : 1);
	int status;
	waitpid(pid, &status, 0);
	return status == 0;
}

/* With privilege, which root in a container may lack, or by a user namespace. */
static bool namespaces_allowed(void)
{
	const int wanted = CLONE_NEWNET | CLONE_NEWNS;
	return child_may_unshare(wanted) || child_may_unshare(CLONE_NEWUSER | wanted);
}

static void skip_whole(const char *what)
{
	char who[96];
	snprintf(who, sizeof(who), "%s as user %d", what, (int)geteuid());
	knot_test_skip(who, "namespaces are refused here");
}

/* Without any privilege: every part says why, targets still run, TMPDIR still works. */
static void check_degraded_sandbox(void)
{
	struct knot_sandbox *sandbox = open_sandbox();
	int fds[KNOT_PROC_NS_FDS];
	const char *net = knot_sandbox_missing(sandbox, KNOT_SANDBOX_NET);
	const char *copy = knot_sandbox_missing(sandbox, KNOT_SANDBOX_COPY);
	CHECK(net);
	CHECK(copy);
	CHECK(strstr(net, "refused"), "%s", net);
	CHECK(strstr(copy, "tests write to the real directory"), "%s", copy);
	CHECK(knot_sandbox_namespaces(sandbox, fds) == 0);
	knot_auto_free char *out =
		run_inside(sandbox, "cat golden; echo t > \"$1/f\"; cat \"$1/f\"");
	CHECK(strcmp(out, "originalt\n") == 0, "%s", out);
	knot_sandbox_close(sandbox);
}

static void drop_root(void)
{
	if (geteuid() == 0) {
		CHECK(setgid(NOBODY) == 0);
		CHECK(setuid(NOBODY) == 0);
		/* Changing the user hides /proc/self from it; one who logged in can write there. */
		prctl(PR_SET_DUMPABLE, 1);
	}
}

/* In a process with one thread, as goknot is one: user namespaces ask for that. */
static void in_child(void (*body)(void))
{
	const pid_t pid = fork();
	if (pid == 0) {
		body();
		_exit(0);
	}
	int status;
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0, "see above");
}

static void as_this_user(void)
{
	make_package();
	if (namespaces_allowed()) {
		check_whole_sandbox();
	} else {
		skip_whole("a worker's own network and files");
		check_degraded_sandbox();
	}
	CHECK(knot_tree_remove(top, NULL) == 0);
}

Test(sandbox, as_the_user_the_tests_run_as, .timeout = 60)
{
	in_child(as_this_user);
}

static void as_nobody(void)
{
	drop_root();
	as_this_user();
}

Test(sandbox, as_an_ordinary_user, .timeout = 60)
{
	in_child(as_nobody);
}

/*
 * A place where nothing is allowed: a user namespace that permits no further ones, then no
 * capabilities. A machine that refuses even this first one is such a place already.
 */
static void refuse_everything(void)
{
	drop_root();
	if (unshare(CLONE_NEWUSER) < 0)
		return;
	const int fd = open("/proc/sys/user/max_user_namespaces", O_WRONLY);
	if (fd >= 0) {
		(void)!write(fd, "0", 1);
		close(fd);
	}
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};
	CHECK(syscall(SYS_capset, &header, none) == 0);
	CHECK(unshare(CLONE_NEWUSER) == -1);
}

static void where_refused(void)
{
	drop_root();
	make_package();
	refuse_everything();
	check_degraded_sandbox();
	CHECK(knot_tree_remove(top, NULL) == 0);
}

Test(sandbox, where_everything_is_refused, .timeout = 60)
{
	in_child(where_refused);
}

static void map_self(int uid)
{
	knot_auto_free char *map = knot_xasprintf("%d %d 1", uid, uid);
	write_file("/proc/self", "setgroups", "deny");
	write_file("/proc/self", "uid_map", map);
	write_file("/proc/self", "gid_map", map);
}

/* As in a container: what the tests stand on is an overlay itself, which cannot be an upper layer.
 */
static void stand_on_an_overlay(void)
{
	const uid_t uid = geteuid();
	const bool user = unshare(CLONE_NEWNS) < 0;
	if (user) {
		CHECK(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0);
		map_self((int)uid);
	}
	CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	strcpy(top, "/tmp/knot-overlay-XXXXXX");
	CHECK(mkdtemp(top));
	knot_auto_free char *upper = knot_xasprintf("%s/upper", top);
	knot_auto_free char *work = knot_xasprintf("%s/work", top);
	knot_auto_free char *options = knot_xasprintf(
		"lowerdir=/tmp,upperdir=%s,workdir=%s%s", upper, work, user ? ",userxattr" : "");
	CHECK(mount("none", top, "tmpfs", 0, NULL) == 0, "%s", strerror(errno));
	CHECK(mkdir(upper, 0777) == 0 && mkdir(work, 0777) == 0);
	CHECK(mount("overlay", "/tmp", "overlay", 0, options) == 0, "%s", strerror(errno));
}

static void on_an_overlay(void)
{
	if (!namespaces_allowed()) {
		skip_whole("copies on an overlay");
		make_package();
		check_degraded_sandbox();
		CHECK(knot_tree_remove(top, NULL) == 0);
		return;
	}
	stand_on_an_overlay();
	knot_auto_free char *mount_point = knot_xasprintf("%s", top);
	make_package();
	struct knot_sandbox *sandbox = open_sandbox();
	const char *copy = knot_sandbox_missing(sandbox, KNOT_SANDBOX_COPY);
	CHECK(!copy, "%s", copy);
	CHECK(knot_sandbox_copies_in_memory(sandbox));
	check_copy_works(sandbox);
	knot_sandbox_close(sandbox);
	umount2("/tmp", MNT_DETACH);
	umount2(mount_point, MNT_DETACH);
	rmdir(mount_point);
}

static void on_an_overlay_as_nobody(void)
{
	drop_root();
	on_an_overlay();
}

Test(sandbox, memory_is_used_where_the_disk_cannot_be, .timeout = 60)
{
	in_child(on_an_overlay);
	in_child(on_an_overlay_as_nobody);
}

Test(sandbox, two_workers_bind_the_same_port_and_file, .timeout = 60)
{
	make_package();
	const bool whole = namespaces_allowed();
	struct knot_sandbox *a = open_sandbox();
	snprintf(state, sizeof(state), "%s/worker-1", campaign);
	struct knot_sandbox *b = open_sandbox();
	knot_auto_free char *net_a = run_inside(a, "echo a > shared; readlink /proc/self/ns/net");
	knot_auto_free char *net_b =
		run_inside(b, "cat shared 2>/dev/null; readlink /proc/self/ns/net");
	if (whole) {
		CHECK(strcmp(net_a, net_b) != 0);
		CHECK(strncmp(net_b, "net:", 4) == 0, "a worker sees another's file: %s", net_b);
	} else {
		skip_whole("two workers apart");
		CHECK(strncmp(net_b, "a\n", 2) == 0);
	}
	knot_sandbox_close(a);
	knot_sandbox_close(b);
	CHECK(knot_tree_remove(top, NULL) == 0);
}

Test(sandbox, a_useless_state_directory_is_an_error)
{
	const struct knot_sandbox_options options = {.state_dir = "/proc/nope/state"};
	struct knot_sandbox *sandbox = NULL;
	struct knot_error err = {0};
	CHECK(knot_sandbox_open(&options, &sandbox, &err) < 0);
	CHECK(!sandbox);
	knot_sandbox_close(NULL);
}
