/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From "queue.go:17", as findings name their places, to the file: by the dumps and stacks of the run, by the hooked
 * sites, and by the files of the package.
 */
#ifndef KNOT_CMD_SOURCES_H
#define KNOT_CMD_SOURCES_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_sources;

/* A place that was found. */
struct knot_source_line {
	char *path; /* absolute; the caller frees */
	uint32_t line;
};

struct knot_sources *knot_sources_new(void);
void knot_sources_free(struct knot_sources *p);
/* A hooked site, in an absolute file. */
void knot_sources_add(struct knot_sources *p, const char *path, uint32_t line);
/* Of the finding that is asked about from here on; all of it borrowed. */
void knot_sources_about(struct knot_sources *p, const char *package_dir, struct knot_span output,
	struct knot_span dump);
/* The first "file.go:17" of the text from *at on that is no part of a goroutine's path; *at moves behind it. */
bool knot_sources_find(const struct knot_sources *p, const char *text, size_t *at,
	struct knot_source_line *ret_place);
/* Where the test, or the program's main, is declared. */
bool knot_sources_declared(
	const struct knot_sources *p, const char *function, struct knot_source_line *ret_place);
/* The root of the repository that the directory is in, itself when it is in none. Caller frees. */
char *knot_sources_root(const char *dir);

#endif
