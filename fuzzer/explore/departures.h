/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a run departs from run-until-block, by operations as code names them: "T/a.go:11#1 is stopped before its second
 * lock of t.mu in run", and how many operations that is in a run of other code.
 */
#ifndef KNOT_EXPLORE_DEPARTURES_H
#define KNOT_EXPLORE_DEPARTURES_H

#include "base/vec.h"
#include "explore/run_view.h"
#include "wire/crash.h"

struct knot_departure_index;
struct knot_moved;
struct knot_names;

typedef KNOT_VEC(struct knot_crash_departure) knot_departures;

/* Of a run under KNOT_POLICY_SWITCH, the first max in order. Caller frees with knot_vec_free. */
void knot_departures_of_run(const struct knot_run_view *run, size_t max, knot_departures *ret);

/* As the shim counts what a goroutine has executed: to start, to go on and to compute are none. */
bool knot_departure_is_execution(const struct knot_shm_event *e);
/* Could from have gone on? As struct knot_switch has it. */
bool knot_departure_is_at(const struct knot_crash_departure *d);

struct knot_departure_place {
	uint32_t ops; /* operations that from has executed there */
	uint32_t step; /* of the run */
};

/* The places that a run comes to. The run is borrowed. Caller frees with knot_departure_index_free. */
struct knot_departure_index *knot_departure_index_new(const struct knot_run_view *run);
void knot_departure_index_free(struct knot_departure_index *x);
/* How many events were looked at to find places so far, which is what the time goes with. */
uint64_t knot_departure_index_looked(const struct knot_departure_index *x);
/* Does from come to the place? Goroutines of the run have the paths that they had (knot_moved_aliases). */
bool knot_departure_find(struct knot_departure_index *x, const struct knot_crash_departure *d,
	const struct knot_moved *moved, struct knot_departure_place *ret);
/* Did the run go on with to where from had executed so many operations? ret_event: the KNOT_EV_SWITCH. */
bool knot_departure_taken(struct knot_departure_index *x, const struct knot_crash_departure *d,
	uint32_t ops, size_t *ret_event);
/*
 * What from does in the run behind so many operations: "send m.go:12 (m.ch)", "nothing: it is not started". Caller frees.
 */
char *knot_departure_found(const struct knot_run_view *run, const struct knot_crash_departure *d,
	uint32_t ops, const struct knot_names *names, uint32_t *ret_step);
/* "lock m.go:10 (m.mu) by T/m.go:30#0", in the words of the crash file. Caller frees. */
char *knot_departure_expected(const struct knot_crash *c, const struct knot_crash_departure *d);
/* "T/m.go:31#0", or "the next timer". Borrowed from c. */
const char *knot_departure_to(const struct knot_crash *c, const struct knot_crash_departure *d);

#endif
