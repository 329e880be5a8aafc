/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/probing.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/vec.h"
#include "sys/probe.h"

#include <string.h>

/* More than a run can have; a target that calls the hook with nonsense gets no more of goknot's memory. */
#define RECORDS_MAX ((size_t)2 * KNOT_EVENT_SLOTS)
/* What a rare long run needed is given back. */
#define KEEP_BYTES (4u << 20)
/* More than requests can be under way in a process. */
#define REQUESTS 16

/* What became of the chain in the runs of one request. */
struct sums {
	uint64_t request; /* 0 = none */
	uint64_t lost_before; /* records lost by the probe, before its first record can have come */
	uint32_t done[KNOT_CHAIN_MAX +
		1]; /* runs that executed so many elements from the first on */
};

struct knot_probing_stream {
	struct knot_probing *owner;
	struct knot_probing_stream *next;
	uint64_t session;
	KNOT_VEC(struct knot_probe_record) records; /* of runs that were not asked for yet */
	size_t passed; /* at their front, of runs that were */
	uint64_t left_out; /* for RECORDS_MAX, in this process */
	uint64_t lost_at_start; /* of the process */
	/* The run that records come of. */
	uint64_t request, run;
	uint32_t chain; /* elements executed in order, a bit each */
	struct sums sums[REQUESTS];
};

struct knot_probing {
	struct knot_probe *probe;
	struct knot_probing_stream *streams;
	KNOT_VEC(char *) attached;
	uint64_t records;
	uint64_t lost,
		lost_before; /* at the last time that the ring was emptied, and at that before */
};

int knot_probing_open(struct knot_probing **ret_probing, struct knot_error *err)
{
	struct knot_probe *probe = NULL;
	int rc = knot_probe_open(KNOT_PROBE_FAST, &probe, err);

	if (rc)
		return rc;
	*ret_probing = knot_xalloc(sizeof(**ret_probing));
	(*ret_probing)->probe = probe;
	return 0;
}

int knot_probing_read(struct knot_probing *p, struct knot_error *err)
{
	return knot_probe_read(p->probe, err);
}

void knot_probing_close(struct knot_probing *p)
{
	if (!p)
		return;
	knot_assert(!p->streams);
	knot_probe_close(p->probe);
	for (size_t i = 0; i < p->attached.len; i++)
		free(p->attached.data[i]);
	knot_vec_free(&p->attached);
	free(p);
}

int knot_probing_attach(struct knot_probing *p, const char *binary, struct knot_error *err)
{
	for (size_t i = 0; i < p->attached.len; i++)
		if (strcmp(p->attached.data[i], binary) == 0)
			return 0;
	int rc = knot_probe_attach(p->probe, binary, err);

	if (!rc)
		knot_vec_push(&p->attached, knot_xstrdup(binary));
	return rc;
}

uint32_t knot_probing_half(const struct knot_probing *p)
{
	return knot_probe_half(p->probe);
}

const char *knot_probing_way(const struct knot_probing *p)
{
	return knot_probe_way_name(knot_probe_way(p->probe));
}

uint64_t knot_probing_records(const struct knot_probing *p)
{
	return p->records;
}

uint64_t knot_probing_lost(const struct knot_probing *p)
{
	struct knot_probe_counters c;

	knot_probe_counters(p->probe, &c);
	return c.lost;
}

/* --- streams --------------------------------------------------------------------------------- */

struct knot_probing_stream *knot_probing_stream_new(struct knot_probing *p)
{
	struct knot_probing_stream *s = knot_xalloc(sizeof(*s));

	s->owner = p;
	s->next = p->streams;
	p->streams = s;
	return s;
}

void knot_probing_stream_free(struct knot_probing_stream *s)
{
	if (!s)
		return;
	for (struct knot_probing_stream **at = &s->owner->streams; *at; at = &(*at)->next)
		if (*at == s) {
			*at = s->next;
			break;
		}
	knot_vec_free(&s->records);
	free(s);
}

struct knot_probing *knot_probing_of(struct knot_probing_stream *s)
{
	return s->owner;
}

uint64_t knot_probing_start(struct knot_probing_stream *s)
{
	s->session = knot_probe_session(s->owner->probe);
	s->records.len = s->passed = 0;
	s->left_out = 0;
	s->lost_at_start = knot_probing_lost(s->owner);
	s->request = s->run = 0;
	s->chain = 0;
	memset(s->sums, 0, sizeof(s->sums));
	return s->session;
}

static struct sums *sums_of(struct knot_probing_stream *s, uint64_t request)
{
	struct sums *sums = &s->sums[request % REQUESTS];

	if (sums->request != request)
		*sums = (struct sums){.request = request, .lost_before = s->owner->lost_before};
	return sums;
}

/* The run that records came of is over. */
static void fold(struct knot_probing_stream *s)
{
	uint32_t n = 0;

	while (n < KNOT_CHAIN_MAX && s->chain >> n & 1)
		n++;
	if (s->request)
		sums_of(s, s->request)->done[n]++;
	s->chain = 0;
}

static void on_record(void *arg, const struct knot_probe_record *r)
{
	struct knot_probing *p = arg;
	struct knot_probing_stream *s = p->streams;
	struct knot_shm_event e;

	while (s && s->session != r->session)
		s = s->next;
	if (!s)
		return;
	p->records++;
	if (s->request != r->request || s->run != r->run) {
		fold(s);
		s->request = r->request;
		s->run = r->run;
		if (r->request)
			sums_of(s, r->request);
	}
	memcpy(&e, r->event, sizeof(e));
	if (e.kind == KNOT_EV_CHAIN && e.aux < KNOT_CHAIN_MAX)
		s->chain |= 1u << e.aux;
	if (s->records.len - s->passed >= RECORDS_MAX)
		s->left_out++;
	else
		knot_vec_push(&s->records, *r);
}

void knot_probing_drain(struct knot_probing *p)
{
	p->lost_before = p->lost;
	p->lost = knot_probing_lost(p);
	knot_probe_take(p->probe, on_record, p);
}

static bool is_behind(const struct knot_probe_record *r, uint64_t request, uint64_t run)
{
	return r->request > request || (r->request == request && r->run > run);
}

/* What was asked for goes once it is more than what was not. */
static void give_up(struct knot_probing_stream *s)
{
	if (s->passed == s->records.len && s->records.cap * sizeof(*s->records.data) > KEEP_BYTES) {
		knot_vec_free(&s->records);
		s->passed = 0;
	}
	if (s->passed <= s->records.len / 2)
		return;
	s->records.len -= s->passed;
	memmove(s->records.data, s->records.data + s->passed,
		s->records.len * sizeof(*s->records.data));
	s->passed = 0;
}

void knot_probing_run(struct knot_probing_stream *s, const struct knot_shm_result *result,
	struct knot_probed_run *ret_run)
{
	const uint64_t run = result->batch_runs ? result->batch_runs - 1 : 0;
	size_t first, end;

	knot_probing_drain(s->owner);
	give_up(s);
	for (first = s->passed; first < s->records.len; first++)
		if (s->records.data[first].request == result->request &&
			s->records.data[first].run == run)
			break;
	for (end = first; end < s->records.len; end++)
		if (is_behind(&s->records.data[end], result->request, run))
			break;
	/* None of it is there: what is there is older, or of a later run. */
	if (first == s->records.len)
		for (first = end = s->passed; end < s->records.len; first = ++end)
			if (is_behind(&s->records.data[end], result->request, run))
				break;
	s->passed = end;
	*ret_run = (struct knot_probed_run){
		.records = s->records.data ? s->records.data + first : NULL,
		.len = knot_probed_pick(
			s->records.data + first, end - first, result->ev_start, result->ev_end),
		.lossy = s->left_out || knot_probing_lost(s->owner) != s->lost_at_start,
	};
}

bool knot_probing_chain(struct knot_probing_stream *s, uint64_t request, uint32_t len,
	uint32_t *ret_any, uint32_t *ret_all)
{
	uint32_t any = 0, all = 0;

	knot_probing_drain(s->owner);
	if (s->request == request)
		fold(s); /* it was the last run */
	const struct sums *sums = &s->sums[request % REQUESTS];
	const bool known = sums->request == request;

	if (s->left_out ||
		knot_probing_lost(s->owner) != (known ? sums->lost_before : s->lost_at_start))
		return false;
	for (uint32_t n = 1; known && n <= KNOT_CHAIN_MAX; n++) {
		any += sums->done[n];
		all += n >= len ? sums->done[n] : 0;
	}
	*ret_any = any;
	*ret_all = len ? all : 0;
	return true;
}
