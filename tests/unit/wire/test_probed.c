/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/probed.h"

#include <criterion/criterion.h>
#include <string.h>

#define PID 4711
#define START 1000
#define LEN 8

/* A run of LEN events as ring and probe have it; each test breaks one of them. */
struct both {
	struct knot_shm_event ring[LEN];
	struct knot_probe_record records[LEN];
	size_t len;
	struct knot_probed_ring how;
};

static struct knot_probe_record record(
	uint64_t seq, uint64_t cursor, const struct knot_shm_event *e)
{
	struct knot_probe_record r = {.seq = seq, .cursor = cursor};

	memcpy(r.event, e, sizeof(*e));
	return r;
}

static void controlled(struct both *b)
{
	*b = (struct both){.len = LEN};
	b->how = (struct knot_probed_ring){
		.events = b->ring, .start = START, .end = START + LEN, .pid = PID};
	for (uint32_t i = 0; i < LEN; i++) {
		b->ring[i] = (struct knot_shm_event){.step = i,
			.g = i & 1,
			.kind = KNOT_EV_STEP,
			.op = KNOT_OP_SEND,
			.site = 7,
			.prim = 1,
			.vtime = 100 * i};
		b->records[i] = record(50 + i, START + i, &b->ring[i]);
	}
}

/* Two goroutines with a lock each, and one lock that both of them take. */
static void native(struct both *b)
{
	static const uint64_t address[LEN] = {
		0x7000, 0x8000, 0x9000, 0x9000, 0x9000, 0x9000, 0x7000, 0x8000};
	static const uint32_t prim[LEN] = {1, 2, 3, 3, 3, 3, 1, 2};
	static const uint16_t g[LEN] = {0, 1, 0, 0, 1, 1, 0, 1};
	static const uint8_t op[LEN] = {KNOT_OP_LOCK, KNOT_OP_LOCK, KNOT_OP_LOCK, KNOT_OP_UNLOCK,
		KNOT_OP_LOCK, KNOT_OP_UNLOCK, KNOT_OP_UNLOCK, KNOT_OP_UNLOCK};

	controlled(b);
	b->how.native = true;
	for (uint32_t i = 0; i < LEN; i++) {
		struct knot_shm_event e = {
			.step = PID * KNOT_EVENT_STAMP + START + i + 1,
			.g = g[i],
			.kind = KNOT_EV_STEP,
			.op = op[i],
			.aux = address[i],
		};

		b->records[i] = record(50 + i, START + i, &e);
		e.aux = 0;
		e.prim = prim[i];
		b->ring[i] = e;
	}
}

static struct knot_probed_check compare(struct both *b)
{
	struct knot_probed_check check;

	b->len = knot_probed_pick(b->records, b->len, b->how.start, b->how.end);
	knot_probed_compare(b->records, b->len, &b->how, &check);
	return check;
}

static void swap_seq(struct both *b, size_t i, size_t j)
{
	const uint64_t seq = b->records[i].seq;

	b->records[i].seq = b->records[j].seq;
	b->records[j].seq = seq;
}

static void differs(struct both *b, enum knot_probed_kind kind, uint64_t event)
{
	const struct knot_probed_check check = compare(b);

	cr_expect_eq(check.differences, 1);
	cr_expect_eq(check.first, kind, "%s", knot_probed_kind_name(check.first));
	cr_expect_eq(check.event, event);
}

Test(probed, the_same)
{
	struct both b;
	struct knot_probed_check check;

	controlled(&b);
	check = compare(&b);
	cr_expect_eq(check.same, LEN);
	cr_expect_eq(check.differences, 0);
	native(&b);
	check = compare(&b);
	cr_expect_eq(check.same, LEN);
	cr_expect_eq(check.differences, 0);
	cr_expect_eq(check.raced, 0);
}

Test(probed, records_of_other_runs_are_not_picked)
{
	struct both b;
	struct knot_probe_record r[4];

	controlled(&b);
	r[0] = record(9, START + 1, &b.ring[1]);
	r[1] = record(8, START, &b.ring[0]);
	r[2] = record(7, START - 1, &b.ring[0]);
	r[3] = record(6, START + 1, &b.ring[5]); /* of who was left over */
	cr_assert_eq(knot_probed_pick(r, 4, START, START + LEN), 2);
	cr_expect_eq(r[0].seq, 8);
	cr_expect_eq(r[1].seq, 9);
	cr_expect_eq(knot_probed_pick(r, 2, 0, 1), 0);
}

Test(probed, another_event)
{
	struct both b;

	controlled(&b);
	b.ring[3].site++;
	differs(&b, KNOT_PROBED_EVENT, 3);
	controlled(&b);
	b.records[7].event[3]++;
	differs(&b, KNOT_PROBED_EVENT, 7);
	native(&b);
	b.ring[2].op = KNOT_OP_UNLOCK;
	differs(&b, KNOT_PROBED_EVENT, 2);
}

Test(probed, missing_events)
{
	struct both b;
	struct knot_probed_check check;

	controlled(&b);
	b.records[4] = b.records[--b.len];
	differs(&b, KNOT_PROBED_MISSING, 4);
	controlled(&b);
	b.how.lossy = true;
	b.records[4] = b.records[--b.len];
	check = compare(&b);
	cr_expect_eq(check.lost, 1);
	cr_expect_eq(check.differences, 0);
	/* Of a process that died the last event of a goroutine, and no other. */
	controlled(&b);
	b.how.died = true;
	b.len--;
	check = compare(&b);
	cr_expect_eq(check.differences, 0);
	controlled(&b);
	b.how.died = true;
	b.records[4] = b.records[--b.len];
	differs(&b, KNOT_PROBED_MISSING, 4);
}

Test(probed, slots_that_were_never_filled)
{
	struct both b;
	struct knot_probed_check check;

	native(&b);
	b.ring[7].step = 0;
	differs(&b, KNOT_PROBED_EXTRA, 7);
	native(&b);
	b.ring[7].step = 0;
	b.len--;
	check = compare(&b);
	cr_expect_eq(check.same, LEN - 1);
	cr_expect_eq(check.differences, 0);
}

Test(probed, primitives)
{
	struct both b;

	native(&b);
	b.ring[6].prim = 2;
	cr_expect_gt(compare(&b).differences, 0);
	native(&b);
	b.records[7].event[2] = 0x7000;
	cr_expect_gt(compare(&b).differences, 0);
	native(&b);
	b.ring[0].prim = 0;
	cr_expect_gt(compare(&b).differences, 0);
	/* A process that died has not numbered them. */
	native(&b);
	for (size_t i = 0; i < LEN; i++) {
		b.ring[i].prim = 0;
		b.ring[i].aux = b.records[i].event[2];
	}
	cr_expect_eq(compare(&b).differences, 0);
}

Test(probed, order)
{
	struct both b;
	struct knot_probed_check check;

	controlled(&b);
	swap_seq(&b, 2, 3);
	differs(&b, KNOT_PROBED_ORDER, 2);
	/* Locks of their own: nobody says which was first. */
	native(&b);
	swap_seq(&b, 0, 1);
	check = compare(&b);
	cr_expect_eq(check.differences, 0);
	cr_expect_eq(check.raced, 1);
	/* One goroutine. */
	native(&b);
	swap_seq(&b, 2, 3);
	cr_expect_gt(compare(&b).differences, 0);
	/* One lock. */
	native(&b);
	swap_seq(&b, 3, 4);
	differs(&b, KNOT_PROBED_ORDER, 3);
}

Test(probed, readers_share_a_lock)
{
	struct both b;
	struct knot_shm_event e;

	native(&b);
	for (size_t i = 3; i < 5; i++) { /* unlock of 0, lock of 1 */
		b.ring[i].op = KNOT_OP_RLOCK;
		memcpy(&e, b.records[i].event, sizeof(e));
		e.op = KNOT_OP_RLOCK;
		memcpy(b.records[i].event, &e, sizeof(e));
	}
	swap_seq(&b, 3, 4);
	const struct knot_probed_check check = compare(&b);

	cr_expect_eq(check.differences, 0);
	cr_expect_eq(check.raced, 1);
}

Test(probed, as_a_trace)
{
	struct knot_shm_event e[LEN];
	struct both b;

	native(&b);
	knot_probed_events(b.records, LEN, true, e);
	for (uint32_t i = 0; i < LEN; i++) {
		cr_expect_eq(e[i].step, i + 1);
		cr_expect_eq(e[i].prim, b.ring[i].prim);
		cr_expect_eq(e[i].aux, 0);
	}
	controlled(&b);
	knot_probed_events(b.records, LEN, false, e);
	cr_expect_eq(memcmp(e, b.ring, sizeof(e)), 0);
}

Test(probed, chain)
{
	struct knot_shm_event e[4] = {
		{.kind = KNOT_EV_CHAIN, .aux = 1},
		{.kind = KNOT_EV_STEP, .aux = 2},
		{.kind = KNOT_EV_CHAIN, .aux = 0},
		{.kind = KNOT_EV_CHAIN, .aux = KNOT_CHAIN_MAX},
	};

	cr_expect_eq(knot_probed_chain_done(e, 4), 2);
	cr_expect_eq(knot_probed_chain_done(e, 2), 0);
	e[1].kind = KNOT_EV_CHAIN;
	cr_expect_eq(knot_probed_chain_done(e, 4), 3);
}
