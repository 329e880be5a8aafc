/* SPDX-License-Identifier: BSD-2-Clause */
/* Records what the runtime of any Go program does: one that is started here, or one that runs. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/options_table.h"
#include "cmd/record_program.h"
#include "engine/recording.h"
#include "sys/launch.h"
#include "sys/probe.h"
#include "sys/recorder.h"
#include "wire/recording.h"
#include "wire/text.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The ring has room for what two processors can give in more than ten times that. */
#define TAKE_EVERY_MS 5
#define SIGNAL_EXIT 128

struct options {
	const char *file; /* -o */
	const char *skip; /* kinds of event, by commas */
	uint32_t pid;
	struct knot_option_words words;
};

struct recording {
	struct options o;
	struct knot_record_program program;
	char *file; /* to write */
	struct knot_recorder *recorder;
	struct knot_recording_writer *writer;
	struct knot_launch target;
	int signals;
	sigset_t mask; /* as it was */
	unsigned stops; /* signals that ask goknot to end */
	bool exited;
	int status; /* of wait(2) */
};

static int parse(int argc, char **argv, struct options *o, struct knot_error *err)
{
	static const struct knot_option list[] = {
		{"o", KNOT_OPTION_STRING, AT(options, file)},
		{"skip", KNOT_OPTION_STRING, AT(options, skip)},
		{"pid", KNOT_OPTION_INT, AT(options, pid), .low = 1, .high = INT_MAX},
	};
	static const struct knot_option_table table = TABLE(list, true);
	const int rc = knot_options_parse(&table, argc, argv, o, &o->words, err);

	if (rc)
		return rc;
	if (o->words.words_len)
		return knot_error_set(err, KNOT_EUSAGE,
			"the program stands behind --: goknot record [-o file] -- program args");
	if (o->pid && o->words.args_len)
		return knot_error_set(err, KNOT_EUSAGE,
			"-pid %u is a program that runs: it goes without one to start", o->pid);
	if (!o->pid && !o->words.args_len)
		return knot_error_set(err, KNOT_EUSAGE,
			"there is nothing to record: goknot record -- program args, or -pid n");
	return 0;
}

/* --- starting -------------------------------------------------------------------------------- */

static int open_signals(struct recording *r, struct knot_error *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	if (sigprocmask(SIG_BLOCK, &set, &r->mask) ||
		(r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
		return knot_error_sys(err, "signalfd");
	return 0;
}

static int skip_kinds(struct recording *r, struct knot_error *err)
{
	struct knot_span rest = knot_span_str(r->o.skip ? r->o.skip : ""), name;
	int rc = 0;

	while (!rc && rest.len) {
		uint32_t kind = 1;

		if (!knot_span_take_until(&rest, ',', &name)) {
			name = rest;
			rest.len = 0;
		}
		while (kind < KNOT_RECORD_HOOK &&
			!knot_span_eq(name, knot_recording_kind_name(kind)))
			kind++;
		knot_auto_free char *shown = knot_text_escape(name, 80);

		if (kind == KNOT_RECORD_HOOK)
			return knot_error_set(err, KNOT_EUSAGE,
				"-skip %s: no kind of event; goknot help record lists them", shown);
		if ((rc = knot_recorder_skip(r->recorder, kind, err)))
			(void)knot_error_wrap(err, "-skip %s", shown);
	}
	return rc;
}

static int start_target(struct recording *r, struct knot_error *err)
{
	if (!r->o.pid)
		return knot_launch_start(
			r->program.path, r->o.words.args, &r->mask, &r->target, err);
	r->target.pid = (pid_t)r->o.pid;
	r->target.pidfd = (int)syscall(SYS_pidfd_open, r->target.pid, 0);
	if (r->target.pidfd < 0 && errno == EINVAL)
		return knot_error_set(err, KNOT_EUSAGE,
			"%u is a thread, and no process: -pid wants the process it belongs to",
			r->o.pid);
	if (r->target.pidfd < 0)
		return knot_error_set(err, KNOT_EUSAGE,
			"process %u ended while it was being attached to", r->o.pid);
	return 0;
}

static bool is_dead(const struct recording *r)
{
	struct pollfd p = {.fd = r->target.pidfd, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

static int begin(struct recording *r, struct knot_error *err)
{
	struct knot_recording_options ro = {.file = r->file,
		.program = r->program.name,
		.binary = r->program.binary,
		.pid = r->target.pid,
		.attached = r->o.pid != 0};
	int rc = knot_recorder_attach(
		r->recorder, r->program.binary, r->program.path, r->target.pid, err);

	if (rc)
		return rc;
	if (r->o.pid && is_dead(r))
		return knot_error_set(err, KNOT_EUSAGE,
			"process %u ended while it was being attached to", r->o.pid);
	ro.points = knot_recorder_points(r->recorder, &ro.points_len);
	if ((rc = knot_recording_writer_open(&ro, &r->writer, err)))
		return rc;
	if (r->o.pid)
		fprintf(stderr, "goknot record: recording process %u; Ctrl-C ends it\n", r->o.pid);
	return r->o.pid ? 0 : knot_launch_go(&r->target, err);
}

/* --- while it runs --------------------------------------------------------------------------- */

/* A program that was started here is told what goknot is told; the terminal tells both by itself. */
static void on_signal(struct recording *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) == sizeof(info)) {
		r->stops++;
		if (!r->o.pid && info.ssi_code <= 0)
			(void)kill(r->target.pid, (int)info.ssi_signo);
	}
}

/* One that runs is left alone by the first signal, one that was started here by the second. */
static bool is_stopped(const struct recording *r)
{
	return r->stops > (r->o.pid ? 0 : 1);
}

static void follow(struct recording *r)
{
	struct pollfd fds[2] = {
		{.fd = r->target.pidfd, .events = POLLIN},
		{.fd = r->signals, .events = POLLIN},
	};

	while (!is_stopped(r) && !r->exited) {
		(void)poll(fds, 2, TAKE_EVERY_MS);
		(void)knot_recorder_take(r->recorder, knot_recording_writer_add, r->writer);
		if (fds[1].revents)
			on_signal(r);
		if (fds[0].revents & POLLIN)
			r->exited = r->o.pid ||
				waitpid(r->target.pid, &r->status, WNOHANG) == r->target.pid;
	}
}

static char *ending(const struct recording *r)
{
	if (!r->exited)
		return knot_xstrdup("the recording was ended, the program ran on");
	if (r->o.pid)
		return knot_xstrdup("the program ended");
	if (WIFSIGNALED(r->status))
		return knot_xasprintf("the program was ended by signal %d", WTERMSIG(r->status));
	return knot_xasprintf("the program ended with exit code %d", WEXITSTATUS(r->status));
}

static void tell(const struct recording *r, const struct knot_recorder_counters *c)
{
	knot_auto_free char *shown = knot_text_escape(knot_span_str(r->file), 400);

	fprintf(stderr,
		"goknot record: %s: %" PRIu64 " events, %" PRIu64 " goroutines created, %" PRIu64
		" changes of goroutine\n",
		shown, knot_recording_writer_events(r->writer),
		knot_recording_writer_created(r->writer),
		knot_recording_writer_switches(r->writer));
	if (c->lost)
		fprintf(stderr,
			"goknot record: %" PRIu64 " of %" PRIu64
			" events were lost: the ring was full. The recording is incomplete\n",
			c->lost, c->hits);
	if (c->faults)
		fprintf(stderr,
			"goknot record: %" PRIu64
			" times memory of the program could not be read\n",
			c->faults);
}

static int finish(struct recording *r, struct knot_error *err)
{
	struct knot_recorder_counters counters;
	knot_auto_free char *ended = ending(r);

	/* Who has hit before has also been recorded before. */
	knot_recorder_detach(r->recorder);
	(void)knot_recorder_take(r->recorder, knot_recording_writer_add, r->writer);
	knot_recorder_counters(r->recorder, &counters);
	const int rc = knot_recording_writer_end(r->writer, &counters, ended, err);
	if (!rc)
		tell(r, &counters);
	return rc;
}

static int record(struct recording *r, struct knot_error *err)
{
	int rc = knot_record_program_open(
		r->o.pid, r->o.pid ? NULL : r->o.words.args[0], &r->program, err);

	if (rc)
		return rc;
	r->file = r->o.file ? knot_xstrdup(r->o.file)
			    : knot_xasprintf("%s.rec", basename(r->program.name));
	if ((rc = knot_recorder_open(KNOT_PROBE_FAST, &r->recorder, err))) {
		if (rc == KNOT_EUNSUPPORTED) {
			knot_auto_free char *why = knot_xstrdup(err->message);

			rc = knot_error_set(err, rc, "%s: %s", why, knot_probe_remedy());
		}
		return rc;
	}
	if ((rc = skip_kinds(r, err)) || (rc = open_signals(r, err)) ||
		(rc = start_target(r, err)) || (rc = begin(r, err)))
		return rc;
	follow(r);
	return finish(r, err);
}

/* The program's own, as a shell would say it. */
static int exit_code(const struct recording *r)
{
	if (r->o.pid || !r->exited)
		return KNOT_EXIT_CLEAN;
	return WIFSIGNALED(r->status) ? SIGNAL_EXIT + WTERMSIG(r->status) : WEXITSTATUS(r->status);
}

int knot_cmd_record(int argc, char **argv)
{
	struct knot_error err = {0};
	struct recording r = {
		.target = {.pid = -1, .pidfd = -1, .gate = -1, .failure = -1}, .signals = -1};
	int rc = parse(argc, argv, &r.o, &err);

	if (!rc)
		rc = record(&r, &err);
	rc = rc < 0 ? knot_cmd_fail("record", &err) : exit_code(&r);
	knot_launch_close(&r.target);
	knot_recording_writer_close(r.writer);
	knot_recorder_close(r.recorder);
	knot_record_program_close(&r.program);
	knot_cleanup_close(&r.signals);
	free(r.file);
	return rc;
}
