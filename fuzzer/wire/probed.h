/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run as the eBPF probe recorded it: brought into the form of a trace, and compared with what the target wrote into the
 * ring. The two are made independently: the hook is called from what a writer of the ring was told. So a difference is
 * a defect of goknot (or a target that writes over the shared memory).
 */
#ifndef KNOT_WIRE_PROBED_H
#define KNOT_WIRE_PROBED_H

#include "runtime-shim/probe/probe.h"
#include "wire/abi.h"

#include <stdbool.h>
#include <stddef.h>

/* The ring's side. */
struct knot_probed_ring {
	const struct knot_shm_event *events; /* as they stood there, cursors start to end */
	uint64_t start, end;
	uint32_t pid; /* what the process calls itself */
	bool native;
	bool died; /* the process did, maybe between ring and hook */
	bool lossy; /* the probe lost records: what is missing there may be among them */
};

enum knot_probed_kind {
	KNOT_PROBED_SAME,
	KNOT_PROBED_MISSING, /* the ring has an event that the probe has not */
	KNOT_PROBED_EXTRA, /* the other way round */
	KNOT_PROBED_EVENT, /* both have it and it is not the same */
	KNOT_PROBED_PRIM, /* what is one primitive to the ring is two to the probe, or the other way round */
	KNOT_PROBED_ORDER, /* of one goroutine, or one lock, or of a controlled run */
};

struct knot_probed_check {
	uint64_t same; /* events */
	uint64_t differences;
	uint64_t lost; /* not there, and the probe says that it lost some */
	uint64_t raced; /* native: neighbours that raced, the other way round in the ring */
	/* The first difference. */
	enum knot_probed_kind first;
	uint64_t event; /* which of the run's */
	struct knot_shm_event ring, probe; /* all 0: not there */
};

/*
 * Of a run's records those with cursors from start to end, in the order of seq. Of two with one cursor (a goroutine left
 * over from the run before) the later one stands. Returns how many are left, at the front.
 */
size_t knot_probed_pick(
	struct knot_probe_record *records, size_t len, uint64_t start, uint64_t end);
/* out has room for len events: those of the records, in their order, as a settled trace. */
void knot_probed_events(const struct knot_probe_record *records, size_t len, bool native,
	struct knot_shm_event *out);
/* How many elements of the chain were executed in order, from the first on. */
uint32_t knot_probed_chain_done(const struct knot_shm_event *events, size_t len);
/* records are picked. */
void knot_probed_compare(const struct knot_probe_record *records, size_t len,
	const struct knot_probed_ring *ring, struct knot_probed_check *ret_check);
const char *knot_probed_kind_name(enum knot_probed_kind kind);

#endif
