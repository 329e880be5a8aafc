/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A finding as a test that fails without goknot: the run's order of turns (explore/ordering.h), which a small order control
 * put into copies of a few files keeps on the stock scheduler (instrument/export.h). It counts when it fails so in nearly
 * all of several runs.
 */
#ifndef KNOT_ENGINE_GOEXPORT_H
#define KNOT_ENGINE_GOEXPORT_H

#include "engine/finding.h"
#include "instrument/driver.h"

#include <stdint.h>

struct knot_error;
struct knot_sites;

/* All borrowed. */
struct knot_goexport_options {
	const struct knot_crash *crash;
	const struct knot_instrument_result *build;
	const char *module, *module_dir; /* that crash is of */
	const struct knot_sites *sites;
	struct knot_sitenames *names;
	const struct knot_record *record; /* of a replay, with its events */
	const struct knot_finding *finding; /* what it ended in */
	const char *work_dir; /* absolute; for the files until they are proven */
	uint32_t times; /* runs of the proof */
	int cancel_fd;
};

/* Owns its texts; free with knot_goexport_free. */
struct knot_goexport {
	char *why; /* there is no such test: a sentence. NULL = there is */
	char *notes; /* whom nobody can be made to wait for, a line each; may be "" or NULL */
	char *dir; /* where the files are, below work_dir */
	uint32_t times, same; /* of the proof */
	size_t turns, goroutines;
	uint64_t timeout_ns;
};

/* Why a crash file can not be exported, whatever its run looks like; NULL = it may be. */
const char *knot_goexport_refusal(const struct knot_crash *crash);
/* The position in an entry of a crash file's signature: "a.go:11" in "lock a.go:11" and in "a.go:11"; NULL = none. Borrowed. */
const char *knot_goexport_place(const char *signature);
/* 0 also where there is no such test. */
int knot_goexport(const struct knot_goexport_options *options, struct knot_goexport *ret,
	struct knot_error *err);
void knot_goexport_free(struct knot_goexport *e);

#endif
