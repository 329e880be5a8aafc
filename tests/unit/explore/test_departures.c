/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/departures.h"

#include "base/error.h"
#include "explore/moved.h"
#include "tests/unit/explore/two_children.h"
#include "wire/sites.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * T locks and unlocks at 40 and 41, and is stopped before it locks there again; G1 blocks in a send, a timer fires, it could go
 * on and T does; G1 ends and G2 goes on. shift moves the sites; more is another lock of T before all.
 */
static struct knot_run_view sample(uint32_t shift, bool more)
{
	static struct knot_shm_event e[32];
	const uint32_t ops = 2 + more;
	size_t n = 0;

	e[n++] = event(KNOT_EV_SPAWN, 0, 0, KNOT_OP_GO, 26, 1);
	e[n++] = event(KNOT_EV_SPAWN, 0, 0, KNOT_OP_GO, 27, 2);
	e[n++] = event(KNOT_EV_STEP, 1, 0, KNOT_OP_START, 0, 0);
	if (more)
		e[n++] = event(KNOT_EV_STEP, 2, 0, KNOT_OP_LOCK, 90, 0);
	e[n++] = event(KNOT_EV_STEP, 3, 0, KNOT_OP_LOCK, 40 + shift, 0);
	e[n++] = event(KNOT_EV_STEP, 4, 0, KNOT_OP_UNLOCK, 41 + shift, 0);
	e[n++] = event(KNOT_EV_SWITCH, 4, 0, KNOT_OP_LOCK, 40 + shift, AUX(1, ops));
	e[n++] = event(KNOT_EV_STEP, 5, 1, KNOT_OP_START, 26, 0);
	e[n++] = event(KNOT_EV_STEP, 6, 1, KNOT_OP_SEND, 50 + shift, 0);
	e[n++] = event(KNOT_EV_BLOCK, 6, 1, KNOT_OP_SEND, 50 + shift, 0);
	e[n++] = event(KNOT_EV_SWITCH, 6, 1, KNOT_OP_NONE, 0, AUX(KNOT_G_NONE, 1));
	e[n++] = event(KNOT_EV_SWITCH, 7, 1, KNOT_OP_RESUME, 50 + shift, AUX(0, 1));
	e[n++] = event(KNOT_EV_STEP, 8, 0, KNOT_OP_LOCK, 40 + shift, 0);
	e[n++] = event(KNOT_EV_STEP, 9, 1, KNOT_OP_RESUME, 50 + shift, 0);
	e[n++] = event(KNOT_EV_STEP, 10, 1, KNOT_OP_EXIT, 0, 0);
	e[n++] = event(KNOT_EV_EXIT, 10, 1, KNOT_OP_NONE, 0, 0);
	e[n++] = event(KNOT_EV_SWITCH, 10, 1, KNOT_OP_NONE, 0, AUX(2, 2));
	e[n++] = event(KNOT_EV_STEP, 11, 2, KNOT_OP_START, 27, 0);
	return (struct knot_run_view){.events = e, .len = n, .gs = gs, .gs_len = 3};
}

static void expect_departure(const struct knot_crash_departure *d, uint32_t kind, uint64_t from,
	uint32_t ops, uint32_t op, uint32_t site, uint32_t nth, uint64_t to)
{
	cr_expect_eq(d->kind, kind);
	cr_expect_eq(d->from, from);
	cr_expect_eq(d->ops, ops);
	cr_expect_eq(d->op, op);
	cr_expect_eq(d->site, site);
	cr_expect_eq(d->nth, nth);
	cr_expect_eq(d->to, to);
}

Test(departures, are_named_by_operations)
{
	const struct knot_run_view run = sample(0, false);
	knot_departures list = {0};

	knot_departures_of_run(&run, 100, &list);
	cr_assert_eq(list.len, 4);
	expect_departure(
		&list.data[0], KNOT_DEPARTS_AT, KNOT_PATH_ROOT, 2, KNOT_OP_LOCK, 40, 1, 11);
	expect_departure(&list.data[1], KNOT_DEPARTS_IN, 11, 1, KNOT_OP_SEND, 50, 0, 0);
	expect_departure(
		&list.data[2], KNOT_DEPARTS_AFTER, 11, 1, KNOT_OP_SEND, 50, 0, KNOT_PATH_ROOT);
	expect_departure(&list.data[3], KNOT_DEPARTS_BEHIND, 11, 2, KNOT_OP_NONE, 0, 0, 12);
	knot_vec_free(&list);
	knot_departures_of_run(&run, 1, &list);
	cr_expect_eq(list.len, 1);
	knot_vec_free(&list);
}

static struct knot_sites *table(uint32_t shift)
{
	static const char form[] =
		"{\"version\":1,\"module\":\"m\",\"sites\":["
		"{\"id\":%u,\"pkg\":\"m\",\"file\":\"/a.go\",\"line\":%u,\"col\":1,\"op\":\"lock\","
		"\"prim\":\"s.mu\",\"func\":\"F\",\"parent\":0,\"after\":true},"
		"{\"id\":%u,\"pkg\":\"m\",\"file\":\"/a.go\",\"line\":%u,\"col\":1,\"op\":\"send\","
		"\"prim\":\"c\",\"func\":\"G\",\"parent\":0,\"after\":true}],"
		"\"unplaced\":[],\"packages\":[]}";
	char text[1024];
	struct knot_sites *s = NULL;
	struct knot_error err = {0};

	snprintf(text, sizeof(text), form, 40 + shift, 40 + shift, 50 + shift, 50 + shift);
	cr_assert_eq(knot_sites_decode(knot_span_str(text), &s, &err), 0, "%s", err.message);
	return s;
}

/* As a crash file has them, all texts there. Caller frees. */
static struct knot_crash crash(const struct knot_sites *sites)
{
	struct knot_crash c = {0};

	knot_vec_push(&c.names, knot_moved_name(sites, &names, 40));
	knot_vec_push(&c.names, knot_moved_name(sites, &names, 50));
	knot_vec_push(&c.goroutines,
		((struct knot_crash_goroutine){
			.g = 1, .path = 11, .gpath = strdup("T/a.go:26#0")}));
	return c;
}

Test(departures, are_found_where_the_operations_are_now)
{
	struct knot_sites *was = table(0), *now = table(100);
	struct knot_crash c = crash(was);
	struct knot_moved *m = knot_moved_new(&c, now);
	struct knot_run_view run = sample(0, false);
	struct knot_departure_place place;
	knot_departures list = {0};
	const uint32_t ops[] = {3, 1, 1, 2};
	size_t event;

	knot_departures_of_run(&run, 100, &list);
	cr_assert_eq(list.len, 4);
	run = sample(100, true);
	struct knot_departure_index *x = knot_departure_index_new(&run);

	for (size_t i = 0; i < 4; i++) {
		const struct knot_crash_departure *d = &list.data[i];

		cr_assert(knot_departure_find(x, d, m, &place), "%zu", i);
		cr_expect_eq(place.ops, ops[i], "%zu: %u", i, place.ops);
		cr_expect(knot_departure_taken(x, d, place.ops, &event), "%zu", i);
		cr_expect_not(knot_departure_taken(x, d, place.ops + 5, &event), "%zu", i);
	}
	/* A second send there is none, nor a goroutine of that path. */
	list.data[1].nth = 1;
	cr_expect_not(knot_departure_find(x, &list.data[1], m, &place));
	list.data[0].from = 77;
	cr_expect_not(knot_departure_find(x, &list.data[0], m, &place));
	knot_departure_index_free(x);
	knot_vec_free(&list);
	knot_moved_free(m);
	knot_crash_free(&c);
	knot_sites_free(was);
	knot_sites_free(now);
}

/* In other code run-until-block may go that way by itself. */
Test(departures, may_come_by_themselves)
{
	struct knot_shm_event e[] = {event(KNOT_EV_STEP, 1, 1, KNOT_OP_START, 26, 0),
		event(KNOT_EV_STEP, 2, 1, KNOT_OP_LOCK, 40, 0),
		event(KNOT_EV_STEP, 3, 1, KNOT_OP_SEND, 50, 0),
		event(KNOT_EV_BLOCK, 3, 1, KNOT_OP_SEND, 50, 0),
		event(KNOT_EV_STEP, 4, 2, KNOT_OP_START, 27, 0)};
	const struct knot_run_view run = {.events = e, .len = 5, .gs = gs, .gs_len = 3};
	struct knot_crash_departure d = {.kind = KNOT_DEPARTS_IN, .from = 11, .to = 12};
	struct knot_departure_index *x = knot_departure_index_new(&run);
	size_t at;

	cr_assert(knot_departure_taken(x, &d, 2, &at));
	cr_expect_eq(at, 2);
	cr_expect_not(knot_departure_taken(x, &d, 1, &at));
	cr_expect_not(knot_departure_taken(x, &d, 3, &at));
	d.to = KNOT_PATH_ROOT;
	cr_expect_not(knot_departure_taken(x, &d, 2, &at));
	d.to = 0;
	cr_expect_not(knot_departure_taken(x, &d, 2, &at));
	e[3].kind = KNOT_EV_TIMER;
	cr_expect(knot_departure_taken(x, &d, 2, &at));
	knot_departure_index_free(x);
}

Test(departures, in_words)
{
	struct knot_sites *was = table(0);
	struct knot_crash c = crash(was);
	const struct knot_run_view run = sample(0, true);
	const struct knot_crash_departure at = {
		.kind = KNOT_DEPARTS_AT, .from = 11, .to = 12, .op = KNOT_OP_LOCK, .site = 40};
	const struct knot_crash_departure behind = {.kind = KNOT_DEPARTS_BEHIND, .from = 11};
	const struct knot_crash_departure root = {
		.kind = KNOT_DEPARTS_AT, .from = KNOT_PATH_ROOT, .op = KNOT_OP_SEND, .site = 50};
	uint32_t step;
	char *text = knot_departure_expected(&c, &at);

	cr_expect_str_eq(text, "lock a.go:40 (s.mu) by T/a.go:26#0");
	free(text);
	text = knot_departure_expected(&c, &behind);
	cr_expect_str_eq(text, "the end of T/a.go:26#0");
	free(text);
	cr_expect_str_eq(knot_departure_to(&c, &behind), "the next timer");
	cr_expect_str_eq(knot_departure_to(&c, &at), "a goroutine without a name");
	text = knot_departure_found(&run, &root, 1, &names, &step);
	cr_expect_str_eq(text, "lock a.go:40 (s.mu)");
	cr_expect_eq(step, 3);
	free(text);
	text = knot_departure_found(
		&run, &(struct knot_crash_departure){.from = 12}, 0, &names, &step);
	cr_expect_str_eq(text, "nothing: it executes no operation");
	free(text);
	text = knot_departure_found(
		&run, &(struct knot_crash_departure){.from = 13}, 0, &names, &step);
	cr_expect_str_eq(text, "nothing: it is not started");
	free(text);
	knot_crash_free(&c);
	knot_sites_free(was);
}
