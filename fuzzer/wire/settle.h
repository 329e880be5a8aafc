/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace of a native run, which many threads wrote at once, brought into the form that everything else
 * reads: no holes, steps numbered, primitives numbered by first use.
 */
#ifndef KNOT_WIRE_SETTLE_H
#define KNOT_WIRE_SETTLE_H

#include "wire/abi.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * events were copied from cursor start on, of a process that calls itself pid. Events whose stamp does not
 * fit were claimed and never filled: they are left out. Returns how many are left.
 */
size_t knot_settle(struct knot_shm_event *events, size_t len, uint64_t start, uint32_t pid);
/* The part of it that needs no stamps. */
void knot_settle_numbers(struct knot_shm_event *events, size_t len);
/* Has the slot of that cursor been filled? */
bool knot_settle_is_filled(const struct knot_shm_event *event, uint64_t cursor, uint32_t pid);

#endif
