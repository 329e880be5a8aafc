/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probes on the runtime's own functions in the targets of a campaign, for audited runs only: attached to each binary before its
 * first process starts, shared out to the workers by the session of their process, compared with the events of the run.
 */
#ifndef KNOT_ENGINE_ENTERING_H
#define KNOT_ENGINE_ENTERING_H

#include "wire/entered.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_entering;
struct knot_entering_stream;
struct knot_error;
struct knot_names;
struct knot_sites;

/* half: of the sessions, see sys/probe.h. sites: of the project, borrowed. KNOT_EUNSUPPORTED where this machine, or this user,
 * cannot. */
int knot_entering_open(uint32_t half, const struct knot_sites *sites,
	struct knot_entering **ret_entering, struct knot_error *err);
/* The streams go first. Accepts NULL. */
void knot_entering_close(struct knot_entering *e);
/* Every process that is started from the file later is seen; once is enough. KNOT_EINPUT: not of a Go release that is known. */
int knot_entering_attach(struct knot_entering *e, const char *binary, struct knot_error *err);
/* To be called all the time: what is recorded piles up. */
void knot_entering_drain(struct knot_entering *e);
/* Of all processors, and so far. */
uint64_t knot_entering_lost(const struct knot_entering *e);

/* Of one worker. */
struct knot_entering_stream *knot_entering_stream_new(struct knot_entering *e);
void knot_entering_stream_free(struct knot_entering_stream *s);
/* The same as knot_entering_drain, for all. Accepts NULL. */
void knot_entering_drain_for(struct knot_entering_stream *s);
/* A process is about to be started, which has that session. What there was of the one before is gone. Accepts NULL. */
void knot_entering_start(struct knot_entering_stream *s, uint64_t session);

struct knot_entering_run {
	const char *binary;
	uint64_t request, run;
	bool native;
	const struct knot_names *names; /* of sites */
};

/* An audited run that has ended: call it in the order of the runs. False: records of it were lost, or there are none. */
bool knot_entering_compare(struct knot_entering_stream *s, const struct knot_entering_run *run,
	struct knot_entered_check *ret_check);

#endif
