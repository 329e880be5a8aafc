/* SPDX-License-Identifier: BSD-2-Clause */
/* What fuzz and replay share: where things are, and being interrupted. */
#ifndef KNOT_CMD_SESSION_H
#define KNOT_CMD_SESSION_H

#include <stdbool.h>

struct knot_error;

struct knot_session {
	char *cwd; /* absolute */
	char *dir; /* of the packages, absolute */
	char *campaign_dir; /* absolute */
	bool made; /* the campaign directory was not there before */
	const volatile int *cancel; /* becomes 1 at SIGINT, SIGTERM or SIGHUP */
	int cancel_fd; /* becomes readable then */
};

/*
 * dir NULL = here; output NULL = .goknot in dir. From here on the signals ask to stop; a second one ends the
 * process at once. Caller closes.
 */
int knot_session_open(const char *dir, const char *output, struct knot_session *ret_session,
	struct knot_error *err);
void knot_session_close(struct knot_session *s);
/* What SIGINT does, for other reasons to stop. */
void knot_session_cancel(void);
/*
 * For a command that came to nothing, after all that holds the campaign directory is closed: one made for it
 * goes again. Not when a campaign is in it, or another goknot.
 */
void knot_session_abandon(const struct knot_session *s);
/* What replay has to be told to find the module and the builds where fuzz did with these flags (NULL = not given). */
char *knot_session_replay_flags(const char *dir, const char *output);
/* A path as seen from where goknot was started, when it lies below; borrowed from path. */
const char *knot_session_shown(const struct knot_session *s, const char *path);
/* The words joined by spaces, for the record. Caller frees. */
char *knot_session_command_line(int argc, char **argv);

#endif
