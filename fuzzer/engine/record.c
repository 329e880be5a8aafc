/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/record.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/vec.h"
#include "engine/probing.h"
#include "wire/gostack.h"

#include <string.h>

/* Whom no go statement of the run has made, by the parent that its path was given in place of one. */
static uint32_t origin(const struct knot_shm_event *spawn)
{
	if (spawn->vtime == knot_hash_child(KNOT_PATH_BEFORE, spawn->site, spawn->prim))
		return 1;
	return spawn->vtime == knot_hash_child(KNOT_PATH_TIMER, spawn->site, spawn->prim) ? 2 : 0;
}

/* A SPAWN event carries number (aux), path (vtime), parent (g), site and ordinal (prim). */
static void collect_goroutines(struct knot_record *rec)
{
	rec->gs.len = 0;
	for (size_t i = 0; i < rec->events.len; i++) {
		const struct knot_shm_event *e = &rec->events.data[i];

		if (e->kind != KNOT_EV_SPAWN || e->aux >= KNOT_MAX_GOROUTINES)
			continue;
		while (rec->gs.len <= e->aux)
			knot_vec_push(
				&rec->gs, ((struct knot_shm_goroutine){.parent = KNOT_G_NONE}));
		rec->gs.data[e->aux] = (struct knot_shm_goroutine){
			.path = e->vtime,
			.parent = e->g,
			.site = e->site,
			.ordinal = e->prim,
			.flags = origin(e),
		};
	}
}

/* Most traces are short; what a rare long one needed is given back. */
#define KEEP_BYTES (1u << 20)

static void shrink(struct knot_record *rec)
{
	if (rec->events.cap * sizeof(*rec->events.data) > KEEP_BYTES)
		knot_vec_free(&rec->events);
	if (rec->decisions.cap * sizeof(*rec->decisions.data) > KEEP_BYTES)
		knot_vec_free(&rec->decisions);
	if (rec->probed.events.cap * sizeof(*rec->probed.events.data) > KEEP_BYTES)
		knot_vec_free(&rec->probed.events);
}

static int take_races(struct knot_shm *shm, struct knot_record *rec, struct knot_error *err)
{
	int rc;

	knot_races_free(&rec->races);
	free(rec->race_text);
	rec->race_text = NULL;
	if (!(rec->result.flags & KNOT_RUN_RACE))
		return 0;
	rc = knot_shm_take_races(shm, rec->result.race_start, rec->result.race_end, &rec->race_text,
		&rec->race_len, err);
	if (!rc)
		knot_races_parse(knot_span_of(rec->race_text, rec->race_len), &rec->races);
	return rc;
}

/* Of a native run whose process died nobody has counted the steps and what was lost yet. */
static int copy_events(struct knot_shm *shm, const struct knot_shm_result *result,
	struct knot_record *rec, struct knot_error *err)
{
	uint32_t unfilled = 0;
	int rc;

	if (!(result->flags & KNOT_RUN_NATIVE))
		return knot_shm_copy_events(
			shm, result->ev_start, result->ev_end, &rec->events, err);
	rc = knot_shm_copy_native_events(
		shm, result->ev_start, result->ev_end, &rec->events, &unfilled, err);
	if (rc || result->steps)
		return rc;
	for (size_t i = 0; i < rec->events.len; i++)
		rec->result.steps += rec->events.data[i].kind == KNOT_EV_STEP;
	rec->result.lost += unfilled;
	if (unfilled)
		rec->result.flags |= KNOT_RUN_TRUNCATED;
	return 0;
}

static int take_trace(struct knot_shm *shm, const struct knot_shm_result *result,
	struct knot_record *rec, struct knot_error *err)
{
	int rc;

	if ((rc = copy_events(shm, result, rec, err)) ||
		(rc = knot_shm_copy_decisions(
			 shm, result->dec_start, result->dec_end, &rec->decisions, err)))
		return rc;
	collect_goroutines(rec);
	return 0;
}

int knot_record_take(struct knot_shm *shm, const struct knot_shm_result *result, bool end_only,
	struct knot_record *rec, struct knot_error *err)
{
	int rc;

	shrink(rec);
	rec->result = *result;
	rec->events.len = rec->decisions.len = rec->snaps.len = rec->gs.len = 0;
	free(rec->dump);
	rec->dump = NULL;
	rec->probed.events.len = 0;
	rec->probed.asked = rec->probed.complete = rec->probed.checked = false;
	rec->timed_out = rec->over_memory = false;
	rec->over_processes = 0;
	rec->signal = 0;
	rec->exit_code = 0;
	if ((!end_only && (rc = take_trace(shm, result, rec, err))) ||
		(rc = take_races(shm, rec, err)))
		return rc;
	if (result->snap) {
		knot_auto_free char *dump = NULL;
		size_t len;

		if ((rc = knot_shm_copy_snaps(shm, result->snap, &rec->snaps, err)) ||
			(rc = knot_shm_copy_dump(shm, &dump, &len, err)))
			return rc;
		rec->dump = knot_gostack_plain(knot_span_of(dump, len));
	}
	return 0;
}

int knot_record_take_current(
	struct knot_shm *shm, bool end_only, struct knot_record *rec, struct knot_error *err)
{
	struct knot_shm_current cur;
	int rc = knot_shm_current(shm, &cur, err);

	if (rc)
		return rc;
	const struct knot_shm_result result = {
		.request = cur.request,
		.seed = cur.seed,
		.hash = cur.hash,
		.ev_start = cur.ev_start,
		.ev_end = cur.ev_head,
		.dec_start = cur.dec_start,
		.dec_end = cur.dec_head,
		.race_start = cur.race_start,
		.race_end = cur.race_head,
		.bucket = cur.bucket,
		.virtual_ns = cur.virtual_ns,
		.early_ns = cur.early_ns,
		.batch_runs = cur.run + 1,
		.batch_steps = cur.steps,
		.end = cur.end,
		.flags = cur.flags | KNOT_RUN_HELD | KNOT_RUN_TAINTED,
		.steps = cur.steps,
		.choices = cur.choices,
		.new_pairs = cur.new_pairs,
		.chain_done = cur.chain_done,
		.goroutines = cur.goroutines,
		.lost = cur.lost,
		.diverged_at = cur.diverged_at,
		.chain_reached = cur.chain_reached,
		.chain_waited = cur.chain_waited,
		.chain_ordered = cur.chain_ordered,
		.chain_expired = cur.chain_expired,
	};

	return knot_record_take(shm, &result, end_only, rec, err);
}

static int compare_probed(struct knot_shm *shm, const struct knot_probed_run *run,
	struct knot_record *rec, struct knot_error *err)
{
	const struct knot_shm_result *r = &rec->result;
	struct knot_shm_events raw = {0};
	struct knot_shm_counters c;
	int rc = knot_shm_copy_events(shm, r->ev_start, r->ev_end, &raw, err);

	if (!rc) {
		knot_shm_counters(shm, &c);
		const struct knot_probed_ring ring = {
			.events = raw.data,
			.start = r->ev_start,
			.end = r->ev_end,
			.pid = c.pid,
			.native = r->flags & KNOT_RUN_NATIVE,
			/* Of a native run that was stopped somebody may be writing still. */
			.died = r->flags & KNOT_RUN_TAINTED,
			.lossy = run->lossy,
		};

		knot_probed_compare(run->records, run->len, &ring, &rec->probed.check);
		rec->probed.checked = true;
	}
	knot_vec_free(&raw);
	return rc;
}

int knot_record_probe(struct knot_shm *shm, struct knot_probing_stream *probe, bool compare,
	bool chain, struct knot_record *rec, struct knot_error *err)
{
	struct knot_record_probed *p = &rec->probed;
	struct knot_probed_run run;

	knot_probing_run(probe, &rec->result, &run);
	knot_vec_reserve(&p->events, run.len);
	knot_probed_events(
		run.records, run.len, rec->result.flags & KNOT_RUN_NATIVE, p->events.data);
	p->events.len = run.len;
	p->asked = true;
	p->complete = run.len == rec->events.len;
	if (chain && p->complete)
		rec->result.chain_done = knot_probed_chain_done(p->events.data, p->events.len);
	return compare ? compare_probed(shm, &run, rec, err) : 0;
}

void knot_record_drop_events(struct knot_record *rec)
{
	knot_vec_free(&rec->events);
	knot_vec_free(&rec->probed.events);
}

void knot_record_free(struct knot_record *rec)
{
	knot_vec_free(&rec->events);
	knot_vec_free(&rec->probed.events);
	knot_vec_free(&rec->decisions);
	knot_vec_free(&rec->snaps);
	knot_vec_free(&rec->gs);
	knot_races_free(&rec->races);
	free(rec->race_text);
	free(rec->dump);
	*rec = (struct knot_record){0};
}

bool knot_record_is_bad(const struct knot_record *rec)
{
	const uint32_t end = rec->result.end;

	return rec->timed_out || rec->signal || (end != KNOT_END_OK && end != KNOT_END_SKIP);
}

uint32_t knot_record_preemptions(const struct knot_record *rec)
{
	uint32_t n = 0;

	for (size_t i = 0; i < rec->events.len; i++)
		n += rec->events.data[i].kind == KNOT_EV_EXTERNAL &&
			rec->events.data[i].aux == KNOT_EXT_WATCHDOG;
	return n;
}

uint32_t knot_record_arrivals(const struct knot_record *rec)
{
	uint32_t n = 0;

	for (size_t i = 0; i < rec->events.len; i++) {
		const struct knot_shm_event *e = &rec->events.data[i];

		n += e->kind == KNOT_EV_EXTERNAL &&
			(e->aux == KNOT_EXT_NETPOLL || e->aux == KNOT_EXT_SYSCALL ||
				e->aux == KNOT_EXT_SIGNAL);
	}
	return n;
}

struct knot_run_view knot_record_probed_view(const struct knot_record *rec)
{
	const bool usable = rec->probed.complete;

	return (struct knot_run_view){
		.events = usable ? rec->probed.events.data : NULL,
		.len = usable ? rec->probed.events.len : 0,
		.gs = rec->gs.data,
		.gs_len = usable ? rec->gs.len : 0,
	};
}

struct knot_run_view knot_record_view(const struct knot_record *rec)
{
	return (struct knot_run_view){
		.events = rec->events.data,
		.len = rec->events.len,
		.gs = rec->gs.data,
		.gs_len = rec->gs.len,
	};
}
