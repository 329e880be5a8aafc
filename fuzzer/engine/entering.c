/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/entering.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/vec.h"
#include "engine/entering_code.h"
#include "sys/recorder.h"
#include "wire/gobinary.h"
#include "wire/hook.h"

#include <string.h>

#define BINARY_MAX (1ull << 30)
/* Of one process: a run of which there is more is not compared. */
#define BYTES_MAX ((size_t)256 << 20)

struct binary {
	char *path;
	uint64_t points[KNOT_RECORD_KINDS]; /* addresses */
};

struct knot_entering_stream {
	struct knot_entering *owner;
	struct knot_entering_stream *next;
	uint64_t session;
	KNOT_VEC(char) bytes; /* records, one behind the other */
	uint64_t left_out; /* for BYTES_MAX */
	uint64_t lost; /* of all, when it was asked last */
};

struct knot_entering {
	struct knot_recorder *recorder;
	const struct knot_sites *sites;
	struct knot_entering_stream *streams;
	KNOT_VEC(struct binary) binaries;
	/* Of the binary that was asked for last. */
	struct knot_entering_code *code;
	const char *code_path;
	KNOT_VEC(const struct knot_record_record *) records;
	KNOT_VEC(struct knot_entered_hit) hits;
};

int knot_entering_open(uint32_t half, const struct knot_sites *sites,
	struct knot_entering **ret_entering, struct knot_error *err)
{
	struct knot_recorder *recorder = NULL;
	const int rc = knot_recorder_open_audit(KNOT_PROBE_FAST, half, &recorder, err);

	if (rc)
		return rc;
	*ret_entering = knot_xalloc(sizeof(**ret_entering));
	(*ret_entering)->recorder = recorder;
	(*ret_entering)->sites = sites;
	return 0;
}

void knot_entering_close(struct knot_entering *e)
{
	if (!e)
		return;
	knot_assert(!e->streams);
	knot_recorder_close(e->recorder);
	knot_entering_code_close(e->code);
	for (size_t i = 0; i < e->binaries.len; i++)
		free(e->binaries.data[i].path);
	knot_vec_free(&e->binaries);
	knot_vec_free(&e->records);
	knot_vec_free(&e->hits);
	free(e);
}

static const struct binary *find(const struct knot_entering *e, const char *path)
{
	for (size_t i = 0; i < e->binaries.len; i++)
		if (strcmp(e->binaries.data[i].path, path) == 0)
			return &e->binaries.data[i];
	return NULL;
}

static int attach(
	struct knot_entering *e, const char *path, struct knot_span file, struct knot_error *err)
{
	struct knot_gobinary *b = NULL;
	struct binary added = {0};
	uint64_t hook;
	size_t len;
	int rc = knot_hook_find(file, &hook, err);

	if (!rc)
		rc = knot_gobinary_open(file, &b, err);
	if (!rc)
		rc = knot_recorder_attach_target(e->recorder, b, hook, path, err);
	knot_gobinary_close(b);
	if (rc)
		return rc;
	const struct knot_recorder_point *points = knot_recorder_points(e->recorder, &len);

	added.path = knot_xstrdup(path);
	for (size_t i = 0; i < len; i++)
		added.points[points[i].kind] = points[i].address;
	knot_vec_push(&e->binaries, added);
	return 0;
}

int knot_entering_attach(struct knot_entering *e, const char *binary, struct knot_error *err)
{
	knot_auto_free char *data = NULL;
	size_t len;

	if (find(e, binary))
		return 0;
	/* All of it is in the page cache then, which kernels want of what they put probes into. */
	int rc = knot_file_read(binary, BINARY_MAX, &data, &len, err);

	if (!rc)
		rc = attach(e, binary, knot_span_of(data, len), err);
	return rc ? knot_error_wrap(err, "probing %s", binary) : 0;
}

uint64_t knot_entering_lost(const struct knot_entering *e)
{
	struct knot_recorder_counters c;

	knot_recorder_counters(e->recorder, &c);
	return c.lost + c.faults;
}

/* --- streams --------------------------------------------------------------------------------- */

struct knot_entering_stream *knot_entering_stream_new(struct knot_entering *e)
{
	struct knot_entering_stream *s = knot_xalloc(sizeof(*s));

	s->owner = e;
	s->next = e->streams;
	e->streams = s;
	return s;
}

void knot_entering_stream_free(struct knot_entering_stream *s)
{
	if (!s)
		return;
	for (struct knot_entering_stream **at = &s->owner->streams; *at; at = &(*at)->next)
		if (*at == s) {
			*at = s->next;
			break;
		}
	knot_vec_free(&s->bytes);
	free(s);
}

void knot_entering_drain_for(struct knot_entering_stream *s)
{
	if (s)
		knot_entering_drain(s->owner);
}

void knot_entering_start(struct knot_entering_stream *s, uint64_t session)
{
	if (!s)
		return;
	s->session = session;
	s->left_out = 0;
	s->lost = knot_entering_lost(s->owner);
	knot_vec_free(&s->bytes);
}

static void on_record(void *arg, const struct knot_record_record *r)
{
	struct knot_entering *e = arg;
	struct knot_entering_stream *s = e->streams;
	const size_t len = sizeof(*r) + r->stack_bytes;

	while (s && s->session != r->session)
		s = s->next;
	if (!s)
		return;
	/* Records are read where they lie. */
	if (s->bytes.len + len > BYTES_MAX || len % _Alignof(struct knot_record_record)) {
		s->left_out++;
		return;
	}
	knot_vec_reserve(&s->bytes, s->bytes.len + len);
	memcpy(s->bytes.data + s->bytes.len, r, len);
	s->bytes.len += len;
}

void knot_entering_drain(struct knot_entering *e)
{
	(void)knot_recorder_take(e->recorder, on_record, e);
}

/* --- a run ----------------------------------------------------------------------------------- */

static int by_seq(const void *a, const void *b)
{
	const struct knot_record_record *const *x = a, *const *y = b;

	return ((*x)->seq > (*y)->seq) - ((*x)->seq < (*y)->seq);
}

static bool is_mark(
	const struct knot_record_record *r, uint64_t which, const struct knot_entering_run *run)
{
	const struct knot_record_hook *h = (const struct knot_record_hook *)(r + 1);

	return r->kind == KNOT_RECORD_HOOK && h->cursor == which && h->request == run->request &&
		h->run == run->run;
}

/* The records of the stream, in order. */
static void sort(struct knot_entering_stream *s)
{
	struct knot_entering *e = s->owner;

	e->records.len = 0;
	for (size_t at = 0; at < s->bytes.len;) {
		const struct knot_record_record *r = (const void *)(s->bytes.data + at);

		/* A list of pointers, as below. NOLINTNEXTLINE(bugprone-sizeof-expression) */
		knot_vec_push(&e->records, r);
		at += sizeof(*r) + r->stack_bytes;
	}
	if (e->records.len)
		/* NOLINTNEXTLINE(bugprone-sizeof-expression) */
		qsort(e->records.data, e->records.len, sizeof(*e->records.data), by_seq);
}

/* What lies between the two calls that say where the run begins and ends. A process that dies does not come to the second. */
static bool cut(const struct knot_entering *e, const struct knot_entering_run *run,
	size_t *ret_first, size_t *ret_end, bool *ret_died)
{
	size_t i = 0;

	while (i < e->records.len && !is_mark(e->records.data[i], KNOT_PROBE_BEGIN, run))
		i++;
	if (i == e->records.len)
		return false;
	*ret_first = ++i;
	while (i < e->records.len && !is_mark(e->records.data[i], KNOT_PROBE_END, run))
		i++;
	*ret_end = i;
	*ret_died = i == e->records.len;
	return true;
}

/* What comes behind the run is of the next one. */
static void keep_rest(struct knot_entering_stream *s, size_t from)
{
	const struct knot_entering *e = s->owner;
	struct knot_entering_stream rest = {0};

	for (size_t i = from; i < e->records.len; i++) {
		const struct knot_record_record *r = e->records.data[i];
		const size_t len = sizeof(*r) + r->stack_bytes;

		knot_vec_reserve(&rest.bytes, rest.bytes.len + len);
		memcpy(rest.bytes.data + rest.bytes.len, r, len);
		rest.bytes.len += len;
	}
	knot_vec_free(&s->bytes);
	s->bytes.data = rest.bytes.data;
	s->bytes.len = rest.bytes.len;
	s->bytes.cap = rest.bytes.cap;
}

static bool open_code(struct knot_entering *e, const char *path)
{
	struct knot_error why = {0};
	const struct binary *b = find(e, path);

	if (!b)
		return false;
	if (e->code_path == b->path)
		return true;
	knot_entering_code_close(e->code);
	e->code = NULL;
	e->code_path = NULL;
	if (knot_entering_code_open(path, b->points, e->sites, &e->code, &why))
		return false;
	e->code_path = b->path;
	return true;
}

bool knot_entering_compare(struct knot_entering_stream *s, const struct knot_entering_run *run,
	struct knot_entered_check *ret_check)
{
	struct knot_entering *e = s->owner;
	size_t first, end;
	bool died;

	knot_entering_drain(e);
	const uint64_t lost = knot_entering_lost(e) + s->left_out;
	const bool whole = lost == s->lost;

	s->lost = lost;
	sort(s);
	if (!cut(e, run, &first, &end, &died)) {
		keep_rest(s, e->records.len);
		return false;
	}
	const bool known = whole && open_code(e, run->binary);

	e->hits.len = 0;
	for (size_t i = first; i < end && known; i++) {
		struct knot_entered_hit hit;

		knot_entering_code_hit(e->code, e->records.data[i], run->native, run->names, &hit);
		knot_vec_push(&e->hits, hit);
	}
	const struct knot_entered_run hits = {
		.hits = e->hits.data, .len = e->hits.len, .native = run->native, .died = died};

	if (known)
		knot_entered_compare(&hits, ret_check);
	keep_rest(s, end);
	return known;
}
