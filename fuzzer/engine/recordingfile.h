/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of goknot record, read. */
#ifndef KNOT_ENGINE_RECORDINGFILE_H
#define KNOT_ENGINE_RECORDINGFILE_H

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

#endif
