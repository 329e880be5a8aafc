/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the records of sys/recorder.h to a file of wire/recording.h, while the program runs: addresses become positions,
 * the two records of a go statement become one event.
 */
#ifndef KNOT_ENGINE_RECORDING_H
#define KNOT_ENGINE_RECORDING_H

#include "sys/recorder.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_error;
struct knot_gobinary;
struct knot_recording_writer;

struct knot_recording_options {
	const char *file; /* to write */
	const char *program; /* as the head names it */
	const struct knot_gobinary *binary; /* borrowed until the close */
	const struct knot_recorder_point *points;
	size_t points_len;
	pid_t pid;
	bool attached;
};

/* Begins the file. KNOT_EUSAGE: it cannot be written. */
int knot_recording_writer_open(const struct knot_recording_options *options,
	struct knot_recording_writer **ret_writer, struct knot_error *err);
/* Accepts NULL. A file that was not ended is known as such by who reads it. */
void knot_recording_writer_close(struct knot_recording_writer *w);

/*
 * The return addresses of a record's stack, the innermost first, at most KNOT_RECORDING_FRAMES. One is on top; RBP is still the
 * caller's: its frame begins with the frame of its caller, and the return address above. As far as the stack has been copied.
 */
#define KNOT_RECORDING_FRAMES 16
size_t knot_recording_walk(const struct knot_record_record *r, uint64_t *frames);

/* A knot_recorder_fn. */
void knot_recording_writer_add(void *writer, const struct knot_record_record *record);
/* Writes the end. KNOT_EFULL, KNOT_ESYS: what was written is not whole. */
int knot_recording_writer_end(struct knot_recording_writer *w,
	const struct knot_recorder_counters *counters, const char *ended, struct knot_error *err);

uint64_t knot_recording_writer_events(const struct knot_recording_writer *w);
/* Goroutines that were created, and changes of goroutine. */
uint64_t knot_recording_writer_created(const struct knot_recording_writer *w);
uint64_t knot_recording_writer_switches(const struct knot_recording_writer *w);

#endif
