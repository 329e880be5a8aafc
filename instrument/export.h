/* SPDX-License-Identifier: BSD-2-Clause */
/* A test that fails without goknot, written by the Go helper and run with the toolchain as it is. */
#ifndef KNOT_INSTRUMENT_EXPORT_H
#define KNOT_INSTRUMENT_EXPORT_H

#include "instrument/driver.h"

#include <stdint.h>

struct knot_instrument_proof {
	uint32_t times; /* runs */
	uint32_t same; /* that failed by the bug */
	char *output; /* of all that was run, for a person */
};

/*
 * Has the files of an export of a test in module_dir written into out. plan is of wire/goplan.h; notes say what nobody can be held at, a line each
 * (caller frees). KNOT_EUNSUPPORTED: there can be no such test, and why.
 */
int knot_instrument_export(const struct knot_instrument_result *result, const char *module_dir,
	const char *plan, const char *out, int cancel_fd, char **ret_notes, struct knot_error *err);
/* Runs it. KNOT_EBUILD: it could not be run, in the words of the go command. Caller frees the output. */
int knot_instrument_prove(const struct knot_instrument_result *result, const char *module_dir,
	const char *out, uint32_t times, uint64_t timeout_ms, int cancel_fd,
	struct knot_instrument_proof *ret, struct knot_error *err);

/* "fails 10 of 10 with deadlock": the last such line, for what the test prints comes before. False: there is none. */
bool knot_instrument_read_proof(const char *output, struct knot_instrument_proof *ret);

#endif
