/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes. Every process goknot starts (but an interactive one) leads a session and a process group of its own, so that
 * killing the group takes what it forked along; what escapes even that (setsid) falls to goknot as
 * subreaper and is found by knot_proc_reap_orphans.
 */
#ifndef KNOT_SYS_PROC_H
#define KNOT_SYS_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct knot_error;
struct knot_proc;

#define KNOT_PROC_NULL (-1) /* /dev/null as stdin, stdout or stderr */
#define KNOT_PROC_EXTRA_FDS 4
#define KNOT_PROC_NS_FDS 4

/* A descriptor the target gets besides the first three. */
struct knot_proc_fd {
	int from; /* in goknot */
	int to; /* in the target: 3 or more, ascending in the list */
};

/* All pointers are borrowed during the call. Start from KNOT_PROC_OPTIONS_INIT: 0 is a descriptor. */
struct knot_proc_options {
	const char *const *argv; /* argv[0] is a path (see knot_proc_find_program) */
	const char *const *envp; /* NULL = goknot's own */
	const char *cwd; /* NULL = goknot's own; absolute when ns_fds are given */
	int stdin_fd, stdout_fd, stderr_fd;
	struct knot_proc_fd extra[KNOT_PROC_EXTRA_FDS];
	size_t extra_len;
	int ns_fds[KNOT_PROC_NS_FDS]; /* entered in this order (knot_sandbox_namespaces) */
	size_t ns_len;
	/*
	 * Writable private memory, 0 = no limit. RLIMIT_DATA, because RLIMIT_AS also counts the address
	 * space that the Go runtime only reserves. ThreadSanitizer's shadow counts as data: with -race
	 * no limit can be set this way, and knot_proc_memory is to be watched instead.
	 */
	uint64_t memory_bytes;
	uint64_t file_bytes; /* greatest file it may write (RLIMIT_FSIZE), 0 = no limit */
	int nice;
	bool fixed_addresses; /* without address space layout randomisation, where that may be */
	/*
	 * It stays in goknot's session and process group, as a shell's child in the foreground: what talks to the user needs
	 * the terminal. Only it itself is killed then, and not what it has forked.
	 */
	bool interactive;
	bool use_fork; /* the slow path for kernels that refuse the fast one; for tests */
};

#define KNOT_PROC_OPTIONS_INIT \
	{ \
		.stdin_fd = KNOT_PROC_NULL, .stdout_fd = KNOT_PROC_NULL, \
		.stderr_fd = KNOT_PROC_NULL \
	}

struct knot_proc_exit {
	bool signaled;
	int code; /* exit code, or the signal */
	bool core_dumped;
	uint64_t user_ns, system_ns;
	uint64_t max_rss_bytes;
};

/*
 * Starts a process. A failure between fork and exec is reported here with its step. The caller ends
 * with knot_proc_close.
 */
int knot_proc_start(const struct knot_proc_options *options, struct knot_proc **ret_proc,
	struct knot_error *err);
pid_t knot_proc_pid(const struct knot_proc *proc);
int knot_proc_pidfd(const struct knot_proc *proc); /* borrowed; readable once it is dead */
/*
 * Resident memory of the process and, when whole_session is set (which reads all of /proc), of everything
 * that lives in its session; 0 when it is gone.
 */
uint64_t knot_proc_memory(const struct knot_proc *proc, bool whole_session);
/* SIGKILL to the whole group; nothing once it is reaped. */
void knot_proc_kill(struct knot_proc *proc);
/*
 * Reaps it when it is dead: *ret_done tells, and the rest of its group is killed. timeout_ms as in
 * poll(2). Once done, further calls give the same exit.
 */
int knot_proc_wait(struct knot_proc *proc, int timeout_ms, bool *ret_done,
	struct knot_proc_exit *ret_exit, struct knot_error *err);
/* Kills and reaps when that has not happened yet. Accepts NULL. */
void knot_proc_close(struct knot_proc *proc);

/* Makes stray descendants children of goknot. Once, at the start. */
int knot_proc_become_subreaper(struct knot_error *err);
/*
 * Kills and reaps every child of goknot that is neither in known (pids of live processes started
 * here) nor in the session of one of them. Not while knot_proc_run is under way elsewhere.
 */
int knot_proc_reap_orphans(
	const pid_t *known, size_t known_len, size_t *ret_reaped, struct knot_error *err);

/* Looks name up on PATH (names with a slash are taken as they are). Caller frees. */
int knot_proc_find_program(const char *name, char **ret_path, struct knot_error *err);

#endif
