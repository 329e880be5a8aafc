/* SPDX-License-Identifier: BSD-2-Clause */
/* Hits as a run of two goroutines makes them; each test breaks one thing. */
#include "wire/entered.h"

#include <criterion/criterion.h>

#define PARENT 18 /* goids */
#define CHILD 19
#define STRANGER 3
#define CHANNEL 0xc000010000
#define OTHER 0xc000020000
#define MAX 64

struct run {
	struct knot_entered_hit hits[MAX];
	size_t len;
	bool native, died;
};

static struct knot_entered_hit *add(struct run *r, struct knot_entered_hit hit)
{
	hit.seq = r->len;
	hit.tid = hit.tid ? hit.tid : 7;
	r->hits[r->len] = hit;
	return &r->hits[r->len++];
}

static struct knot_entered_hit *event(struct run *r, uint64_t goid, uint16_t g, uint8_t kind,
	uint8_t op, uint32_t prim, uint64_t aux)
{
	return add(r,
		(struct knot_entered_hit){.g = goid,
			.kind = KNOT_RECORD_HOOK,
			.event = {.g = g, .kind = kind, .op = op, .prim = prim, .aux = aux}});
}

static struct knot_entered_hit *step(
	struct run *r, uint64_t goid, uint16_t g, uint8_t op, uint32_t prim)
{
	/* Natively the writer has the address, which is that of its number. */
	const uint64_t address = prim == 1 ? CHANNEL : prim == 2 ? OTHER : 0;

	return event(r, goid, g, KNOT_EV_STEP, op, r->native ? 0 : prim, r->native ? address : 0);
}

static struct knot_entered_hit *entry(
	struct run *r, uint64_t goid, uint8_t kind, uint64_t object, uint64_t aux)
{
	return add(r,
		(struct knot_entered_hit){.g = goid, .kind = kind, .object = object, .aux = aux});
}

/* G0 creates G1, sends to it, closes; G1 receives, blocks on the way, takes a lock the slow way, ends. */
static void sound(struct run *r, bool native)
{
	*r = (struct run){.native = native};
	step(r, PARENT, 0, KNOT_OP_YIELD, 0);
	entry(r, PARENT, KNOT_RECORD_CREATE, 0, 0)->system = true;
	event(r, PARENT, 0, KNOT_EV_SPAWN, KNOT_OP_GO, 0, 1)->system = true;
	add(r,
		(struct knot_entered_hit){.g = PARENT,
			.kind = KNOT_RECORD_QUEUE,
			.caller = KNOT_ENTERED_BIRTH,
			.other = CHILD});
	step(r, CHILD, 1, KNOT_OP_RECV, 1);
	entry(r, CHILD, KNOT_RECORD_RECV, CHANNEL, 1);
	entry(r, CHILD, KNOT_RECORD_PARK, 0, 14);
	if (!native)
		event(r, CHILD, 1, KNOT_EV_BLOCK, KNOT_OP_RECV, 1, 14);
	step(r, PARENT, 0, KNOT_OP_SEND, 1);
	entry(r, PARENT, KNOT_RECORD_SEND, CHANNEL, 1);
	if (!native)
		event(r, PARENT, 0, KNOT_EV_WAKE, KNOT_OP_RECV, 1, 1)->system = true;
	add(r,
		(struct knot_entered_hit){.g = PARENT,
			.kind = KNOT_RECORD_QUEUE,
			.caller = KNOT_ENTERED_READY,
			.other = CHILD});
	if (!native)
		step(r, CHILD, 1, KNOT_OP_LOCK, 2);
	entry(r, CHILD, KNOT_RECORD_LOCK_SLOW, OTHER, 0);
	if (native)
		step(r, CHILD, 1, KNOT_OP_LOCK, 2);
	entry(r, PARENT, KNOT_RECORD_CLOSE, CHANNEL, 0);
	step(r, PARENT, 0, KNOT_OP_CLOSE, 1);
	step(r, PARENT, 0, KNOT_OP_YIELD, 0);
	entry(r, STRANGER, KNOT_RECORD_SEND, OTHER, 1);
	entry(r, CHILD, KNOT_RECORD_END, 0, 0)->system = true;
	event(r, CHILD, 1, KNOT_EV_EXIT, KNOT_OP_EXIT, 0, 0)->system = true;
}

static struct knot_entered_check compare(const struct run *r)
{
	const struct knot_entered_run run = {
		.hits = r->hits, .len = r->len, .native = r->native, .died = r->died};
	struct knot_entered_check check;

	knot_entered_compare(&run, &check);
	return check;
}

/* The place of the first hit of that kind, and of that operation where it is an event. */
static size_t find(const struct run *r, uint8_t kind, uint8_t op)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->hits[i].kind == kind &&
			(kind != KNOT_RECORD_HOOK || r->hits[i].event.op == op))
			return i;
	cr_assert_fail("no such hit");
	return 0;
}

static void drop(struct run *r, size_t at)
{
	r->len--;
	for (size_t i = at; i < r->len; i++)
		r->hits[i] = r->hits[i + 1];
}

static void swap(struct run *r, size_t a, size_t b)
{
	const struct knot_entered_hit hit = r->hits[a];

	r->hits[a] = r->hits[b];
	r->hits[b] = hit;
}

static void expect(const struct run *r, enum knot_entered_kind kind, const char *what)
{
	const struct knot_entered_check check = compare(r);

	cr_expect_gt(check.differences, 0, "%s, native %d", what, r->native);
	cr_expect_eq(check.first, kind, "%s, native %d: %s", what, r->native,
		knot_entered_kind_name(check.first));
}

Test(entered, a_sound_run_has_no_difference)
{
	struct run r;

	sound(&r, false);
	struct knot_entered_check check = compare(&r);
	cr_expect_eq(check.differences, 0, "%s", knot_entered_kind_name(check.first));
	cr_expect_eq(check.same, 8);
	cr_expect_eq(check.left[KNOT_ENTERED_BY_STRANGER], 1);
	cr_expect_eq(check.left[KNOT_ENTERED_BY_FAST], 0);
	sound(&r, true);
	check = compare(&r);
	cr_expect_eq(check.differences, 0, "%s", knot_entered_kind_name(check.first));
	cr_expect_eq(check.same, 6);
	cr_expect_eq(check.left[KNOT_ENTERED_BY_NATIVE], 2);
}

/* Whatever hook is missing is seen. */
Test(entered, a_missing_event_is_a_difference)
{
	static const uint8_t ops[] = {
		KNOT_OP_SEND, KNOT_OP_CLOSE, KNOT_OP_LOCK, KNOT_OP_EXIT, KNOT_OP_GO, KNOT_OP_RECV};

	for (int native = 0; native < 2; native++)
		for (size_t i = 0; i < sizeof(ops); i++) {
			struct run r;

			sound(&r, native);
			drop(&r, find(&r, KNOT_RECORD_HOOK, ops[i]));
			/* Natively the run may end within what a goroutine does last. */
			if (!native || (ops[i] != KNOT_OP_EXIT && ops[i] != KNOT_OP_LOCK))
				expect(&r, KNOT_ENTERED_NO_EVENT, "missing event");
		}
}

Test(entered, a_goroutine_that_parks_or_wakes_unseen_is_a_difference)
{
	for (uint8_t kind = KNOT_EV_BLOCK; kind <= KNOT_EV_WAKE; kind++) {
		struct run r;
		size_t at = 0;

		sound(&r, false);
		while (r.hits[at].event.kind != kind)
			at++;
		drop(&r, at);
		expect(&r, KNOT_ENTERED_NO_EVENT, "block or wake");
	}
}

Test(entered, a_missing_entry_is_a_difference)
{
	static const uint8_t kinds[] = {KNOT_RECORD_SEND, KNOT_RECORD_RECV, KNOT_RECORD_CLOSE,
		KNOT_RECORD_PARK, KNOT_RECORD_END, KNOT_RECORD_CREATE};

	for (size_t i = 0; i < sizeof(kinds); i++) {
		struct run r;

		sound(&r, false);
		drop(&r, find(&r, kinds[i], 0));
		expect(&r, KNOT_ENTERED_NO_ENTRY, knot_entered_function(kinds[i]));
	}
}

/* A hook that stands behind its operation. */
Test(entered, the_wrong_order_is_a_difference)
{
	for (int native = 0; native < 2; native++) {
		struct run r;

		sound(&r, native);
		swap(&r, find(&r, KNOT_RECORD_HOOK, KNOT_OP_SEND), find(&r, KNOT_RECORD_SEND, 0));
		expect(&r, KNOT_ENTERED_NO_EVENT, "send behind");
		sound(&r, native);
		swap(&r, find(&r, KNOT_RECORD_HOOK, KNOT_OP_RECV), find(&r, KNOT_RECORD_RECV, 0));
		expect(&r, KNOT_ENTERED_NO_EVENT, "receive behind");
		sound(&r, native);
		swap(&r, find(&r, KNOT_RECORD_HOOK, KNOT_OP_CLOSE), find(&r, KNOT_RECORD_CLOSE, 0));
		expect(&r, KNOT_ENTERED_NO_ENTRY, "close before");
	}
}

Test(entered, another_object_is_a_difference)
{
	for (int native = 0; native < 2; native++) {
		struct run r;

		sound(&r, native);
		r.hits[find(&r, KNOT_RECORD_CLOSE, 0)].object = OTHER;
		expect(&r, KNOT_ENTERED_OBJECT, "object");
	}
	struct run r;

	sound(&r, false);
	r.hits[find(&r, KNOT_RECORD_HOOK, KNOT_OP_CLOSE)].event.prim = 5;
	expect(&r, KNOT_ENTERED_OBJECT, "primitive");
}

Test(entered, another_goroutine_place_or_reason_is_a_difference)
{
	struct run r;

	sound(&r, false);
	r.hits[find(&r, KNOT_RECORD_HOOK, KNOT_OP_CLOSE)].event.g = 1;
	expect(&r, KNOT_ENTERED_GOROUTINE, "goroutine");
	sound(&r, false);
	r.hits[find(&r, KNOT_RECORD_PARK, 0)].aux = 15;
	expect(&r, KNOT_ENTERED_REASON, "reason");
	sound(&r, false);
	for (int i = 0; i < 2; i++) {
		struct knot_entered_hit *h = &r.hits[i ? find(&r, KNOT_RECORD_HOOK, KNOT_OP_SEND)
						       : find(&r, KNOT_RECORD_SEND, 0)];

		h->file = "a.go";
		h->line = 12;
	}
	cr_expect_eq(compare(&r).differences, 0);
	r.hits[find(&r, KNOT_RECORD_SEND, 0)].line = 13;
	expect(&r, KNOT_ENTERED_PLACE, "place");
}

/* What no hook can see is left out, and counted; an event of it counts all the same. */
Test(entered, entries_that_no_hook_sees_are_counted_by_rule)
{
	for (uint8_t caller = KNOT_ENTERED_MACHINERY; caller <= KNOT_ENTERED_UNKNOWN; caller++) {
		struct run r;

		sound(&r, false);
		r.hits[find(&r, KNOT_RECORD_SEND, 0)].caller = caller;
		cr_expect_eq(compare(&r).differences, 0);
		cr_expect_eq(compare(&r).left[caller], 0);
		drop(&r, find(&r, KNOT_RECORD_HOOK, KNOT_OP_SEND));
		cr_expect_eq(compare(&r).differences, 0);
		cr_expect_eq(compare(&r).left[caller], 1);
	}
}

/* Natively a range loop writes its receives down behind them, and the last one not at all. */
Test(entered, range_loops)
{
	struct run r = {.native = true};

	step(&r, PARENT, 0, KNOT_OP_RECV, 1);
	entry(&r, PARENT, KNOT_RECORD_RECV, CHANNEL, 1)->ranges = true;
	entry(&r, PARENT, KNOT_RECORD_RECV, CHANNEL, 1)->ranges = true;
	step(&r, PARENT, 0, KNOT_OP_RECV, 1);
	entry(&r, PARENT, KNOT_RECORD_RECV, CHANNEL, 1)->ranges = true;
	step(&r, PARENT, 0, KNOT_OP_RECV, 2);
	entry(&r, PARENT, KNOT_RECORD_RECV, OTHER, 1);
	const struct knot_entered_check check = compare(&r);

	cr_expect_eq(check.differences, 0, "%s", knot_entered_kind_name(check.first));
	cr_expect_eq(check.same, 3);
	cr_expect_eq(check.left[KNOT_ENTERED_BY_RANGE], 1);
}

/* The last thing of a goroutine: at a scheduling point always, elsewhere only where the process died. */
Test(entered, the_end_of_a_run)
{
	struct run r = {0};

	step(&r, PARENT, 0, KNOT_OP_YIELD, 0);
	entry(&r, PARENT, KNOT_RECORD_CLOSE, CHANNEL, 0);
	cr_expect_eq(compare(&r).differences, 0);
	cr_expect_eq(compare(&r).left[KNOT_ENTERED_BY_END], 1);
	step(&r, PARENT, 0, KNOT_OP_CLOSE, 1);
	step(&r, PARENT, 0, KNOT_OP_SEND, 1);
	expect(&r, KNOT_ENTERED_NO_ENTRY, "send");
	r.died = true;
	cr_expect_eq(compare(&r).differences, 0);
	entry(&r, PARENT, KNOT_RECORD_SEND, CHANNEL, 0);
	entry(&r, PARENT, KNOT_RECORD_PARK, 0, 14);
	cr_expect_eq(compare(&r).differences, 0);
	r.died = false;
	expect(&r, KNOT_ENTERED_NO_EVENT, "park");
}

/* Whatever a broken target calls the hook with. */
Test(entered, any_hits_are_survived)
{
	uint64_t x = 1;

	for (int round = 0; round < 2000; round++) {
		struct run r = {.native = round & 1, .died = round & 2};

		for (int i = 0; i < MAX; i++) {
			x = x * 6364136223846793005ull + 1442695040888963407ull;
			struct knot_entered_hit *h = entry(&r, x >> 60,
				(uint8_t)(x >> 32) % KNOT_RECORD_KINDS, x >> 62, x >> 61);

			h->caller = (uint8_t)(x >> 40) % (KNOT_ENTERED_BIRTH + 1);
			h->event = (struct knot_shm_event){.g = (uint16_t)(x >> 20),
				.kind = (uint8_t)(x >> 44) % 16,
				.op = (uint8_t)(x >> 52) % 48,
				.prim = (uint32_t)(x >> 59),
				.aux = x >> 30};
		}
		(void)compare(&r);
	}
}
