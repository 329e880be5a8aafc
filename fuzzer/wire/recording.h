/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file of goknot record (docs/wire-format.md): what the runtime of a Go program did, as seen from outside. Scheduling and
 * blocking, in the order in which the functions of the runtime were entered; not every access, and not every lock.
 *
 * magic, size of the head, head (JSON), events as struct knot_recording_event, tail (JSON), struct knot_recording_end.
 */
#ifndef KNOT_WIRE_RECORDING_H
#define KNOT_WIRE_RECORDING_H

#include "base/span.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_error;

#define KNOT_RECORDING_MAGIC "GOKNREC1"
#define KNOT_RECORDING_END_MAGIC "GOKNEND1"
#define KNOT_RECORDING_VERSION 1
#define KNOT_RECORDING_FILE_MAX (8ull << 30)
#define KNOT_RECORDING_NONE UINT32_MAX

/* The numbers stand in files: append only. */
enum knot_recording_kind {
	KNOT_RECORDING_CREATE =
		1, /* g creates other (0 = unknown), which runs function aux - 1, a position; 0 = unknown */
	KNOT_RECORDING_READY, /* g (0 = nobody) makes other runnable */
	KNOT_RECORDING_END,
	KNOT_RECORDING_PARK, /* aux = reason */
	KNOT_RECORDING_RUN, /* the thread goes on with other */
	KNOT_RECORDING_YIELD, /* aux = 1: it was preempted */
	KNOT_RECORDING_PREEMPT, /* stopped for the runtime's own purposes */
	KNOT_RECORDING_CORO, /* goes over to its coroutine's other side */
	KNOT_RECORDING_SEND, /* aux = 0: in a select with a default case */
	KNOT_RECORDING_RECV,
	KNOT_RECORDING_CLOSE,
	KNOT_RECORDING_SELECT, /* aux = sends | receives << 16 | may block << 32; object: of the first case */
	KNOT_RECORDING_LOCK_SLOW,
	KNOT_RECORDING_UNLOCK_SLOW,
	KNOT_RECORDING_LOCK,
	KNOT_RECORDING_UNLOCK,
	KNOT_RECORDING_WGADD, /* aux = delta, of two's complement */
	KNOT_RECORDING_WGWAIT,
	KNOT_RECORDING_ACQUIRE,
	KNOT_RECORDING_RELEASE,
	KNOT_RECORDING_SYSCALL,
	KNOT_RECORDING_SYSEXIT,
	KNOT_RECORDING_SYSWAIT, /* back from it, and there is no processor */
	KNOT_RECORDING_GROWN, /* the thread goes on with the same goroutine, whose stack has been made larger */
	KNOT_RECORDING_KINDS
};

/* As it is in the file, little-endian. */
struct knot_recording_event {
	uint64_t seq; /* a hole is an event lost */
	uint64_t ns; /* since the beginning of the recording */
	uint64_t g, other; /* goroutines by the runtime's numbers, 0 = none */
	uint64_t object; /* address, 0 = none */
	uint64_t aux;
	uint32_t stack; /* KNOT_RECORDING_NONE = none */
	uint32_t tid;
	uint16_t cpu;
	int16_t p; /* processor of the runtime, -1 = none */
	uint8_t kind; /* enum knot_recording_kind */
	uint8_t pad[3];
};
_Static_assert(sizeof(struct knot_recording_event) == 64, "event layout");

struct knot_recording_point {
	char *name, *kind;
	uint64_t address; /* 0 = not seen */
	char *why; /* then */
};

struct knot_recording_position {
	char *function, *file; /* escaped; "" = unknown */
	uint32_t line; /* 0 = unknown */
};

struct knot_recording_stack {
	uint32_t first, len; /* in frames; the innermost first */
};

struct knot_recording_lost {
	uint32_t cpu;
	uint64_t events;
};

/* Owns its texts, which are escaped (wire/text.h); borrows the events from the file. */
struct knot_recording {
	/* The head. */
	char *go, *program, *clock;
	uint64_t pid, start_ns, wall_ns; /* clock at the beginning; since 1970 */
	bool attached; /* it was running already */
	KNOT_VEC(struct knot_recording_point) points;
	KNOT_VEC(char *) unseen; /* sentences: what no recording shows */
	/* The tail. */
	char *ended; /* how it did */
	uint64_t hits, lost, faults;
	KNOT_VEC(struct knot_recording_position) positions;
	KNOT_VEC(struct knot_recording_stack) stacks;
	KNOT_VEC(uint32_t) frames; /* positions */
	KNOT_VEC(struct knot_recording_lost) lost_by_cpu;

	struct knot_span bytes; /* of the events */
	size_t events;
	uint32_t *order; /* by seq; NULL = that of the file */
	char *std; /* where the standard library's files are, "/usr/local/go/src/"; NULL = unknown */
};

/* Of the whole file, which is borrowed. KNOT_EINPUT with one sentence. Free with knot_recording_free, also after failure. */
int knot_recording_decode(
	struct knot_span file, struct knot_recording *ret_recording, struct knot_error *err);
void knot_recording_free(struct knot_recording *r);
/* The i-th by seq. Stack and position are valid or KNOT_RECORDING_NONE, kind is below KNOT_RECORDING_KINDS. */
void knot_recording_event(
	const struct knot_recording *r, size_t i, struct knot_recording_event *ret_event);

/*
 * Of the call stack of an event the position that its reader knows: the innermost one outside of the standard library, else outside
 * of the runtime and what is beside it. NULL = it has none.
 */
const struct knot_recording_position *knot_recording_place(
	const struct knot_recording *r, const struct knot_recording_event *e);
/* "write", of an event of kind KNOT_RECORDING_SYSCALL; borrowed, NULL = unknown. */
const char *knot_recording_syscall(
	const struct knot_recording *r, const struct knot_recording_event *e);

/* What stands before the events, and behind them. Caller frees. */
char *knot_recording_head(const struct knot_recording *r, size_t *ret_len);
char *knot_recording_tail(const struct knot_recording *r, size_t *ret_len);

/* "send", "park" ...; static. */
const char *knot_recording_kind_name(uint32_t kind);
/* How the runtime of a release calls it: "chan receive"; static, NULL = unknown. */
const char *knot_recording_reason(struct knot_span go, uint64_t reason);

#endif
