/* SPDX-License-Identifier: BSD-2-Clause */
/* Between cmd_replay.c, replay_dlv.c and replay_native.c: a replay under way and how it is shown. */
#ifndef KNOT_CMD_REPLAYING_H
#define KNOT_CMD_REPLAYING_H

#include "cmd/changed.h"
#include "view/emit.h"
#include "view/emit_replay.h"

#include <stdio.h>

struct knot_replay_options;

struct knot_printing {
	const struct knot_emit_ops *emit;
	FILE *trace;
	size_t shown, left_out;
	bool quiet;
};

struct knot_replaying {
	const struct knot_replay_options *options;
	struct knot_crash_run run;
	struct knot_printing printing;
	struct knot_emit_replay sum;
	char *title, *message;
	char *dlv; /* where delve is, with -dlv */
	char *release; /* the file is of another Go release: a sentence; NULL = it is not */
	/* The code has changed: a line about it, and how far the schedule went where the replay alone did not tell. */
	char *text;
	struct knot_changed changed;
};

/* The interleaving, and behind it what to make of it. */
void knot_replaying_print(struct knot_printing *p, const struct knot_outcome *o,
	const struct knot_finding *f, struct knot_sitenames *names, const char *plain);
/* The chain again, on the stock scheduler: the share of runs that end as saved is all that can be said. */
int knot_replaying_native(struct knot_replaying *r, struct knot_error *err);
/* Takes a run into the sum. */
void knot_replaying_count(
	struct knot_replaying *r, const struct knot_outcome *o, const struct knot_finding *f);
/* Can a debugger stop in a run of the file at all? KNOT_EUSAGE says why not. */
int knot_replaying_dlv_find(struct knot_replaying *r, struct knot_error *err);
/* One run under delve, which stops before a step; then what it has ended in. The exit code, or an error. */
int knot_replaying_dlv(struct knot_replaying *r, struct knot_error *err);

#endif
