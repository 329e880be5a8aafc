/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/doctor.h"

#include "base/error.h"
#include "sys/probe.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>

#define PROBE_HITS 1000

static void count_record(void *arg, const struct knot_probe_record *r)
{
	(void)r;
	(*(uint32_t *)arg)++;
}

void knot_doctor_probe(struct knot_doctor *d)
{
	struct knot_probe *p = NULL;
	struct knot_probe_counters c;
	struct knot_error err = {0};
	uint32_t hits = 0;

	if (knot_probe_open(KNOT_PROBE_FAST, &p, &err) < 0 ||
		knot_probe_attach(p, "/proc/self/exe", &err) < 0) {
		knot_doctor_say(d, KNOT_DOCTOR_LIMITED, "eBPF probe", knot_probe_remedy(),
			"%s; the ring in the target is used in its place", err.message);
		knot_probe_close(p);
		return;
	}
	knot_probe_hit_self(knot_probe_session(p), PROBE_HITS);
	knot_probe_take(p, count_record, &hits);
	knot_probe_counters(p, &c);
	knot_doctor_say(d, hits == PROBE_HITS && !c.lost ? KNOT_DOCTOR_OK : KNOT_DOCTOR_LIMITED,
		"eBPF probe", "this kernel is not to be relied on: use -feedback ring",
		"%" PRIu32 " of %d hits recorded (%s)", hits, PROBE_HITS,
		knot_probe_way_name(knot_probe_way(p)));
	knot_probe_close(p);
}
