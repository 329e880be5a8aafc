/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/timeline.h"
#include "explore/names.h"
#include "base/error.h"
#include "explore/waitgraph.h"
#include "wire/timeline_json.h"
#include "traces.h"

#include <string.h>

#define NONE KNOT_TIMELINE_NONE
#define CH 5
#define MU 6

static const struct knot_site_name *name_site(void *arg, uint32_t site)
{
	static struct knot_site_name name;

	(void)arg;
	name = (struct knot_site_name){
		.file = "a.go", .line = site, .primitive = site == 40 ? "s.mu" : NULL};
	return site < 1000 ? &name : NULL;
}

static const struct knot_names names = {.site = name_site};

static struct knot_timeline made(const struct trace *t, bool native)
{
	const struct knot_run_view view = {
		.events = t->events, .len = t->len, .gs = t->gs, .gs_len = GS};
	const struct knot_timeline_input in = {.run = &view, .names = &names, .native = native};
	struct knot_timeline out = {0};

	knot_timeline_build(&in, &out);
	return out;
}

static void block(struct trace *t, uint32_t g, uint32_t op, uint32_t site, uint32_t prim)
{
	event(t, KNOT_EV_BLOCK, g, op, site, prim, 7);
}

static void wake(struct trace *t, uint32_t by, uint32_t g)
{
	event(t, KNOT_EV_WAKE, by, 0, 0, 0, g);
}

static void resume(struct trace *t, uint32_t g, uint32_t site, uint32_t prim)
{
	step(t, g, KNOT_OP_RESUME, site, prim);
}

/* Is there one arrow of that kind between the two, and n of the kind in all? */
static bool has_arrow(const struct knot_timeline *t, enum knot_timeline_arrow_kind kind,
	uint32_t from, uint32_t to, size_t n)
{
	size_t found = 0, all = 0;

	for (size_t i = 0; i < t->arrows.len; i++) {
		const struct knot_timeline_arrow *a = &t->arrows.data[i];

		all += a->kind == kind;
		found += a->kind == kind && a->from == from && a->to == to;
	}
	return found == 1 && all == n;
}

static size_t count_arrows(const struct knot_timeline *t, enum knot_timeline_arrow_kind kind)
{
	size_t all = 0;

	for (size_t i = 0; i < t->arrows.len; i++)
		all += t->arrows.data[i].kind == kind;
	return all;
}

Test(timeline, tells_who_the_goroutines_are)
{
	struct trace t = start();

	go(&t, 0, 1, 101); /* 0, 1 */
	step(&t, 1, KNOT_OP_START, 101, 0); /* 2 */
	event(&t, KNOT_EV_EXIT, 1, 0, 0, 0, 0);
	step(&t, 0, KNOT_OP_LOCK, 40, MU); /* 4 */
	t.events[0].vtime = 0x123456789; /* the path */
	t.events[2].vtime = 500;
	t.events[3].vtime = 400; /* cannot be */
	t.events[4].vtime = 600;
	struct knot_timeline out = made(&t, false);

	cr_assert_eq(out.goroutines.len, GS);
	cr_expect_str_eq(out.goroutines.data[0].path, "T");
	cr_expect_str_eq(out.goroutines.data[1].path, "T/a.go:1#0");
	cr_expect_eq(out.goroutines.data[0].parent, NONE);
	cr_expect_eq(out.goroutines.data[1].parent, 0);
	cr_expect_eq(out.goroutines.data[1].created, 0);
	cr_expect_eq(out.goroutines.data[1].state, KNOT_TIMELINE_ENDED);
	cr_expect_eq(out.goroutines.data[0].state, KNOT_TIMELINE_RUNNING);
	cr_expect(has_arrow(&out, KNOT_TIMELINE_SPAWN, 0, 2, 1));
	cr_assert_eq(out.events.len, 5);
	cr_expect_eq(out.events.data[0].vtime, 0);
	cr_expect_eq(out.events.data[0].to, 1);
	cr_expect_eq(out.events.data[2].vtime, 500);
	cr_expect_eq(out.events.data[3].vtime, 500);
	cr_expect_eq(out.events.data[4].vtime, 600);
	cr_assert_eq(out.primitives.len, 1);
	cr_expect_str_eq(out.primitives.data[0].name, "s.mu");
	cr_expect_eq(out.primitives.data[0].number, MU);
	cr_expect_eq(out.primitives.data[0].kind, KNOT_TIMELINE_LOCK);
	cr_expect_eq(out.events.data[4].primitive, 0);
	cr_expect_eq(out.sites.data[out.events.data[4].site].line, 40);
	knot_timeline_free(&out);
}

Test(timeline, a_primitive_without_an_expression_is_named_after_its_place)
{
	struct trace t = start();

	step(&t, 0, KNOT_OP_LOCK, 453, MU);
	step(&t, 0, KNOT_OP_WGADD, 2000, 7);
	struct knot_timeline out = made(&t, false);

	cr_assert_eq(out.primitives.len, 2);
	cr_expect_str_eq(out.primitives.data[0].name, "lock at a.go:453");
	cr_expect_str_eq(out.primitives.data[1].name, "waitgroup");
	cr_expect_eq(out.events.data[1].site, NONE);
	knot_timeline_free(&out);
}

Test(timeline, a_value_goes_to_the_receiver_that_waits)
{
	struct trace t = start();

	step(&t, 1, KNOT_OP_RECV, 10, CH); /* 0 */
	block(&t, 1, KNOT_OP_RECV, 10, CH); /* 1 */
	step(&t, 2, KNOT_OP_SEND, 11, CH); /* 2 */
	wake(&t, 2, 1); /* 3 */
	resume(&t, 1, 10, CH); /* 4 */
	step(&t, 1, KNOT_OP_RECV, 10, CH); /* 5: nothing is left for it */
	block(&t, 1, KNOT_OP_RECV, 10, CH);
	struct knot_timeline out = made(&t, false);

	cr_expect(has_arrow(&out, KNOT_TIMELINE_MESSAGE, 2, 4, 1));
	cr_expect_eq(count_arrows(&out, KNOT_TIMELINE_WAKE), 0, "the message is the wake");
	cr_assert_eq(out.spans.len, 2);
	cr_expect_eq(out.spans.data[0].g, 1);
	cr_expect_eq(out.spans.data[0].from, 1);
	cr_expect_eq(out.spans.data[0].to, 4);
	cr_expect_eq(out.spans.data[0].op, KNOT_OP_RECV);
	cr_expect_eq(out.spans.data[1].to, NONE);
	cr_expect_eq(out.goroutines.data[1].state, KNOT_TIMELINE_BLOCKED);
	cr_expect_eq(out.goroutines.data[1].op, KNOT_OP_RECV);
	knot_timeline_free(&out);
}

Test(timeline, values_leave_a_channel_in_the_order_they_came)
{
	struct trace t = start();

	step(&t, 1, KNOT_OP_SEND, 11, CH); /* 0 */
	step(&t, 2, KNOT_OP_SEND, 12, CH); /* 1 */
	step(&t, 3, KNOT_OP_SEND, 13, CH); /* 2: the buffer is full */
	block(&t, 3, KNOT_OP_SEND, 13, CH);
	step(&t, 0, KNOT_OP_RECV, 10, CH); /* 4 */
	wake(&t, 0, 3); /* 5 */
	step(&t, 0, KNOT_OP_RECV, 10, CH); /* 6 */
	resume(&t, 3, 13, CH); /* 7 */
	step(&t, 0, KNOT_OP_RECV, 10, CH); /* 8 */
	struct knot_timeline out = made(&t, false);

	cr_expect(has_arrow(&out, KNOT_TIMELINE_MESSAGE, 0, 4, 3));
	cr_expect(has_arrow(&out, KNOT_TIMELINE_MESSAGE, 1, 6, 3));
	cr_expect(has_arrow(&out, KNOT_TIMELINE_MESSAGE, 2, 8, 3));
	cr_expect(has_arrow(&out, KNOT_TIMELINE_WAKE, 5, 7, 1));
	knot_timeline_free(&out);
}

Test(timeline, a_close_reaches_those_that_wait_and_those_that_come)
{
	struct trace t = start();

	step(&t, 1, KNOT_OP_RECV, 10, CH); /* 0 */
	block(&t, 1, KNOT_OP_RECV, 10, CH);
	step(&t, 2, KNOT_OP_SELECT, 11, 0); /* 2 */
	block(&t, 2, KNOT_OP_SELECT, 11, 0);
	step(&t, 0, KNOT_OP_CLOSE, 12, CH); /* 4 */
	wake(&t, 0, 1);
	wake(&t, 0, 2);
	resume(&t, 2, 11, 0); /* 7 */
	event(&t, KNOT_EV_SELECTED, 2, KNOT_OP_RECV, 14, CH, 0); /* 8 */
	resume(&t, 1, 10, CH); /* 9 */
	step(&t, 3, KNOT_OP_RECV, 13, CH); /* 10 */
	struct knot_timeline out = made(&t, false);

	cr_expect(has_arrow(&out, KNOT_TIMELINE_MESSAGE, 4, 7, 3));
	cr_expect(has_arrow(&out, KNOT_TIMELINE_MESSAGE, 4, 9, 3));
	cr_expect(has_arrow(&out, KNOT_TIMELINE_MESSAGE, 4, 10, 3));
	cr_expect_eq(out.events.data[8].to, 0, "which case");
	knot_timeline_free(&out);
}

Test(timeline, selects_send_and_receive)
{
	struct trace t = start();

	step(&t, 1, KNOT_OP_SELECT, 10, 0); /* 0: sends, and must wait */
	block(&t, 1, KNOT_OP_SELECT, 10, 0);
	step(&t, 2, KNOT_OP_RECV, 11, CH); /* 2 */
	wake(&t, 2, 1); /* 3 */
	resume(&t, 1, 10, 0); /* 4 */
	event(&t, KNOT_EV_SELECTED, 1, KNOT_OP_SEND, 12, CH, 0);
	step(&t, 2, KNOT_OP_RECV, 11, CH); /* 6 */
	block(&t, 2, KNOT_OP_RECV, 11, CH);
	step(&t, 1, KNOT_OP_SELECT, 10, 0); /* 8: somebody waits */
	wake(&t, 1, 2);
	event(&t, KNOT_EV_SELECTED, 1, KNOT_OP_SEND, 12, CH, 0); /* 10 */
	resume(&t, 2, 11, CH); /* 11 */
	step(&t, 1, KNOT_OP_SEND, 13, CH); /* 12: into the buffer */
	step(&t, 2, KNOT_OP_SELECT, 14, 0);
	event(&t, KNOT_EV_SELECTED, 2, KNOT_OP_RECV, 14, CH, 1); /* 14 */
	event(&t, KNOT_EV_SELECTED, 2, KNOT_OP_SELDEFAULT, 14, 0, 0xffffffff);
	struct knot_timeline out = made(&t, false);

	cr_expect(has_arrow(&out, KNOT_TIMELINE_MESSAGE, 0, 2, 3));
	cr_expect(has_arrow(&out, KNOT_TIMELINE_MESSAGE, 10, 11, 3));
	cr_expect(has_arrow(&out, KNOT_TIMELINE_MESSAGE, 12, 14, 3));
	cr_expect(has_arrow(&out, KNOT_TIMELINE_WAKE, 3, 4, 1));
	cr_expect_eq(out.events.data[15].to, NONE);
	knot_timeline_free(&out);
}

Test(timeline, a_send_in_vain_is_found_out_by_who_blocks)
{
	struct trace t = start();

	step(&t, 1, KNOT_OP_SEND, 10, CH); /* a select with default, which took that */
	step(&t, 2, KNOT_OP_RECV, 11, CH);
	block(&t, 2, KNOT_OP_RECV, 11, CH);
	step(&t, 1, KNOT_OP_SEND, 10, CH); /* 3 */
	wake(&t, 1, 2);
	resume(&t, 2, 11, CH); /* 5 */
	struct knot_timeline out = made(&t, false);

	cr_expect(has_arrow(&out, KNOT_TIMELINE_MESSAGE, 3, 5, 1));
	knot_timeline_free(&out);
}

Test(timeline, locks_are_handed_over)
{
	struct trace t = start();

	step(&t, 1, KNOT_OP_LOCK, 40, MU); /* 0 */
	step(&t, 2, KNOT_OP_LOCK, 40, MU); /* 1 */
	block(&t, 2, KNOT_OP_LOCK, 40, MU);
	step(&t, 1, KNOT_OP_UNLOCK, 41, MU); /* 3 */
	wake(&t, 1, 2);
	resume(&t, 2, 40, MU);
	event(&t, KNOT_EV_ACQUIRE, 2, KNOT_OP_LOCK, 40, MU, 0); /* 6 */
	step(&t, 2, KNOT_OP_UNLOCK, 41, MU); /* 7 */
	step(&t, 2, KNOT_OP_LOCK, 40, MU); /* its own */
	step(&t, 2, KNOT_OP_UNLOCK, 41, MU); /* 9 */
	step(&t, 1, KNOT_OP_LOCK, 40, MU); /* 10 */
	struct knot_timeline out = made(&t, false);

	cr_expect(has_arrow(&out, KNOT_TIMELINE_HANDOVER, 3, 6, 2));
	cr_expect(has_arrow(&out, KNOT_TIMELINE_HANDOVER, 9, 10, 2));
	cr_expect_eq(count_arrows(&out, KNOT_TIMELINE_WAKE), 0, "the hand-over tells of it");
	knot_timeline_free(&out);
}

Test(timeline, readers_come_behind_the_writer_and_it_behind_the_last_of_them)
{
	struct trace t = start();

	step(&t, 0, KNOT_OP_LOCK, 40, MU);
	step(&t, 0, KNOT_OP_UNLOCK, 41, MU); /* 1 */
	step(&t, 1, KNOT_OP_RLOCK, 42, MU); /* 2 */
	step(&t, 2, KNOT_OP_RLOCK, 42, MU); /* 3 */
	step(&t, 1, KNOT_OP_RUNLOCK, 43, MU); /* 4 */
	step(&t, 2, KNOT_OP_RUNLOCK, 43, MU); /* 5 */
	step(&t, 2, KNOT_OP_RLOCK, 42, MU);
	step(&t, 2, KNOT_OP_RUNLOCK, 43, MU); /* 7 */
	step(&t, 0, KNOT_OP_LOCK, 40, MU); /* 8 */
	struct knot_timeline out = made(&t, false);

	cr_expect(has_arrow(&out, KNOT_TIMELINE_HANDOVER, 1, 2, 3));
	cr_expect(has_arrow(&out, KNOT_TIMELINE_HANDOVER, 1, 3, 3));
	cr_expect(has_arrow(&out, KNOT_TIMELINE_HANDOVER, 7, 8, 3));
	knot_timeline_free(&out);
}

Test(timeline, a_native_run_has_neither_blocks_nor_wakes)
{
	struct trace t = start();
	struct knot_shm_snap snap = {
		.g = 1, .op = KNOT_OP_RECV, .state = 3, .site = 10, .prim = CH};

	step(&t, 1, KNOT_OP_RECV, 10, CH); /* 0 */
	step(&t, 2, KNOT_OP_SEND, 11, CH); /* 1 */
	step(&t, 1, KNOT_OP_UNLOCK, 12, MU); /* 2 */
	step(&t, 1, KNOT_OP_RECV, 10, CH); /* 3 */
	const struct knot_run_view view = {
		.events = t.events, .len = t.len, .gs = t.gs, .gs_len = GS};
	const struct knot_timeline_input in = {
		.run = &view, .names = &names, .native = true, .snaps = &snap, .snaps_len = 1};
	struct knot_timeline out = {0};

	knot_timeline_build(&in, &out);
	cr_expect(has_arrow(&out, KNOT_TIMELINE_MESSAGE, 1, 2, 1));
	cr_assert_eq(out.spans.len, 1);
	cr_expect_eq(out.spans.data[0].from, 3);
	cr_expect_eq(out.spans.data[0].to, NONE);
	knot_timeline_free(&out);
}

Test(timeline, tells_of_the_end)
{
	struct trace t = start();
	struct knot_shm_snap snaps[] = {
		{.g = 1, .op = KNOT_OP_LOCK, .state = 3, .site = 40, .prim = MU, .holder = 2},
		{.g = 2, .op = KNOT_OP_LOCK, .state = 3, .site = 40, .prim = MU + 1, .holder = 1},
		{.g = 3, .op = KNOT_OP_IO, .state = 5, .site = 50}};
	struct knot_waitgraph graph = {.live = 0};

	go_all(&t);
	const struct knot_run_view view = {
		.events = t.events, .len = t.len, .gs = t.gs, .gs_len = GS};
	const struct knot_timeline_input in = {.run = &view,
		.names = &names,
		.snaps = snaps,
		.snaps_len = 3,
		.graph = &graph,
		.lost = 4};
	struct knot_timeline out = {0};

	knot_waitgraph_build(&graph, snaps, 3, &view, false, &names);
	knot_timeline_build(&in, &out);
	cr_expect_eq(out.goroutines.data[1].state, KNOT_TIMELINE_BLOCKED);
	cr_expect_eq(out.goroutines.data[1].op, KNOT_OP_LOCK);
	cr_expect_eq(out.sites.data[out.goroutines.data[1].at].line, 40);
	cr_expect_eq(out.primitives.data[out.goroutines.data[1].primitive].number, MU);
	cr_expect_eq(out.goroutines.data[3].state, KNOT_TIMELINE_OUTSIDE);
	cr_assert_eq(out.waits.len, 2);
	cr_expect_eq(out.waits.data[0].from, 1);
	cr_expect_eq(out.waits.data[0].to, 2);
	cr_expect_eq(out.waits.data[0].why, KNOT_TIMELINE_HOLDER);
	cr_expect(out.waits.data[0].in_cycle);
	cr_expect_eq(out.left_out, 4);
	knot_waitgraph_free(&graph);
	knot_timeline_free(&out);
}

Test(timeline, critical_switches_have_their_event)
{
	struct trace t = start();

	go_all(&t); /* 0 to 5 */
	event(&t, KNOT_EV_RARE, 0, 0, 0, 0, 3); /* is not told */
	event(&t, KNOT_EV_SWITCH, 0, KNOT_OP_LOCK, 40, 0, 2 | 7 << 16); /* 6 */
	step(&t, 2, KNOT_OP_START, 2, 0);
	step(&t, 2, KNOT_OP_LOCK, 40, MU);
	struct knot_timeline out = made(&t, false);

	cr_assert_eq(out.switches.len, 1);
	cr_expect_eq(out.switches.data[0].event, 6);
	cr_expect_eq(out.events.data[6].to, 2);
	cr_expect_str_eq(out.switches.data[0].text,
		"T is stopped before lock a.go:40 (s.mu) while T/a.go:2#0 runs to lock a.go:40 "
		"(s.mu)");
	knot_timeline_free(&out);
}

Test(timeline, nothing_of_a_trace_is_trusted)
{
	struct trace t = start();

	t.gs[1].parent = 3; /* comes later */
	event(&t, KNOT_EV_SPAWN, 0, 0, 1, 9, 99);
	event(&t, KNOT_EV_WAKE, 0, 200, 1, UINT32_MAX, 1ull << 40);
	event(&t, KNOT_EV_SELECTED, 1, 250, 1, UINT32_MAX, ~0ull);
	event(&t, KNOT_EV_EXTERNAL, KNOT_G_NONE, 0, 0, 0, ~0ull);
	event(&t, KNOT_EV_SWITCH, 0, 0, 0, 0, KNOT_G_NONE);
	event(&t, 77, 0, 0, 0, 0, 0);
	step(&t, 50, KNOT_OP_LOCK, 1, 1);
	block(&t, 1, 255, 1, 3);
	struct knot_timeline out = made(&t, false);

	cr_assert_eq(out.events.len, 6, "the kind and the goroutine that cannot be are left out");
	for (size_t i = 0; i < 5; i++)
		cr_expect_eq(out.events.data[i].to, NONE);
	for (size_t i = 0; i < 6; i++)
		cr_expect_lt(out.events.data[i].op, KNOT_OP_LAST);
	cr_expect_eq(out.goroutines.data[1].parent, NONE);
	cr_expect_lt(out.goroutines.data[1].op, KNOT_OP_LAST);
	knot_timeline_free(&out);
}

Test(timeline, too_many_events_are_counted)
{
	const size_t len = KNOT_TIMELINE_EVENTS_MAX + 50;
	struct knot_shm_event *events = knot_xalloc(len * sizeof(*events));
	const struct trace t = start();
	const struct knot_run_view view = {.events = events, .len = len, .gs = t.gs, .gs_len = GS};
	const struct knot_timeline_input in = {.run = &view, .names = &names};
	struct knot_timeline out = {0};

	for (size_t i = 0; i < len; i++)
		events[i] = (struct knot_shm_event){
			.step = (uint32_t)i, .kind = KNOT_EV_STEP, .op = KNOT_OP_YIELD, .site = 7};
	events[9] = (struct knot_shm_event){.kind = KNOT_EV_BLOCK, .g = 1, .op = KNOT_OP_RECV};
	events[len - 2] =
		(struct knot_shm_event){.kind = KNOT_EV_STEP, .g = 1, .op = KNOT_OP_RESUME};
	events[len - 1] = (struct knot_shm_event){.kind = KNOT_EV_EXIT, .g = 1};
	knot_timeline_build(&in, &out);
	cr_expect_eq(out.events.len, KNOT_TIMELINE_EVENTS_MAX);
	cr_expect_eq(out.left_out, 50);
	cr_expect_eq(out.spans.data[0].to, KNOT_TIMELINE_EVENTS_MAX - 1, "it does go on");
	cr_expect_eq(out.goroutines.data[1].state, KNOT_TIMELINE_ENDED);
	knot_timeline_free(&out);
	free(events);
}

/* Any trace that a target may have written gives a timeline that can be read back. */
Test(timeline, whatever_the_trace_the_file_is_sound)
{
	struct knot_shm_event events[200];
	struct knot_shm_snap snaps[6];
	const struct trace t = start();
	const struct knot_run_view view = {.events = events, .len = 200, .gs = t.gs, .gs_len = GS};
	struct knot_timeline_input in = {
		.run = &view, .names = &names, .snaps = snaps, .snaps_len = 6};
	uint64_t random = 1;

	for (int n = 0; n < 200; n++) {
		struct knot_timeline out = {0}, back = {0};
		struct knot_error err = {0};
		size_t len;

		for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++) {
			const uint64_t r = random = knot_hash_mix(random + 1);

			events[i] = (struct knot_shm_event){.step = (uint32_t)(r & 1 ? i : r >> 40),
				.g = (uint16_t)(r >> 4 & 15 ? r >> 4 & 7 : KNOT_G_NONE),
				.kind = (uint8_t)(r >> 8 & 15),
				.op = (uint8_t)(r >> 12 & 1 ? 4 + (r >> 13 & 15) : r >> 13 & 63),
				.site = (uint32_t)(r >> 20 & 3 ? r >> 20 & 7 : r >> 20 & 4095),
				.prim = (uint32_t)(r >> 24 & 3),
				.aux = r >> 32 & 7 ? r >> 32 & 7 : r,
				.vtime = r >> 36 & 15 ? i * 100 : r};
		}
		for (size_t i = 0; i < 6; i++) {
			const uint64_t r = random = knot_hash_mix(random + 1);

			snaps[i] = (struct knot_shm_snap){.g = (uint16_t)(r & 255 ? r & 7 : r),
				.state = (uint8_t)(r >> 8 & 7),
				.op = (uint8_t)(r >> 16 & 63),
				.site = (uint32_t)(r >> 24 & 7),
				.prim = (uint32_t)(r >> 32 & 3)};
		}
		in.native = n & 1;
		knot_timeline_build(&in, &out);
		char *text = knot_timeline_encode(&out, &len);

		cr_assert_eq(knot_timeline_decode(knot_span_of(text, len), &back, &err), 0,
			"run %d: %s", n, err.message);
		free(text);
		knot_timeline_free(&out);
		knot_timeline_free(&back);
	}
}
