/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bounded cursor over bytes that somebody else wrote. Parsers take from its front and never touch
 * the raw buffer. Every function that returns bool leaves the span alone when it returns false.
 * A span borrows its bytes: it is valid as long as they are.
 */
#ifndef KNOT_BASE_SPAN_H
#define KNOT_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_span {
	const char *data;
	size_t len;
};

struct knot_span knot_span_of(const void *data, size_t len);
struct knot_span knot_span_str(const char *s);

bool knot_span_eq(struct knot_span s, const char *literal);
bool knot_span_equal(struct knot_span a, struct knot_span b);
bool knot_span_has_prefix(struct knot_span s, const char *literal);
bool knot_span_has_suffix(struct knot_span s, const char *literal);
/* Position of the first (last) c or SIZE_MAX. */
size_t knot_span_find(struct knot_span s, char c);
size_t knot_span_find_last(struct knot_span s, char c);
/* As memcmp, and what is longer comes after what it begins with. */
int knot_span_compare(struct knot_span a, struct knot_span b);
/* What stands behind the last c, all of s when it has none; ret_before (may be NULL) is what stands before it, else empty. */
struct knot_span knot_span_after_last(struct knot_span s, char c, struct knot_span *ret_before);
/* Without spaces and tabs at both ends. */
struct knot_span knot_span_trim(struct knot_span s);

/* n bytes from the one at offset on. */
bool knot_span_part(struct knot_span s, uint64_t at, uint64_t n, struct knot_span *ret_bytes);
/* The first n bytes. */
bool knot_span_take(struct knot_span *s, size_t n, struct knot_span *ret_bytes);
/* The next line without its newline; the last one may lack the newline. False at the end. */
bool knot_span_take_line(struct knot_span *s, struct knot_span *ret_line);
/* What stands before c; c itself is skipped. False when there is no c. */
bool knot_span_take_until(struct knot_span *s, char c, struct knot_span *ret_head);
/* Everything up to the next space or the end, not empty; the space stays. */
bool knot_span_take_word(struct knot_span *s, struct knot_span *ret_word);
bool knot_span_skip(struct knot_span *s, const char *literal);
/* Removes literal from the end. */
bool knot_span_cut(struct knot_span *s, const char *literal);

/* A decimal number of at most max, without sign, at the front. */
bool knot_span_take_u64(struct knot_span *s, uint64_t max, uint64_t *ret_value);
/* Exactly digits (1 to 16) lower-case hexadecimal digits. */
bool knot_span_take_hex(struct knot_span *s, size_t digits, uint64_t *ret_value);

/* A NUL-terminated copy (bytes after an embedded NUL are lost); caller frees. */
char *knot_span_dup(struct knot_span s);

#endif
