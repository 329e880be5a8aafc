/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/session.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/shell.h"
#include "sys/lock.h"
#include "sys/tree.h"
#include "wire/text.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>

static volatile int canceled;
static int wake_fd = -1;

void knot_session_cancel(void)
{
	const uint64_t one = 1;

	canceled = 1;
	if (write(wake_fd, &one, sizeof(one)) < 0)
		return; /* the flag alone will do */
}

static void on_signal(int signo)
{
	(void)signo;
	knot_session_cancel();
}

static int catch_signals(struct knot_error *err)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	/* The second signal finds the default action: whoever asks twice means it. */
	struct sigaction a = {
		.sa_handler = on_signal, .sa_flags = (int)(SA_RESTART | SA_RESETHAND)};

	wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake_fd < 0)
		return knot_error_sys(err, "eventfd");
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaction(signals[i], &a, NULL);
	return 0;
}

int knot_session_open(const char *dir, const char *output, struct knot_session *ret_session,
	struct knot_error *err)
{
	struct knot_session s = {.cancel = &canceled, .cancel_fd = -1};
	knot_auto_free char *campaign = NULL;
	int rc;

	s.cwd = realpath(".", NULL);
	s.dir = realpath(dir ? dir : ".", NULL);
	if (!s.cwd || !s.dir) {
		rc = knot_error_set(err, KNOT_EUSAGE, "%s: no such directory", dir ? dir : ".");
		goto fail;
	}
	campaign = output ? knot_xstrdup(output) : knot_xasprintf("%s/.goknot", s.dir);
	s.made = !knot_file_exists(campaign);
	if ((rc = knot_file_mkdirs(campaign, 0777, err))) {
		knot_error_wrap(err, "the campaign directory (-o names another)");
		goto fail;
	}
	s.campaign_dir = realpath(campaign, NULL);
	if (!s.campaign_dir) {
		rc = knot_error_sys(err, "%s", campaign);
		goto fail;
	}
	if ((rc = catch_signals(err)))
		goto fail;
	s.cancel_fd = wake_fd;
	*ret_session = s;
	return 0;
fail:
	knot_session_close(&s);
	return rc;
}

void knot_session_abandon(const struct knot_session *s)
{
	knot_auto_free char *db = s->made ? knot_xasprintf("%s/goknot.db", s->campaign_dir) : NULL;
	struct knot_lock *lock = NULL;

	if (!db || knot_lock_take(s->campaign_dir, &lock, NULL))
		return;
	if (!knot_file_exists(db))
		(void)knot_tree_remove(s->campaign_dir, NULL);
	knot_lock_close(lock);
}

void knot_session_close(struct knot_session *s)
{
	free(s->cwd);
	free(s->dir);
	free(s->campaign_dir);
	*s = (struct knot_session){.cancel_fd = -1};
}

char *knot_session_command_line(int argc, char **argv)
{
	struct knot_text t = {0};

	knot_text_adds(&t, "goknot");
	for (int i = 0; i < argc; i++) {
		knot_text_adds(&t, " ");
		knot_text_add_escaped(&t, knot_span_str(argv[i]));
	}
	return knot_text_steal(&t);
}

char *knot_session_replay_flags(const char *dir, const char *output)
{
	knot_auto_free char *dir_word = knot_shell_word(dir ? dir : "");
	knot_auto_free char *output_word = knot_shell_word(output ? output : "");

	return knot_xasprintf("%s%s%s%s%s%s", dir ? "-C " : "", dir ? dir_word : "", dir ? " " : "",
		output ? "-o " : "", output ? output_word : "", output ? " " : "");
}

const char *knot_session_shown(const struct knot_session *s, const char *path)
{
	const size_t cwd = strlen(s->cwd);

	return !strncmp(path, s->cwd, cwd) && path[cwd] == '/' ? path + cwd + 1 : path;
}
