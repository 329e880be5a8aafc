/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of goknot record, shown. */
#ifndef KNOT_CMD_RECORDING_FILE_H
#define KNOT_CMD_RECORDING_FILE_H

#include <stdbool.h>
#include <stdint.h>

struct knot_error;

/* goknot list -trace: all events, or those of a goroutine or about it. */
int knot_list_recording(const char *path, uint64_t goroutine, bool json, struct knot_error *err);

#endif
