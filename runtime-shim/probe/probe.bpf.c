// SPDX-License-Identifier: BSD-2-Clause
/*
 * Runs at the hook of the shim, in the thread that hit it and before that goes on: whatever the hook is called inside of is
 * still held. Needs no type information of the kernel: pt_regs is part of its interface, and all else is in registers.
 *
 * Never waits and never tries again. seq is taken first, so that a record for which there is no room leaves a hole where it
 * would have been.
 */
#include <asm/ptrace.h>
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "probe.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, KNOT_PROBE_RING_BYTES);
} records SEC(".maps");

/* High half of the sessions that are recorded, set by goknot; 0 = none. The low half is of a target process. */
unsigned long long wanted;
/* On cache lines of their own. */
unsigned long long hits __attribute__((aligned(64)));
struct knot_probe_counts counts[KNOT_PROBE_CPUS] __attribute__((aligned(64)));

SEC("uprobe")
int knot_hook(struct pt_regs *ctx)
{
	const unsigned long long session = ctx->rax;
	const unsigned int cpu = bpf_get_smp_processor_id();
	struct knot_probe_record *r;
	unsigned long long seq;

	if (session >> 32 != wanted || !wanted || ctx->rdi >= KNOT_PROBE_END)
		return 0;
	seq = __sync_fetch_and_add(&hits, 1);
	r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
	if (!r) {
		/* Another hit can interrupt this one on the same processor. */
		__sync_fetch_and_add(&counts[cpu % KNOT_PROBE_CPUS].lost, 1);
		return 0;
	}
	r->seq = seq;
	r->session = session;
	r->request = ctx->rbx;
	r->run = ctx->rcx;
	r->cursor = ctx->rdi;
	r->event[0] = ctx->rsi;
	r->event[1] = ctx->r8;
	r->event[2] = ctx->r9;
	r->event[3] = ctx->r10;
	/* goknot looks often: waking it would cost more than the record does. */
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
