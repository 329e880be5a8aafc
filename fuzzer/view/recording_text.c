/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/recording_text.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <string.h>

/* What a line begins with of those that are about an object. */
static const char *verb(uint32_t kind)
{
	switch (kind) {
	case KNOT_RECORDING_SEND:
		return "send";
	case KNOT_RECORDING_RECV:
		return "receive";
	case KNOT_RECORDING_CLOSE:
		return "close";
	case KNOT_RECORDING_LOCK_SLOW:
		return "lock, which somebody has,";
	case KNOT_RECORDING_UNLOCK_SLOW:
		return "unlock, which somebody waits for,";
	case KNOT_RECORDING_LOCK:
		return "lock";
	case KNOT_RECORDING_UNLOCK:
		return "unlock";
	case KNOT_RECORDING_WGWAIT:
		return "WaitGroup.Wait";
	case KNOT_RECORDING_ACQUIRE:
		return "acquire semaphore";
	default:
		return "release semaphore";
	}
}

uint64_t knot_recording_subject(const struct knot_recording_event *e)
{
	return e->kind == KNOT_RECORDING_RUN || e->kind == KNOT_RECORDING_GROWN ? e->other : e->g;
}

static char *create_text(const struct knot_recording *r, const struct knot_recording_event *e)
{
	const char *function = e->aux ? r->positions.data[e->aux - 1].function : "";

	return e->other ? knot_xasprintf("creates G%" PRIu64 " %s", e->other, function)
			: knot_xasprintf("creates a goroutine %s", function);
}

static char *park_text(const struct knot_recording *r, const struct knot_recording_event *e)
{
	const char *reason = knot_recording_reason(knot_span_str(r->go), e->aux);

	return reason ? knot_xasprintf("waits: %s", reason)
		      : knot_xasprintf("waits, for reason %" PRIu64, e->aux);
}

static char *select_text(const struct knot_recording_event *e)
{
	return knot_xasprintf("select of %u to send and %u to receive%s",
		(unsigned)(e->aux & 0xffff), (unsigned)(e->aux >> 16 & 0xffff),
		e->aux >> 32 & 1 ? "" : ", or default");
}

static char *syscall_text(const struct knot_recording *r, const struct knot_recording_event *e)
{
	const char *name = knot_recording_syscall(r, e);

	return knot_xasprintf("system call%s%s", name ? " " : "", name ? name : "");
}

char *knot_recording_event_text(
	const struct knot_recording *r, const struct knot_recording_event *e)
{
	switch (e->kind) {
	case KNOT_RECORDING_CREATE:
		return create_text(r, e);
	case KNOT_RECORDING_READY:
		return knot_xasprintf("makes G%" PRIu64 " ready", e->other);
	case KNOT_RECORDING_END:
		return knot_xstrdup("ends");
	case KNOT_RECORDING_PARK:
		return park_text(r, e);
	case KNOT_RECORDING_RUN:
		return knot_xstrdup("runs");
	case KNOT_RECORDING_GROWN:
		return knot_xstrdup("runs on, with a larger stack");
	case KNOT_RECORDING_YIELD:
		return knot_xstrdup(e->aux ? "is preempted" : "gives way");
	case KNOT_RECORDING_PREEMPT:
		return knot_xstrdup("is stopped by the runtime");
	case KNOT_RECORDING_CORO:
		return knot_xstrdup("goes over to its coroutine's other side");
	case KNOT_RECORDING_SELECT:
		return select_text(e);
	case KNOT_RECORDING_SYSCALL:
		return syscall_text(r, e);
	case KNOT_RECORDING_SYSEXIT:
		return knot_xstrdup("is back from it");
	case KNOT_RECORDING_SYSWAIT:
		return knot_xstrdup("is back from it, and waits for a processor");
	case KNOT_RECORDING_WGADD:
		return knot_xasprintf(
			"WaitGroup.Add(%" PRId64 ") 0x%" PRIx64, (int64_t)e->aux, e->object);
	case KNOT_RECORDING_SEND:
	case KNOT_RECORDING_RECV:
		return knot_xasprintf("%s 0x%" PRIx64 "%s", verb(e->kind), e->object,
			e->aux ? "" : ", or default");
	default:
		return knot_xasprintf("%s 0x%" PRIx64, verb(e->kind), e->object);
	}
}

char *knot_recording_place_text(
	const struct knot_recording *r, const struct knot_recording_event *e)
{
	const struct knot_recording_position *p = knot_recording_place(r, e);
	const char *base = p ? strrchr(p->file, '/') : NULL;

	if (!p || e->kind == KNOT_RECORDING_READY)
		return knot_xstrdup("");
	return p->line
		? knot_xasprintf("%s  %s:%" PRIu32, p->function, base ? base + 1 : p->file, p->line)
		: knot_xstrdup(p->function);
}
