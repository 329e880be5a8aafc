/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Happens-before over the runs seen, by vector clocks (Lamport 1978; Mattern 1988): which orders of two operations no
 * run can have, so that no chain asks for them.
 *
 * An edge counts only when every schedule has it: program order; go statement to child; Done to the end of Wait, where
 * each Add comes before that Wait; the n-th send to the end of the n-th receive where one goroutine sends and one
 * receives; close to the end of a receive from a channel that nobody sends on. What one schedule happened to order (locks,
 * atomics, channels with several senders or receivers) counts for nothing.
 *
 * Who sends, closes or says Done may still be for the schedule to choose. Where the same receive or Wait has gone on
 * because of two different goroutines, only program order and go statements count for the whole test (partners.h).
 *
 * A chain is refused when each trace that has both of two operations says that the second comes before the first,
 * whatever occurrences of the two are taken. One trace that does not is never forgotten.
 *
 * And mutual exclusion: in every trace that has them the first and the third of three operations are of one goroutine,
 * happen once and lie in one stretch of holding a mutex, which the second, of another goroutine, happens under, too.
 */
#ifndef KNOT_EXPLORE_HB_H
#define KNOT_EXPLORE_HB_H

#include "explore/run_view.h"
#include "wire/chain.h"

#include <stdbool.h>

struct knot_budget;
struct knot_cpop;
struct knot_hb;

#define KNOT_HB_GS_MAX 256 /* goroutines of a trace that is looked at */
#define KNOT_HB_EVENTS_MAX (1u << 18)

/* Both are borrowed and must live longer; budget NULL = limits of its own. Caller frees with knot_hb_free. */
struct knot_hb *knot_hb_new(const struct knot_cpop *cpop, struct knot_budget *budget);
void knot_hb_free(struct knot_hb *hb);

/* A whole trace, which cpop must have seen before. What is too large is passed over. */
void knot_hb_add(struct knot_hb *hb, const struct knot_run_view *run);
/* True when no run can execute b behind a: a knot_cpop_find index each. */
bool knot_hb_forbids(const struct knot_hb *hb, uint32_t a, uint32_t b);
/* The same for any two or three operations of a chain: a filter for knot_mutator_set_filter. */
bool knot_hb_forbids_chain(void *hb, const struct knot_chain *chain);
/* A run has executed all of it in order. */
void knot_hb_allow(struct knot_hb *hb, const struct knot_chain *chain);

#endif
