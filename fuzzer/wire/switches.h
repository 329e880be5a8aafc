/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A schedule said by where it departs from run-until-block: whoever runs goes on until he blocks, ends or gives way, then
 * comes who has waited longest. Unlike a list of decisions it still means something when entries are taken out, or when
 * the code has changed a little: an entry names goroutines by their paths and places by operations executed.
 * runtime-shim/runtime/knot_policy_switch.go carries it out (KNOT_REQ_SWITCHES).
 */
#ifndef KNOT_WIRE_SWITCHES_H
#define KNOT_WIRE_SWITCHES_H

#include "base/span.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

#define KNOT_SWITCHES_MAX 300000 /* entries; what the shim's tables have room for */

struct knot_switch {
	uint64_t from; /* path of the goroutine that ran last, 0 = none has run yet */
	uint64_t to; /* of the one that goes on; 0 = the next timer fires */
	uint32_t ops; /* operations that from has executed */
	uint16_t visit; /* blocked: the how manyth time since that operation, from 1; 0 = any */
	bool at; /* from is at its next operation and could go on; else it is blocked in the last one, or has ended */
	bool preempts; /* it could have gone on, had not offered to give way, and somebody else does */
};

typedef KNOT_VEC(struct knot_switch) knot_switches;
typedef KNOT_VEC(uint16_t) knot_switch_slots;

/* Caller frees with knot_vec_free. */
knot_switches knot_switches_copy(const knot_switches *list);
/* As a request holds them: by place, those of one place in the order of list. */
void knot_switches_encode(const struct knot_switch *list, size_t len, knot_switch_slots *ret_slots);

#endif
