/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/proc.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "sys/clock.h"
#include "sys/shm.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/personality.h>
#include <unistd.h>

struct shell {
	const char *argv[4];
	struct knot_proc_options options;
	struct knot_proc *proc;
	struct knot_proc_exit exit;
};

static void start_shell(struct shell *sh, const char *script)
{
	struct knot_error err = {0};
	sh->argv[0] = "/bin/sh";
	sh->argv[1] = "-c";
	sh->argv[2] = script;
	sh->argv[3] = NULL;
	sh->options.argv = sh->argv;
	cr_assert_eq(knot_proc_start(&sh->options, &sh->proc, &err), 0, "%s", err.message);
}

static void finish(struct shell *sh)
{
	struct knot_error err = {0};
	bool done = false;
	cr_assert_eq(knot_proc_wait(sh->proc, 20000, &done, &sh->exit, &err), 0, "%s", err.message);
	cr_assert(done);
	knot_proc_close(sh->proc);
}

/* What script prints, with both ways of starting a process. Caller frees. */
static char *output_of(const struct knot_proc_options *base, const char *script, bool use_fork)
{
	struct shell sh = {.options = *base};
	int ends[2];
	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	sh.options.stdout_fd = ends[1];
	sh.options.use_fork = use_fork;
	start_shell(&sh, script);
	close(ends[1]);
	finish(&sh);
	char *text = knot_xalloc(65536);
	size_t len = 0;
	for (ssize_t n; len < 65535 && (n = read(ends[0], text + len, 65535 - len)) > 0;)
		len += (size_t)n;
	close(ends[0]);
	return text;
}

static void interactive(bool use_fork)
{
	struct knot_proc_options o = KNOT_PROC_OPTIONS_INIT;
	static const char who[] = "read -r _ _ _ _ group session _ </proc/$$/stat; "
				  "echo $group $session $$";
	int group, session, pid;

	knot_auto_free char *apart = output_of(&o, who, use_fork);
	cr_assert_eq(sscanf(apart, "%d %d %d", &group, &session, &pid), 3);
	cr_expect_eq(group, pid);
	cr_expect_eq(session, pid);
	o.interactive = true;
	knot_auto_free char *with_us = output_of(&o, who, use_fork);
	cr_assert_eq(sscanf(with_us, "%d %d %d", &group, &session, &pid), 3);
	cr_expect_eq(group, getpgrp());
	cr_expect_eq(session, getsid(0));
	cr_expect_neq(pid, group);

	/* It is ended, and we are not. */
	struct shell sh = {.options = o};
	start_shell(&sh, "sleep 100");
	knot_proc_kill(sh.proc);
	finish(&sh);
	cr_expect(sh.exit.signaled);
}

Test(proc, interactive_stays_on_the_terminal)
{
	interactive(false);
}

Test(proc, interactive_stays_on_the_terminal_by_fork)
{
	interactive(true);
}

static void exit_codes_and_signals(bool use_fork)
{
	struct shell sh = {.options = KNOT_PROC_OPTIONS_INIT};
	sh.options.use_fork = use_fork;
	start_shell(&sh, "exit 7");
	finish(&sh);
	cr_assert_not(sh.exit.signaled);
	cr_assert_eq(sh.exit.code, 7);
	start_shell(&sh, "kill -ABRT $$");
	finish(&sh);
	cr_assert(sh.exit.signaled);
	cr_assert_eq(sh.exit.code, SIGABRT);
	cr_assert_not(sh.exit.core_dumped);
	cr_assert_gt(sh.exit.max_rss_bytes, 100000);
}

Test(proc, exit_codes_and_signals)
{
	exit_codes_and_signals(false);
	exit_codes_and_signals(true);
}

static void failures_before_exec_are_reported(bool use_fork)
{
	const char *argv[] = {"/nonexistent/program", NULL};
	struct knot_proc_options options = KNOT_PROC_OPTIONS_INIT;
	struct knot_proc *proc = NULL;
	struct knot_error err = {0};
	options.argv = argv;
	options.use_fork = use_fork;
	cr_assert_eq(knot_proc_start(&options, &proc, &err), KNOT_ESYS);
	cr_assert_eq(err.sys_errno, ENOENT);
	cr_assert_not_null(strstr(err.message, "/nonexistent/program"));
	argv[0] = "/bin/true";
	options.cwd = "/nonexistent";
	cr_assert_eq(knot_proc_start(&options, &proc, &err), KNOT_ESYS);
	cr_assert_not_null(strstr(err.message, "directory"), "%s", err.message);
	options.cwd = NULL;
	options.stdout_fd = 999;
	cr_assert_eq(knot_proc_start(&options, &proc, &err), KNOT_ESYS);
	cr_assert_eq(err.sys_errno, EBADF);
	cr_assert_null(proc);
	cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1, "a child was left");
}

Test(proc, failures_before_exec_are_reported)
{
	failures_before_exec_are_reported(false);
	failures_before_exec_are_reported(true);
}

/* Not /bin/sh for signals: a shell hides what it was started with. */
static void target_gets_a_clean_start(bool use_fork)
{
	sigset_t mask;
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
	const int leaked = open("/dev/null", O_RDONLY); /* no O_CLOEXEC on purpose */
	cr_assert_geq(leaked, 0);
	const struct knot_proc_options base = KNOT_PROC_OPTIONS_INIT;
	knot_auto_free char *status = output_of(
		&base, "grep -E 'Sig(Blk|Ign)' /proc/self/status; exec ls /proc/self/fd", use_fork);
	cr_assert_not_null(strstr(status, "SigBlk:\t0000000000000000"), "%s", status);
	cr_assert_not_null(strstr(status, "SigIgn:\t0000000000000000"), "%s", status);
	cr_assert_not_null(strstr(status, "\n0\n1\n2\n3\n"), "%s", status);
	cr_assert_null(strstr(status, "\n4\n"), "a descriptor leaked: %s", status);
	knot_auto_free char *ids =
		output_of(&base, "read a b c d e s r < /proc/self/stat; echo $$ $e $s", use_fork);
	int pid = 0, group = 1, session = 2;
	cr_assert_eq(sscanf(ids, "%d %d %d", &pid, &group, &session), 3);
	cr_assert_eq(pid, group);
	cr_assert_eq(pid, session);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	cr_assert(sigismember(&mask, SIGTERM), "our own mask changed");
}

Test(proc, target_gets_a_clean_start)
{
	target_gets_a_clean_start(false);
	target_gets_a_clean_start(true);
}

static void shared_memory_and_environment_arrive(bool use_fork)
{
	struct knot_shm *shm = NULL;
	struct knot_error err;
	const char *envp[] = {"KNOT_TEST=here", "PATH=/usr/bin:/bin", NULL};
	cr_assert_eq(knot_shm_create(&shm, &err), 0);
	struct knot_proc_options base = KNOT_PROC_OPTIONS_INIT;
	base.envp = envp;
	base.cwd = "/usr";
	base.extra[0] = (struct knot_proc_fd){.from = knot_shm_fd(shm), .to = 5};
	base.extra_len = 1;
	knot_auto_free char *out = output_of(&base,
		"echo $KNOT_TEST; pwd; stat -L -c %s /proc/self/fd/5; test -e /proc/self/fd/3 || "
		"echo none",
		use_fork);
	char want[128];
	snprintf(want, sizeof(want), "here\n/usr\n%zu\nnone\n", knot_shm_size());
	cr_assert_str_eq(out, want);
	knot_shm_close(shm);
}

Test(proc, shared_memory_and_environment_arrive)
{
	shared_memory_and_environment_arrive(false);
	shared_memory_and_environment_arrive(true);
}

static void limits_hold(bool use_fork)
{
	struct knot_proc_options base = KNOT_PROC_OPTIONS_INIT;
	base.memory_bytes = 64ull << 20;
	base.file_bytes = 1ull << 20;
	base.nice = 5;
	knot_auto_free char *out = output_of(&base,
		"ulimit -c; ulimit -d; ulimit -f; nice; head -c 200m /dev/zero | tail -n 1 | wc -c",
		use_fork);
	cr_assert_eq(strncmp(out, "0\n65536\n2048\n5\n", 15), 0, "%s", out);
	cr_assert_null(strstr(out, "209715200"), "200 MB fit into 64 MB: %s", out);
}

Test(proc, limits_hold)
{
	limits_hold(false);
	limits_hold(true);
}

static bool is_gone(pid_t pid)
{
	for (int i = 0; i < 20000; i++) {
		if (kill(pid, 0) < 0 && errno == ESRCH)
			return true;
		usleep(1000);
	}
	return false;
}

static pid_t read_pid(int fd)
{
	char line[32] = "";
	for (size_t len = 0; len < sizeof(line) - 1 && read(fd, line + len, 1) == 1; len++)
		if (line[len] == '\n')
			break;
	return (pid_t)strtol(line, NULL, 10);
}

Test(proc, memory_counts_what_was_forked, .timeout = 30)
{
	struct shell sh = {.options = KNOT_PROC_OPTIONS_INIT};
	uint64_t alone = 0, all = 0;

	start_shell(&sh, "sh -c 'sleep 20 & wait' & sleep 20");
	for (int i = 0; i < 20000 && all <= alone + 1000000; i++) {
		alone = knot_proc_memory(sh.proc, false);
		all = knot_proc_memory(sh.proc, true);
		usleep(1000);
	}
	cr_expect_gt(alone, 100000);
	cr_expect_gt(all, alone + 1000000, "%llu of %llu", (unsigned long long)alone,
		(unsigned long long)all);
	knot_proc_kill(sh.proc);
	finish(&sh);
}

static void addresses(bool fixed, char **ret_first, char **ret_second)
{
	struct knot_proc_options o = KNOT_PROC_OPTIONS_INIT;

	o.fixed_addresses = fixed;
	*ret_first = output_of(&o, "grep stack /proc/self/maps", false);
	*ret_second = output_of(&o, "grep stack /proc/self/maps", false);
}

Test(proc, addresses_are_fixed_where_that_may_be)
{
	char *a, *b;

	addresses(false, &a, &b);
	cr_expect(*a);
	cr_expect_str_neq(a, b);
	free(a);
	free(b);
	addresses(true, &a, &b);
	if (personality(0xffffffff) != -1)
		cr_expect_str_eq(a, b);
	free(a);
	free(b);
}

Test(proc, killing_takes_the_whole_group, .timeout = 30)
{
	struct shell sh = {.options = KNOT_PROC_OPTIONS_INIT};
	struct knot_error err;
	int ends[2];
	cr_assert_eq(knot_proc_become_subreaper(&err), 0);
	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	sh.options.stdout_fd = ends[1];
	start_shell(&sh, "sleep 1000 & echo $!; wait");
	const pid_t grandchild = read_pid(ends[0]);
	cr_assert_gt(grandchild, 1);
	bool done = true;
	cr_assert_eq(knot_proc_wait(sh.proc, 0, &done, NULL, &err), 0);
	cr_assert_not(done);
	knot_proc_kill(sh.proc);
	finish(&sh);
	cr_assert_eq(sh.exit.code, SIGKILL);
	cr_assert_eq(knot_proc_reap_orphans(NULL, 0, NULL, &err), 0);
	cr_assert(is_gone(grandchild));
}

Test(proc, a_leader_that_ends_takes_its_group_along, .timeout = 30)
{
	struct shell sh = {.options = KNOT_PROC_OPTIONS_INIT};
	struct knot_error err;
	size_t reaped = 0;
	int ends[2];
	cr_assert_eq(knot_proc_become_subreaper(&err), 0);
	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	sh.options.stdout_fd = ends[1];
	start_shell(&sh, "sleep 1000 & echo $!");
	const pid_t grandchild = read_pid(ends[0]);
	finish(&sh);
	cr_assert_eq(knot_proc_reap_orphans(NULL, 0, &reaped, &err), 0);
	cr_assert_eq(reaped, 1);
	cr_assert(is_gone(grandchild));
}

Test(proc, orphans_that_left_the_session_are_found_and_known_ones_spared, .timeout = 30)
{
	struct shell stray = {.options = KNOT_PROC_OPTIONS_INIT};
	struct shell worker = {.options = KNOT_PROC_OPTIONS_INIT};
	struct knot_error err;
	size_t reaped = 0;
	int ends[2];
	cr_assert_eq(knot_proc_become_subreaper(&err), 0);
	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	stray.options.stdout_fd = worker.options.stdout_fd = ends[1];
	start_shell(&stray, "setsid sh -c 'sleep 1000 & echo $$; wait' & wait");
	const pid_t escaped = read_pid(ends[0]);
	start_shell(&worker, "(sleep 1000 & echo $!); wait; sleep 1000");
	const pid_t daemon = read_pid(ends[0]);
	knot_proc_kill(stray.proc);
	finish(&stray);
	cr_assert_eq(kill(escaped, 0), 0, "it did not escape");
	const pid_t known[] = {knot_proc_pid(worker.proc)};
	cr_assert_eq(knot_proc_reap_orphans(known, 1, &reaped, &err), 0);
	cr_assert_eq(reaped, 2, "%zu reaped", reaped);
	cr_assert(is_gone(escaped));
	cr_assert_eq(kill(known[0], 0), 0);
	cr_assert_eq(kill(daemon, 0), 0, "a child of a live worker was killed");
	knot_proc_kill(worker.proc);
	finish(&worker);
	cr_assert_eq(knot_proc_reap_orphans(NULL, 0, &reaped, &err), 0);
	cr_assert(is_gone(daemon));
}

/* goknot killed with SIGKILL leaves no target behind. */
Test(proc, targets_die_with_goknot, .timeout = 30)
{
	int ends[2];
	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	const pid_t goknot = fork();
	if (goknot == 0) {
		struct shell sh = {.options = KNOT_PROC_OPTIONS_INIT};
		sh.options.stdout_fd = ends[1];
		start_shell(&sh, "echo $$; exec sleep 1000");
		pause();
	}
	const pid_t target = read_pid(ends[0]);
	cr_assert_eq(kill(target, 0), 0);
	kill(goknot, SIGKILL);
	waitpid(goknot, NULL, 0);
	cr_assert(is_gone(target));
}

Test(proc, close_ends_what_still_runs, .timeout = 30)
{
	struct shell sh = {.options = KNOT_PROC_OPTIONS_INIT};
	start_shell(&sh, "sleep 1000");
	const pid_t pid = knot_proc_pid(sh.proc);
	knot_proc_close(sh.proc);
	cr_assert(is_gone(pid));
	knot_proc_close(NULL);
}

Test(proc, many_starts_leave_no_descriptor_and_no_child, .timeout = 60)
{
	const char *argv[] = {"/bin/true", NULL};
	struct knot_proc_options options = KNOT_PROC_OPTIONS_INIT;
	options.argv = argv;
	const int before = dup(0);
	close(before);
	for (int i = 0; i < 200; i++) {
		struct knot_proc *proc = NULL;
		struct knot_error err = {0};
		bool done = false;
		cr_assert_eq(knot_proc_start(&options, &proc, &err), 0, "%s", err.message);
		cr_assert_eq(knot_proc_wait(proc, -1, &done, NULL, &err), 0);
		knot_proc_close(proc);
	}
	const int after = dup(0);
	close(after);
	cr_assert_eq(before, after);
	cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1);
}

Test(proc, programs_are_found_on_path)
{
	char *path = NULL;
	struct knot_error err = {0};
	setenv("PATH", "/nonexistent::/usr/bin:/bin", 1);
	cr_assert_eq(knot_proc_find_program("sh", &path, &err), 0);
	cr_assert_eq(access(path, X_OK), 0);
	free(path);
	cr_assert_eq(knot_proc_find_program("no-such-program", &path, &err), KNOT_EUNSUPPORTED);
	cr_assert_str_eq(err.message, "no-such-program is not on PATH");
	setenv("PATH", "/", 1);
	cr_assert_eq(knot_proc_find_program("usr", &path, &err), KNOT_EUNSUPPORTED, "a directory");
}
