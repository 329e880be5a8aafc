/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the eBPF probe and goknot share: plain data, read by the BPF program and by fuzzer/sys/probe.c. What the hook is called
 * with stands here, too; runtime-shim/runtime/knot_probe_amd64.s is the hook, and knot_probe.go calls it.
 *
 *	register   AX       BX       CX   DI      SI         R8           R9   R10
 *	carries    session  request  run  cursor  the event: first word,  site and primitive,  aux,  time
 */
#ifndef KNOT_PROBE_PROBE_H
#define KNOT_PROBE_PROBE_H

#define KNOT_PROBE_RING_BYTES (16u << 20)
/* Each processor has counters of its own; those with numbers that differ by a multiple of this share theirs. */
#define KNOT_PROBE_CPUS 256u

/* Of what the hook was called with in a session of the goknot that asks, in the order of seq; a hole is a record lost. */
struct knot_probe_record {
	unsigned long long seq; /* one order over all processors, taken where the hook was hit */
	unsigned long long session;
	unsigned long long request; /* struct knot_shm_request.id */
	unsigned long long run; /* which of the request's, from 0 */
	unsigned long long cursor; /* of the event in the ring of the shared memory; one of the two below stands in no record */
	/* struct knot_shm_event: the same 32 bytes that the ring got */
	unsigned long long event[4];
};

/* Where a run begins and ends the hook is called with these in place of a cursor: for record.bpf.c. */
#define KNOT_PROBE_BEGIN (~0ull)
#define KNOT_PROBE_END (~0ull - 1)

/* A cache line. */
struct knot_probe_counts {
	unsigned long long lost; /* records for which the ring had no room; hits = records + lost */
	unsigned long long pad[7];
};

_Static_assert(sizeof(struct knot_probe_record) == 72, "record layout");
_Static_assert(sizeof(struct knot_probe_counts) == 64, "counts layout");

#endif
