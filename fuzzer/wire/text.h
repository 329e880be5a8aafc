/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text that may have come from a target: made safe for terminals and files, and read back.
 *
 * Escaped text is one line. Printable ASCII and valid UTF-8 stay as they are; a backslash, control
 * characters, invalid bytes, and the Unicode characters that hide or reorder text (bidirectional
 * controls, line separators, zero-width ones) become \\ \n \t \r or \xNN per byte.
 * A word is escaped text without spaces (\x20), "-" for the empty string.
 */
#ifndef KNOT_WIRE_TEXT_H
#define KNOT_WIRE_TEXT_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing NUL-terminated string; {0} is the empty one. */
struct knot_text {
	char *data; /* NULL while nothing was added */
	size_t len, cap;
};

void knot_text_add(struct knot_text *t, const char *data, size_t len);
void knot_text_adds(struct knot_text *t, const char *s);
void knot_text_addf(struct knot_text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void knot_text_add_escaped(struct knot_text *t, struct knot_span raw);
void knot_text_add_word(struct knot_text *t, struct knot_span raw);
void knot_text_free(struct knot_text *t);
/* The string, never NULL; t is empty afterwards. Caller frees. */
char *knot_text_steal(struct knot_text *t);

/* What a word ends in behind that number: "" for 1, else "s". */
const char *knot_text_s(uint64_t n);
/* "1 test", "12 tests", "1 program", "2 tests and 1 program"; caller frees. */
char *knot_text_targets(uint64_t tests, uint64_t programs);

/* "95 MB", "4.0 GB": by powers of 1024, as -memory and -disk count; caller frees. */
char *knot_text_size(uint64_t bytes);

/* "2026-11-22", UTC, of nanoseconds since 1970; caller frees. */
char *knot_text_day(uint64_t wall_ns);

/* Escaped copy, at most max_bytes of it and then "..."; caller frees. */
char *knot_text_escape(struct knot_span raw, size_t max_bytes);
/* The same for text that may have been escaped before: backslashes stay as they are. Caller frees. */
char *knot_text_tame(struct knot_span text, size_t max_bytes);
/* The reverse of add_escaped and add_word. False for a broken escape or a byte that would have been
 * escaped as a NUL. Caller frees. */
bool knot_text_unescape(struct knot_span escaped, char **ret_raw);
bool knot_text_unescape_word(struct knot_span word, char **ret_raw);

/* Length of the valid UTF-8 sequence at the front of s, which is not empty (RFC 3629: no overlong forms, no surrogates),
 * and its code point; 0 when there is none. */
size_t knot_text_utf8(struct knot_span s, uint32_t *ret_cp);
/* A copy in which each byte that is part of no such sequence is U+FFFD; caller frees. */
#define KNOT_TEXT_REPLACEMENT "\xef\xbf\xbd"
char *knot_text_utf8_only(const char *text);

#endif
