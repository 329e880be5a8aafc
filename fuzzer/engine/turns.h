/* SPDX-License-Identifier: BSD-2-Clause */
/* A worker's turn at a test; what a turn is, and whose it is, stands in turns.c and explore/turns.h. */
#ifndef KNOT_ENGINE_TURNS_H
#define KNOT_ENGINE_TURNS_H

#include <stdbool.h>
#include <stdint.h>

struct knot_campaign;
struct knot_campaign_worker;
struct knot_error;
struct knot_plan;
struct knot_plan_end;

/* The one that a worker has. */
struct knot_campaign_turn {
	bool closing; /* nothing more is asked for */
	bool is_short;
	uint64_t start_ns, until_ns; /* until when, once the first request has ended */
	uint64_t ends, cost, runs, known;
	uint32_t pairs, findings; /* when it began */
	uint64_t taken; /* runs of requests under way */
	uint64_t mark_ns; /* since when the request under way takes time */
	uint64_t aside_ns; /* that it had taken before a run of it was looked at */
};

/* Goes on to the next test when it is time, and asks for what can be asked for now. */
int knot_turn_step(struct knot_campaign *c, struct knot_campaign_worker *w, struct knot_error *err);
/* The same for a worker with a test, while its answers are looked at. arg = the worker. */
int knot_turn_fill(void *arg, struct knot_error *err);
/* Ends the turn at once: what is under way is dropped. */
int knot_turn_give_up(
	struct knot_campaign *c, struct knot_campaign_worker *w, struct knot_error *err);
void knot_turn_close(struct knot_campaign *c, struct knot_campaign_worker *w);
/* A run is looked at now; that is done. */
void knot_turn_look_begin(struct knot_campaign_worker *w);
void knot_turn_look_end(struct knot_campaign_worker *w, bool bad, bool known);
/* A request of the worker's test has ended. */
void knot_turn_count(struct knot_campaign_worker *w, const struct knot_plan *plan,
	const struct knot_plan_end *end);
/* Of a number of runs all have been made. */
bool knot_turns_used_up(const struct knot_campaign *c);

#endif
