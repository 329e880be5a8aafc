/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/probed.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "wire/settle.h"

#include <stdlib.h>
#include <string.h>

static struct knot_shm_event event_of(const struct knot_probe_record *r)
{
	struct knot_shm_event e;

	_Static_assert(sizeof(e) == sizeof(r->event), "the record carries an event");
	memcpy(&e, r->event, sizeof(e));
	return e;
}

/* --- a trace --------------------------------------------------------------------------------- */

static int by_seq(const void *a, const void *b)
{
	const struct knot_probe_record *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

static int by_cursor(const void *a, const void *b)
{
	const struct knot_probe_record *x = a, *y = b;

	return x->cursor != y->cursor ? (x->cursor > y->cursor) - (x->cursor < y->cursor)
				      : by_seq(a, b);
}

size_t knot_probed_pick(struct knot_probe_record *records, size_t len, uint64_t start, uint64_t end)
{
	size_t n = 0, m = 0;

	for (size_t i = 0; i < len; i++)
		if (records[i].cursor >= start && records[i].cursor < end)
			records[n++] = records[i];
	if (!n)
		return 0;
	qsort(records, n, sizeof(*records), by_cursor);
	for (size_t i = 0; i < n; i++)
		if (i + 1 == n || records[i + 1].cursor != records[i].cursor)
			records[m++] = records[i];
	qsort(records, m, sizeof(*records), by_seq);
	return m;
}

void knot_probed_events(const struct knot_probe_record *records, size_t len, bool native,
	struct knot_shm_event *out)
{
	for (size_t i = 0; i < len; i++)
		out[i] = event_of(&records[i]);
	if (native)
		knot_settle_numbers(out, len);
}

uint32_t knot_probed_chain_done(const struct knot_shm_event *events, size_t len)
{
	uint32_t bits = 0, n = 0;

	for (size_t i = 0; i < len; i++)
		if (events[i].kind == KNOT_EV_CHAIN && events[i].aux < KNOT_CHAIN_MAX)
			bits |= 1u << events[i].aux;
	while (bits >> n & 1)
		n++;
	return n;
}

/* --- the comparison -------------------------------------------------------------------------- */

/* What a key was seen with: open addressing, a power of two of slots, at most half of them used; key 0 is kept nowhere. */
struct table {
	struct {
		uint64_t key, a, b;
	} * slots;
	size_t len;
};

static void table_open(struct table *t, size_t keys)
{
	t->len = 16;
	while (t->len < 2 * keys)
		t->len *= 2;
	t->slots = knot_xalloc(t->len * sizeof(*t->slots));
}

static size_t table_at(const struct table *t, uint64_t key)
{
	size_t i = knot_hash_mix(key) & (t->len - 1);

	while (t->slots[i].key && t->slots[i].key != key)
		i = (i + 1) & (t->len - 1);
	return i;
}

/* Is value what key was first seen with? */
static bool table_agrees(struct table *t, uint64_t key, uint64_t value)
{
	const size_t i = table_at(t, key);

	if (!t->slots[i].key) {
		t->slots[i].key = key;
		t->slots[i].a = value;
	}
	return t->slots[i].a == value;
}

struct comparison {
	const struct knot_probed_ring *ring;
	struct knot_probed_check *check;
	struct table prim_of, address_of, locks;
	uint64_t *
		last_of; /* by goroutine: 1 + cursor of its last event in the ring, of its last record so far */
};

static void differ(struct comparison *c, enum knot_probed_kind kind, uint64_t cursor,
	const struct knot_shm_event *ring, const struct knot_shm_event *probe)
{
	static const struct knot_shm_event none;

	if (c->check->differences++)
		return;
	c->check->first = kind;
	c->check->event = cursor - c->ring->start;
	c->check->ring = ring ? *ring : none;
	c->check->probe = probe ? *probe : none;
}

static bool names_primitive(const struct knot_shm_event *e)
{
	return e->kind == KNOT_EV_STEP || e->kind == KNOT_EV_SELECTED;
}

/*
 * In a native run the writer knows an address, which the process makes a number of at the end of the run: a
 * process that died has not come to that.
 */
static bool same_primitive(
	struct comparison *c, const struct knot_shm_event *ring, uint64_t address)
{
	if (!address || ring->aux)
		return ring->aux == address && !ring->prim;
	const bool there = table_agrees(&c->prim_of, address, ring->prim);

	return table_agrees(&c->address_of, (uint64_t)ring->prim + 1, address) && there &&
		ring->prim;
}

static void compare_event(struct comparison *c, uint64_t cursor, const struct knot_shm_event *ring,
	const struct knot_shm_event *probe)
{
	struct knot_shm_event r = *ring, p = *probe;
	const uint64_t before = c->check->differences;

	if (c->ring->native && names_primitive(ring)) {
		if (!same_primitive(c, ring, probe->aux))
			differ(c, KNOT_PROBED_PRIM, cursor, ring, probe);
		r.prim = p.prim;
		r.aux = p.aux;
	}
	if (memcmp(&r, &p, sizeof(r)) != 0)
		differ(c, KNOT_PROBED_EVENT, cursor, ring, probe);
	c->check->same += c->check->differences == before;
}

/* The hook is called behind the writing: where a process dies, the last event of a goroutine may stand in the ring alone. */
static void compare_missing(
	struct comparison *c, uint64_t cursor, const struct knot_shm_event *ring)
{
	const bool last = c->last_of[ring->g] == cursor + 1;

	if (c->ring->lossy)
		c->check->lost++;
	else if (!c->ring->died || !last)
		differ(c, KNOT_PROBED_MISSING, cursor, ring, NULL);
}

static bool is_filled(const struct knot_probed_ring *ring, uint64_t cursor)
{
	return !ring->native ||
		knot_settle_is_filled(&ring->events[cursor - ring->start], cursor, ring->pid);
}

/* Slot by slot. records are in the order of their cursors here. */
static void compare_slots(struct comparison *c, const struct knot_probe_record *records, size_t len)
{
	const struct knot_probed_ring *ring = c->ring;
	size_t n = 0;

	for (uint64_t i = ring->start; i < ring->end; i++)
		if (is_filled(ring, i))
			c->last_of[ring->events[i - ring->start].g] = i + 1;
	for (uint64_t i = ring->start; i < ring->end; i++) {
		const struct knot_shm_event *e = &ring->events[i - ring->start];
		const bool recorded = n < len && records[n].cursor == i;

		if (recorded && is_filled(ring, i)) {
			const struct knot_shm_event p = event_of(&records[n]);

			compare_event(c, i, e, &p);
		} else if (recorded) {
			const struct knot_shm_event p = event_of(&records[n]);

			differ(c, KNOT_PROBED_EXTRA, i, NULL, &p);
		} else if (is_filled(ring, i)) {
			compare_missing(c, i, e);
		}
		n += recorded;
	}
}

/*
 * A lock's steps are written while it is held. Readers share it; whoever tries for it, or waits for a condition, writes
 * down nothing while it is held.
 */
static bool lock_is_ordered(struct comparison *c, uint64_t cursor, const struct knot_shm_event *e)
{
	const bool alone = e->op == KNOT_OP_LOCK || e->op == KNOT_OP_UNLOCK;

	if (e->kind != KNOT_EV_STEP || !e->aux ||
		(!alone && e->op != KNOT_OP_RLOCK && e->op != KNOT_OP_RUNLOCK))
		return true;
	const size_t i = table_at(&c->locks, e->aux);
	/* a: behind the last one of all, b: behind the last one that was alone */
	const bool fits = cursor >= (alone ? c->locks.slots[i].a : c->locks.slots[i].b);

	c->locks.slots[i].key = e->aux;
	if (cursor >= c->locks.slots[i].a)
		c->locks.slots[i].a = cursor + 1;
	if (alone && cursor >= c->locks.slots[i].b)
		c->locks.slots[i].b = cursor + 1;
	return fits;
}

/* records are in the order of seq here. */
static void compare_order(struct comparison *c, const struct knot_probe_record *records, size_t len)
{
	uint64_t behind = 0;

	memset(c->last_of, 0, (KNOT_G_NONE + 1) * sizeof(*c->last_of));
	for (size_t i = 0; i < len; i++) {
		const uint64_t cursor = records[i].cursor;
		const struct knot_shm_event p = event_of(&records[i]);
		bool fits = cursor >= behind;

		if (c->ring->native) {
			c->check->raced += !fits;
			fits = p.g == KNOT_G_NONE || cursor >= c->last_of[p.g];
			fits = lock_is_ordered(c, cursor, &p) && fits;
		}
		if (!fits)
			differ(c, KNOT_PROBED_ORDER, cursor,
				&c->ring->events[cursor - c->ring->start], &p);
		c->last_of[p.g] = cursor + 1;
		if (cursor >= behind)
			behind = cursor + 1;
	}
}

void knot_probed_compare(const struct knot_probe_record *records, size_t len,
	const struct knot_probed_ring *ring, struct knot_probed_check *ret_check)
{
	struct knot_probe_record *sorted = knot_xreallocarray(NULL, len, sizeof(*sorted));
	struct comparison c = {.ring = ring, .check = ret_check};

	*ret_check = (struct knot_probed_check){.same = 0};
	table_open(&c.prim_of, len);
	table_open(&c.address_of, len);
	table_open(&c.locks, len);
	c.last_of = knot_xalloc((KNOT_G_NONE + 1) * sizeof(*c.last_of));
	if (len) {
		memcpy(sorted, records, len * sizeof(*sorted));
		qsort(sorted, len, sizeof(*sorted), by_cursor);
	}
	compare_slots(&c, sorted, len);
	compare_order(&c, records, len);
	free(c.last_of);
	free(c.locks.slots);
	free(c.address_of.slots);
	free(c.prim_of.slots);
	free(sorted);
}

const char *knot_probed_kind_name(enum knot_probed_kind kind)
{
	static const char *const names[] = {
		[KNOT_PROBED_SAME] = "the same",
		[KNOT_PROBED_MISSING] = "an event that the probe has not seen",
		[KNOT_PROBED_EXTRA] = "an event that is not in the ring",
		[KNOT_PROBED_EVENT] = "another event",
		[KNOT_PROBED_PRIM] = "another primitive",
		[KNOT_PROBED_ORDER] = "another order",
	};

	return names[kind];
}
