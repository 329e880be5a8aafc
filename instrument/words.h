/* SPDX-License-Identifier: BSD-2-Clause */
/* What a command of the toolchain says when it fails, made fit for an error message. */
#ifndef KNOT_INSTRUMENT_WORDS_H
#define KNOT_INSTRUMENT_WORDS_H

#include <stddef.h>

/*
 * Leaves out the headings ("# package", "go: "), puts what follows a colon at a line's end on the same line, and
 * escapes what would do something to a terminal. Whole lines up to max_bytes, then how many more there are; a
 * first line that is longer is cut. Caller frees.
 */
char *knot_words_tidy(const char *text, size_t max_bytes);

#endif
