/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of goknot record, read for the commands that show it. */
#ifndef KNOT_CMD_RECORDING_FILE_H
#define KNOT_CMD_RECORDING_FILE_H

#include "wire/recording.h"

#include <stdbool.h>

struct knot_error;

struct knot_recording_file {
	struct knot_recording recording;
	char *data;
};

/* Does it begin as a recording does? */
bool knot_recording_file_is(const char *path);
/* Free with knot_recording_file_free, also after failure. */
int knot_recording_file_read(
	const char *path, struct knot_recording_file *ret_file, struct knot_error *err);
void knot_recording_file_free(struct knot_recording_file *f);

/* goknot list -trace: all events, or those of a goroutine or about it. */
int knot_list_recording(const char *path, uint64_t goroutine, bool json, struct knot_error *err);

#endif
