/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The eBPF probe of a campaign: attached to its binaries before the first process starts, its records shared out to the
 * workers by the session of their process.
 */
#ifndef KNOT_ENGINE_PROBING_H
#define KNOT_ENGINE_PROBING_H

#include "sys/shm.h"
#include "wire/probed.h"

struct knot_error;
struct knot_probing;
struct knot_probing_stream;

/* A run as the probe recorded it. */
struct knot_probed_run {
	struct knot_probe_record *records; /* picked; borrowed until the stream is asked again */
	size_t len;
	bool lossy; /* the probe has lost records since the run's request began */
};

/* KNOT_EUNSUPPORTED where this machine, or this user, cannot. */
int knot_probing_open(struct knot_probing **ret_probing, struct knot_error *err);
/* From here on records wait in goknot's memory while it is busy, and not in the kernel's ring. */
int knot_probing_read(struct knot_probing *p, struct knot_error *err);
/* The streams go first. Accepts NULL. */
void knot_probing_close(struct knot_probing *p);
/* Every process that is started from the file later is probed; once is enough. */
int knot_probing_attach(struct knot_probing *p, const char *binary, struct knot_error *err);
/* Of the sessions: see knot_probe_half. */
uint32_t knot_probing_half(const struct knot_probing *p);
const char *knot_probing_way(const struct knot_probing *p);
/* Of all processors, and so far. */
uint64_t knot_probing_records(const struct knot_probing *p);
uint64_t knot_probing_lost(const struct knot_probing *p);

/* Of one worker. */
struct knot_probing_stream *knot_probing_stream_new(struct knot_probing *p);
void knot_probing_stream_free(struct knot_probing_stream *s);
/* A process is about to be started: the session to tell it. What there was of the one before is gone. */
uint64_t knot_probing_start(struct knot_probing_stream *s);
/* To be called all the time: what the probe records piles up. */
void knot_probing_drain(struct knot_probing *p);
struct knot_probing *knot_probing_of(struct knot_probing_stream *s);
/* A run that has ended: call it in the order of the runs, since what is older is given up. */
void knot_probing_run(struct knot_probing_stream *s, const struct knot_shm_result *result,
	struct knot_probed_run *ret_run);
/*
 * How many runs of a request that has ended executed at least one element of its chain, and all of its len elements, in order.
 * False when records were lost meanwhile, so that nobody knows.
 */
bool knot_probing_chain(struct knot_probing_stream *s, uint64_t request, uint32_t len,
	uint32_t *ret_any, uint32_t *ret_all);

#endif
