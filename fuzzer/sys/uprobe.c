/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/uprobe.h"

#include <sys/syscall.h>
#include <unistd.h>

#define LINK_CREATE 28

/* The part of union bpf_attr that uprobe_multi reads. */
struct link_attr {
	uint32_t prog_fd, target_fd, attach_type, flags;
	uint64_t path, offsets, ref_ctr_offsets, cookies;
	uint32_t cnt, multi_flags, pid, pad;
};
_Static_assert(sizeof(struct link_attr) == 64, "layout of the kernel");

int knot_uprobe_link(const struct knot_uprobe_link *l)
{
	struct link_attr attr = {
		.prog_fd = (uint32_t)l->prog,
		.attach_type = KNOT_UPROBE_MULTI,
		.path = (uint64_t)(uintptr_t)l->path,
		.offsets = (uint64_t)(uintptr_t)l->offsets,
		.cookies = (uint64_t)(uintptr_t)l->cookies,
		.cnt = l->count,
		.pid = (uint32_t)l->pid,
	};

	return (int)syscall(SYS_bpf, LINK_CREATE, &attr, sizeof(attr));
}
