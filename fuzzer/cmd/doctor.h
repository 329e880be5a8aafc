/* SPDX-License-Identifier: BSD-2-Clause */
/* What goknot doctor looks at: each check says its lines. */
#ifndef KNOT_CMD_DOCTOR_H
#define KNOT_CMD_DOCTOR_H

#include <stdbool.h>

struct knot_machine;

enum knot_doctor_status { KNOT_DOCTOR_OK, KNOT_DOCTOR_LIMITED, KNOT_DOCTOR_MISSING };

struct knot_doctor {
	const char *dir; /* where a campaign would lie */
	bool json;
	bool possible;
	unsigned int cores;
	char *gocache; /* as go env has it */
};

/* One line. fix is the way out, NULL = none. What is missing makes fuzzing impossible. */
void knot_doctor_say(struct knot_doctor *d, enum knot_doctor_status status, const char *name,
	const char *fix, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* doctor_go.c: the toolchain, the race detector, goknot's own Go part. Sets gocache. */
void knot_doctor_go(struct knot_doctor *d);
/* doctor_machine.c: platform, size, isolation. Sets cores. */
void knot_doctor_machine(struct knot_doctor *d, const struct knot_machine *m);
/* doctor_probe.c: the eBPF probe, by probing goknot itself. */
void knot_doctor_probe(struct knot_doctor *d);
/* doctor_room.c: directories and limits. Behind the others, since it goes by what they set. */
void knot_doctor_room(struct knot_doctor *d);

#endif
