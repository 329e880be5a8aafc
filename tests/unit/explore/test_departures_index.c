/* SPDX-License-Identifier: BSD-2-Clause */
/* What is found by search is held against the plain definition, which looks at the whole run for each departure. */
#include "explore/departures.h"

#include "base/error.h"
#include "base/rng.h"
#include "explore/moved.h"
#include "explore/switches.h"
#include "wire/sites.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define PATHS 4
#define EVENTS_MAX 60

static struct knot_shm_goroutine gs[PATHS + 1];
static struct knot_crash none;
static struct knot_sites *no_sites;

static void init(void)
{
	static const char empty[] = "{\"version\":1,\"module\":\"m\",\"sites\":[],\"unplaced\":[],"
				    "\"packages\":[]}";
	struct knot_error err = {0};

	/* Two goroutines of one path. */
	for (size_t g = 0; g <= PATHS; g++)
		gs[g].path = 10 + g % PATHS;
	none.target = (char *)"m";
	cr_assert_eq(knot_sites_decode(knot_span_str(empty), &no_sites, &err), 0);
}

static void fini(void)
{
	knot_sites_free(no_sites);
}

TestSuite(departures_index, .init = init, .fini = fini);

static bool has_path(const struct knot_run_view *run, uint16_t g, uint64_t path)
{
	return g < run->gs_len && run->gs[g].path == path;
}

static bool plain_find(const struct knot_run_view *run, const struct knot_crash_departure *d,
	struct knot_departure_place *ret)
{
	uint32_t ops = 0, nth = 0;

	if (!d->from) {
		*ret = (struct knot_departure_place){.ops = 0};
		return true;
	}
	for (size_t i = 0; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (!has_path(run, e->g, d->from))
			continue;
		const bool is_it = d->kind == KNOT_DEPARTS_BEHIND ? e->kind == KNOT_EV_EXIT
								  : e->kind == KNOT_EV_STEP &&
				e->op == d->op && e->site == d->site && nth++ == d->nth;

		ops += knot_departure_is_execution(e) && (!is_it || d->kind != KNOT_DEPARTS_AT);
		if (is_it) {
			*ret = (struct knot_departure_place){.ops = ops, .step = e->step};
			return true;
		}
	}
	return false;
}

static bool plain_by_itself(const struct knot_run_view *run, const struct knot_crash_departure *d,
	uint32_t ops, size_t *ret_event)
{
	size_t at = run->len;
	uint32_t executed = 0;

	for (size_t i = 0; i < run->len && d->kind != KNOT_DEPARTS_AFTER; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (at < run->len && e->kind == KNOT_EV_TIMER && !d->to)
			break;
		if (e->kind != KNOT_EV_STEP)
			continue;
		if (at < run->len) {
			if (!d->to || !has_path(run, e->g, d->to))
				return false;
			break;
		}
		executed += has_path(run, e->g, d->from) && knot_departure_is_execution(e);
		if (has_path(run, e->g, d->from) && executed == ops)
			at = i;
	}
	*ret_event = at;
	return at < run->len;
}

static bool plain_taken(const struct knot_run_view *run, const struct knot_crash_departure *d,
	uint32_t ops, size_t *ret_event)
{
	for (size_t i = 0; i < run->len; i++) {
		if (run->events[i].kind != KNOT_EV_SWITCH)
			continue;
		const struct knot_switch s = knot_switch_of_event(run, &run->events[i]);

		if (s.from == d->from && s.to == d->to && s.ops == ops &&
			s.at == knot_departure_is_at(d)) {
			*ret_event = i;
			return true;
		}
	}
	return plain_by_itself(run, d, ops, ret_event);
}

static struct knot_shm_event random_event(struct knot_rng *rng, uint32_t step)
{
	static const uint8_t kinds[] = {KNOT_EV_STEP, KNOT_EV_STEP, KNOT_EV_STEP, KNOT_EV_SWITCH,
		KNOT_EV_SWITCH, KNOT_EV_EXIT, KNOT_EV_TIMER, KNOT_EV_BLOCK};
	static const uint8_t ops[] = {KNOT_OP_NONE, KNOT_OP_START, KNOT_OP_LOCK, KNOT_OP_SEND};
	const uint64_t to = knot_rng_below(rng, PATHS + 2);

	/* Beyond the last goroutine there is sometimes one. */
	return (struct knot_shm_event){.step = step,
		.kind = kinds[knot_rng_below(rng, sizeof(kinds))],
		.op = ops[knot_rng_below(rng, sizeof(ops))],
		.g = (uint16_t)knot_rng_below(rng, PATHS + 2),
		.site = (uint32_t)knot_rng_below(rng, 3),
		.aux = (to > PATHS ? KNOT_G_NONE : to) | knot_rng_below(rng, 8) << 16};
}

static struct knot_crash_departure random_departure(struct knot_rng *rng)
{
	static const uint32_t ops[] = {
		KNOT_OP_NONE, KNOT_OP_START, KNOT_OP_LOCK, KNOT_OP_SEND, 0x100 + KNOT_OP_LOCK};

	return (struct knot_crash_departure){.kind = (uint32_t)knot_rng_below(rng, 4),
		.from = knot_rng_below(rng, 8) ? 10 + knot_rng_below(rng, PATHS) : 0,
		.to = knot_rng_below(rng, 3) ? 10 + knot_rng_below(rng, PATHS) : 0,
		.ops = (uint32_t)knot_rng_below(rng, 8),
		.op = ops[knot_rng_below(rng, 5)],
		.site = (uint32_t)knot_rng_below(rng, 3),
		.nth = (uint32_t)knot_rng_below(rng, 3)};
}

Test(departures_index, finds_what_looking_at_all_finds)
{
	size_t found = 0, taken = 0, by_itself = 0;

	for (uint32_t seed = 0; seed < 500; seed++) {
		struct knot_rng rng = {.seed = seed};
		struct knot_shm_event e[EVENTS_MAX];
		const struct knot_run_view run = {.events = e,
			.len = knot_rng_below(&rng, EVENTS_MAX + 1),
			.gs = gs,
			.gs_len = PATHS + seed % 2};
		struct knot_moved *m = knot_moved_new(&none, no_sites);

		for (uint32_t i = 0; i < run.len; i++)
			e[i] = random_event(&rng, i);
		struct knot_departure_index *x = knot_departure_index_new(&run);

		for (size_t i = 0; i < 100; i++) {
			const struct knot_crash_departure d = random_departure(&rng);
			struct knot_departure_place a = {0}, b = {0};
			size_t at = 0, bt = 0;
			const bool has = plain_find(&run, &d, &a);
			const bool goes = plain_taken(&run, &d, d.ops, &at);

			cr_assert_eq(knot_departure_find(x, &d, m, &b), has, "%u, %zu", seed, i);
			cr_assert(!has || (a.ops == b.ops && a.step == b.step), "%u, %zu", seed, i);
			cr_assert_eq(
				knot_departure_taken(x, &d, d.ops, &bt), goes, "%u, %zu", seed, i);
			cr_assert(!goes || at == bt, "%u, %zu", seed, i);
			found += has;
			taken += goes && e[at].kind == KNOT_EV_SWITCH;
			by_itself += goes && e[at].kind == KNOT_EV_STEP;
		}
		knot_departure_index_free(x);
		knot_moved_free(m);
	}
	cr_expect_gt(found, 500);
	cr_expect_gt(taken, 500);
	cr_expect_gt(by_itself, 500);
	knot_departure_index_free(NULL);
}

#define MANY 20000
/* Events a departure: some times the logarithm, where the plain way looks at thousands. */
#define LOOKED_MAX 200

/* As many departures as events, none of them there, all of one goroutine. */
Test(departures_index, many_departures_take_no_longer_each)
{
	struct knot_shm_event *e = calloc(MANY, sizeof(*e));
	const struct knot_run_view run = {.events = e, .len = MANY, .gs = gs, .gs_len = PATHS};
	struct knot_moved *m = knot_moved_new(&none, no_sites);
	size_t at;

	for (uint32_t i = 0; i < MANY; i++)
		e[i] = (struct knot_shm_event){
			.step = i, .kind = KNOT_EV_STEP, .op = KNOT_OP_LOCK, .site = i % 7};
	struct knot_departure_index *x = knot_departure_index_new(&run);

	for (uint32_t i = 0; i < MANY; i++) {
		const struct knot_crash_departure d = {.kind = KNOT_DEPARTS_AT,
			.from = gs[0].path,
			.to = gs[1].path,
			.op = KNOT_OP_LOCK,
			.site = i % 7,
			.nth = MANY + i};
		struct knot_departure_place place;

		cr_assert_not(knot_departure_find(x, &d, m, &place));
		cr_assert_not(knot_departure_taken(x, &d, i, &at));
	}
	cr_expect_lt(knot_departure_index_looked(x), (uint64_t)LOOKED_MAX * MANY);
	cr_expect_gt(knot_departure_index_looked(x), MANY);
	knot_departure_index_free(x);
	knot_moved_free(m);
	free(e);
}
