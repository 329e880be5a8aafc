/* SPDX-License-Identifier: BSD-2-Clause */
/* The child that makes a sandbox's namespaces; used by sys/sandbox.c only. */
#ifndef KNOT_SYS_SANDBOX_CHILD_H
#define KNOT_SYS_SANDBOX_CHILD_H

#include "sys/sandbox.h"

#include <stdbool.h>
#include <stdint.h>

#define KNOT_SANDBOX_REASON 256

/* Lies in memory shared with the parent. */
struct knot_sandbox_report {
	bool user; /* a user namespace was made */
	bool in_memory;
	bool ok[KNOT_SANDBOX_PARTS];
	char reason[KNOT_SANDBOX_PARTS][KNOT_SANDBOX_REASON];
};

/* All paths absolute and without links. */
struct knot_sandbox_plan {
	char *cow_dir;
	char *shared_dir; /* NULL = none */
	char **copy_dirs;
	size_t copy_len;
	uint64_t copy_bytes;
	bool no_net;
};

void knot_sandbox_child_main(
	const struct knot_sandbox_plan *plan, struct knot_sandbox_report *report);

#endif
