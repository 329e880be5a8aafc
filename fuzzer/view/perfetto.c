/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/perfetto.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "view/timeline_text.h"
#include "wire/abi.h"
#include "wire/ops.h"
#include "wire/timeline_json.h"

#include <inttypes.h>
#include <jansson.h>

#define NONE KNOT_TIMELINE_NONE
#define PID 1
/* Within the slice of a step: 0 is where it begins. */
#define INSIDE 0.5
#define ARRIVES 0.25

struct writing {
	FILE *out;
	const struct knot_timeline *t;
	bool *ends; /* by event: an arrow begins or ends there */
	uint32_t *last; /* by goroutine: the step of its last slice, NONE = it has none yet */
	bool started;
};

/* Takes the event over. */
static void emit(struct writing *w, json_t *event)
{
	fputs(w->started ? ",\n" : "\n", w->out);
	w->started = true;
	knot_assert(event);
	/* What out does not take is found by who closes it. */
	(void)json_dumpf(event, w->out, JSON_COMPACT);
	json_decref(event);
}

/* A track per goroutine, from 1 on: 0 has a meaning of its own. The last is for what is nobody's. */
static json_int_t track(const struct writing *w, uint32_t g)
{
	return (json_int_t)(g == NONE ? w->t->goroutines.len : g) + 1;
}

static void name_track(struct writing *w, uint32_t g, const char *name)
{
	emit(w,
		json_pack("{s:s, s:s, s:i, s:I, s:{s:s}}", "ph", "M", "name", "thread_name", "pid",
			PID, "tid", track(w, g), "args", "name", name));
	emit(w,
		json_pack("{s:s, s:s, s:i, s:I, s:{s:I}}", "ph", "M", "name", "thread_sort_index",
			"pid", PID, "tid", track(w, g), "args", "sort_index", track(w, g)));
}

static void name_tracks(struct writing *w)
{
	const struct knot_timeline *t = w->t;
	knot_auto_free char *name =
		knot_xasprintf("%s %s", t->package ? t->package : "", t->test ? t->test : "");

	emit(w,
		json_pack("{s:s, s:s, s:i, s:{s:s}}", "ph", "M", "name", "process_name", "pid", PID,
			"args", "name", name));
	for (uint32_t i = 0; i < t->goroutines.len; i++) {
		knot_auto_free char *text = knot_xasprintf("G%" PRIu32 " %s",
			t->goroutines.data[i].number, t->goroutines.data[i].path);

		name_track(w, i, text);
	}
	name_track(w, NONE, "timers and the outside");
}

static void add_site(json_t *args, const struct knot_timeline *t, uint32_t site)
{
	if (site == NONE)
		return;
	const struct knot_timeline_site *s = &t->sites.data[site];
	knot_auto_free char *where = knot_timeline_site_text(t, site);

	json_object_set_new(args, "at", json_string(where));
	if (s->function)
		json_object_set_new(args, "function", json_string(s->function));
}

static void add_primitive(json_t *args, const struct knot_timeline *t, uint32_t primitive)
{
	if (primitive == NONE)
		return;
	const struct knot_timeline_primitive *p = &t->primitives.data[primitive];
	knot_auto_free char *text = knot_xasprintf(
		"%s %s #%" PRIu32, knot_timeline_kind_name(p->kind), p->name, p->number);

	json_object_set_new(args, "primitive", json_string(text));
}

static void slice(struct writing *w, uint32_t g, const char *category, const char *name,
	uint64_t from, uint64_t to, json_t *args)
{
	emit(w,
		json_pack("{s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:o}", "ph", "X", "cat", category,
			"name", name, "pid", PID, "tid", track(w, g), "ts", (json_int_t)from, "dur",
			(json_int_t)(to - from), "args", args));
}

static void instant(struct writing *w, const struct knot_timeline_event *e, const char *category,
	const char *name)
{
	emit(w,
		json_pack("{s:s, s:s, s:s, s:s, s:i, s:I, s:f}", "ph", "i", "s", "t", "cat",
			category, "name", name, "pid", PID, "tid", track(w, e->g), "ts",
			e->step + INSIDE));
}

static void write_slice(struct writing *w, const struct knot_timeline_event *e, const char *name)
{
	json_t *args = json_pack(
		"{s:I, s:I}", "step", (json_int_t)e->step, "virtual_ns", (json_int_t)e->vtime);

	add_site(args, w->t, e->site);
	add_primitive(args, w->t, e->primitive);
	slice(w, e->g, "operation", name, e->step, e->step + 1ull, args);
	if (e->g != NONE)
		w->last[e->g] = e->step;
}

static void write_event(struct writing *w, uint32_t at)
{
	const struct knot_timeline_event *e = &w->t->events.data[at];
	knot_auto_free char *text = knot_timeline_event_text(w->t, at);

	switch (e->kind) {
	case KNOT_EV_STEP:
		write_slice(w, e, text);
		return;
	case KNOT_EV_EXIT:
	case KNOT_EV_TIMER:
	case KNOT_EV_EXTERNAL:
	case KNOT_EV_SELECTED:
	case KNOT_EV_CHAIN:
		instant(w, e, knot_event_name(e->kind), text);
		break;
	default:
		/* Flows and slices tell of the others. */
		break;
	}
	/* A flow wants a slice at each end. In a native run what happens in a step of another goroutine has none of its own. */
	if (w->ends[at] && e->g != NONE && w->last[e->g] != e->step)
		write_slice(w, e, text);
}

static void write_spans(struct writing *w)
{
	const struct knot_timeline *t = w->t;
	const uint64_t end = t->events.len ? t->events.data[t->events.len - 1].step + 1ull : 0;

	for (size_t i = 0; i < t->spans.len; i++) {
		const struct knot_timeline_span *s = &t->spans.data[i];
		const uint64_t from = t->events.data[s->from].step + 1ull;
		const uint64_t to = s->to == NONE ? end : t->events.data[s->to].step;
		knot_auto_free char *in =
			knot_timeline_operation_text(t, s->op, s->site, s->primitive);
		knot_auto_free char *name = knot_xasprintf(
			"%s in %s", s->to == NONE ? "blocked to the end" : "blocked", in);
		json_t *args = json_pack("{s:b}", "to_the_end", s->to == NONE);

		add_site(args, t, s->site);
		add_primitive(args, t, s->primitive);
		/* What is blocked in the last step is seen all the same. */
		slice(w, s->g, "blocked", name, from, to > from ? to : from + (s->to == NONE),
			args);
	}
}

static void write_arrows(struct writing *w)
{
	const struct knot_timeline *t = w->t;

	for (size_t i = 0; i < t->arrows.len; i++) {
		const struct knot_timeline_arrow *a = &t->arrows.data[i];
		const struct knot_timeline_event *from = &t->events.data[a->from];
		const struct knot_timeline_event *to = &t->events.data[a->to];
		const char *name = knot_timeline_arrow_name(a->kind);

		emit(w,
			json_pack("{s:s, s:I, s:s, s:s, s:i, s:I, s:f}", "ph", "s", "id",
				(json_int_t)i + 1, "cat", name, "name", name, "pid", PID, "tid",
				track(w, from->g), "ts", from->step + INSIDE));
		emit(w,
			json_pack("{s:s, s:s, s:I, s:s, s:s, s:i, s:I, s:f}", "ph", "f", "bp", "e",
				"id", (json_int_t)i + 1, "cat", name, "name", name, "pid", PID,
				"tid", track(w, to->g), "ts", to->step + ARRIVES));
	}
}

static void write_switches(struct writing *w)
{
	for (size_t i = 0; i < w->t->switches.len; i++) {
		const struct knot_timeline_switch *s = &w->t->switches.data[i];
		knot_auto_free char *name =
			knot_xasprintf("critical switch %zu: %s", i + 1, s->text);

		instant(w, &w->t->events.data[s->event], "switch", name);
	}
}

static void write_other(struct writing *w)
{
	const struct knot_timeline *t = w->t;
	knot_auto_free char *hash = knot_xasprintf("%016" PRIx64, t->schedule_hash);
	json_t *other = json_pack("{s:s, s:s*, s:s*, s:s*, s:s*, s:s, s:I}", "time",
		"one step is one microsecond of this trace; args.virtual_ns is the program's clock",
		"package", t->package, "test", t->test, "verdict", t->verdict, "title", t->title,
		"schedule_hash", hash, "events_left_out",
		(json_int_t)(t->left_out > INT64_MAX ? INT64_MAX : t->left_out));

	fputs("\n],\n\"otherData\":", w->out);
	knot_assert(other);
	(void)json_dumpf(other, w->out, JSON_COMPACT);
	json_decref(other);
}

int knot_perfetto_write(FILE *out, const struct knot_timeline *t, struct knot_error *err)
{
	struct writing w = {.out = out, .t = t};

	(void)err;
	w.ends = knot_xalloc(t->events.len + 1);
	w.last = knot_xalloc((t->goroutines.len + 1) * sizeof(*w.last));
	for (size_t i = 0; i < t->goroutines.len; i++)
		w.last[i] = NONE;
	for (size_t i = 0; i < t->arrows.len; i++)
		w.ends[t->arrows.data[i].from] = w.ends[t->arrows.data[i].to] = true;
	fputs("{\"displayTimeUnit\":\"ns\",\n\"traceEvents\":[", out);
	name_tracks(&w);
	for (uint32_t i = 0; i < t->events.len; i++)
		write_event(&w, i);
	write_spans(&w);
	write_arrows(&w);
	write_switches(&w);
	write_other(&w);
	fputs("}\n", out);
	free(w.ends);
	free(w.last);
	return 0;
}
