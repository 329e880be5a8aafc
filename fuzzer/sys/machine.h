/* SPDX-License-Identifier: BSD-2-Clause */
/* What this machine offers goknot, found out by trying wherever a try leaves no trace. */
#ifndef KNOT_SYS_MACHINE_H
#define KNOT_SYS_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

enum knot_machine_fact_id {
	KNOT_FACT_KERNEL, /* new enough: Linux 5.11 */
	KNOT_FACT_PIDFD,
	KNOT_FACT_MEMFD,
	KNOT_FACT_USER_NS, /* an ordinary user may make namespaces (not needed as root) */
	KNOT_FACT_NET, /* a worker's own network works */
	KNOT_FACT_COPY, /* a worker's copy-on-write view works */
	KNOT_FACT_CGROUP2, /* mounted */
	KNOT_FACT_CGROUP2_MEMORY, /* with the memory controller for this process */
	KNOT_FACT_COUNT,
};

struct knot_machine_fact {
	const char *name; /* as shown; static */
	bool ok;
	char text[256]; /* what was found, or why not */
};

struct knot_machine {
	unsigned int cores; /* online */
	unsigned int cores_usable; /* by affinity: the default number of workers */
	uint64_t memory_bytes, memory_available_bytes;
	uint64_t memory_limit_bytes; /* of the own cgroup (v2), 0 = none or unknown */
	bool root;
	char kernel[80];
	struct knot_machine_fact facts[KNOT_FACT_COUNT];
};

/* scratch_dir: a directory that may be created and removed, on the disk campaigns will lie on. */
void knot_machine_probe(const char *scratch_dir, struct knot_machine *ret_machine);
/* Cores this process may use, at least 1. */
unsigned int knot_machine_cores(void);
/* Processes and threads of the whole machine, at the cost of one system call. */
uint64_t knot_machine_tasks(void);

#endif
