/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the recording program and goknot share: plain data, read by record.bpf.c and by fuzzer/sys/recorder.c. One record
 * for each hit of one of the runtime's functions.
 */
#ifndef KNOT_PROBE_RECORD_H
#define KNOT_PROBE_RECORD_H

#define KNOT_RECORD_RING_BYTES (16u << 20)
/* Where goknot does more than to read: with a record for each event of a run, and one at a time. */
#define KNOT_RECORD_AUDIT_BYTES (64u << 20)
/* Each processor has counters of its own; those with numbers that differ by a multiple of this share theirs. */
#define KNOT_RECORD_CPUS 256u
/*
 * Operations that no function of the runtime does, and of which a goroutine that waits by looking makes a million: yields, atomics,
 * plain memory. Bits by number (abi.h), as are kind and place of a step in the first word of an event. An audit leaves these steps out.
 */
#define KNOT_RECORD_LOOKS (1ull << 3 | 7ull << 27 | 3ull << 36)
#define KNOT_RECORD_STEP 1
#define KNOT_RECORD_KIND_SHIFT 48
#define KNOT_RECORD_OP_SHIFT 56
/* Bytes of the stack behind a record. */
#define KNOT_RECORD_STACK 192u
#define KNOT_RECORD_STACK_DEEP 768u

/* The cookie of a point: which function was entered. */
enum knot_record_kind {
	KNOT_RECORD_CREATE = 1, /* newproc1: aux = address of the new goroutine's code, caller = behind its go statement */
	KNOT_RECORD_QUEUE, /* runqput: other can run now; on its stack: who calls it, ready, a go statement ... */
	KNOT_RECORD_END, /* gdestroy */
	KNOT_RECORD_PARK, /* gopark: aux = reason */
	KNOT_RECORD_SWITCH, /* gogo: the thread goes on with other */
	KNOT_RECORD_YIELD, /* goschedImpl: aux = 1: preempted */
	KNOT_RECORD_PREEMPT, /* preemptPark */
	KNOT_RECORD_CORO, /* coroswitch_m */
	KNOT_RECORD_SEND, /* aux of these: 1 = may block */
	KNOT_RECORD_RECV,
	KNOT_RECORD_CLOSE,
	KNOT_RECORD_SELECT, /* aux: cases that send, << 16 cases that receive, << 32 may block; object: of the first case */
	KNOT_RECORD_LOCK_SLOW,
	KNOT_RECORD_UNLOCK_SLOW,
	KNOT_RECORD_LOCK, /* where the compiler has not inlined it */
	KNOT_RECORD_UNLOCK,
	KNOT_RECORD_WGADD, /* aux = delta */
	KNOT_RECORD_WGWAIT,
	KNOT_RECORD_ACQUIRE, /* of a semaphore of the runtime */
	KNOT_RECORD_RELEASE,
	KNOT_RECORD_SYSCALL,
	KNOT_RECORD_SYSEXIT,
	KNOT_RECORD_SYSWAIT, /* back from a system call, and there is no processor */
	KNOT_RECORD_HOOK, /* the hook of a target of goknot's: behind the record stands struct knot_record_hook */
	KNOT_RECORD_KINDS
};

struct knot_record_record {
	unsigned long long seq; /* one order over all processors, taken at the hit; a hole is a record lost */
	unsigned long long ktime_ns; /* CLOCK_MONOTONIC */
	unsigned long long g; /* number of the goroutine the thread works for, 0 = none */
	unsigned long long other; /* number of the goroutine it is about */
	unsigned long long object; /* address */
	unsigned long long aux;
	unsigned long long ip; /* of the point itself: how far from where the file says it lies */
	unsigned long long p; /* address of the runtime's P, 0 = none */
	unsigned int tid;
	int p_id; /* its number, -1 = not read */
	unsigned short cpu;
	unsigned char kind;
	unsigned char system; /* g is who the thread works for, on the scheduler's stack */
	unsigned short stack_bytes; /* that follow, from rsp on */
	unsigned short pad2;
	unsigned long long caller; /* return address, where it is no matter of the stack; 0 = it is */
	unsigned long long rsp, rbp;
	unsigned long long session; /* of an audited target, 0 = any process is recorded */
};

/* What the hook was called with, but for the session: see probe.h. */
struct knot_record_hook {
	unsigned long long request, run, cursor;
	unsigned long long event[4];
};

/*
 * Parts of the runtime's structures that are read at once, as offsets. In g the first word is m, and goid the 13th or 14th behind
 * it; in m curg is the first word or the second, p the third or the fourth; p begins with its number.
 */
#define KNOT_RECORD_G_FROM 48
#define KNOT_RECORD_G_WORDS 15
#define KNOT_RECORD_M_FROM 184
#define KNOT_RECORD_M_WORDS 4

/* Of the release: set before anything is attached. */
struct knot_record_config {
	unsigned int goid_late, curg_late, p_late; /* the latter of the two */
	/* High half of the sessions of the targets that are audited: between the begin and the end of a run that the hook is called
	 * for, and no other hits. 0 = all hits are recorded, and there is no hook. */
	unsigned int wanted;
};

/* A cache line. */
struct knot_record_counts {
	unsigned long long lost; /* no room in the ring */
	unsigned long long faults; /* memory of the program that could not be read */
	unsigned long long pad[6];
};

_Static_assert(sizeof(struct knot_record_record) == 112, "record layout");
_Static_assert(sizeof(struct knot_record_counts) == 64, "counts layout");

#endif
