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

#include "probe.h"
#include "record.h"

#define PAGE 4096ull

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, KNOT_RECORD_RING_BYTES);
} records SEC(".maps");

/* Sessions whose audited run is under way, by process. One that dies in its run stays until others want the room. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, unsigned int);
	__type(value, unsigned long long);
} audited SEC(".maps");

struct knot_record_config config;
/* Addresses of P whose numbers are in a record already. A lost one is told again when another took its place. */
#define KNOWN_PS 256
unsigned long long known_ps[KNOWN_PS];
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
	return g ? word(mine, g + KNOT_RECORD_G_FROM + (config.goid_late ? 14 : 13) * 8) : 0;
}

/*
 * Who runs, and on which P. One read each of g and m: reads are what this program takes its time for. What P is called
 * goknot is told once.
 */
static __always_inline void who(struct knot_record_counts *mine, struct knot_record_record *r, unsigned long long g)
{
	unsigned long long g_part[KNOT_RECORD_G_WORDS], m_part[KNOT_RECORD_M_WORDS], *known;
	int id;

	r->g = 0;
	r->system = 0;
	r->p = 0;
	r->p_id = -1;
	if (!copy(mine, g_part, sizeof(g_part), g + KNOT_RECORD_G_FROM))
		return;
	r->g = config.goid_late ? g_part[14] : g_part[13];
	if (!g_part[0] || !copy(mine, m_part, sizeof(m_part), g_part[0] + KNOT_RECORD_M_FROM))
		return;
	/* The scheduler's own has number 0, and works for the one that it has interrupted. */
	r->system = !r->g;
	if (!r->g && r->kind != KNOT_RECORD_SWITCH)
		r->g = goid(mine, config.curg_late ? m_part[1] : m_part[0]);
	r->p = config.p_late ? m_part[3] : m_part[2];
	/* Told once is enough; twice does no harm. */
	known = &known_ps[r->p / 512 % KNOWN_PS];
	if (r->p && *known != r->p && copy(mine, &id, sizeof(id), r->p)) {
		r->p_id = id;
		*known = r->p;
	}
}

/* How much of the stack tells where the program is: what waits has come through many functions. */
static __always_inline unsigned int stack_of(unsigned int kind)
{
	switch (kind) {
	case KNOT_RECORD_PARK:
	case KNOT_RECORD_SYSCALL:
		/* Where an audited goroutine parks, it has told by the operation before. */
		return config.wanted ? 0 : KNOT_RECORD_STACK_DEEP;
	case KNOT_RECORD_QUEUE:
		return KNOT_RECORD_STACK;
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
	case KNOT_RECORD_ACQUIRE:
	case KNOT_RECORD_RELEASE:
		/* Far enough to find who called through package context or reflect. */
		return config.wanted ? KNOT_RECORD_STACK_DEEP : KNOT_RECORD_STACK;
	default:
		return 0;
	}
}

static __always_inline void arguments(struct knot_record_counts *mine, struct knot_record_record *r, struct pt_regs *ctx,
	unsigned int kind)
{
	switch (kind) {
	case KNOT_RECORD_CREATE:
		r->aux = word(mine, ctx->rax);
		r->g = goid(mine, ctx->rbx);
		r->caller = ctx->rcx;
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
	case KNOT_RECORD_HOOK:
		break;
	default:
		r->object = ctx->rax;
		break;
	}
}

/* All but the stack. */
static __always_inline void fill(struct knot_record_counts *mine, struct knot_record_record *r, struct pt_regs *ctx,
	unsigned int kind, unsigned int cpu, unsigned long long seq)
{
	r->seq = seq;
	r->kind = kind;
	r->ktime_ns = bpf_ktime_get_ns();
	r->other = 0;
	r->object = 0;
	r->aux = 0;
	r->ip = ctx->rip;
	r->caller = 0;
	r->rsp = ctx->rsp;
	r->rbp = ctx->rbp;
	r->stack_bytes = 0;
	r->tid = bpf_get_current_pid_tgid();
	r->cpu = cpu;
	who(mine, r, ctx->r14);
	arguments(mine, r, ctx, kind);
}

/*
 * The stack from its top on. What lies above it may never have been touched, and so not be there; but it begins with a page then,
 * and all of the stack is below. Returns how many bytes.
 */
static __always_inline unsigned int take_stack(struct knot_record_counts *mine, void *to, unsigned int bytes,
	unsigned long long rsp)
{
	unsigned long long left = PAGE - (rsp & (PAGE - 1));

	if (!bpf_probe_read_user(to, bytes, (const void *)rsp))
		return bytes;
	if (left >= bytes) {
		__sync_fetch_and_add(&mine->faults, 1);
		return 0;
	}
	return copy(mine, to, left, rsp) ? left : 0;
}

/* bytes is a constant. goknot looks often: waking it would cost more than the record does. */
#define RECORD(bytes) \
	do { \
		struct knot_record_record *r = bpf_ringbuf_reserve(&records, sizeof(*r) + (bytes), 0); \
		if (!r) \
			goto lost; \
		fill(mine, r, ctx, kind, cpu, seq); \
		r->session = session; \
		if (bytes) \
			r->stack_bytes = take_stack(mine, r + 1, (bytes), ctx->rsp); \
		bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP); \
	} while (0)

static __always_inline int only_looks(struct pt_regs *ctx)
{
	return ctx->rdi < KNOT_PROBE_END && (ctx->rsi >> KNOT_RECORD_KIND_SHIFT & 0xff) == KNOT_RECORD_STEP &&
		KNOT_RECORD_LOOKS >> (ctx->rsi >> KNOT_RECORD_OP_SHIFT & 63) & 1;
}

/*
 * The hook has been hit. An audited run begins with the call that says so, and the process is looked at until it ends or the call
 * comes that says that. Returns whether the hit is recorded.
 */
static __always_inline int follow_run(struct pt_regs *ctx, unsigned int pid)
{
	const unsigned long long session = ctx->rax;

	if (session >> 32 != config.wanted)
		return 0;
	if (ctx->rdi == KNOT_PROBE_BEGIN)
		bpf_map_update_elem(&audited, &pid, &session, BPF_ANY);
	if (!bpf_map_lookup_elem(&audited, &pid) || only_looks(ctx))
		return 0;
	if (ctx->rdi == KNOT_PROBE_END)
		bpf_map_delete_elem(&audited, &pid);
	return 1;
}

static __always_inline void take_hook(struct knot_record_hook *h, struct pt_regs *ctx)
{
	h->request = ctx->rbx;
	h->run = ctx->rcx;
	h->cursor = ctx->rdi;
	h->event[0] = ctx->rsi;
	h->event[1] = ctx->r8;
	h->event[2] = ctx->r9;
	h->event[3] = ctx->r10;
}

SEC("uprobe")
int knot_record(struct pt_regs *ctx)
{
	const unsigned int kind = bpf_get_attach_cookie(ctx);
	const unsigned int cpu = bpf_get_smp_processor_id();
	const unsigned int pid = bpf_get_current_pid_tgid() >> 32;
	struct knot_record_counts *mine = &counts[cpu % KNOT_RECORD_CPUS];
	const unsigned int stack = stack_of(kind);
	unsigned long long seq, session = 0, *found;

	if (config.wanted && kind == KNOT_RECORD_HOOK) {
		session = ctx->rax;
		if (!follow_run(ctx, pid))
			return 0;
	} else if (config.wanted) {
		found = bpf_map_lookup_elem(&audited, &pid);
		if (!found)
			return 0;
		session = *found;
	}
	seq = __sync_fetch_and_add(&next_seq, 1);
	if (kind == KNOT_RECORD_HOOK) {
		struct knot_record_record *r =
			bpf_ringbuf_reserve(&records, sizeof(*r) + sizeof(struct knot_record_hook), 0);
		if (!r)
			goto lost;
		fill(mine, r, ctx, kind, cpu, seq);
		r->session = session;
		r->stack_bytes = sizeof(struct knot_record_hook);
		take_hook((struct knot_record_hook *)(r + 1), ctx);
		bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
		return 0;
	}
	if (stack == KNOT_RECORD_STACK_DEEP)
		RECORD(KNOT_RECORD_STACK_DEEP);
	else if (stack == KNOT_RECORD_STACK)
		RECORD(KNOT_RECORD_STACK);
	else
		RECORD(0);
	return 0;
lost:
	/* Another hit can interrupt this one on the same processor. */
	__sync_fetch_and_add(&mine->lost, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
