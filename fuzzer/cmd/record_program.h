/* SPDX-License-Identifier: BSD-2-Clause */
/* The program that goknot record is about: found, read whole, and understood. */
#ifndef KNOT_CMD_RECORD_PROGRAM_H
#define KNOT_CMD_RECORD_PROGRAM_H

#include <stdint.h>

struct knot_error;
struct knot_gobinary;

struct knot_record_program {
	char *path; /* to start, and to attach to */
	char *name; /* to show; may hold anything */
	char *data;
	struct knot_gobinary *binary;
};

/* What process pid runs, or with pid 0 what a shell would start as command. Close it also after failure. */
int knot_record_program_open(uint32_t pid, const char *command,
	struct knot_record_program *ret_program, struct knot_error *err);
void knot_record_program_close(struct knot_record_program *p);

#endif
