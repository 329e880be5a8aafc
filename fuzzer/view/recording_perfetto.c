/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/recording_perfetto.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/table.h"
#include "view/recording_text.h"

#include <inttypes.h>
#include <jansson.h>

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

#define PID 1

enum mode {
	UNKNOWN, /* or ended */
	RUNNING,
	WAITING,
	READY,
};

struct goroutine {
	uint64_t id;
	enum mode mode;
	uint64_t since; /* ns */
	struct knot_recording_event why; /* that it waits; kind 0 = none */
	struct knot_recording_event call; /* the system call it is in; kind 0 = none */
	uint64_t flow; /* that ends where it runs next, 0 = none */
	UT_hash_handle hh;
};

struct writing {
	FILE *out;
	const struct knot_recording *r;
	struct goroutine *gs;
	uint64_t now, flows;
	bool started;
};

/* Takes the event over. */
static void emit(struct writing *w, json_t *event)
{
	fputs(w->started ? ",\n" : "\n", w->out);
	w->started = true;
	knot_assert(event);
	/* What out does not take is found by who closes it. */
	(void)json_dumpf(event, w->out, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(event);
}

static double us(uint64_t ns)
{
	return (double)ns / 1e3;
}

static struct goroutine *find(struct writing *w, uint64_t id)
{
	struct goroutine *g;

	HASH_FIND(hh, w->gs, &id, sizeof(id), g);
	if (g)
		return g;
	g = knot_xalloc(sizeof(*g));
	g->id = id;
	HASH_ADD(hh, w->gs, id, sizeof(g->id), g);
	return g;
}

static json_t *arguments(const struct writing *w, const struct knot_recording_event *e)
{
	knot_auto_free char *place = e->kind ? knot_recording_place_text(w->r, e) : NULL;
	json_t *args = json_object();

	if (place && *place)
		json_object_set_new(args, "at", json_string(place));
	if (e->kind) {
		json_object_set_new(args, "cpu", json_integer(e->cpu));
		json_object_set_new(args, "thread", json_integer(e->tid));
	}
	return args;
}

static void slice(struct writing *w, const struct goroutine *g, const char *category,
	const char *name, uint64_t from, json_t *args)
{
	emit(w,
		json_pack("{s:s, s:s, s:s, s:i, s:I, s:f, s:f, s:o}", "ph", "X", "cat", category,
			"name", name, "pid", PID, "tid", (json_int_t)g->id, "ts", us(from), "dur",
			us(w->now - from), "args", args));
}

static void end_call(struct writing *w, struct goroutine *g)
{
	if (!g->call.kind)
		return;
	knot_auto_free char *text = knot_recording_event_text(w->r, &g->call);

	slice(w, g, "syscall", text, g->call.ns, arguments(w, &g->call));
	g->call.kind = 0;
}

/* Ends what it was in. */
static void enter(struct writing *w, struct goroutine *g, enum mode mode)
{
	static const struct knot_recording_event none;

	if (g->mode == RUNNING) {
		end_call(w, g);
		slice(w, g, "running", "runs", g->since, arguments(w, &g->why));
	} else if (g->mode == WAITING) {
		knot_auto_free char *text = knot_recording_event_text(w->r, &g->why);

		slice(w, g, "waiting", text, g->since, arguments(w, &g->why));
	} else if (g->mode == READY) {
		slice(w, g, "ready", "ready", g->since, json_object());
	}
	g->mode = mode;
	g->since = w->now;
	g->why = none;
}

static void flow(struct writing *w, const char *phase, uint64_t id, uint64_t track)
{
	json_t *e = json_pack("{s:s, s:I, s:s, s:s, s:i, s:I, s:f}", "ph", phase, "id",
		(json_int_t)id, "cat", "wake", "name", "wakes", "pid", PID, "tid",
		(json_int_t)track, "ts", us(w->now));

	if (*phase == 'f')
		json_object_set_new(e, "bp", json_string("e"));
	emit(w, e);
}

/* From who acts to where the other runs next. */
static void wake(struct writing *w, const struct knot_recording_event *e)
{
	struct goroutine *other = find(w, e->other);

	if (other->mode == WAITING || e->kind == KNOT_RECORDING_CREATE)
		enter(w, other, READY);
	if (!e->g || e->g == e->other || other->flow)
		return;
	other->flow = ++w->flows;
	flow(w, "s", other->flow, e->g);
}

static void run(struct writing *w, const struct knot_recording_event *e)
{
	struct goroutine *g = find(w, e->other);

	enter(w, g, RUNNING);
	g->why = *e;
	if (g->flow)
		flow(w, "f", g->flow, g->id);
	g->flow = 0;
}

static void instant(struct writing *w, const struct knot_recording_event *e)
{
	knot_auto_free char *text = knot_recording_event_text(w->r, e);

	emit(w,
		json_pack("{s:s, s:s, s:s, s:s, s:i, s:I, s:f, s:o}", "ph", "i", "s", "t", "cat",
			knot_recording_kind_name(e->kind), "name", text, "pid", PID, "tid",
			(json_int_t)e->g, "ts", us(e->ns), "args", arguments(w, e)));
}

static void name_track(struct writing *w, const struct knot_recording_event *e)
{
	const char *function = e->aux ? w->r->positions.data[e->aux - 1].function : "";
	knot_auto_free char *name = knot_xasprintf("G%" PRIu64 " %s", e->other, function);

	emit(w,
		json_pack("{s:s, s:s, s:i, s:I, s:{s:s}}", "ph", "M", "name", "thread_name", "pid",
			PID, "tid", (json_int_t)e->other, "args", "name", name));
}

static void write_event(struct writing *w, const struct knot_recording_event *e)
{
	struct goroutine *g = e->g ? find(w, e->g) : NULL;

	if (g && g->mode == UNKNOWN && e->kind != KNOT_RECORDING_END)
		/* It ran when the recording began. */
		enter(w, g, RUNNING);
	switch (e->kind) {
	case KNOT_RECORDING_RUN:
		run(w, e);
		return;
	case KNOT_RECORDING_CREATE:
		if (e->other)
			name_track(w, e);
		break;
	case KNOT_RECORDING_PARK:
	case KNOT_RECORDING_CORO:
		if (g)
			enter(w, g, WAITING);
		if (g)
			g->why = *e;
		return;
	case KNOT_RECORDING_YIELD:
	case KNOT_RECORDING_PREEMPT:
	case KNOT_RECORDING_SYSWAIT:
		if (g)
			enter(w, g, READY);
		return;
	case KNOT_RECORDING_END:
		if (g)
			enter(w, g, UNKNOWN);
		return;
	case KNOT_RECORDING_SYSCALL:
		if (g)
			g->call = *e;
		return;
	case KNOT_RECORDING_SYSEXIT:
		if (g)
			end_call(w, g);
		return;
	case KNOT_RECORDING_READY:
		break;
	default:
		instant(w, e);
		return;
	}
	if (e->other)
		wake(w, e);
}

void knot_recording_perfetto_write(FILE *out, const struct knot_recording *r)
{
	struct writing w = {.out = out, .r = r};

	fputs("{\"displayTimeUnit\":\"ns\",\n\"traceEvents\":[", out);
	emit(&w,
		json_pack("{s:s, s:s, s:i, s:{s:s}}", "ph", "M", "name", "process_name", "pid", PID,
			"args", "name", r->program));
	for (size_t i = 0; i < r->events; i++) {
		struct knot_recording_event e;

		knot_recording_event(r, i, &e);
		/* Two threads may have read the clock the other way round. */
		if (e.ns > w.now)
			w.now = e.ns;
		e.ns = w.now;
		write_event(&w, &e);
	}
	for (struct goroutine *g = w.gs; g; g = g->hh.next)
		enter(&w, g, UNKNOWN);
	KNOT_TABLE_FREE(w.gs);
	json_t *other = json_pack("{s:s, s:s, s:I}", "go", r->go, "ended", r->ended, "events_lost",
		(json_int_t)r->lost);

	fputs("\n],\n\"otherData\":", out);
	knot_assert(other);
	(void)json_dumpf(other, out, JSON_COMPACT);
	json_decref(other);
	fputs("}\n", out);
}
