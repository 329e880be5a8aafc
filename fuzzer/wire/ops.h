/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of operations, events, run ends and policies as files and reports spell them: the macro's
 * last part in lower case (KNOT_OP_WGWAIT is "wgwait", KNOT_OP_ATOMIC_LOAD "atomic_load").
 */
#ifndef KNOT_WIRE_OPS_H
#define KNOT_WIRE_OPS_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* The name (static), "unknown" for a number that has none. */
const char *knot_op_name(uint32_t op);
const char *knot_event_name(uint32_t kind);
const char *knot_end_name(uint32_t end);
const char *knot_policy_name(uint32_t policy);

/* The number of a name; false when there is no such name. */
bool knot_op_parse(struct knot_span name, uint32_t *ret_op);
bool knot_event_parse(struct knot_span name, uint32_t *ret_kind);
bool knot_end_parse(struct knot_span name, uint32_t *ret_end);
bool knot_policy_parse(struct knot_span name, uint32_t *ret_policy);

/* The operation that a site of op runs as, and whose number goes into the site hash: RANGE and SELRECV
 * run as RECV, SELSEND as SEND, WGGO as GO, all others as themselves. */
uint32_t knot_op_runs_as(uint32_t op);

/* Is it no operation but the state in which one finds its channel? */
bool knot_op_is_state(uint32_t op);

/* How many slots the entry of a schedule takes that begins with slot d: see KNOT_DECISION_TIMER and the like. */
uint32_t knot_decision_slots(uint16_t d);

#endif
