/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tells whether a Go program has to be built again. The go command would find out, too, but only by looking at all
 * packages that the program is made of, on each of goknot's starts.
 */
#ifndef KNOT_INSTRUMENT_STAMP_H
#define KNOT_INSTRUMENT_STAMP_H

#include <stdbool.h>
#include <stddef.h>

struct knot_error;

/*
 * A text that changes with the contents of the Go files below source (testdata apart), with the words, and with the
 * file built, which need not be there. Caller frees.
 */
int knot_stamp_make(const char *source, const char *const *words, size_t words_len,
	const char *built, char **ret_stamp, struct knot_error *err);
/* Does the file hold this stamp? */
bool knot_stamp_matches(const char *file, const char *stamp);

#endif
