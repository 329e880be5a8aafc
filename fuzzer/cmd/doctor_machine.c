/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/doctor.h"

#include "sys/machine.h"
#include "wire/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#define MIB ((uint64_t)1 << 20)
/* What a target, its shared region and the build take, by the shared-memory layout and go's linker. */
#define MEMORY_PER_WORKER (256 * MIB)

static void check_platform(struct knot_doctor *d, const struct knot_machine *m)
{
	struct utsname u;
	const bool known = uname(&u) == 0;
	const struct knot_machine_fact *kernel = &m->facts[KNOT_FACT_KERNEL];
	if (!known || strcmp(u.machine, "x86_64") != 0)
		knot_doctor_say(d, KNOT_DOCTOR_MISSING, "platform", "use an amd64 machine",
			"%s; goknot is for linux/amd64", known ? u.machine : "unknown");
	else
		knot_doctor_say(d, KNOT_DOCTOR_OK, "platform", NULL, "linux/amd64");
	knot_doctor_say(d, kernel->ok ? KNOT_DOCTOR_OK : KNOT_DOCTOR_LIMITED, "kernel",
		"use Linux 5.11 or newer", "%s", kernel->text);
	const struct knot_machine_fact *memfd = &m->facts[KNOT_FACT_MEMFD];
	const struct knot_machine_fact *pidfd = &m->facts[KNOT_FACT_PIDFD];
	static const char blocked[] = "the kernel or a container's seccomp profile refuses it";
	knot_doctor_say(d, memfd->ok ? KNOT_DOCTOR_OK : KNOT_DOCTOR_MISSING, "shared memory",
		blocked, "memfd %s", memfd->text);
	knot_doctor_say(d, pidfd->ok ? KNOT_DOCTOR_OK : KNOT_DOCTOR_MISSING, "process handles",
		blocked, "pidfd %s", pidfd->text);
}

static void check_size(struct knot_doctor *d, const struct knot_machine *m)
{
	d->cores = m->cores_usable;
	knot_doctor_say(d, KNOT_DOCTOR_OK, "cores", NULL, "%u usable of %u: %u worker%s by default",
		m->cores_usable, m->cores, m->cores_usable, knot_text_s(m->cores_usable));
	uint64_t free_bytes = m->memory_available_bytes;
	char limit[64] = "";
	if (m->memory_limit_bytes) {
		snprintf(limit, sizeof(limit), ", limit of the control group %" PRIu64 " MiB",
			m->memory_limit_bytes / MIB);
		if (m->memory_limit_bytes < free_bytes)
			free_bytes = m->memory_limit_bytes;
	}
	const bool enough = free_bytes >= m->cores_usable * MEMORY_PER_WORKER;
	knot_doctor_say(d, enough ? KNOT_DOCTOR_OK : KNOT_DOCTOR_LIMITED, "memory",
		"use fewer workers: -parallel 1", "%" PRIu64 " MiB available of %" PRIu64 " MiB%s",
		m->memory_available_bytes / MIB, m->memory_bytes / MIB, limit);
}

static void check_isolation(struct knot_doctor *d, const struct knot_machine *m)
{
	static const char ns[] =
		"run as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
		"kernel.apparmor_restrict_unprivileged_userns=0; containers: --privileged)";
	const struct knot_machine_fact *user = &m->facts[KNOT_FACT_USER_NS];
	const struct knot_machine_fact *net = &m->facts[KNOT_FACT_NET];
	const struct knot_machine_fact *copy = &m->facts[KNOT_FACT_COPY];
	if (m->root)
		knot_doctor_say(d, KNOT_DOCTOR_OK, "user namespaces", NULL, "not needed as root");
	else
		knot_doctor_say(d, user->ok ? KNOT_DOCTOR_OK : KNOT_DOCTOR_LIMITED,
			"user namespaces", ns, "%s", user->text);
	knot_doctor_say(d, net->ok ? KNOT_DOCTOR_OK : KNOT_DOCTOR_LIMITED, "worker network", ns,
		"%s%s", net->text,
		net->ok ? ": every worker has its own loopback"
			: ": workers share the network, tests with fixed ports can disturb each "
			  "other");
	knot_doctor_say(d, copy->ok ? KNOT_DOCTOR_OK : KNOT_DOCTOR_LIMITED, "worker files", ns,
		"%s%s", copy->text,
		copy->ok ? ": what tests write beside the code goes to a copy"
			 : ": tests write into the real package directory");
}

void knot_doctor_machine(struct knot_doctor *d, const struct knot_machine *m)
{
	check_platform(d, m);
	check_size(d, m);
	check_isolation(d, m);
}
