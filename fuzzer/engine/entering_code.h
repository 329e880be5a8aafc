/* SPDX-License-Identifier: BSD-2-Clause */
/* From a record of sys/recorder.h to a hit of wire/entered.h: who called, and from where. */
#ifndef KNOT_ENGINE_ENTERING_CODE_H
#define KNOT_ENGINE_ENTERING_CODE_H

#include "sys/recorder.h"
#include "wire/entered.h"

struct knot_entering_code;
struct knot_error;
struct knot_gobinary;
struct knot_names;
struct knot_sites;

/* Reads the whole file. points: addresses in it, by kind, KNOT_RECORD_KINDS of them. sites: borrowed until the close. */
int knot_entering_code_open(const char *path, const uint64_t *points,
	const struct knot_sites *sites, struct knot_entering_code **ret_code,
	struct knot_error *err);
/* Accepts NULL. */
void knot_entering_code_close(struct knot_entering_code *c);
/* What the hit borrows is valid until the close, and the names are. */
void knot_entering_code_hit(struct knot_entering_code *c, const struct knot_record_record *record,
	bool native, const struct knot_names *names, struct knot_entered_hit *ret_hit);

#endif
