/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/machine.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

Test(machine, tells_every_fact, .timeout = 30)
{
	struct knot_machine m;
	const char *scratch = "/tmp/knot-machine-probe";
	knot_machine_probe(scratch, &m);
	cr_assert_geq(m.cores, m.cores_usable);
	cr_assert_geq(m.cores_usable, 1);
	cr_assert_eq(m.cores_usable, knot_machine_cores());
	cr_assert_gt(m.memory_bytes, 64ull << 20);
	cr_assert_leq(m.memory_available_bytes, m.memory_bytes);
	cr_assert_gt(strlen(m.kernel), 2);
	for (int i = 0; i < KNOT_FACT_COUNT; i++) {
		cr_assert_not_null(m.facts[i].name, "fact %d", i);
		cr_assert_gt(strlen(m.facts[i].text), 0, "%s", m.facts[i].name);
	}
	cr_assert(m.facts[KNOT_FACT_PIDFD].ok);
	cr_assert(m.facts[KNOT_FACT_MEMFD].ok);
	cr_assert_neq(access(scratch, F_OK), 0, "the probe left something behind");
}
