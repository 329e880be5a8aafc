/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/picture.h"

#include "base/cleanup.h"
#include "view/timeline_text.h"
#include "wire/abi.h"
#include "wire/ops.h"
#include "wire/text.h"
#include "wire/timeline.h"

#include <inttypes.h>
#include <string.h>

#define NONE KNOT_TIMELINE_NONE

const char *knot_picture_object(const struct knot_timeline *t, uint32_t site, uint32_t primitive)
{
	/* One primitive goes by many names. */
	if (site < t->sites.len && t->sites.data[site].expression)
		return t->sites.data[site].expression;
	return primitive < t->primitives.len ? t->primitives.data[primitive].name : NULL;
}

const char *knot_picture_kind_name(const struct knot_timeline *t, uint32_t primitive)
{
	static const char *const names[KNOT_TIMELINE_KINDS] = {
		"other", "channel", "lock", "waitgroup", "cond", "once", "atomic", "memory"};
	const uint8_t kind = primitive < t->primitives.len ? t->primitives.data[primitive].kind : 0;

	return names[kind < KNOT_TIMELINE_KINDS ? kind : 0];
}

char *knot_picture_place(const struct knot_timeline *t, uint32_t site)
{
	const struct knot_timeline_site *s = site < t->sites.len ? &t->sites.data[site] : NULL;

	if (!s || !s->file || !*s->file)
		return NULL;
	return s->line ? knot_xasprintf("%s:%" PRIu32, s->file, s->line) : knot_xstrdup(s->file);
}

char *knot_picture_lane_name(const struct knot_picture *p, uint32_t lane)
{
	const struct knot_timeline *t = p->timeline;

	return lane < t->goroutines.len
		? knot_xasprintf("G%" PRIu32, t->goroutines.data[lane].number)
		: knot_xstrdup("outside");
}

char *knot_picture_state(const struct knot_timeline *t, uint32_t g)
{
	const struct knot_timeline_goroutine *x = &t->goroutines.data[g];
	const char *object = knot_picture_object(t, x->at, x->primitive);
	knot_auto_free char *place = knot_picture_place(t, x->at);

	switch (x->state) {
	case KNOT_TIMELINE_ENDED:
		return knot_xstrdup("ended");
	case KNOT_TIMELINE_RUNNING:
		return knot_xstrdup("could go on");
	case KNOT_TIMELINE_BLOCKED:
		return knot_xasprintf("blocked in %s%s%s%s%s", knot_op_name(x->op),
			object ? " " : "", object ? object : "", place ? " at " : "",
			place ? place : "");
	default:
		return knot_xasprintf(
			"waits for the outside%s%s", place ? " at " : "", place ? place : "");
	}
}

/* --- labels ---------------------------------------------------------------------------------- */

static void add_goroutine(struct knot_text *label, const struct knot_timeline *t, uint32_t g)
{
	if (g < t->goroutines.len)
		knot_text_addf(label, "G%" PRIu32, t->goroutines.data[g].number);
	else
		knot_text_adds(label, "another goroutine");
}

static void add_time(struct knot_text *label, uint64_t ns)
{
	if (ns < 1000000)
		knot_text_addf(label, "%.1f \xc2\xb5s", (double)ns / 1e3);
	else if (ns < 1000000000)
		knot_text_addf(label, "%.1f ms", (double)ns / 1e6);
	else
		knot_text_addf(label, "%.1f s", (double)ns / 1e9);
}

static void add_step(
	struct knot_text *label, const struct knot_timeline *t, const struct knot_timeline_event *e)
{
	const char *object = knot_picture_object(t, e->site, e->primitive);

	switch (e->op) {
	case KNOT_OP_START:
		knot_text_adds(label, "starts");
		break;
	case KNOT_OP_NONE:
	case KNOT_OP_RESUME:
		knot_text_adds(label, "goes on");
		break;
	case KNOT_OP_EXIT:
		break; /* the event that follows says so */
	default:
		knot_text_addf(label, "%s%s%s", knot_op_name(e->op), object ? " " : "",
			object ? object : "");
	}
}

static const char *outside_name(uint32_t what)
{
	static const char *const names[] = {
		[KNOT_EXT_NETPOLL] = "the network is ready",
		[KNOT_EXT_SYSCALL] = "a system call returns",
		[KNOT_EXT_PREEMPT] = "memory is collected",
		[KNOT_EXT_SIGNAL] = "a signal arrives",
		[KNOT_EXT_WATCHDOG] = "preempted by the watchdog",
	};

	return what < sizeof(names) / sizeof(*names) && names[what] ? names[what]
								    : "something from outside";
}

static void join(struct knot_text *label)
{
	if (label->len)
		knot_text_adds(label, ", ");
}

/* What comes of a step, behind it. */
static void add_outcome(
	struct knot_text *label, const struct knot_timeline *t, const struct knot_timeline_event *e)
{
	const char *object = knot_picture_object(t, e->site, e->primitive);

	join(label);
	switch (e->kind) {
	case KNOT_EV_BLOCK:
		knot_text_adds(label, "blocks");
		break;
	case KNOT_EV_WAKE:
		knot_text_adds(label, "wakes ");
		add_goroutine(label, t, e->to);
		break;
	case KNOT_EV_SPAWN:
		knot_text_adds(label, "creates ");
		add_goroutine(label, t, e->to);
		break;
	case KNOT_EV_EXIT:
		knot_text_adds(label, "ends");
		break;
	case KNOT_EV_TIMER:
		knot_text_adds(label, "a timer fires at ");
		add_time(label, e->vtime);
		break;
	case KNOT_EV_EXTERNAL:
		knot_text_adds(label, outside_name(e->to));
		break;
	case KNOT_EV_SELECTED:
		if (e->to == NONE)
			knot_text_adds(label, "takes default");
		else
			knot_text_addf(label, "takes case %" PRIu32, e->to + 1);
		break;
	case KNOT_EV_CHAIN:
		knot_text_adds(label, "as in the chain");
		break;
	case KNOT_EV_ACQUIRE:
		knot_text_addf(label, "has %s", object ? object : "the lock");
		break;
	default:
		knot_text_adds(label, knot_event_name(e->kind));
	}
}

/* Where it says who stops, or who goes on instead (explore/critical.c); NULL = nowhere. */
static const char *find_named(const char *text, bool goes_on, const char *path)
{
	static const char *const before[2][2] = {{"", "when "}, {" while ", ", "}};

	for (size_t i = 0; i < 2; i++) {
		const char *head = before[goes_on][i];
		knot_auto_free char *named = knot_xasprintf("%s%s ", head, path);
		const char *at = goes_on ? strstr(text, named) : text;

		if (at && !strncmp(at, named, strlen(named)))
			return at + strlen(head);
	}
	return NULL;
}

/* Text with the goroutines by their numbers, as they stand above the lanes, and not by their paths. */
static void add_switch_text(struct knot_text *label, const struct knot_timeline *t,
	const struct knot_timeline_event *e, const char *text)
{
	const uint32_t who[] = {e->g, e->to};

	for (size_t i = 0; i < sizeof(who) / sizeof(*who); i++) {
		if (who[i] >= t->goroutines.len)
			continue;
		const char *path = t->goroutines.data[who[i]].path;
		const char *at = find_named(text, i, path);

		if (!at)
			continue;
		knot_text_add(label, text, (size_t)(at - text));
		add_goroutine(label, t, who[i]);
		text = at + strlen(path);
	}
	knot_text_adds(label, text);
}

static void add_switch(struct knot_text *label, const struct knot_timeline *t, uint32_t event)
{
	const struct knot_timeline_event *e = &t->events.data[event];

	for (size_t i = 0; i < t->switches.len; i++)
		if (t->switches.data[i].event == event && t->switches.data[i].text) {
			add_switch_text(label, t, e, t->switches.data[i].text);
			return;
		}
	add_goroutine(label, t, e->g);
	knot_text_adds(label, " is stopped");
	if (e->to < t->goroutines.len) {
		knot_text_adds(label, " for ");
		add_goroutine(label, t, e->to);
	}
}

/* --- rows ------------------------------------------------------------------------------------ */

struct making {
	const struct knot_timeline *t;
	struct knot_picture *p;
	uint32_t *row_of; /* each event */
	struct knot_text label; /* of the row that is open */
	bool created; /* a goroutine, in that row */
};

static uint32_t lane_of(const struct making *m, uint32_t g)
{
	return g < m->t->goroutines.len ? g : (uint32_t)m->t->goroutines.len;
}

static void close_row(struct making *m)
{
	if (m->p->rows.len) {
		struct knot_picture_row *row = &m->p->rows.data[m->p->rows.len - 1];

		if (!row->label)
			row->label = knot_text_steal(&m->label);
	}
	knot_text_free(&m->label);
}

static const struct knot_timeline_event *event_behind(const struct making *m, uint32_t i)
{
	return i + 1 < m->t->events.len ? &m->t->events.data[i + 1] : NULL;
}

/* A step between two operations: it is told of where others ran before it, or when it is the last one. */
static bool is_pause(const struct making *m, uint32_t i)
{
	const struct knot_timeline_event *e = &m->t->events.data[i], *next = event_behind(m, i);

	return e->kind == KNOT_EV_STEP && e->op == KNOT_OP_NONE &&
		!(next && next->kind == KNOT_EV_EXIT && next->g == e->g);
}

/* Does it belong to the row that is open? */
static bool is_continued(const struct making *m, uint32_t i)
{
	const struct knot_timeline_event *e = &m->t->events.data[i];

	if (!m->p->rows.len || e->kind == KNOT_EV_SWITCH)
		return false;
	const struct knot_picture_row *row = &m->p->rows.data[m->p->rows.len - 1];

	if (row->lane != lane_of(m, e->g) || row->lane == m->t->goroutines.len ||
		row->marks & (KNOT_PICTURE_CRITICAL | KNOT_PICTURE_ENDS))
		return false;
	/* A go statement creates first, and is a step then; of a native run it is the other way round. */
	if (e->kind == KNOT_EV_SPAWN)
		return row->op == KNOT_OP_GO && !m->created;
	if (e->kind == KNOT_EV_STEP)
		return is_pause(m, i) ||
			(e->op == KNOT_OP_GO && row->op == KNOT_OP_GO &&
				!(row->marks & KNOT_PICTURE_STEP) && row->site == e->site);
	return true;
}

static uint32_t mark_of(uint8_t kind)
{
	switch (kind) {
	case KNOT_EV_STEP:
		return KNOT_PICTURE_STEP;
	case KNOT_EV_EXIT:
		return KNOT_PICTURE_ENDS;
	case KNOT_EV_SWITCH:
		return KNOT_PICTURE_CRITICAL;
	default:
		return 0;
	}
}

static void add_event(struct making *m, uint32_t i)
{
	const struct knot_timeline_event *e = &m->t->events.data[i];
	struct knot_picture *p = m->p;

	const bool continued = is_continued(m, i);

	if (!continued) {
		close_row(m);
		m->created = false;
		knot_vec_push(&p->rows,
			((struct knot_picture_row){.lane = lane_of(m, e->g),
				.site = e->site,
				.primitive = e->primitive,
				.step = e->step,
				.vtime = e->vtime,
				.op = e->op}));
	}
	const uint32_t number = (uint32_t)p->rows.len - 1;
	struct knot_picture_row *row = &p->rows.data[number];

	m->row_of[i] = number;
	m->created = m->created || e->kind == KNOT_EV_SPAWN;
	if (e->kind == KNOT_EV_STEP && e->op == KNOT_OP_GO)
		row->step = e->step;
	p->outside = p->outside || row->lane == m->t->goroutines.len;
	row->marks |= mark_of(e->kind);
	if (row->site >= m->t->sites.len)
		row->site = e->site;
	if (row->primitive >= m->t->primitives.len)
		row->primitive = e->primitive;
	if (e->kind == KNOT_EV_STEP && !continued && e->op == KNOT_OP_NONE && !is_pause(m, i))
		return; /* it ends, as the next event says */
	if (e->kind == KNOT_EV_STEP && continued)
		return;
	if (knot_timeline_is_behind_go(m->t, i))
		knot_text_adds(&m->label, "behind ");
	if (e->kind == KNOT_EV_STEP || (e->kind == KNOT_EV_SPAWN && !continued))
		add_step(&m->label, m->t, e);
	if (e->kind == KNOT_EV_STEP)
		return;
	if (e->kind == KNOT_EV_SWITCH)
		add_switch(&m->label, m->t, i);
	else
		add_outcome(&m->label, m->t, e);
}

static uint32_t row_of(const struct making *m, uint32_t event)
{
	return event < m->t->events.len ? m->row_of[event] : NONE;
}

static void add_spans(struct making *m)
{
	for (size_t i = 0; i < m->t->spans.len; i++) {
		const struct knot_timeline_span *s = &m->t->spans.data[i];
		const uint32_t from = row_of(m, s->from), to = row_of(m, s->to);

		if (from == NONE || s->g >= m->t->goroutines.len || (to != NONE && to < from))
			continue;
		if (s->to == NONE)
			m->p->rows.data[from].marks |= KNOT_PICTURE_HANGS;
		knot_vec_push(&m->p->spans,
			((struct knot_picture_span){.lane = s->g, .from = from, .to = to}));
	}
}

static void add_arrows(struct making *m)
{
	for (size_t i = 0; i < m->t->arrows.len; i++) {
		const struct knot_timeline_arrow *a = &m->t->arrows.data[i];
		const uint32_t from = row_of(m, a->from), to = row_of(m, a->to);

		if (from == NONE || to == NONE || from >= to ||
			m->p->rows.data[from].lane == m->p->rows.data[to].lane ||
			a->kind >= KNOT_TIMELINE_ARROWS)
			continue;
		knot_vec_push(&m->p->arrows,
			((struct knot_picture_arrow){.from = from, .to = to, .kind = a->kind}));
	}
}

static void add_lives(struct making *m)
{
	for (size_t i = 0; i < m->t->goroutines.len; i++) {
		knot_vec_push(&m->p->first, row_of(m, m->t->goroutines.data[i].created));
		knot_vec_push(&m->p->last, NONE);
	}
	for (size_t i = 0; i < m->p->rows.len; i++) {
		const struct knot_picture_row *row = &m->p->rows.data[i];

		if (row->marks & KNOT_PICTURE_ENDS && row->lane < m->p->last.len)
			m->p->last.data[row->lane] = (uint32_t)i;
	}
}

void knot_picture_make(const struct knot_timeline *t, struct knot_picture *ret_picture)
{
	struct making m = {.t = t, .p = ret_picture};

	*ret_picture = (struct knot_picture){.timeline = t};
	m.row_of = knot_xreallocarray(NULL, t->events.len + 1, sizeof(*m.row_of));
	for (uint32_t i = 0; i < t->events.len; i++) {
		m.row_of[i] = NONE;
		/* The test itself is created by nobody. */
		if (t->events.data[i].kind != KNOT_EV_SPAWN ||
			t->events.data[i].g < t->goroutines.len)
			add_event(&m, i);
	}
	close_row(&m);
	ret_picture->lanes = (uint32_t)t->goroutines.len + ret_picture->outside;
	add_spans(&m);
	add_arrows(&m);
	add_lives(&m);
	free(m.row_of);
}

void knot_picture_free(struct knot_picture *p)
{
	for (size_t i = 0; i < p->rows.len; i++)
		free(p->rows.data[i].label);
	knot_vec_free(&p->rows);
	knot_vec_free(&p->spans);
	knot_vec_free(&p->arrows);
	knot_vec_free(&p->first);
	knot_vec_free(&p->last);
	*p = (struct knot_picture){0};
}
