/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of the runtime that a run entered, against the events of its ring: what the one has and the other has not is
 * an operation that a hook has missed, or has told in the wrong place. Both are seen by one BPF program and so in one order.
 * Which of them need no counterpart is said by rules (docs/probe.md), and how often each was used is counted.
 */
#ifndef KNOT_WIRE_ENTERED_H
#define KNOT_WIRE_ENTERED_H

#include "runtime-shim/probe/record.h"
#include "wire/abi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who entered a function of the runtime: found on its stack. */
enum knot_entered_caller {
	KNOT_ENTERED_PROGRAM, /* where a hook stands, or the runtime takes the position for itself */
	KNOT_ENTERED_MACHINERY, /* a package in which there are no scheduling points */
	KNOT_ENTERED_INSIDE, /* package sync, for another operation of its own */
	KNOT_ENTERED_UNHOOKED, /* natively: code that was not instrumented */
	KNOT_ENTERED_UNKNOWN, /* the copy of the stack ends before it */
	KNOT_ENTERED_OWN, /* a goroutine of the runtime's own is created */
	KNOT_ENTERED_READY, /* runtime.ready makes a goroutine runnable */
	KNOT_ENTERED_BIRTH, /* a go statement does */
};

/* One hit, in the order of seq. */
struct knot_entered_hit {
	uint64_t seq, g, other, object, aux; /* as in struct knot_record_record */
	uint32_t tid;
	uint8_t kind; /* enum knot_record_kind */
	uint8_t caller; /* enum knot_entered_caller, but for KNOT_RECORD_HOOK */
	bool system;
	bool ranges; /* the place is that of a range loop */
	const char *file; /* base name; NULL = the place is unknown; borrowed */
	uint32_t line;
	struct knot_shm_event event; /* of KNOT_RECORD_HOOK */
};

/* Why something has no counterpart. The first ones are in the order of enum knot_entered_caller. */
enum knot_entered_rule {
	KNOT_ENTERED_BY_NOTHING,
	KNOT_ENTERED_BY_MACHINERY,
	KNOT_ENTERED_BY_INSIDE,
	KNOT_ENTERED_BY_UNHOOKED,
	KNOT_ENTERED_BY_UNKNOWN,
	KNOT_ENTERED_BY_OWN,
	KNOT_ENTERED_BY_STRANGER, /* a goroutine that is not of the run */
	KNOT_ENTERED_BY_SYSTEM, /* the scheduler's stack: a timer */
	KNOT_ENTERED_BY_NATIVE, /* natively blocking and waking are no events */
	KNOT_ENTERED_BY_QUEUE, /* runnable in another way than by ready */
	KNOT_ENTERED_BY_RANGE, /* natively: the receive that ends a range loop */
	KNOT_ENTERED_BY_END, /* the last thing of its goroutine when the run ended */
	KNOT_ENTERED_BY_FAST, /* an event of a lock that nobody else wanted */
	KNOT_ENTERED_BY_OTHER, /* an event of what none of these functions does */
	KNOT_ENTERED_RULES
};

enum knot_entered_kind {
	KNOT_ENTERED_SAME,
	KNOT_ENTERED_NO_EVENT, /* the runtime was entered, the ring has no event of it there */
	KNOT_ENTERED_NO_ENTRY, /* the other way round */
	KNOT_ENTERED_OBJECT, /* one object of the runtime is two primitives of the ring, or the other way round */
	KNOT_ENTERED_GOROUTINE, /* the same of goroutines */
	KNOT_ENTERED_PLACE, /* another file, or line */
	KNOT_ENTERED_REASON, /* to block for */
};

struct knot_entered_run {
	const struct knot_entered_hit *hits; /* by seq */
	size_t len;
	bool native;
	bool died; /* the process did in the run */
};

struct knot_entered_check {
	uint64_t same; /* pairs */
	uint64_t differences;
	uint64_t left[KNOT_ENTERED_RULES];
	/* The first difference. */
	enum knot_entered_kind first;
	bool has_entry, has_event;
	struct knot_entered_hit entry, event;
	uint64_t position; /* how many pairs of the same goroutine came before */
};

void knot_entered_compare(const struct knot_entered_run *run, struct knot_entered_check *ret_check);
/* Static. */
const char *knot_entered_kind_name(enum knot_entered_kind kind);
const char *knot_entered_rule_name(enum knot_entered_rule rule);
/* "chansend" ... */
const char *knot_entered_function(uint32_t record_kind);

#endif
