/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace of a native run, which many threads wrote at once, brought into the form that everything else
 * reads: in the order of the clocks, no holes, steps numbered, primitives numbered by first use.
 */
#ifndef KNOT_WIRE_SETTLE_H
#define KNOT_WIRE_SETTLE_H

#include "wire/abi.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * events were copied from cursor start on, of a process that calls itself pid. Events whose stamp does not
 * fit were never filled: they are left out. Returns how many are left. *ret_unfilled of the others were taken and not
 * filled; the last one that each thread has taken is not told from those it has claimed and not come to.
 */
size_t knot_settle(struct knot_shm_event *events, size_t len, uint64_t start, uint32_t pid,
	uint32_t *ret_unfilled);
/* The part of it that needs no stamps. */
void knot_settle_numbers(struct knot_shm_event *events, size_t len);
/* Has the slot of that cursor been filled? */
bool knot_settle_is_filled(const struct knot_shm_event *event, uint64_t cursor, uint32_t pid);

#endif
