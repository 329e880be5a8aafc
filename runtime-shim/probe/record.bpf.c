// SPDX-License-Identifier: BSD-2-Clause
/*
 * Runs where a Go program enters one of the functions of its runtime, behind the check of the stack's size: the arguments
 * are still in registers (AX, BX, CX, DI, SI), R14 is the goroutine that the thread runs, or its scheduler's.
 *
 * Never waits and never tries again. seq is taken first, so that a record for which there is no room leaves a hole where it
 * would have been. Which process is recorded the kernel sees to.
 */
#include <asm/ptrace.h>
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "record.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, KNOT_RECORD_RING_BYTES);
} records SEC(".maps");

struct knot_record_config config;
/* On cache lines of their own. */
unsigned long long next_seq __attribute__((aligned(64)));
struct knot_record_counts counts[KNOT_RECORD_CPUS] __attribute__((aligned(64)));

static __always_inline int copy(struct knot_record_counts *mine, void *to, unsigned int len, unsigned long long from)
{
	if (!bpf_probe_read_user(to, len, (const void *)from))
		return 1;
	__sync_fetch_and_add(&mine->faults, 1);
	return 0;
}

static __always_inline unsigned long long word(struct knot_record_counts *mine, unsigned long long from)
{
	unsigned long long value = 0;

	return copy(mine, &value, sizeof(value), from) ? value : 0;
}

static __always_inline unsigned long long goid(struct knot_record_counts *mine, unsigned long long g)
{
	return g ? word(mine, g + config.g_goid) : 0;
}

/* Who runs, and on which P. */
static __always_inline void who(struct knot_record_counts *mine, struct knot_record_record *r, unsigned long long g)
{
	const unsigned long long m = word(mine, g + config.g_m);
	unsigned long long p;
	int id;

	r->g = goid(mine, g);
	r->p = -1;
	if (!m)
		return;
	/* The scheduler's own has number 0, and works for the one that it has interrupted. */
	if (!r->g)
		r->g = goid(mine, word(mine, m + config.m_curg));
	p = word(mine, m + config.m_p);
	if (p && copy(mine, &id, sizeof(id), p + config.p_id))
		r->p = id;
}

static __always_inline unsigned int depth(unsigned int kind)
{
	switch (kind) {
	case KNOT_RECORD_PARK:
		return KNOT_RECORD_FRAMES;
	case KNOT_RECORD_SYSCALL:
		return 7;
	case KNOT_RECORD_SEND:
	case KNOT_RECORD_RECV:
	case KNOT_RECORD_CLOSE:
	case KNOT_RECORD_SELECT:
	case KNOT_RECORD_LOCK_SLOW:
	case KNOT_RECORD_UNLOCK_SLOW:
	case KNOT_RECORD_LOCK:
	case KNOT_RECORD_UNLOCK:
	case KNOT_RECORD_WGADD:
	case KNOT_RECORD_WGWAIT:
		return 3;
	case KNOT_RECORD_ACQUIRE:
	case KNOT_RECORD_RELEASE:
		return 4;
	case KNOT_RECORD_QUEUE:
		return 1;
	default:
		return 0;
	}
}

/* Return address on top of the stack; RBP is still the caller's: its frame begins with that of its caller, and the return
 * address above. */
static __always_inline void walk(struct knot_record_counts *mine, struct knot_record_record *r, struct pt_regs *ctx,
	unsigned int wanted)
{
	unsigned long long frame[2], at = ctx->rbp;

	if (!wanted)
		return;
	r->frames[0] = word(mine, ctx->rsp);
	r->frames_len = 1;
	for (unsigned int i = 1; i < KNOT_RECORD_FRAMES; i++) {
		if (i >= wanted || !at || !copy(mine, frame, sizeof(frame), at) || !frame[1])
			return;
		r->frames[i] = frame[1];
		r->frames_len = i + 1;
		at = frame[0];
	}
}

static __always_inline void arguments(struct knot_record_counts *mine, struct knot_record_record *r, struct pt_regs *ctx,
	unsigned int kind)
{
	switch (kind) {
	case KNOT_RECORD_CREATE:
		r->aux = word(mine, ctx->rax);
		r->g = goid(mine, ctx->rbx);
		r->frames[0] = ctx->rcx;
		r->frames_len = 1;
		break;
	case KNOT_RECORD_QUEUE:
		r->other = goid(mine, ctx->rbx);
		break;
	case KNOT_RECORD_YIELD:
		r->aux = ctx->rbx & 1;
		r->g = goid(mine, ctx->rax);
		break;
	case KNOT_RECORD_END:
	case KNOT_RECORD_PREEMPT:
	case KNOT_RECORD_CORO:
	case KNOT_RECORD_SYSWAIT:
		r->g = goid(mine, ctx->rax);
		break;
	case KNOT_RECORD_PARK:
		r->aux = ctx->rcx & 0xff;
		break;
	case KNOT_RECORD_SWITCH:
		r->other = goid(mine, ctx->rdx);
		r->g = 0;
		break;
	case KNOT_RECORD_SEND:
	case KNOT_RECORD_RECV:
		r->aux = ctx->rcx & 1;
		r->object = ctx->rax;
		break;
	case KNOT_RECORD_SELECT:
		r->aux = (ctx->rdi & 0xffff) | (ctx->rsi & 0xffff) << 16 | (ctx->r8 & 1) << 32;
		r->object = ctx->rdi || ctx->rsi ? word(mine, ctx->rax) : 0;
		break;
	case KNOT_RECORD_WGADD:
		r->aux = ctx->rbx;
		r->object = ctx->rax;
		break;
	case KNOT_RECORD_SYSCALL:
	case KNOT_RECORD_SYSEXIT:
		break;
	default:
		r->object = ctx->rax;
		break;
	}
}

SEC("uprobe")
int knot_record(struct pt_regs *ctx)
{
	const unsigned int kind = bpf_get_attach_cookie(ctx);
	const unsigned int cpu = bpf_get_smp_processor_id();
	struct knot_record_counts *mine = &counts[cpu % KNOT_RECORD_CPUS];
	struct knot_record_record *r;
	unsigned long long seq;

	/* Another hit can interrupt this one on the same processor. */
	__sync_fetch_and_add(&mine->hits, 1);
	seq = __sync_fetch_and_add(&next_seq, 1);
	r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
	if (!r) {
		__sync_fetch_and_add(&mine->lost, 1);
		return 0;
	}
	r->seq = seq;
	r->ktime_ns = bpf_ktime_get_ns();
	r->other = 0;
	r->object = 0;
	r->aux = 0;
	r->ip = ctx->rip;
	r->tid = bpf_get_current_pid_tgid();
	r->cpu = cpu;
	r->kind = kind;
	r->frames_len = 0;
	who(mine, r, ctx->r14);
	arguments(mine, r, ctx, kind);
	walk(mine, r, ctx, depth(kind));
	/* goknot looks often: waking it would cost more than the record does. */
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
