/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/recording.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "sys/clock.h"
#include "wire/gobinary.h"
#include "wire/recording.h"
#include "wire/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

/* Stacks are long keys, for which uthash's own function is slow. */
#define HASH_FUNCTION(key, len, hash) ((hash) = (unsigned)XXH3_64bits(key, len))
#include "base/table.h"

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

#define BUFFER_BYTES (1u << 20)
/* Of one address, all that was inlined there. */
#define INLINED_MAX 16

/* What no recording shows, whatever the program. */
static const char *const unseen[] = {
	"locks and unlocks of a sync.Mutex that nobody else waits for, where the compiler has "
	"inlined them "
	"(go build -gcflags=sync=-l shows them); RWMutex and Once likewise",
	"operations of sync/atomic, and plain reads and writes of memory",
	"len and cap of a channel, and which case a select took",
	"in which order two goroutines that enter a channel at the same time get its lock: an "
	"event says when "
	"the operation begins",
	"who wakes a goroutine that waits for I/O or a timer: it runs again without a ready before",
	"system calls that the runtime makes on its own account (syscall.RawSyscall)",
	"other processes, also those that the program starts",
};

/* The kinds of the probe are those of the file. */
#define SAME(name) \
	_Static_assert((int)KNOT_RECORD_##name == (int)KNOT_RECORDING_##name, "kind of an event")
SAME(CREATE);
SAME(END);
SAME(PARK);
SAME(YIELD);
SAME(PREEMPT);
SAME(CORO);
SAME(SEND);
SAME(SELECT);
SAME(LOCK_SLOW);
SAME(WGADD);
SAME(ACQUIRE);
SAME(SYSCALL);
SAME(SYSWAIT);
_Static_assert((int)KNOT_RECORD_QUEUE == (int)KNOT_RECORDING_READY, "kind of an event");
_Static_assert((int)KNOT_RECORD_SWITCH == (int)KNOT_RECORDING_RUN, "kind of an event");

#define FRAMES_MAX KNOT_RECORDING_FRAMES

struct stack {
	uint64_t frames[FRAMES_MAX]; /* as many as the key is long */
	uint32_t id;
	UT_hash_handle hh;
};

struct address {
	uint64_t pc;
	uint32_t first, len; /* positions */
	UT_hash_handle hh;
};

struct processor {
	uint64_t p; /* address */
	int16_t id;
	UT_hash_handle hh;
};

struct thread {
	uint32_t tid;
	uint64_t g; /* that it went on with last */
	bool left; /* which has given it up since */
	bool creating; /* created is held back until its goroutine is known */
	struct knot_recording_event created;
	UT_hash_handle hh;
};

struct knot_recording_writer {
	FILE *out;
	char *buffer;
	char *file;
	const struct knot_gobinary *binary;
	uint64_t points[KNOT_RECORD_KINDS]; /* addresses, by kind */
	struct knot_recording r;
	bool placed; /* slide is known */
	uint64_t slide;
	uint64_t created, switches;
	struct stack *stacks;
	struct address *addresses;
	struct thread *threads;
	struct processor *processors;
};

/* --- the file -------------------------------------------------------------------------------- */

static void describe(struct knot_recording_writer *w, const struct knot_recording_options *o)
{
	w->r.go = knot_text_escape(knot_gobinary_version(o->binary), 80);
	w->r.program = knot_text_escape(knot_span_str(o->program), 4096);
	w->r.clock = knot_xstrdup("CLOCK_MONOTONIC");
	w->r.pid = (uint64_t)o->pid;
	w->r.attached = o->attached;
	w->r.start_ns = knot_clock_mono_ns();
	w->r.wall_ns = knot_clock_wall_ns();
	for (size_t i = 0; i < o->points_len; i++) {
		const struct knot_recorder_point *p = &o->points[i];

		w->points[p->kind] = p->address;
		knot_vec_push(&w->r.points,
			((struct knot_recording_point){knot_xstrdup(p->name),
				knot_xstrdup(knot_recording_kind_name(p->kind)), p->address,
				knot_xstrdup(p->why)}));
	}
	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		knot_vec_push(&w->r.unseen, knot_xstrdup(unseen[i]));
}

int knot_recording_writer_open(const struct knot_recording_options *options,
	struct knot_recording_writer **ret_writer, struct knot_error *err)
{
	FILE *out = fopen(options->file, "we");
	knot_auto_free char *head = NULL;
	size_t len;

	if (!out)
		return knot_error_set(
			err, KNOT_EUSAGE, "-o %s: %s", options->file, strerror(errno));
	struct knot_recording_writer *w = knot_xalloc(sizeof(*w));

	w->out = out;
	w->file = knot_xstrdup(options->file);
	w->buffer = knot_xalloc(BUFFER_BYTES);
	setvbuf(out, w->buffer, _IOFBF, BUFFER_BYTES);
	w->binary = options->binary;
	describe(w, options);
	head = knot_recording_head(&w->r, &len);
	/* What out does not take is found at the end. */
	(void)fwrite(head, 1, len, out);
	(void)fflush(out);
	*ret_writer = w;
	return 0;
}

static void free_tables(struct knot_recording_writer *w)
{
	KNOT_TABLE_FREE(w->processors);
	KNOT_TABLE_FREE(w->stacks);
	KNOT_TABLE_FREE(w->addresses);
	KNOT_TABLE_FREE(w->threads);
}

void knot_recording_writer_close(struct knot_recording_writer *w)
{
	if (!w)
		return;
	free_tables(w);
	if (w->out)
		fclose(w->out);
	knot_recording_free(&w->r);
	free(w->buffer);
	free(w->file);
	free(w);
}

/* --- addresses ------------------------------------------------------------------------------- */

static const struct address *look_up(struct knot_recording_writer *w, uint64_t pc)
{
	struct knot_gobinary_position found[INLINED_MAX];
	struct address *a;

	HASH_FIND(hh, w->addresses, &pc, sizeof(pc), a);
	if (a)
		return a;
	a = knot_xalloc(sizeof(*a));
	a->pc = pc;
	a->first = (uint32_t)w->r.positions.len;
	a->len = (uint32_t)knot_gobinary_positions(w->binary, pc - w->slide, found, INLINED_MAX);
	for (uint32_t i = 0; i < a->len; i++)
		knot_vec_push(&w->r.positions,
			((struct knot_recording_position){knot_text_escape(found[i].function, 4096),
				knot_text_escape(found[i].file, 4096), found[i].line}));
	HASH_ADD(hh, w->addresses, pc, sizeof(a->pc), a);
	return a;
}

static uint64_t word(const char *stack, uint64_t at)
{
	uint64_t value;

	memcpy(&value, stack + at, sizeof(value));
	return value;
}

size_t knot_recording_walk(const struct knot_record_record *r, uint64_t *frames)
{
	const char *stack = (const char *)(r + 1);
	size_t n = 0;

	if (r->caller) {
		frames[n++] = r->caller;
		return n;
	}
	if (r->stack_bytes < sizeof(*frames))
		return 0;
	frames[n++] = word(stack, 0);
	for (uint64_t at = r->rbp - r->rsp, last = 0;
		n < FRAMES_MAX && at > last && at + 16 <= r->stack_bytes;
		last = at, at = word(stack, at) - r->rsp)
		frames[n++] = word(stack, at + 8);
	return n;
}

/* Return addresses: the call is what ends before. */
static uint32_t intern(struct knot_recording_writer *w, const struct knot_record_record *record)
{
	uint64_t frames[FRAMES_MAX] = {0};
	const size_t n = knot_recording_walk(record, frames);
	struct stack *s;

	if (!n)
		return KNOT_RECORDING_NONE;
	HASH_FIND(hh, w->stacks, frames, n * sizeof(*frames), s);
	if (s)
		return s->id;
	s = knot_xalloc(sizeof(*s));
	memcpy(s->frames, frames, sizeof(frames));
	s->id = (uint32_t)w->r.stacks.len;
	HASH_ADD_KEYPTR(hh, w->stacks, s->frames, n * sizeof(*frames), s);

	const uint32_t first = (uint32_t)w->r.frames.len;

	for (size_t i = 0; i < n; i++) {
		const struct address *a = look_up(w, frames[i] - 1);

		for (uint32_t j = 0; j < a->len; j++)
			knot_vec_push(&w->r.frames, a->first + j);
	}
	knot_vec_push(&w->r.stacks,
		((struct knot_recording_stack){first, (uint32_t)w->r.frames.len - first}));
	return s->id;
}

/* --- events ---------------------------------------------------------------------------------- */

static void put(struct knot_recording_writer *w, const struct knot_recording_event *e)
{
	(void)fwrite(e, sizeof(*e), 1, w->out);
	w->r.events++;
}

static struct thread *thread_of(struct knot_recording_writer *w, uint32_t tid)
{
	struct thread *t;

	HASH_FIND(hh, w->threads, &tid, sizeof(tid), t);
	if (t)
		return t;
	t = knot_xalloc(sizeof(*t));
	t->tid = tid;
	HASH_ADD(hh, w->threads, tid, sizeof(t->tid), t);
	return t;
}

/* Its number is told now and then. */
static int16_t processor_of(
	struct knot_recording_writer *w, const struct knot_record_record *record)
{
	struct processor *p;

	if (!record->p)
		return -1;
	HASH_FIND(hh, w->processors, &record->p, sizeof(record->p), p);
	if (!p && record->p_id < 0)
		return -1;
	if (!p) {
		p = knot_xalloc(sizeof(*p));
		p->p = record->p;
		HASH_ADD(hh, w->processors, p, sizeof(p->p), p);
	}
	if (record->p_id >= 0)
		p->id = (int16_t)record->p_id;
	return p->id;
}

/* Called by a go statement? */
static bool is_birth(struct knot_recording_writer *w, const struct knot_recording_event *e)
{
	if (e->kind != KNOT_RECORDING_READY || e->stack == KNOT_RECORDING_NONE)
		return false;
	const struct knot_recording_stack *s = &w->r.stacks.data[e->stack];

	return s->len &&
		knot_span_has_prefix(
			knot_span_str(w->r.positions.data[w->r.frames.data[s->first]].function),
			"runtime.newproc");
}

/* A go statement enters two functions in a row on one thread: only the second one knows the number. */
static void settle(
	struct knot_recording_writer *w, struct thread *t, const struct knot_recording_event *e)
{
	if (!t->creating)
		return;
	if (e && is_birth(w, e))
		t->created.other = e->other;
	put(w, &t->created);
	t->creating = false;
}

/* gogo is also how a goroutine goes on whose stack has been made larger. */
static void follow(
	struct knot_recording_writer *w, struct thread *t, struct knot_recording_event *e)
{
	switch (e->kind) {
	case KNOT_RECORDING_RUN:
		if (t->g == e->other && !t->left)
			e->kind = KNOT_RECORDING_GROWN;
		else
			w->switches++;
		t->g = e->other;
		t->left = false;
		break;
	case KNOT_RECORDING_READY:
		/* Who runs here is put back by itself: runtime.goyield, which a mutex is handed over with. */
		if (t->g != e->other || t->left)
			break;
		e->kind = KNOT_RECORDING_YIELD;
		e->g = e->other;
		e->other = 0;
		t->left = true;
		break;
	case KNOT_RECORDING_PARK:
	case KNOT_RECORDING_YIELD:
	case KNOT_RECORDING_PREEMPT:
	case KNOT_RECORDING_CORO:
	case KNOT_RECORDING_END:
	case KNOT_RECORDING_SYSWAIT:
		t->left = true;
		break;
	default:
		break;
	}
}

void knot_recording_writer_add(void *writer, const struct knot_record_record *record)
{
	struct knot_recording_writer *w = writer;

	if (!record->kind || record->kind >= KNOT_RECORD_HOOK)
		return;
	if (!w->placed)
		w->slide = record->ip - w->points[record->kind];
	w->placed = true;
	struct knot_recording_event e = {
		.seq = record->seq,
		.ns = record->ktime_ns > w->r.start_ns ? record->ktime_ns - w->r.start_ns : 0,
		.g = record->g,
		.other = record->other,
		.object = record->object,
		.aux = record->aux,
		.stack = intern(w, record),
		.tid = record->tid,
		.cpu = record->cpu,
		.p = processor_of(w, record),
		.kind = record->kind,
	};
	struct thread *t = thread_of(w, e.tid);

	settle(w, t, &e);
	if (e.kind == KNOT_RECORDING_CREATE) {
		const struct address *a = look_up(w, record->aux);

		e.aux = a->len ? a->first + a->len : 0;
		t->created = e;
		t->creating = true;
		w->created++;
		return;
	}
	follow(w, t, &e);
	put(w, &e);
}

int knot_recording_writer_end(struct knot_recording_writer *w,
	const struct knot_recorder_counters *counters, const char *ended, struct knot_error *err)
{
	struct thread *t, *next;
	size_t len;

	HASH_ITER(hh, w->threads, t, next)
		settle(w, t, NULL);
	w->r.ended = knot_xstrdup(ended);
	w->r.hits = counters->hits;
	w->r.lost = counters->lost;
	w->r.faults = counters->faults;
	for (uint32_t i = 0; i < KNOT_RECORD_CPUS; i++)
		if (counters->lost_by_cpu[i])
			knot_vec_push(&w->r.lost_by_cpu,
				((struct knot_recording_lost){i, counters->lost_by_cpu[i]}));
	knot_auto_free char *tail = knot_recording_tail(&w->r, &len);

	errno = 0;
	(void)fwrite(tail, 1, len, w->out);
	FILE *out = w->out;
	bool whole = !ferror(out);

	w->out = NULL;
	if (fclose(out) || !whole)
		return knot_error_set(err,
			errno == ENOSPC || errno == EDQUOT ? KNOT_EFULL : KNOT_ESYS,
			"%s cannot be written whole: %s", w->file,
			errno ? strerror(errno) : "an earlier write failed");
	return 0;
}

uint64_t knot_recording_writer_events(const struct knot_recording_writer *w)
{
	return w->r.events;
}

uint64_t knot_recording_writer_created(const struct knot_recording_writer *w)
{
	return w->created;
}

uint64_t knot_recording_writer_switches(const struct knot_recording_writer *w)
{
	return w->switches;
}
