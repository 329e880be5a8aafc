/* SPDX-License-Identifier: BSD-2-Clause */
/* Probes at many places of a file by one link: uprobe_multi of Linux 6.6, which Debian 12's libbpf and headers do not know. */
#ifndef KNOT_SYS_UPROBE_H
#define KNOT_SYS_UPROBE_H

#include <stdint.h>
#include <sys/types.h>

/* What a program of it is loaded for: enum bpf_attach_type. */
#define KNOT_UPROBE_MULTI 48

struct knot_uprobe_link {
	int prog; /* descriptor of the program */
	const char *path;
	const uint64_t *offsets; /* in the file */
	const uint64_t *cookies; /* what the program is told of each; NULL = nothing */
	uint32_t count;
	pid_t pid; /* of the only process that counts, 0 = all */
};

/* bpf(2), BPF_LINK_CREATE: a descriptor that the caller closes, which detaches; -1 and errno. */
int knot_uprobe_link(const struct knot_uprobe_link *l);

#endif
