/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An operation of one goroutine is its event and the entry of its function, one right behind the other and nothing of that
 * goroutine in between; which comes first depends on where the hook is. So one of each kind is all that has to be kept.
 */
#include "wire/entered.h"

#include "base/alloc.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

struct goroutine {
	uint64_t goid;
	uint16_t number; /* KNOT_G_NONE = not of the run */
	const struct knot_entered_hit *event; /* whose function has not been entered yet */
	const struct knot_entered_hit *entry; /* whose event has not come yet */
	const struct knot_entered_hit
		*slow; /* the same of a lock that was taken the slow way, natively */
	const struct knot_entered_hit *step; /* its last one */
	uint64_t pairs;
	UT_hash_handle hh;
};

struct thread {
	uint32_t tid;
	const struct knot_entered_hit *wake, *spawn; /* whose runqput has not been entered yet */
	UT_hash_handle hh;
};

struct object {
	uint64_t key, value;
	UT_hash_handle hh;
};

struct comparison {
	const struct knot_entered_run *run;
	struct knot_entered_check *check;
	struct goroutine *goroutines;
	struct thread *threads;
	struct object *primitive_of, *address_of;
	uint64_t *goid_of; /* by number, 0 = not seen */
};

/* --- what was found -------------------------------------------------------------------------- */

static void differ(struct comparison *c, enum knot_entered_kind kind, const struct goroutine *g,
	const struct knot_entered_hit *entry, const struct knot_entered_hit *event)
{
	struct knot_entered_check *check = c->check;

	if (check->differences++)
		return;
	check->first = kind;
	check->has_entry = entry;
	check->has_event = event;
	if (entry)
		check->entry = *entry;
	if (event)
		check->event = *event;
	check->position = g ? g->pairs : 0;
}

static void leave(struct comparison *c, enum knot_entered_rule rule)
{
	c->check->left[rule]++;
}

static struct goroutine *goroutine_of(struct comparison *c, uint64_t goid)
{
	struct goroutine *g;

	HASH_FIND(hh, c->goroutines, &goid, sizeof(goid), g);
	if (g)
		return g;
	g = knot_xalloc(sizeof(*g));
	g->goid = goid;
	g->number = KNOT_G_NONE;
	HASH_ADD(hh, c->goroutines, goid, sizeof(g->goid), g);
	return g;
}

static struct thread *thread_of(struct comparison *c, uint32_t tid)
{
	struct thread *t;

	HASH_FIND(hh, c->threads, &tid, sizeof(tid), t);
	if (t)
		return t;
	t = knot_xalloc(sizeof(*t));
	t->tid = tid;
	HASH_ADD(hh, c->threads, tid, sizeof(t->tid), t);
	return t;
}

/* Is value what key was first seen with? */
static bool agrees(struct object **table, uint64_t key, uint64_t value)
{
	struct object *o;

	HASH_FIND(hh, *table, &key, sizeof(key), o);
	if (!o) {
		o = knot_xalloc(sizeof(*o));
		o->key = key;
		o->value = value;
		HASH_ADD(hh, *table, key, sizeof(o->key), o);
	}
	return o->value == value;
}

/* --- who is who ------------------------------------------------------------------------------ */

static void identify(
	struct comparison *c, uint16_t number, uint64_t goid, const struct knot_entered_hit *event)
{
	if (number == KNOT_G_NONE || !goid)
		return;
	struct goroutine *g = goroutine_of(c, goid);
	const bool first = g->number == KNOT_G_NONE && !c->goid_of[number];

	if (first) {
		g->number = number;
		c->goid_of[number] = goid;
	} else if (g->number != number || c->goid_of[number] != goid) {
		differ(c, KNOT_ENTERED_GOROUTINE, g, NULL, event);
	}
}

/* A goroutine that starts or goes on does not write that itself; the others do. */
static void identify_by_event(struct comparison *c, const struct knot_entered_hit *h)
{
	const struct knot_shm_event *e = &h->event;

	switch (e->kind) {
	case KNOT_EV_STEP:
		if (e->op != KNOT_OP_START && e->op != KNOT_OP_RESUME && !h->system)
			identify(c, e->g, h->g, h);
		break;
	case KNOT_EV_BLOCK:
	case KNOT_EV_EXIT:
		identify(c, e->g, h->g, h);
		break;
	case KNOT_EV_SPAWN:
		thread_of(c, h->tid)->spawn = h;
		break;
	default:
		break;
	}
}

/* A go statement tells the number of the new goroutine right before it makes it runnable. */
static void identify_all(struct comparison *c)
{
	for (size_t i = 0; i < c->run->len; i++) {
		const struct knot_entered_hit *h = &c->run->hits[i];

		if (h->kind == KNOT_RECORD_HOOK) {
			identify_by_event(c, h);
		} else if (h->kind == KNOT_RECORD_QUEUE && h->caller == KNOT_ENTERED_BIRTH) {
			struct thread *t = thread_of(c, h->tid);

			if (t->spawn)
				identify(c, (uint16_t)t->spawn->event.aux, h->other, t->spawn);
			t->spawn = NULL;
		} else if (h->kind == KNOT_RECORD_CREATE) {
			thread_of(c, h->tid)->spawn = NULL;
		}
	}
}

/* --- pairs ----------------------------------------------------------------------------------- */

static bool names_object(uint32_t kind)
{
	switch (kind) {
	case KNOT_RECORD_SEND:
	case KNOT_RECORD_RECV:
	case KNOT_RECORD_CLOSE:
	case KNOT_RECORD_LOCK_SLOW:
	case KNOT_RECORD_UNLOCK_SLOW:
	case KNOT_RECORD_WGADD:
	case KNOT_RECORD_WGWAIT:
		return true;
	default:
		return false;
	}
}

/* A native writer knows the address, a controlled one gives each a number. */
static bool same_object(struct comparison *c, const struct knot_entered_hit *entry,
	const struct knot_entered_hit *event)
{
	if (c->run->native)
		return event->event.aux == entry->object;
	if (!entry->object || !event->event.prim)
		return !entry->object && !event->event.prim;
	const bool there = agrees(&c->primitive_of, entry->object, event->event.prim);

	return agrees(&c->address_of, event->event.prim, entry->object) && there;
}

static bool same_place(const struct knot_entered_hit *entry, const struct knot_entered_hit *event)
{
	if (!entry->file || !event->file || !entry->line || !event->line ||
		entry->caller != KNOT_ENTERED_PROGRAM)
		return true;
	return entry->line == event->line && strcmp(entry->file, event->file) == 0;
}

static void pair(struct comparison *c, struct goroutine *g, const struct knot_entered_hit *entry,
	const struct knot_entered_hit *event)
{
	const uint64_t before = c->check->differences;

	if (names_object(entry->kind) && !same_object(c, entry, event))
		differ(c, KNOT_ENTERED_OBJECT, g, entry, event);
	if (entry->kind == KNOT_RECORD_PARK && entry->aux != event->event.aux)
		differ(c, KNOT_ENTERED_REASON, g, entry, event);
	if (!same_place(entry, event))
		differ(c, KNOT_ENTERED_PLACE, g, entry, event);
	c->check->same += c->check->differences == before;
	g->pairs++;
}

/* The entry has no event. */
static void alone(
	struct comparison *c, const struct goroutine *g, const struct knot_entered_hit *entry)
{
	if (entry->caller != KNOT_ENTERED_PROGRAM)
		leave(c, (enum knot_entered_rule)entry->caller);
	else if (c->run->native && entry->kind == KNOT_RECORD_RECV && entry->ranges)
		leave(c, KNOT_ENTERED_BY_RANGE);
	else
		differ(c, KNOT_ENTERED_NO_EVENT, g, entry, NULL);
}

/* What stands open is not going to be closed any more: something else of that goroutine has come. */
static void settle_entry(struct comparison *c, struct goroutine *g)
{
	if (g->entry)
		alone(c, g, g->entry);
	g->entry = NULL;
}

static void settle_event(struct comparison *c, struct goroutine *g)
{
	if (g->event)
		differ(c, KNOT_ENTERED_NO_ENTRY, g, NULL, g->event);
	g->event = NULL;
}

/* --- events ---------------------------------------------------------------------------------- */

/* The function whose entry comes right before the event of it, 0 = that of a send, a receive or none. */
static uint32_t entered_before(const struct knot_shm_event *e)
{
	switch (e->kind) {
	case KNOT_EV_BLOCK:
		return KNOT_RECORD_PARK;
	case KNOT_EV_EXIT:
		return KNOT_RECORD_END;
	case KNOT_EV_SPAWN:
		return e->g == KNOT_G_NONE ? 0 : KNOT_RECORD_CREATE;
	case KNOT_EV_STEP:
		break;
	default:
		return 0;
	}
	switch (e->op) {
	case KNOT_OP_CLOSE:
		return KNOT_RECORD_CLOSE;
	case KNOT_OP_SELECT:
		return KNOT_RECORD_SELECT;
	case KNOT_OP_WGADD:
	case KNOT_OP_WGDONE:
		return KNOT_RECORD_WGADD;
	case KNOT_OP_WGWAIT:
		return KNOT_RECORD_WGWAIT;
	default:
		return 0;
	}
}

static void on_lock(struct comparison *c, struct goroutine *g, const struct knot_entered_hit *h)
{
	if (g->slow && h->event.op == KNOT_OP_LOCK) {
		pair(c, g, g->slow, h);
		g->slow = NULL;
	} else {
		leave(c, KNOT_ENTERED_BY_FAST);
	}
}

/* Is it the event of a range loop's receive that stands open? That may also be the last one of the loop, which has none. */
static bool ranged(
	const struct comparison *c, const struct goroutine *g, const struct knot_entered_hit *h)
{
	return c->run->native && g->entry && g->entry->kind == KNOT_RECORD_RECV &&
		h->event.op == KNOT_OP_RECV && h->event.aux == g->entry->object &&
		same_place(g->entry, h);
}

static void on_step(struct comparison *c, struct goroutine *g, const struct knot_entered_hit *h)
{
	settle_event(c, g);
	g->step = h;
	if (ranged(c, g, h)) {
		pair(c, g, g->entry, h);
		g->entry = NULL;
		return;
	}
	settle_entry(c, g);
	switch (h->event.op) {
	case KNOT_OP_SEND:
	case KNOT_OP_RECV:
		g->event = h;
		break;
	case KNOT_OP_LOCK:
	case KNOT_OP_UNLOCK:
		on_lock(c, g, h);
		break;
	default:
		leave(c, KNOT_ENTERED_BY_OTHER);
		break;
	}
}

static void on_event(struct comparison *c, const struct knot_entered_hit *h)
{
	const uint32_t before = entered_before(&h->event);
	struct goroutine *g = h->g ? goroutine_of(c, h->g) : NULL;
	const bool is_step = h->event.kind == KNOT_EV_STEP && h->event.op != KNOT_OP_START &&
		h->event.op != KNOT_OP_RESUME && !h->system;

	if (h->event.kind == KNOT_EV_WAKE) {
		struct thread *t = thread_of(c, h->tid);

		if (t->wake)
			differ(c, KNOT_ENTERED_NO_ENTRY, NULL, NULL, t->wake);
		t->wake = h;
	} else if (before && g && g->entry && g->entry->kind == before) {
		settle_event(c, g);
		pair(c, g, g->entry, h);
		g->entry = NULL;
		if (is_step)
			g->step = h;
	} else if (before) {
		differ(c, KNOT_ENTERED_NO_ENTRY, g, NULL, h);
	} else if (is_step && g) {
		on_step(c, g, h);
	} else {
		leave(c, KNOT_ENTERED_BY_OTHER);
	}
}

/* --- entries --------------------------------------------------------------------------------- */

static void on_queue(struct comparison *c, const struct knot_entered_hit *h)
{
	struct thread *t = thread_of(c, h->tid);
	struct goroutine *to = goroutine_of(c, h->other);

	if (h->caller != KNOT_ENTERED_READY) {
		leave(c, KNOT_ENTERED_BY_QUEUE);
	} else if (c->run->native) {
		leave(c, KNOT_ENTERED_BY_NATIVE);
	} else if (t->wake && t->wake->event.aux == to->number) {
		pair(c, to, h, t->wake);
		t->wake = NULL;
	} else if (to->number == KNOT_G_NONE) {
		leave(c, KNOT_ENTERED_BY_STRANGER);
	} else {
		differ(c, KNOT_ENTERED_NO_EVENT, to, h, t->wake);
		t->wake = NULL;
	}
}

/* chansend and chanrecv: called by what the hook is in. Natively a range loop writes its receives down behind them. */
static void on_channel(struct comparison *c, struct goroutine *g, const struct knot_entered_hit *h)
{
	const uint8_t op = h->kind == KNOT_RECORD_SEND ? KNOT_OP_SEND : KNOT_OP_RECV;

	settle_entry(c, g);
	if (g->event && g->event->event.op == op) {
		pair(c, g, h, g->event);
		g->event = NULL;
	} else if (c->run->native && h->kind == KNOT_RECORD_RECV && h->ranges) {
		g->entry = h;
	} else {
		alone(c, g, h);
	}
}

/* The slow path of a lock, which is entered inside of the operation. */
static void on_slow(struct comparison *c, struct goroutine *g, const struct knot_entered_hit *h)
{
	const bool locks = h->kind == KNOT_RECORD_LOCK_SLOW;

	if (h->caller != KNOT_ENTERED_PROGRAM) {
		leave(c, (enum knot_entered_rule)h->caller);
	} else if (c->run->native && locks) {
		if (g->slow)
			alone(c, g, g->slow);
		g->slow = h;
	} else if (g->step && g->step->event.op == (locks ? KNOT_OP_LOCK : KNOT_OP_UNLOCK)) {
		c->check->left[KNOT_ENTERED_BY_FAST]--;
		pair(c, g, h, g->step);
		g->step = NULL;
	} else {
		alone(c, g, h);
	}
}

static void on_entry(struct comparison *c, const struct knot_entered_hit *h)
{
	const bool by_scheduler = h->kind == KNOT_RECORD_CREATE ||
		h->kind == KNOT_RECORD_END; /* always on its stack */
	struct goroutine *g;

	if (!h->g || (g = goroutine_of(c, h->g))->number == KNOT_G_NONE) {
		leave(c, KNOT_ENTERED_BY_STRANGER);
		return;
	}
	if (h->system && !by_scheduler) {
		leave(c, KNOT_ENTERED_BY_SYSTEM);
		return;
	}
	if (c->run->native && h->kind == KNOT_RECORD_PARK) {
		leave(c, KNOT_ENTERED_BY_NATIVE);
		return;
	}
	switch (h->kind) {
	case KNOT_RECORD_SEND:
	case KNOT_RECORD_RECV:
		on_channel(c, g, h);
		break;
	case KNOT_RECORD_LOCK_SLOW:
	case KNOT_RECORD_UNLOCK_SLOW:
		on_slow(c, g, h);
		break;
	default:
		settle_entry(c, g);
		g->entry = h;
		break;
	}
}

/* --- the end --------------------------------------------------------------------------------- */

/* A goroutine may stand between the two when the run ends: at a scheduling point, or anywhere where threads run. */
static bool may_stand(const struct comparison *c, const struct knot_entered_hit *h)
{
	if (c->run->native || c->run->died)
		return true;
	switch (h->kind) {
	case KNOT_RECORD_CLOSE:
	case KNOT_RECORD_SELECT:
	case KNOT_RECORD_WGADD:
	case KNOT_RECORD_WGWAIT:
		return true;
	default:
		return false;
	}
}

static void end_goroutine(struct comparison *c, struct goroutine *g)
{
	const struct knot_entered_hit *open[] = {g->entry, g->slow};

	/* Of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
		if (open[i] && open[i]->caller == KNOT_ENTERED_PROGRAM && may_stand(c, open[i]))
			leave(c, KNOT_ENTERED_BY_END);
		else if (open[i])
			alone(c, g, open[i]);
	if (g->event && may_stand(c, g->event))
		leave(c, KNOT_ENTERED_BY_END);
	else
		settle_event(c, g);
}

static void end_all(struct comparison *c)
{
	for (struct goroutine *g = c->goroutines; g; g = g->hh.next)
		end_goroutine(c, g);
	for (const struct thread *t = c->threads; t; t = t->hh.next)
		if (t->wake && c->run->died)
			leave(c, KNOT_ENTERED_BY_END);
		else if (t->wake)
			differ(c, KNOT_ENTERED_NO_ENTRY, NULL, NULL, t->wake);
	KNOT_TABLE_FREE(c->goroutines);
	KNOT_TABLE_FREE(c->threads);
	KNOT_TABLE_FREE(c->primitive_of);
	KNOT_TABLE_FREE(c->address_of);
}

void knot_entered_compare(const struct knot_entered_run *run, struct knot_entered_check *ret_check)
{
	struct comparison c = {.run = run, .check = ret_check};

	*ret_check = (struct knot_entered_check){.same = 0};
	c.goid_of = knot_xalloc((KNOT_G_NONE + 1) * sizeof(*c.goid_of));
	identify_all(&c);
	for (size_t i = 0; i < run->len; i++) {
		const struct knot_entered_hit *h = &run->hits[i];

		if (h->kind == KNOT_RECORD_HOOK)
			on_event(&c, h);
		else if (h->kind == KNOT_RECORD_QUEUE)
			on_queue(&c, h);
		else
			on_entry(&c, h);
	}
	end_all(&c);
	free(c.goid_of);
}

/* --- names ----------------------------------------------------------------------------------- */

const char *knot_entered_kind_name(enum knot_entered_kind kind)
{
	static const char *const names[] = {
		[KNOT_ENTERED_SAME] = "the same",
		[KNOT_ENTERED_NO_EVENT] = "an operation without an event",
		[KNOT_ENTERED_NO_ENTRY] = "an event without an operation",
		[KNOT_ENTERED_OBJECT] = "another object",
		[KNOT_ENTERED_GOROUTINE] = "another goroutine",
		[KNOT_ENTERED_PLACE] = "another place",
		[KNOT_ENTERED_REASON] = "another reason to block",
	};

	return names[kind];
}

const char *knot_entered_rule_name(enum knot_entered_rule rule)
{
	static const char *const names[KNOT_ENTERED_RULES] = {
		[KNOT_ENTERED_BY_NOTHING] = "none",
		[KNOT_ENTERED_BY_MACHINERY] = "machinery",
		[KNOT_ENTERED_BY_INSIDE] = "inside",
		[KNOT_ENTERED_BY_UNHOOKED] = "unhooked",
		[KNOT_ENTERED_BY_UNKNOWN] = "unknown",
		[KNOT_ENTERED_BY_OWN] = "runtime",
		[KNOT_ENTERED_BY_STRANGER] = "stranger",
		[KNOT_ENTERED_BY_SYSTEM] = "system",
		[KNOT_ENTERED_BY_NATIVE] = "native",
		[KNOT_ENTERED_BY_QUEUE] = "queue",
		[KNOT_ENTERED_BY_RANGE] = "range",
		[KNOT_ENTERED_BY_END] = "end",
		[KNOT_ENTERED_BY_FAST] = "fast",
		[KNOT_ENTERED_BY_OTHER] = "other",
	};

	return names[rule];
}

const char *knot_entered_function(uint32_t record_kind)
{
	static const char *const names[KNOT_RECORD_KINDS] = {
		[KNOT_RECORD_CREATE] = "newproc1",
		[KNOT_RECORD_QUEUE] = "ready",
		[KNOT_RECORD_END] = "gdestroy",
		[KNOT_RECORD_PARK] = "gopark",
		[KNOT_RECORD_SEND] = "chansend",
		[KNOT_RECORD_RECV] = "chanrecv",
		[KNOT_RECORD_CLOSE] = "closechan",
		[KNOT_RECORD_SELECT] = "selectgo",
		[KNOT_RECORD_LOCK_SLOW] = "lockSlow",
		[KNOT_RECORD_UNLOCK_SLOW] = "unlockSlow",
		[KNOT_RECORD_WGADD] = "WaitGroup.Add",
		[KNOT_RECORD_WGWAIT] = "WaitGroup.Wait",
	};

	return record_kind < KNOT_RECORD_KINDS && names[record_kind] ? names[record_kind] : "?";
}
